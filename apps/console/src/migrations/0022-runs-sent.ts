/**
 * A record is handed over in two steps, so that a console that ends between them leaves no doubt behind: noted (`handed_at`), then
 * its command sent and that noted (`sent_at`). What has the first alone is sent again, whatever became of the run meanwhile.
 */
export const RUNS_SENT_SQL = `
alter table run_record add column sent_at timestamptz;
update run_record set sent_at = handed_at where handed_at is not null;
create index run_record_unsent on run_record (run_id, ref) where handed_at is not null and sent_at is null and ended is null;
`;
