import { randomUUID } from 'node:crypto';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { migrate, toTypeOrmMigrations } from './migrations';

const server = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:55432/postgres';

describe('migrations', () => {
  const name = `migrations_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  let admin: Database;
  let database: Database;
  beforeAll(async () => {
    admin = createPool(server, { max: 1, applicationName: 'spec' });
    await admin.query(`create database ${name}`);
    database = createPool(url.href, { max: 1, applicationName: 'spec' });
  });
  afterAll(async () => {
    await database.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  });

  const first = { name: '0001-first', sql: 'create table first (n int); insert into first values (1); select 1' };
  const second = { name: 'own/0002-second', sql: 'insert into first values (2)' };

  it('runs each step once, also when replicas start together', async () => {
    const counts = await Promise.all([1, 2, 3].map(() => migrate(url.href, [first])));
    expect(counts.toSorted()).toEqual([0, 0, 1]);
    expect(await migrate(url.href, [first, second])).toBe(1);
    expect((await database.query('select n from first order by n')).rows).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('undoes a step that fails, and says so', async () => {
    const broken = { name: '0003-broken', sql: 'insert into first values (3); select no_such_column from first' };
    await expect(migrate(url.href, [first, second, broken])).rejects.toThrow('no_such_column');
    expect((await database.query('select n from first where n = 3')).rows).toEqual([]);
  });
});

it('refuses a step without its number, or named twice', () => {
  expect(() => toTypeOrmMigrations([{ name: 'first', sql: '' }])).toThrow('NNNN-what');
  expect(() =>
    toTypeOrmMigrations([
      { name: '0001-a', sql: '' },
      { name: '0001-a', sql: '' },
    ]),
  ).toThrow('twice');
});
