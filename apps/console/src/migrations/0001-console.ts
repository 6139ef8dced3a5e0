/**
 * The console's own tables beside its event store.
 *
 *   log_row ───── what the Sync log lists; `registers` holds everything said of the row (log/row-order.ts)
 *   log_message ─ every message about a ref at its place: the gateway's progress, the greatest synced revision, the story
 *   exchange ──── request and answer of a revision, for the story's diff
 */
export const CONSOLE_SQL = `
create table log_row (
  id               text primary key,
  position         bigint generated always as identity unique,
  tenant           text,
  ref              text not null,
  event_id         text,
  entity           text,
  record_id        text not null,
  number           text,
  party            text,
  change           text not null,
  amount           text,
  currency         text,
  occurred_at      timestamptz not null,
  received_at      timestamptz not null,
  state            text not null,
  reason           jsonb,
  warnings         jsonb not null,
  waits_on         text,
  retry_at         timestamptz,
  revision         integer not null,
  attempts         integer not null,
  settled_at       timestamptz,
  quickbooks       jsonb,
  settings_version integer,
  traceparent      text,
  registers        jsonb not null
);
create index log_row_list  on log_row (tenant, position desc);
create index log_row_state on log_row (tenant, state, position desc);
create index log_row_ref   on log_row (tenant, ref);

create table log_message (
  tenant   text    not null,
  ref      text    not null,
  revision integer not null,
  attempt  integer not null,
  stage    integer not null,
  said_of  text    not null,
  at       timestamptz not null,
  message  jsonb   not null,
  primary key (tenant, ref, revision, attempt, stage, said_of)
);

create table exchange (
  tenant   text    not null,
  ref      text    not null,
  revision integer not null,
  request  text,
  answer   text,
  primary key (tenant, ref, revision)
);

create table company_condition (
  tenant   text primary key,
  at       timestamptz not null,
  activity jsonb not null
);

create table settings_read (
  tenant  text    not null,
  service text    not null,
  version integer not null,
  primary key (tenant, service)
);

create table idempotent_answer (
  caller    text  not null,
  key       text  not null,
  request   bytea not null,
  status    integer,
  answer    jsonb,
  taken_at  timestamptz not null default clock_timestamp(),
  primary key (caller, key)
);
`;
