/** The first event of a company that was not read yet is found at once, however many wait behind it. */
export const OPEN_EVENTS_SQL = `
drop index webhook_event_open;
create index webhook_event_open on webhook_event (books, received_at) where done_at is null;
`;
