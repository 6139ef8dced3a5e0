import { testDatabase } from '@qbo-sync/testkit/database';
import type { TestDatabase } from '@qbo-sync/testkit/database';
import { createPool, type Database } from './pool';

/** Postgres plans the first five times for the values given, and keeps the plan after that. */
const UNTIL_KEPT = 8;

describe('a pool', () => {
  let database: TestDatabase;
  const pools: Database[] = [];

  beforeAll(async () => {
    database = await testDatabase({ name: 'pool', migrations: [] });
  });

  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await database.drop();
  });

  /** How the statement is done by a connection that planned it while its table was short, once it is long. */
  async function doneOnceLong(table: string, plansKeptMs?: number): Promise<string> {
    const settings = plansKeptMs === undefined ? {} : { plansKeptMs };
    const pool = createPool(database.url, { max: 1, applicationName: 'pool-spec', ...settings });
    pools.push(pool);
    await pool.query(`create table ${table} (id int primary key, note text) with (autovacuum_enabled = off)`);
    await pool.query(`insert into ${table} values (1, 'first')`);
    await pool.query(`analyze ${table}`);
    for (let time = 0; time < UNTIL_KEPT; time += 1) {
      await pool.query({ name: `note of ${table}`, text: `select note from ${table} where id = $1`, values: [1] });
    }
    await pool.query(`insert into ${table} select n, repeat('x', 200) from generate_series(2, 20000) as n`);
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain execute "note of ${table}" (1)`);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }

  it('plans a statement anew for a table that has grown', async () => {
    expect(await doneOnceLong('growing', 0)).toContain('Index Scan');
  });

  it('does it as it was planned where plans are kept', async () => {
    expect(await doneOnceLong('kept')).toContain('Seq Scan');
  });
});
