/**
 * An operator's replay, kept until it is done, so that a process killed half-way goes on where it was. Its position in each
 * partition is a row of `partition_offset` under a group of its own, committed with what a batch caused.
 */
export const REPLAY_SQL = `
create table replay (
  command_id text    primary key,
  command    text    not null,
  state      text    not null default 'running' check (state in ('running', 'done', 'failed')),
  matched    bigint  not null default 0,
  new        bigint  not null default 0,
  known      bigint  not null default 0,
  parked     bigint  not null default 0,
  changed    bigint  not null default 0,
  taken_at   timestamptz not null default clock_timestamp()
);
create index replay_running on replay (taken_at) where state = 'running';

create table replay_range (
  command_id   text    not null references replay,
  partition    integer not null,
  from_offset  bigint  not null,
  until_offset bigint  not null,
  primary key (command_id, partition)
);
`;
