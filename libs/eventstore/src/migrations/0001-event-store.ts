/**
 * The event store of one service (architecture.md). `event` may be kept for ever; what names people or amounts stands in
 * `payload`, whose rows can be erased. A hash is keyed with a key that stands on the erasable side, so that after an
 * erasure nothing can be guessed from the hash that stays.
 *
 *   stream 1 ─── n event 1 ─── 0..1 payload        (erasable)
 *                  └──── 0..1 unpublished          (deleted once published)
 *   inbox  1 ─── 0..1 inbox_key                    (erasable)
 */
export const EVENT_STORE_SQL = `
create table stream (
  tenant     text    not null,
  ref        text    not null,
  version    integer not null default 0,
  open       boolean not null default false,
  waits_on   text,
  revisit_at timestamptz,
  primary key (tenant, ref)
);
create index stream_open     on stream (tenant, ref) where open;
create index stream_waits_on on stream (tenant, waits_on) where waits_on is not null;
create index stream_revisit  on stream (revisit_at) where revisit_at is not null;

create table event (
  tenant       text    not null,
  ref          text    not null,
  version      integer not null,
  type         text    not null,
  data         text    not null,
  payload_hash bytea,
  recorded_at  timestamptz not null default clock_timestamp(),
  primary key (tenant, ref, version)
);
create index event_recorded_at on event (recorded_at);

create table payload (
  tenant  text    not null,
  ref     text    not null,
  version integer not null,
  key     bytea   not null,
  body    text    not null,
  primary key (tenant, ref, version)
);

create table unpublished (
  id      bigint generated always as identity primary key,
  tenant  text    not null,
  ref     text    not null,
  version integer not null
);

create table inbox (
  tenant       text  not null,
  source       text  not null,
  event_id     text  not null,
  ref          text  not null,
  payload_hash bytea not null,
  primary key (tenant, source, event_id)
);

create table inbox_key (
  tenant   text  not null,
  source   text  not null,
  event_id text  not null,
  ref      text  not null,
  key      bytea not null,
  primary key (tenant, source, event_id)
);
create index inbox_key_ref on inbox_key (tenant, ref);

create table partition_offset (
  consumer_group text    not null,
  topic          text    not null,
  partition      integer not null,
  next_offset    bigint,
  primary key (consumer_group, topic, partition)
);

create table parked (
  topic       text    not null,
  partition   integer not null,
  "offset"    bigint  not null,
  key         text,
  headers     text    not null,
  value       bytea,
  reason      text    not null,
  tenant      text,
  event_id    text,
  parked_at   timestamptz not null default clock_timestamp(),
  revived_at  timestamptz,
  primary key (topic, partition, "offset")
);
create index parked_waiting on parked (parked_at) where revived_at is null;

create table settings (
  tenant            text primary key,
  version           integer not null,
  document          text    not null,
  redecided_version integer not null default 0
);
create index settings_to_redecide on settings (tenant) where version > redecided_version;
`;
