import { testDatabase } from '@qbo-sync/testkit/database';
import type { TestDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { erasePayloads } from './erasure';
import { admit } from './inbox';
import type { Admission, InboxEntry } from './inbox';
import { EVENT_STORE_MIGRATIONS } from './migrations';
import { inTransaction } from './transaction';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ name: 'inbox', migrations: EVENT_STORE_MIGRATIONS });
});
afterAll(() => database.drop());

const entry = (eventId: string, payload: string, tenant = 'acme'): InboxEntry => ({
  tenant,
  source: '/run-a-call',
  eventId,
  ref: `customer:${eventId}`,
  payload,
});
const admitAll = (entries: readonly InboxEntry[]): Promise<Admission[]> =>
  inTransaction(database.pool, (client) => admit(client, entries));

describe('the inbox', () => {
  it('admits an id once, and knows a duplicate from another payload', async () => {
    expect(await admitAll([entry('e1', 'a'), entry('e2', 'b')])).toEqual([{ outcome: 'new' }, { outcome: 'new' }]);
    expect(await admitAll([entry('e3', 'c'), entry('e1', 'a'), entry('e2', 'other')])).toEqual([
      { outcome: 'new' },
      { outcome: 'duplicate' },
      { outcome: 'different', ref: 'customer:e2' },
    ]);
  });

  it('tells an id that comes twice in one batch', async () => {
    expect(await admitAll([entry('twice', 'a'), entry('twice', 'a'), entry('twice', 'b')])).toEqual([
      { outcome: 'new' },
      { outcome: 'duplicate' },
      { outcome: 'different', ref: 'customer:twice' },
    ]);
  });

  it('keeps companies apart', async () => {
    await admitAll([entry('shared', 'a')]);
    expect(await admitAll([entry('shared', 'b', 'globex')])).toEqual([{ outcome: 'new' }]);
  });

  it('forgets what a transaction admitted that was rolled back', async () => {
    const failing = inTransaction(database.pool, async (client) => {
      await admit(client, [entry('rolled-back', 'a')]);
      throw new Error('after the inbox');
    });
    await expect(failing).rejects.toThrow('after the inbox');
    expect(await admitAll([entry('rolled-back', 'a')])).toEqual([{ outcome: 'new' }]);
  });

  it('story 16: admits each id once when transactions bring the same ids in other orders, without a deadlock', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `race-${index}`);
    const turns = [ids, [...ids].reverse(), ids, [...ids].reverse()];
    let tries = 0;
    const bring = (turn: readonly string[]): Promise<Admission[]> =>
      inTransaction(database.pool, (client) => {
        tries += 1;
        return admit(
          client,
          turn.map((id) => entry(id, 'same')),
        );
      });
    // Somebody holds an id in the middle until all the others stand half-way, each with ids of its own in hand.
    const racing = inTransaction(database.pool, async (client) => {
      await admit(client, [entry('race-20', 'same')]);
      const outcomes = Promise.all(turns.map(bring));
      await until(
        async () => {
          const waiting = await database.pool.query(
            `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          );
          return waiting.rowCount === turns.length;
        },
        { what: 'all to wait' },
      );
      return { outcomes };
    });
    const outcomes = (await (await racing).outcomes).flat();
    expect(tries).toBe(turns.length);
    expect(outcomes.filter(({ outcome }) => outcome === 'new')).toHaveLength(ids.length - 1);
    expect(outcomes.filter(({ outcome }) => outcome === 'different')).toEqual([]);
  });

  it('erasing a payload erases the meaning of its hash: a replay then counts as a duplicate', async () => {
    await admitAll([entry('erased', '{"name":"Ada"}'), entry('kept', '{"name":"Bob"}')]);
    await inTransaction(database.pool, (client) => erasePayloads(client, 'acme', 'customer:erased'));
    expect(await admitAll([entry('erased', '{"name":"Ada"}'), entry('erased', 'else'), entry('kept', 'else')])).toEqual(
      [{ outcome: 'duplicate' }, { outcome: 'duplicate' }, { outcome: 'different', ref: 'customer:kept' }],
    );
    const keys = await database.pool.query(`select from inbox_key where event_id = 'erased'`);
    expect(keys.rowCount).toBe(0);
  });
});
