/** A command may ask for the records that are done too. */
export const REDECISIONS_OF_ALL_SQL = `
alter table redecision add column closed boolean not null default false;
`;
