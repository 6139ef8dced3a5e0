/** Commands to decide a company's open streams again, worked off page by page and kept until the last one. */
export const REDECISIONS_SQL = `
create table redecision (
  command_id text primary key,
  tenant     text not null,
  entity     text,
  after_ref  text not null default '',
  asked_at   timestamptz not null default clock_timestamp()
);
`;
