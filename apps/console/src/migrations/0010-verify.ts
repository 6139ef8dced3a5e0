/**
 * Verify: each try of an invoice in one set of books, and the owner's word that it may go on without. `pushed` holds the ids of
 * the commands sent; `round` rises with every look, so that of two at once one begins again.
 */
export const VERIFY_SQL = `
create table verification (
  id               text primary key,
  position         bigint generated always as identity unique,
  tenant           text        not null,
  books            text        not null,
  invoice_id       text        not null,
  asked_by         text        not null,
  asked_at         timestamptz not null,
  settings_version integer     not null,
  pushed           jsonb       not null default '[]',
  round            integer     not null default 0,
  result           jsonb       not null,
  looked_at        timestamptz,
  passed_at        timestamptz,
  replaced_at      timestamptz
);
create index verification_newest on verification (tenant, books, position desc);
create index verification_open   on verification (tenant) where passed_at is null and replaced_at is null;

create table verify_override (
  tenant text        not null,
  books  text        not null,
  by     text        not null,
  at     timestamptz not null,
  reason text        not null,
  primary key (tenant, books)
);
`;
