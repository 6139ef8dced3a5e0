/** What the sentence of a record's reason is filled with; null: as before, or nothing is. */
export const RUNS_WHY_SQL = `
alter table run_record add column params jsonb;
`;
