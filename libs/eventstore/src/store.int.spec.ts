import { testDatabase } from '@qbo-sync/testkit/database';
import type { TestDatabase } from '@qbo-sync/testkit/database';
import { EVENT_STORE_MIGRATIONS, migrate } from './migrations';
import { lockOffset, readOffsets, storeOffset } from './offsets';
import { park, parkedFor, revive } from './parked';
import { createPool } from './pool';
import { markRedecided, readSettings, settingsToRedecide, storeSettings } from './settings';
import { inTransaction } from './transaction';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ name: 'store', migrations: EVENT_STORE_MIGRATIONS });
});
afterAll(() => database.drop());

describe('migrations', () => {
  it('run once each, in order, also when several start at a time', async () => {
    const empty = await testDatabase({ name: 'migrations', migrations: [] });
    try {
      const lists = await Promise.all([1, 2, 3].map(() => migrate(empty.pool, 'store', EVENT_STORE_MIGRATIONS)));
      expect(lists.flat()).toEqual(EVENT_STORE_MIGRATIONS.map(({ name }) => name));
      const further = [...EVENT_STORE_MIGRATIONS, { name: '9999-note', sql: 'create table note (text text)' }];
      expect(await migrate(empty.pool, 'store', further)).toEqual(['9999-note']);
    } finally {
      await empty.drop();
    }
  });
});

describe('the pool', () => {
  it('outlives a connection that is lost while idle, and cuts a writer that dawdles in a transaction', async () => {
    const lost: string[] = [];
    const pool = createPool(database.url, {
      max: 2,
      applicationName: 'store-pool',
      onIdleError: (error) => lost.push(error.message),
    });
    try {
      const settings = await pool.query(
        `select current_setting('statement_timeout') as statement,
                current_setting('idle_in_transaction_session_timeout') as idle, pg_backend_pid() as pid`,
      );
      expect(settings.rows[0]).toMatchObject({ statement: '15s', idle: '10s' });
      await database.pool.query('select pg_terminate_backend($1)', [settings.rows[0].pid]);
      await expect(
        inTransaction(pool, async (client) => {
          const mine = await client.query('select pg_backend_pid() as pid');
          await database.pool.query('select pg_terminate_backend($1)', [mine.rows[0].pid]);
          await client.query('select 1');
        }),
      ).rejects.toThrow();
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    } finally {
      await pool.end();
    }
  });

  it('runs a transaction again that Postgres refused as a deadlock', async () => {
    await database.pool.query('create table pair (id int primary key, n int)');
    await database.pool.query('insert into pair values (1, 0), (2, 0)');
    let tries = 0;
    let arrived = 0;
    let release: () => void = () => undefined;
    const both = new Promise<void>((resolve) => {
      release = resolve;
    });
    const raise = (first: number, second: number) =>
      inTransaction(database.pool, async (client) => {
        tries += 1;
        await client.query('update pair set n = n + 1 where id = $1', [first]);
        arrived += 1;
        if (arrived >= 2) release();
        await both;
        await client.query('update pair set n = n + 1 where id = $1', [second]);
      });
    await Promise.all([raise(1, 2), raise(2, 1)]);
    expect(tries).toBeGreaterThan(2);
    expect((await database.pool.query('select n from pair order by id')).rows).toEqual([{ n: 2 }, { n: 2 }]);
  });
});

describe('the offset row', () => {
  const row = { group: 'g', topic: 't', partition: 3 };

  it('is null before anything was handled, then what was stored', async () => {
    await inTransaction(database.pool, async (client) => {
      expect(await lockOffset(client, row)).toBeNull();
      await storeOffset(client, row, 9_007_199_254_740_993n);
    });
    expect(await inTransaction(database.pool, (client) => lockOffset(client, row))).toBe(9_007_199_254_740_993n);
    expect(await readOffsets(database.pool, 'g')).toEqual([{ topic: 't', partition: 3, next: 9_007_199_254_740_993n }]);
  });

  it('makes a second member wait until the first has committed', async () => {
    const other = { ...row, partition: 4 };
    const seen: (bigint | null)[] = [];
    const take = () =>
      inTransaction(database.pool, async (client) => {
        const next = (await lockOffset(client, other)) ?? 0n;
        seen.push(next);
        await storeOffset(client, other, next + 1n);
      });
    await Promise.all([1, 2, 3, 4, 5].map(take));
    expect(seen).toEqual([0n, 1n, 2n, 3n, 4n]);
  });
});

describe('parked messages', () => {
  it('keep their bytes, are parked once and revived once', async () => {
    const message = {
      topic: 'runacall.items.v1',
      partition: 1,
      offset: '42',
      key: 'acme:itm_1',
      headers: { ce_id: 'evt_1' },
      value: Buffer.from([0xff, 0x00, 0x7b]),
      reason: 'unreadable',
      tenant: 'acme',
      eventId: 'evt_1',
    };
    expect(await park(database.pool, message)).toBe(true);
    expect(await park(database.pool, message)).toBe(false);
    const page = { reason: message.reason, topics: [message.topic], after: undefined, limit: 10 };
    expect(await parkedFor(database.pool, { ...page, topics: ['runacall.invoices.v1'] })).toEqual([]);
    expect(await parkedFor(database.pool, page)).toMatchObject([message]);
    const place = { topic: message.topic, partition: 1, offset: '42' };
    expect(await revive(database.pool, place)).toMatchObject({ value: message.value, headers: message.headers });
    expect(await revive(database.pool, place)).toBeUndefined();
    expect(await parkedFor(database.pool, page)).toEqual([]);
  });
});

describe('settings', () => {
  it('are replaced by newer versions only, and say who is to be decided again', async () => {
    const at = (version: number) => ({ tenant: 'acme', version, document: { version } });
    expect(await storeSettings(database.pool, at(2))).toBe(true);
    expect(await storeSettings(database.pool, at(1))).toBe(false);
    expect(await storeSettings(database.pool, at(2))).toBe(false);
    expect(await readSettings(database.pool, ['acme', 'globex'])).toEqual(new Map([['acme', at(2)]]));
    expect(await settingsToRedecide(database.pool)).toEqual([at(2)]);
    expect(await storeSettings(database.pool, at(3))).toBe(true);
    await markRedecided(database.pool, 'acme', 2);
    expect(await settingsToRedecide(database.pool)).toEqual([at(3)]);
    await markRedecided(database.pool, 'acme', 3);
    expect(await settingsToRedecide(database.pool)).toEqual([]);
  });
});
