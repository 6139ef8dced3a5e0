import { admit } from '@qbo-sync/eventstore/inbox';
import { lockOffset, readOffsets, storeOffset } from '@qbo-sync/eventstore/offsets';
import { park, parkedFor, revive } from '@qbo-sync/eventstore/parked';
import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { markRedecided, readSettings, settingsToRedecide, storeSettings } from '@qbo-sync/eventstore/settings';
import { openStreams, streamsToRevisit, streamsWaitingOn } from '@qbo-sync/eventstore/stream-lists';
import { append, loadEvents, lockStreams, streamId, type Standing } from '@qbo-sync/eventstore/streams';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { deleteUnpublished, markUnpublished, oldestUnpublished } from '@qbo-sync/eventstore/unpublished';

/** A store under test: Postgres, or the one the simulation runs on. */
export interface OpenStore {
  readonly db: Database;
  close(): Promise<void>;
}

const CLOSED: Standing = { open: false, waitsOn: null, revisitAt: null };
const KEY = { tenant: 'acme', ref: 'invoice:inv_1' };

/**
 * What the product's statements may rely on, written once: the same functions of the event store over either store.
 * Whatever Postgres does here, the simulation's store does too.
 */
export function eventStoreFeatures(open: () => Promise<OpenStore>): void {
  let store: OpenStore;
  let db: Database;
  beforeAll(async () => {
    store = await open();
    db = store.db;
  });
  afterAll(() => store.close());

  it('appends at the expected version alone and reads back what it stored, erasable side included', async () => {
    const outcome = await inTransaction(db, (client) =>
      append(
        client,
        KEY,
        0,
        [
          { type: 'Changed', data: { n: 1 }, personal: { who: 'Dana' } },
          { type: 'Held', data: {} },
        ],
        {
          open: true,
          waitsOn: 'customer:cus_1',
          revisitAt: '2026-11-20T16:04:05.000Z',
        },
      ),
    );
    const late = await inTransaction(db, (client) => append(client, KEY, 1, [{ type: 'Held', data: {} }], CLOSED));
    const events = (await loadEvents(db, [KEY])).get(streamId(KEY));
    expect(outcome).toEqual({ outcome: 'appended', version: 2 });
    expect(late).toEqual({ outcome: 'conflict', version: 2 });
    expect(
      events?.map(({ version, type, data, personal, erased }) => ({ version, type, data, personal, erased })),
    ).toEqual([
      { version: 1, type: 'Changed', data: { n: 1 }, personal: { who: 'Dana' }, erased: false },
      { version: 2, type: 'Held', data: {}, personal: undefined, erased: false },
    ]);
  });

  it('lists streams by their standing', async () => {
    expect(await openStreams(db, 'acme', null, 10)).toEqual([KEY]);
    expect(await openStreams(db, 'acme', KEY.ref, 10)).toEqual([]);
    expect(await streamsWaitingOn(db, 'acme', ['customer:cus_2', 'customer:cus_1'])).toEqual([KEY]);
    expect(await streamsToRevisit(db, '2026-11-20T16:04:04Z', 10)).toEqual([]);
    expect(await streamsToRevisit(db, '2026-11-20T16:04:05Z', 10)).toEqual([KEY]);
  });

  it('gives back the oldest unpublished rows until they are deleted, and again when they are marked', async () => {
    const all = await oldestUnpublished(db, 10);
    expect(all.map(({ event }) => event.version)).toEqual([1, 2]);
    expect((await oldestUnpublished(db, 1)).map(({ event }) => event.version)).toEqual([1]);
    await deleteUnpublished(
      db,
      all.slice(0, 1).map(({ id }) => id),
    );
    expect((await oldestUnpublished(db, 10)).map(({ event }) => event.version)).toEqual([2]);
    expect(await markUnpublished(db, { tenant: 'acme', since: '2000-01-01T00:00:00Z' })).toBe(2);
    expect((await oldestUnpublished(db, 10)).map(({ event }) => event.version)).toEqual([2, 1, 2]);
  });

  it('shows nothing of a transaction before its commit and nothing after its rollback', async () => {
    const client = await db.connect();
    await client.query('begin');
    await append(client, { tenant: 'acme', ref: 'item:itm_1' }, 0, [{ type: 'Changed', data: {} }], CLOSED);
    expect((await loadEvents(db, [{ tenant: 'acme', ref: 'item:itm_1' }])).size).toBe(0);
    expect((await loadEvents(client, [{ tenant: 'acme', ref: 'item:itm_1' }])).size).toBe(1);
    await client.query('rollback');
    client.release();
    expect((await loadEvents(db, [{ tenant: 'acme', ref: 'item:itm_1' }])).size).toBe(0);
  });

  it('takes an identity before its commit: a later id may be seen earlier', async () => {
    const [slow, fast] = [await db.connect(), await db.connect()];
    await slow.query('begin');
    await append(slow, { tenant: 'acme', ref: 'item:slow' }, 0, [{ type: 'Changed', data: {} }], CLOSED);
    await inTransaction(db, (client) =>
      append(client, { tenant: 'acme', ref: 'item:fast' }, 0, [{ type: 'Changed', data: {} }], CLOSED),
    );
    const seen = (await oldestUnpublished(fast, 10)).map(({ event }) => event.ref);
    await slow.query('commit');
    const then = (await oldestUnpublished(fast, 10)).map(({ event }) => event.ref);
    slow.release();
    fast.release();
    expect(seen).toContain('item:fast');
    expect(seen).not.toContain('item:slow');
    expect(then.indexOf('item:slow')).toBe(then.indexOf('item:fast') - 1);
  });

  it('makes whoever locks a stream wait for whoever holds it, and then see what that one stored', async () => {
    const key = { tenant: 'acme', ref: 'invoice:locked' };
    const order: string[] = [];
    const first = await db.connect();
    await first.query('begin');
    await lockStreams(first, [key]);
    const second = inTransaction(db, async (client) => {
      const heads = await lockStreams(client, [key]);
      order.push('second');
      return heads.get(streamId(key))?.version;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push('first');
    await append(first, key, 0, [{ type: 'Changed', data: {} }], CLOSED);
    await first.query('commit');
    first.release();
    expect(await second).toBe(1);
    expect(order).toEqual(['first', 'second']);
  });

  it('lets one of two transactions that would wait for each other try again', async () => {
    const [a, b] = [
      { tenant: 'acme', ref: 'invoice:a' },
      { tenant: 'acme', ref: 'invoice:b' },
    ];
    let bothHold: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (bothHold = resolve));
    let holding = 0;
    const take = (one: typeof a, other: typeof a) =>
      inTransaction(db, async (client) => {
        await lockStreams(client, [one]);
        holding += 1;
        if (holding === 2) bothHold?.();
        await held;
        await lockStreams(client, [other]);
        return append(client, one, 0, [{ type: 'Changed', data: {} }], CLOSED);
      });
    const outcomes = await Promise.all([take(a, b), take(b, a)]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['appended', 'appended']);
    expect(holding).toBe(3);
  });

  it('admits an id once, tells the same from another payload, in one batch and across transactions', async () => {
    const entry = { tenant: 'acme', source: 'runacall', eventId: 'evt_1', ref: KEY.ref };
    const outcomes = await inTransaction(db, (client) =>
      admit(client, [
        { ...entry, payload: 'a' },
        { ...entry, payload: 'a' },
        { ...entry, eventId: 'evt_2', payload: 'b' },
      ]),
    );
    const again = await inTransaction(db, (client) =>
      admit(client, [
        { ...entry, payload: 'x' },
        { ...entry, payload: 'a' },
      ]),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['new', 'duplicate', 'new']);
    expect(again.map(({ outcome }) => outcome)).toEqual(['different', 'duplicate']);
  });

  it('makes two admissions of one id wait for each other: one is new', async () => {
    const entry = { tenant: 'acme', source: 'runacall', eventId: 'evt_race', ref: KEY.ref, payload: 'a' };
    const one = (client: Client) => admit(client, [entry]);
    const outcomes = await Promise.all([inTransaction(db, one), inTransaction(db, one), inTransaction(db, one)]);
    expect(
      outcomes
        .flat()
        .map(({ outcome }) => outcome)
        .sort(),
    ).toEqual(['duplicate', 'duplicate', 'new']);
  });

  it('keeps a partition’s next offset, its row locked from the first look on', async () => {
    const key = { group: 'g', topic: 't', partition: 3 };
    const take = (by: bigint) =>
      inTransaction(db, async (client) => {
        const at = (await lockOffset(client, key)) ?? 0n;
        await new Promise((resolve) => setTimeout(resolve, 5));
        await storeOffset(client, key, at + by);
        return at;
      });
    const found = await Promise.all([take(1n), take(1n), take(1n)]);
    expect(found.map(String).sort()).toEqual(['0', '1', '2']);
    expect(await readOffsets(db, 'g')).toEqual([{ topic: 't', partition: 3, next: 3n }]);
  });

  it('stores settings by their version and says which companies are to be decided again', async () => {
    expect(await storeSettings(db, { tenant: 'acme', version: 2, document: { v: 2 } })).toBe(true);
    expect(await storeSettings(db, { tenant: 'acme', version: 2, document: { v: 'other' } })).toBe(false);
    expect(await storeSettings(db, { tenant: 'acme', version: 1, document: { v: 1 } })).toBe(false);
    expect(await settingsToRedecide(db)).toEqual([{ tenant: 'acme', version: 2, document: { v: 2 } }]);
    await markRedecided(db, 'acme', 2);
    expect(await settingsToRedecide(db)).toEqual([]);
    expect((await readSettings(db, ['acme', 'zeta'])).get('acme')?.document).toEqual({ v: 2 });
  });

  it('parks a message once with its bytes and revives it once', async () => {
    const place = { topic: 't', partition: 0, offset: '12345678901' };
    const message = {
      ...place,
      key: null,
      headers: { a: 'b' },
      value: Buffer.from([0, 255]),
      reason: 'not_json',
      tenant: null,
      eventId: null,
    };
    expect(await park(db, message)).toBe(true);
    expect(await park(db, message)).toBe(false);
    const [listed] = await parkedFor(db, { reason: 'not_json', topics: ['t'], after: undefined, limit: 5 });
    expect(listed).toMatchObject(message);
    expect((await revive(db, place))?.value).toEqual(Buffer.from([0, 255]));
    expect(await revive(db, place)).toBeUndefined();
  });

  it('gives an advisory lock to one session, and to the next once that one is gone', async () => {
    const ask = async (client: Client) =>
      (
        await client.query<{ got: boolean }>(`select pg_try_advisory_lock(hashtext('outbox'), hashtext($1)) as got`, [
          'x',
        ])
      ).rows[0]?.got;
    const [first, second] = [await db.connect(), await db.connect()];
    expect([await ask(first), await ask(second)]).toEqual([true, false]);
    first.release(true);
    await expect(
      (async () => {
        for (let tries = 0; tries < 200; tries += 1) {
          if (await ask(second)) return true;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return false;
      })(),
    ).resolves.toBe(true);
    second.release(true);
  });
}
