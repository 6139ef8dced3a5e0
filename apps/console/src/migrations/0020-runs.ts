/**
 * Large actions (console.md §12) and the records each is about, done in the order of their rank and day.
 *
 *   planning ─▶ ready ─start─▶ running ◀─pause, resume─▶ paused
 *      └─▶ failed  └─cancel─▶ cancelled ◀─cancel─┘          running ─▶ done
 *
 *   run_record   finding and choice by the plan ─▶ handed over (`handed_at`) ─▶ ended, as the log says of its ref
 *
 * One process at a time works on a run, while its lease lasts.
 */
export const RUNS_SQL = `
create table run (
  id           text primary key,
  position     bigint generated always as identity unique,
  tenant       text        not null,
  kind         text        not null,
  spec         jsonb       not null,
  state        text        not null,
  by           text        not null,
  why          text,
  made_at      timestamptz not null,
  plan         jsonb,
  planned_of   text,
  total        integer     not null default 0,
  started_at   timestamptz,
  ended_at     timestamptz,
  result       jsonb,
  fault        jsonb,
  working      boolean     not null,
  leased_by    text,
  leased_until timestamptz
);
create index run_list           on run (tenant, position desc);
create index run_working        on run (id) where working;
create unique index run_at_work on run (tenant, kind) where state in ('running', 'paused');

create table run_record (
  run_id     text    not null references run (id),
  ref        text    not null,
  rank       integer not null,
  day        text    not null,
  number     text,
  party      text,
  amount     numeric,
  finding    text    not null,
  code       text,
  candidates jsonb   not null,
  choice     text,
  handed_at  timestamptz,
  ended      text,
  ended_at   timestamptz,
  primary key (run_id, ref)
);
create index run_record_left        on run_record (run_id, rank, day, ref) where handed_at is null and choice in ('take', 'link');
create index run_record_open        on run_record (run_id, ref) where handed_at is not null and ended is null;
create index run_record_ended       on run_record (run_id, ended_at) where ended is not null;
`;
