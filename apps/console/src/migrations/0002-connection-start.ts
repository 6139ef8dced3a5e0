/** Who began a company's connection last; the gateway knows companies, not people. */
export const CONNECTION_START_SQL = `
create table connection_start (
  tenant     text primary key,
  started_by text not null,
  started_at timestamptz not null default clock_timestamp()
);
`;
