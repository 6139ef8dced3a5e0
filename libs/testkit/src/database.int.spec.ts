import { testDatabase } from './database';

const MIGRATIONS = [
  { name: '0001', sql: 'create table thing (id int)' },
  { name: '0002', sql: 'alter table thing add column name text' },
];

describe('a database for one spec', () => {
  it('is migrated, empty and apart from the others, also when several are made at once', async () => {
    const databases = await Promise.all([1, 2, 3].map(() => testDatabase({ name: 'testkit', migrations: MIGRATIONS })));
    try {
      await databases[0]?.pool.query(`insert into thing values (1, 'a')`);
      const counts = await Promise.all(databases.map(({ pool }) => pool.query('select id, name from thing')));
      expect(counts.map(({ rowCount }) => rowCount)).toEqual([1, 0, 0]);
    } finally {
      await Promise.all(databases.map((database) => database.drop()));
    }
    const again = await testDatabase({ name: 'testkit', migrations: MIGRATIONS });
    const left = await again.pool.query('select from pg_database where datname = any($1)', [
      databases.map(({ url }) => new URL(url).pathname.slice(1)),
    ]);
    await again.drop();
    expect(left.rowCount).toBe(0);
  });
});
