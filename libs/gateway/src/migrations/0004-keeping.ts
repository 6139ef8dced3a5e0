/**
 * Replicas and their leases; what is known of a grant beside its pair; the company a person may start afresh with.
 */
export const KEEPING_SQL = `
create table replica (
  owner text primary key,
  until timestamptz not null
);
create index shard_owner on shard (owner);

alter table company
  add column previous_sealed text,
  add column previous_until  timestamptz,
  add column refresh_since   timestamptz,
  add column refresh_until   timestamptz,
  add column lost_at         timestamptz,
  add column suspect_since   timestamptz,
  add column next_try_at     timestamptz;

alter table connecting
  add column realm_hmacs    text[],
  add column realm_sealed   text,
  add column access_sealed  text,
  add column refresh_sealed text,
  add column issued_at      timestamptz,
  add column access_until   timestamptz,
  add column refresh_until  timestamptz,
  add column company_name   text;
`;
