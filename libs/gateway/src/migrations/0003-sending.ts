/** Since when a row has waited for another; what is due found by its moment; the calls of the last minute by theirs. */
export const SENDING_SQL = `
alter table pending add column waits_since timestamptz;
create index pending_waits_since on pending (waits_since) where waits_on is not null;
create index pending_due on pending (not_before) where waits_on is null and not_before is not null;
create index attempt_due on attempt (act_at) where closed_at is null;
create index attempt_sent on attempt using brin (last_sent_at);
`;
