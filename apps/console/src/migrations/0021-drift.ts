/**
 * Drift: books against Run a Call. One report is under way per company; `night` is the day a nightly one belongs to. Rows are kept with
 * their report.
 */
export const DRIFT_SQL = `
create table drift_report (
  id          text primary key,
  position    bigint generated always as identity unique,
  tenant      text        not null,
  books       text        not null,
  asked_by    text        not null,
  night       date,
  started_at  timestamptz not null,
  beat_at     timestamptz not null,
  finished_at timestamptz,
  state       text        not null,
  code        text,
  result      jsonb       not null
);
create unique index drift_report_running on drift_report (tenant) where state = 'running';
create unique index drift_report_night   on drift_report (tenant, books, night) where night is not null;
create index drift_report_newest on drift_report (tenant, books, position desc);

create table drift_row (
  position  bigint generated always as identity primary key,
  report_id text  not null references drift_report (id) on delete cascade,
  kind      text  not null,
  cause     text  not null,
  row       jsonb not null
);
create index drift_row_list on drift_row (report_id, position);
`;
