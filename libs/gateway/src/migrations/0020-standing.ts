/**
 * How things stand: since when a row waits, when a company's gate opened again and over how many rows, what QuickBooks
 * said of the person who connected, and each company's metered reads by month.
 */
export const STANDING_SQL = `
alter table pending add column since timestamptz not null default clock_timestamp();

alter table company
  add column reopened_at   timestamptz,
  add column reopened_with int,
  add column refusal       text,
  add column refused_at    timestamptz;

create table metered_read (
  month  text   not null,
  tenant text   not null,
  reads  bigint not null,
  primary key (month, tenant)
);
`;
