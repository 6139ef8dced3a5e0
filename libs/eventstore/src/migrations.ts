import { EVENT_STORE_SQL } from './migrations/0001-event-store';
import { REPLAY_SQL } from './migrations/0002-replay';
import { REDECISIONS_SQL } from './migrations/0030-redecisions';
import { REDECISIONS_OF_ALL_SQL } from './migrations/0031-redecisions-of-all';
import { REDECISIONS_TOLD_SQL } from './migrations/0032-redecisions-told';
import type { Database } from './pool';
import { inTransaction } from './transaction';

/** One forward step of a schema. Never changed once it has run anywhere; a correction is a further step. */
export interface Migration {
  /** `NNNN-what`, unique within its list. */
  readonly name: string;
  readonly sql: string;
}

export const EVENT_STORE_MIGRATIONS: readonly Migration[] = [
  { name: '0001-event-store', sql: EVENT_STORE_SQL },
  { name: '0002-replay', sql: REPLAY_SQL },
  { name: '0030-redecisions', sql: REDECISIONS_SQL },
  { name: '0031-redecisions-of-all', sql: REDECISIONS_OF_ALL_SQL },
  { name: '0032-redecisions-told', sql: REDECISIONS_TOLD_SQL },
];

/**
 * Brings `list` up to its last step, in order, each step once. Several callers at a time wait for each other. Returns the
 * names that were run now.
 */
export function migrate(database: Database, list: string, migrations: readonly Migration[]): Promise<string[]> {
  return inTransaction(database, async (client) => {
    await client.query('select pg_advisory_xact_lock(hashtext($1))', [`migrate:${list}`]);
    await client.query(
      `create table if not exists schema_migration (
         list   text not null,
         name   text not null,
         run_at timestamptz not null default clock_timestamp(),
         primary key (list, name)
       )`,
    );
    const known = await client.query<{ name: string }>('select name from schema_migration where list = $1', [list]);
    const done = new Set(known.rows.map((row) => row.name));
    const run: string[] = [];
    for (const migration of migrations) {
      if (done.has(migration.name)) continue;
      await client.query(migration.sql);
      await client.query('insert into schema_migration (list, name) values ($1, $2)', [list, migration.name]);
      run.push(migration.name);
    }
    return run;
  });
}
