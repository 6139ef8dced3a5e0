/**
 * The gateway's tables (scenarios.md). What is wide is written once (`request`, `attempt`, `answer`); what changes is
 * narrow (`pending`, `link`). Everything that names a QuickBooks id hangs on a books id: one tenant bound to one
 * QuickBooks company.
 */
export const GATEWAY_SQL = `
create table shard (
  shard smallint primary key,
  owner text,
  epoch bigint not null default 0,
  until timestamptz
);
insert into shard (shard) select generate_series(0, 63);

create table company (
  tenant             text primary key,
  books              text not null unique,
  realm_hmacs        text[] not null,
  realm_sealed       text not null,
  access_sealed      text,
  refresh_sealed     text,
  token_version      bigint not null default 0,
  issued_at          timestamptz,
  access_until       timestamptz,
  state              text not null,
  company_name       text,
  connected_at       timestamptz,
  first_connected_at timestamptz not null,
  trouble            text,
  trouble_since      timestamptz,
  retry_at           timestamptz,
  failures           int not null default 0,
  said               text
);
create index company_realm on company using gin (realm_hmacs);

create table oauth_state (
  state_hash text primary key,
  tenant     text not null,
  until      timestamptz not null
);

create table connecting (
  tenant text primary key,
  state  text not null,
  at     timestamptz not null
);

create table request (
  tenant      text not null,
  ref         text not null,
  revision    bigint not null,
  message     text,
  received_at timestamptz not null default clock_timestamp(),
  primary key (tenant, ref, revision)
);

create table pending (
  tenant     text not null,
  ref        text not null,
  shard      smallint not null,
  revision   bigint not null,
  books      text not null,
  kind       text not null,
  last       boolean not null,
  lane       text not null,
  run        text,
  refs       text[] not null,
  waits_on   text,
  said       text,
  not_before timestamptz,
  attempts   int not null default 0,
  position   bigint generated always as identity,
  primary key (tenant, ref)
);
create index pending_head on pending (tenant, lane desc, position) where waits_on is null;
create index pending_waiter on pending (tenant, waits_on) where waits_on is not null;
create index pending_refs on pending using gin (refs);

create table asked (
  books text not null,
  ref   text not null,
  at    timestamptz not null,
  primary key (books, ref)
);

create table attempt (
  id           bigint generated always as identity primary key,
  tenant       text not null,
  books        text not null,
  ref          text not null,
  revision     bigint not null,
  number       int not null,
  bid          text,
  epoch        bigint not null,
  kind         text not null,
  path         text not null,
  query        jsonb not null,
  requestid    text not null,
  bytes        text not null,
  fields       jsonb not null,
  sent_at      timestamptz not null,
  last_sent_at timestamptz not null,
  sends        int not null,
  act_at       timestamptz,
  closed_at    timestamptz,
  outcome      text
);
create unique index attempt_open on attempt (tenant, ref) where closed_at is null;

create table link (
  books      text not null,
  ref        text not null,
  resource   text not null,
  qbo_id     text not null,
  path       text not null,
  wrapper    text not null,
  sync_token text not null,
  revision   bigint not null,
  generation int not null,
  sent       jsonb not null,
  shown      jsonb not null,
  theirs     text[] not null,
  refs       text[] not null,
  kept       jsonb not null,
  answer     bigint,
  gone       text,
  primary key (books, ref)
);
create unique index link_record on link (books, resource, qbo_id) where gone is null;
create index link_refs on link using gin (refs);

create table answer (
  id       bigint generated always as identity primary key,
  tenant   text not null,
  ref      text not null,
  revision bigint not null,
  attempt  int not null,
  books    text not null,
  outcome  text not null,
  code     text,
  record   text,
  at       timestamptz not null
);
create index answer_ref on answer (tenant, ref, revision);

create table unpublished_message (
  id    bigint generated always as identity primary key,
  topic text not null,
  key   text not null,
  value text not null
);
`;
