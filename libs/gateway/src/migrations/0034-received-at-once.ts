/**
 * When a request came in is when its batch was stored. A clock that is read for each row keeps `COPY` from storing them page by
 * page.
 */
export const RECEIVED_AT_ONCE_SQL = `
alter table request alter column received_at set default now();
`;
