/** What an operator's command has come to in each service; `would_change` grows with each message of a dry run. */
export const OPERATIONS_SQL = `
create table operation (
  command_id   text        not null,
  service      text        not null,
  tenant       text,
  at           timestamptz not null,
  activity     jsonb       not null,
  would_change jsonb       not null,
  primary key (command_id, service)
);
create index operation_list on operation (at desc);
`;
