import { testDatabase } from '@qbo-sync/testkit/database';
import type { TestDatabase } from '@qbo-sync/testkit/database';
import { erasePayloads } from './erasure';
import { EVENT_STORE_MIGRATIONS } from './migrations';
import { openStreams, streamsToRevisit, streamsWaitingOn } from './stream-lists';
import type { NewEvent, Standing, StreamKey } from './streams';
import { append, appendAll, loadEvents, lockStreams, streamId } from './streams';
import { inTransaction } from './transaction';
import { oldestUnpublished } from './unpublished';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ name: 'streams', migrations: EVENT_STORE_MIGRATIONS });
});
afterAll(() => database.drop());

const CLOSED: Standing = { open: false, waitsOn: null, revisitAt: null };
const key = (ref: string, tenant = 'acme'): StreamKey => ({ tenant, ref });
const event = (type: string, personal?: unknown): NewEvent => ({
  type,
  data: { at: '2026-11-20T16:04:05Z' },
  ...(personal === undefined ? {} : { personal }),
});
const appendTo = (stream: StreamKey, expected: number, events: NewEvent[], standing = CLOSED) =>
  inTransaction(database.pool, (client) => append(client, stream, expected, events, standing));

describe('streams', () => {
  it('keeps events in order, with what can be erased beside them', async () => {
    const stream = key('invoice:inv_1');
    expect(
      await appendTo(stream, 0, [event('Changed', { data: { total: '179.70' } }), event('PushRequested')]),
    ).toEqual({
      outcome: 'appended',
      version: 2,
    });
    expect(await appendTo(stream, 2, [event('Settled', { warnings: [] })])).toEqual({
      outcome: 'appended',
      version: 3,
    });
    const events = (await loadEvents(database.pool, [stream])).get(streamId(stream));
    expect(events?.map(({ version, type }) => [version, type])).toEqual([
      [1, 'Changed'],
      [2, 'PushRequested'],
      [3, 'Settled'],
    ]);
    expect(events?.[0]).toMatchObject({ personal: { data: { total: '179.70' } }, erased: false });
    expect(events?.[1]).not.toHaveProperty('personal');
    expect(events?.[1]?.erased).toBe(false);
  });

  it('answers a stale version with a conflict and stores nothing of that append', async () => {
    const stream = key('invoice:conflict');
    await appendTo(stream, 0, [event('Changed')]);
    expect(await appendTo(stream, 0, [event('Changed')])).toEqual({ outcome: 'conflict', version: 1 });
    expect(await appendTo(key('invoice:nowhere'), 3, [event('Changed')])).toEqual({ outcome: 'conflict', version: 0 });
    const outcomes = await inTransaction(database.pool, (client) =>
      appendAll(client, [
        { ...stream, expectedVersion: 7, events: [event('Changed')], standing: CLOSED },
        { ...key('invoice:beside'), expectedVersion: 0, events: [event('Changed')], standing: CLOSED },
      ]),
    );
    expect(outcomes).toEqual([
      { outcome: 'conflict', version: 1 },
      { outcome: 'appended', version: 1 },
    ]);
    const streams = await loadEvents(database.pool, [stream, key('invoice:beside'), key('invoice:nowhere')]);
    expect([...streams].map(([id, events]) => [id, events.length])).toEqual([
      ['acme:invoice:beside', 1],
      ['acme:invoice:conflict', 1],
    ]);
  });

  it('lets exactly one of two concurrent appends in', async () => {
    const stream = key('invoice:race');
    const outcomes = await Promise.all([1, 2, 3].map(() => appendTo(stream, 0, [event('Changed')])));
    expect(outcomes.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'conflict')).toEqual([
      { outcome: 'conflict', version: 1 },
      { outcome: 'conflict', version: 1 },
    ]);
  });

  it('story 16: locks heads in key order, so that batches with the same streams in other orders never deadlock', async () => {
    const refs = Array.from({ length: 30 }, (_, index) => `invoice:lock_${String(index).padStart(2, '0')}`);
    let tries = 0;
    const writer = async (order: readonly string[]): Promise<void> => {
      for (let turn = 0; turn < 10; turn += 1) {
        await inTransaction(database.pool, async (client) => {
          tries += 1;
          const keys = order.map((ref) => key(ref));
          const heads = await lockStreams(client, keys);
          await appendAll(
            client,
            keys.map((one) => ({
              ...one,
              expectedVersion: heads.get(streamId(one))?.version ?? -1,
              events: [event('Changed')],
              standing: CLOSED,
            })),
          );
        });
      }
    };
    await Promise.all([refs, [...refs].reverse(), [...refs.slice(10), ...refs.slice(0, 10)], refs].map(writer));
    expect(tries).toBe(40);
    const heads = await inTransaction(database.pool, (client) =>
      lockStreams(
        client,
        refs.map((ref) => key(ref)),
      ),
    );
    expect(new Set([...heads.values()].map((head) => head.version))).toEqual(new Set([40]));
  });

  it('lists open streams in pages, those that wait on a ref, and those that are due', async () => {
    const open = { ...CLOSED, open: true };
    await appendTo(key('invoice:a', 'lists'), 0, [event('Held')], open);
    await appendTo(key('invoice:b', 'lists'), 0, [event('Deferred')], { ...open, waitsOn: 'customer:cus_1' });
    await appendTo(key('invoice:c', 'lists'), 0, [event('Deferred')], {
      ...open,
      revisitAt: '2026-11-21T00:00:00.000Z',
    });
    await appendTo(key('invoice:d', 'lists'), 0, [event('Settled')]);
    expect(await openStreams(database.pool, 'lists', null, 2)).toEqual([
      key('invoice:a', 'lists'),
      key('invoice:b', 'lists'),
    ]);
    expect(await openStreams(database.pool, 'lists', 'invoice:b', 2)).toEqual([key('invoice:c', 'lists')]);
    expect(await streamsWaitingOn(database.pool, 'lists', ['customer:cus_1', 'item:itm_1'])).toEqual([
      key('invoice:b', 'lists'),
    ]);
    expect(await streamsToRevisit(database.pool, '2026-11-20T23:59:59Z', 10)).toEqual([]);
    expect(await streamsToRevisit(database.pool, '2026-11-21T00:00:00Z', 10)).toEqual([key('invoice:c', 'lists')]);
    await appendTo(key('invoice:b', 'lists'), 1, [event('Settled')]);
    expect(await streamsWaitingOn(database.pool, 'lists', ['customer:cus_1'])).toEqual([]);
  });

  it('erases payloads and their keys; the events stay, their hash says nothing', async () => {
    const stream = key('customer:erase');
    await appendTo(stream, 0, [event('Changed', { data: { displayName: 'Ada' } }), event('Wanted')]);
    await inTransaction(database.pool, (client) => erasePayloads(client, 'acme', 'customer:erase'));
    const events = (await loadEvents(database.pool, [stream])).get(streamId(stream));
    expect(events?.map(({ erased, personal }) => [erased, personal])).toEqual([
      [true, undefined],
      [false, undefined],
    ]);
    const left = await database.pool.query(`select from payload where ref = 'customer:erase'`);
    expect(left.rowCount).toBe(0);
  });

  it('leaves an unpublished row for each event, in order, in the same transaction', async () => {
    const stream = key('invoice:published', 'relayed');
    await database.pool.query('delete from unpublished');
    await appendTo(stream, 0, [event('Changed'), event('PushRequested')]);
    const rolledBack = inTransaction(database.pool, async (client) => {
      await append(client, stream, 2, [event('Settled')], CLOSED);
      throw new Error('after the append');
    });
    await expect(rolledBack).rejects.toThrow('after the append');
    const unpublished = await oldestUnpublished(database.pool, 1_000);
    const own = unpublished.filter((row) => row.event.tenant === 'relayed').map((row) => row.event.version);
    expect(own).toEqual([1, 2]);
  });
});
