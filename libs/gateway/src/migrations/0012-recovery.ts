/**
 * After a restore the database is older than QuickBooks and the topics. A recovery says to which moment it was restored
 * and where the requests' topic ended when that was found out: what stands before may have been sent by a gateway whose
 * database is lost, so a create of it is looked for first (`suspect_since`).
 */
export const RECOVERY_SQL = `
create table recovery (
  id          bigint generated always as identity primary key,
  restored_to timestamptz not null,
  found_at    timestamptz not null,
  ends        jsonb not null,
  said_by     text not null,
  done_at     timestamptz
);

alter table pending add column suspect_since timestamptz;
create index pending_suspect on pending (suspect_since) where suspect_since is not null;
`;
