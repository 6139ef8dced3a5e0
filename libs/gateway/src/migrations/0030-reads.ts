/**
 * Reads of QuickBooks as they are made: like the attempts they count in QuickBooks' windows, and a gateway that starts
 * again must know of them. Kept for some minutes.
 */
export const READS_SQL = `
create table read_call (
  id         bigint generated always as identity primary key,
  books      text not null,
  started_at timestamptz not null,
  ended_at   timestamptz
);
create index read_call_started on read_call (started_at);
`;
