/**
 * A night's report that failed, or was stopped with its process, is tried again the same night: each try is a report of its own,
 * and one of them at a time is made.
 */
export const DRIFT_TRIES_SQL = `
alter table drift_report add column try integer not null default 1;
create unique index drift_report_try on drift_report (tenant, books, night, try) where night is not null;
drop index drift_report_night;
`;
