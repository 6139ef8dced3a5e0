import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { storeSettings } from '@qbo-sync/eventstore/settings';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { GATEWAY_MIGRATIONS } from '../migrations';
import { Permits } from '../calling/permits';
import { Roster } from './roster';

jest.setTimeout(60_000);

const NOW = new Date('2026-11-20T16:00:00Z');
const LIMITS = { concurrent: 10, perWindow: { single: 5, batch: 5 }, windowMs: 60_000 };

describe('the companies a process holds', () => {
  let database: TestDatabase;
  let version = 0;
  beforeEach(async () => {
    database = await testDatabase({ name: 'roster', migrations: [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS] });
    for (const tenant of ['acme', 'oak']) await connected(tenant);
  });
  afterEach(() => database.drop());

  const connected = async (tenant: string): Promise<void> => {
    await database.pool.query(
      `insert into company (tenant, books, realm_hmacs, realm_sealed, state, first_connected_at)
       values ($1, $2, '{}', '', 'connected', $3)`,
      [tenant, `books-${tenant}`, NOW],
    );
    await active(tenant, true);
  };
  const active = async (tenant: string, is: boolean): Promise<unknown> =>
    storeSettings(database.pool, { tenant, version: (version += 1), document: { active: is } });
  const waits = (tenant: string): Promise<unknown> =>
    database.pool.query(
      `insert into pending (tenant, ref, shard, revision, books, kind, last, lane, refs)
       values ($1, 'customer:1', 0, 1, $2, 'put', false, 'live', '{}')`,
      [tenant, `books-${tenant}`],
    );
  const rosterUnder = (epoch: () => string, permits = new Permits(LIMITS, () => NOW.getTime())): Roster =>
    new Roster({
      ...{ db: database.pool, permits, clock: () => NOW, isBusy: () => false },
      leases: { holds: () => true, epochOf: epoch },
    });

  it('are those for which something waits; the others cost nothing and are looked up when a request comes', async () => {
    const roster = rosterUnder(() => '1');
    await waits('acme');
    expect(await roster.lookAtAll()).toEqual(['acme']);
    expect(roster.realm('oak')).toBeUndefined();
    expect(await roster.look(['oak'])).toEqual(['oak']);
    expect(roster.realm('oak')?.gate).toEqual({ most: 'limit', all: true });
  });

  it('go once nothing waits, and come back with the gate as it stands then: another process may have taken a pause in', async () => {
    const roster = rosterUnder(() => '1');
    await waits('acme');
    await roster.lookAtAll();
    const realm = roster.realm('acme');
    if (realm !== undefined) realm.stale = 'no';
    await database.pool.query(`delete from pending`);
    expect(await roster.lookAtAll()).toEqual([]);
    await active('acme', false);
    await roster.look(['acme']);
    expect(roster.realm('acme')?.gate).toEqual({ most: 'limit', all: false });
  });

  it('stay when a request has come for them since they were looked at', async () => {
    const roster = rosterUnder(() => '1');
    await roster.look(['acme']);
    expect(roster.realm('acme')?.stale).toBe('now');
    expect(await roster.lookAtAll()).toEqual(['acme']);
  });

  it('rest where another process was refused by throttling, what is in line here too', async () => {
    const permits = new Permits(LIMITS, () => NOW.getTime());
    await waits('acme');
    await database.pool.query(`update company set trouble = 'rate_limit', retry_at = $1 where tenant = 'acme'`, [
      new Date(NOW.getTime() + 60_000),
    ]);
    await rosterUnder(() => '1', permits).lookAtAll();
    expect(permits.isClosed('books-acme')).toBe(true);
    expect(permits.isClosed('books-oak')).toBe(false);
  });

  it('count what was called before their shard was held here, once for each time it is taken', async () => {
    const permits = new Permits(LIMITS, () => NOW.getTime());
    let epoch = '1';
    const roster = rosterUnder(() => epoch, permits);
    const called = (ref: string): Promise<unknown> =>
      database.pool.query(
        `insert into attempt (tenant, books, ref, revision, number, epoch, kind, path, query, requestid, bytes, fields,
                              sent_at, last_sent_at, sends, closed_at)
         values ('acme', 'books-acme', $1, 1, 1, 1, 'create', 'customer', '{}', $1, '{}', '{}', $2, $2, 1, $2)`,
        [ref, NOW],
      );
    await called('customer:1');
    await called('customer:2');
    await roster.lookAtAll();
    expect(permits.room('books-acme', 'single').now).toBe(3);
    await called('customer:3');
    await roster.lookAtAll();
    expect(permits.room('books-acme', 'single').now).toBe(3);
    epoch = '2';
    await roster.lookAtAll();
    expect(permits.room('books-acme', 'single').now).toBe(2);
  });
});
