import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { Fenced } from '@qbo-sync/gateway/sending/desk';
import { shardOf } from '@qbo-sync/gateway/intake';
import { Ledger, type LedgerEntry } from '@qbo-sync/gateway/sending/ledger';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { oldestUnpublished } from '@qbo-sync/gateway/sql/answers';
import { selectClaimed } from '@qbo-sync/gateway/sql/claiming';
import { insertRequests, type NewRequest } from '@qbo-sync/gateway/sql/taking';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';

const TENANT = 'acme';
const AT = new Date('2026-11-20T16:00:00Z');

function entry(ref: string, record: string, epoch = '7'): LedgerEntry {
  return {
    answer: {
      ...{ tenant: TENANT, ref, revision: 1, attempt: 1, books: 'bk_1', outcome: 'synced' },
      ...{ code: null, record, at: AT.toISOString() },
    },
    epoch,
  };
}

const request = (ref: string, revision: number): NewRequest => ({
  ...{ tenant: TENANT, ref, revision, books: 'bk_1', kind: 'put', last: false, lane: 'live' },
  ...{ run: null, refs: [], message: '{}', shard: shardOf(TENANT), newest: true },
});

describe('answers committed together', () => {
  let database: TestDatabase;
  let ledger: Ledger;
  beforeEach(async () => {
    database = await testDatabase({ name: 'ledger', migrations: [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS] });
    await database.pool.query(`update shard set epoch = 7, owner = 'spec' where shard = $1`, [shardOf(TENANT)]);
    ledger = new Ledger(database.pool);
    const four = [1, 2, 3, 4].map((n) => request(`invoice:inv_${n}`, 1));
    await inTransaction(database.pool, (sql) => insertRequests(sql, four));
  });
  afterEach(() => database.drop());

  const pending = async (): Promise<string[]> => {
    const { rows } = await database.pool.query<{ ref: string }>(`select ref from pending order by ref`);
    return rows.map(({ ref }) => ref);
  };
  const settled = async (entries: readonly LedgerEntry[]): Promise<unknown[]> =>
    (await Promise.allSettled(entries.map((one) => ledger.settle(one)))).map((one) =>
      one.status === 'rejected' ? one.reason : 'stored',
    );

  it('each settle its own row and say their answer once', async () => {
    const refs = ['invoice:inv_1', 'invoice:inv_2', 'invoice:inv_3'];
    expect(await settled(refs.map((ref) => entry(ref, `{"ref":"${ref}"}`)))).toEqual(['stored', 'stored', 'stored']);
    expect(await pending()).toEqual(['invoice:inv_4']);
    const said = await oldestUnpublished(database.pool, 10);
    expect(said.map(({ ref, record }) => [ref, record]).toSorted()).toEqual(
      refs.map((ref) => [ref, `{"ref":"${ref}"}`]),
    );
  });

  it('take only themselves down where Postgres refuses one', async () => {
    const refused = entry('invoice:inv_3', '{"a":"\0"}');
    const ends = await settled([1, 2, 4].map((n) => entry(`invoice:inv_${n}`, '{}')).toSpliced(2, 0, refused));
    expect(ends).toEqual(['stored', 'stored', expect.objectContaining({ code: '22021' }), 'stored']);
    expect(await pending()).toEqual(['invoice:inv_3']);
  });

  it.each(['by its key', 'by its place'])(
    'leave a higher revision where it is that comes at that very moment, %s',
    async (how) => {
      const [row] = await selectClaimed(database.pool, [{ tenant: TENANT, ref: 'invoice:inv_1' }]);
      const intake = await database.pool.connect();
      await intake.query('begin');
      await insertRequests(intake, [request('invoice:inv_1', 2)]);
      const ends = settled([{ ...entry('invoice:inv_1', '{}'), row: how === 'by its key' ? undefined : row }]);
      const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await until(async () => (await database.pool.query(waits)).rowCount === 1, {
        what: 'the settlement to wait for the intake',
      });
      await intake.query('commit');
      intake.release();
      expect(await ends).toEqual(['stored']);
      expect(await pending()).toContain('invoice:inv_1');
    },
  );

  it('are not stored under an epoch that is over; the others are', async () => {
    const [over, stands] = await settled([entry('invoice:inv_1', '{}', '6'), entry('invoice:inv_2', '{}')]);
    expect(over).toBeInstanceOf(Fenced);
    expect(stands).toBe('stored');
    expect(await pending()).toEqual(['invoice:inv_1', 'invoice:inv_3', 'invoice:inv_4']);
  });
});
