/**
 * Answers by the day they were given, so that they go by dropping a day's table (performance.md §1.8). What an answer says
 * stands in its row alone; `unpublished_answer` beside it says that nobody was told yet.
 *
 *   answer ─┬─ answer_before        what was there, up to the day after tomorrow
 *           ├─ answer_2026_11_25 …  made ahead by the gateway, dropped after its number of days
 *           └─ answer_other         a day nobody made a table for: an answer is never refused
 *
 * A gateway of the version before goes on writing and reading `answer` by the same statements. Ids begin far above those
 * of before: both are one series. An attempt's bytes stand aside, so that closing it does not write them again.
 */
export const ANSWERS_BY_DAY_SQL = `
alter table answer
  add column detail        text,
  add column holder        text,
  add column adopted       boolean,
  add column intuit_tid    text,
  add column quickbooks_id text;

alter table answer rename to answer_before;
alter index answer_ref rename to answer_before_ref;
alter table answer_before alter column id drop identity;
alter table answer_before drop constraint answer_pkey;

create table answer (
  id            bigint generated always as identity (start with 1000000000000),
  tenant        text not null,
  ref           text not null,
  revision      bigint not null,
  attempt       int not null,
  books         text not null,
  outcome       text not null,
  code          text,
  record        text,
  at            timestamptz not null,
  detail        text,
  holder        text,
  adopted       boolean,
  intuit_tid    text,
  quickbooks_id text,
  primary key (id, at)
) partition by range (at);
create index answer_ref on answer (tenant, ref, revision);
alter table answer attach partition answer_before
  for values from (minvalue) to (date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' + interval '2 days');
create table answer_other partition of answer default;

create table unpublished_answer (
  answer bigint primary key,
  at     timestamptz not null
);

alter table attempt set (toast_tuple_target = 128);
`;
