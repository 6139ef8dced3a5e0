/** Who asked for a redecision, and how far it has come: streams decided, of so many, and those that something came of. */
export const REDECISIONS_TOLD_SQL = `
alter table redecision add column asked_by text not null default '';
alter table redecision add column streams bigint;
alter table redecision add column decided bigint not null default 0;
alter table redecision add column changed bigint not null default 0;
`;
