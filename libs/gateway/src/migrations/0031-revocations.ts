/** Grants that are to end at Intuit and are of no other use here; each goes once Intuit has answered. */
export const REVOCATIONS_SQL = `
create table revocation (
  id             bigint generated always as identity primary key,
  tenant         text not null,
  realm_hmacs    text[] not null,
  refresh_sealed text not null,
  tries          int not null default 0,
  asked_at       timestamptz not null,
  next_try_at    timestamptz not null
);
create index revocation_due on revocation (next_try_at);
`;
