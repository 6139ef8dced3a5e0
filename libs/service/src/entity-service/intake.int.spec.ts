import { EVENT_FAMILIES } from '@qbo-sync/contracts/runacall/event-types';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { readOffsets } from '@qbo-sync/eventstore/offsets';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { storeSettings } from '@qbo-sync/eventstore/settings';
import { loadEvents } from '@qbo-sync/eventstore/streams';
import type { Batch, ConsumedMessage } from '@qbo-sync/kafka/message';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import type { EntityService } from './definition';
import { Intake } from './intake';
import type { Applied } from './applying';
import { readParkedAgain } from './reviver';
import { Redecider } from './redecider';

const TENANT = 'acme';
const GROUP = 'spec';
const TOPIC = TOPICS.runacallItems.name;

/** Counts what its streams were asked; throws on a name that says so. */
let broken: (ref: string, trigger: Trigger) => Error | undefined = () => undefined;
/** Ref → the ref it waits on. */
let waiting: Readonly<Record<string, string>> = {};
/** Ref → the other ref its events concern. */
let beside: Readonly<Record<string, string>> = {};
/** Refs with nothing open. */
let settledRefs: readonly string[] = [];
/** What was to be read beside the streams, by reading: the refs of each with how many events they had. */
let looked: string[][] = [];
const toy: EntityService = {
  name: 'items',
  events: [TOPIC],
  related: (_client, to) => {
    looked.push(to.map(({ tenant, ref, state }) => `${tenant} ${ref} ${(state as { count: number }).count}`));
    return Promise.resolve(to.map(({ tenant, ref }) => `${tenant} ${ref}`));
  },
  functions: {
    initial: (tenant, ref) => ({ tenant, ref, count: 0 }),
    evolve: (state) => ({ ...(state as object), count: (state as { count: number }).count + 1 }),
    standing: (state) => {
      const { ref } = state as { ref: string };
      return { open: !settledRefs.includes(ref), waitsOn: waiting[ref] ?? null, revisitAt: null };
    },
    toMessages: () => [],
    rulesFor: () => ({}),
    streamOf: (ref) => ref,
    concerns: (ref, _change, data) => [
      { stream: ref, data },
      ...(beside[ref] === undefined ? [] : [{ stream: beside[ref], data }]),
    ],
    decide: (_rules, state, trigger, { settings, related }) => {
      const { tenant, ref } = state as { tenant: string; ref: string };
      const error = related === `${tenant} ${ref}` ? broken(ref, trigger) : new Error('what is another’s was read');
      if (error !== undefined) throw error;
      return [{ type: trigger.kind === 'redecide' ? `Again${settings?.version ?? ''}` : 'Taken', data: {} }];
    },
  },
};

function event(id: string, offset: number, change = 'created'): ConsumedMessage {
  return {
    topic: TOPIC,
    partition: 0,
    offset: String(offset),
    key: `${TENANT}:${id}`,
    headers: {
      ce_specversion: '1.0',
      ce_id: `e-${id}`,
      ce_source: 'runacall',
      ce_type: `com.runacall.item.${change}.v1`,
      ce_subject: id,
      ce_time: '2026-02-28T09:00:00Z',
      ce_tenant: TENANT,
      ce_sequence: '1',
    },
    value: Buffer.from(
      JSON.stringify({
        id,
        name: id,
        kind: 'service',
        unitPrice: '1.00',
        taxable: true,
        active: true,
        updatedAt: '2026-02-28T09:00:00Z',
      }),
    ),
    timestamp: 0,
  };
}

function batchOf(messages: readonly ConsumedMessage[]): Batch {
  const offsets = messages.map(({ offset }) => BigInt(offset));
  const [first, last] = [offsets[0]!, offsets.at(-1)!];
  return {
    topic: TOPIC,
    partition: 0,
    messages,
    firstOffset: first,
    lastOffset: last,
    highWatermark: last + 1n,
    logStart: 0n,
  };
}

describe('the intake', () => {
  let database: TestDatabase;
  let pool: Database;
  let intake: Intake;
  let applied: Applied[];
  beforeEach(async () => {
    database = await testDatabase({ name: 'intake', migrations: EVENT_STORE_MIGRATIONS });
    pool = createPool(database.url, { max: 4, applicationName: 'intake' });
    intake = new Intake({
      pool,
      group: GROUP,
      service: toy,
      now: () => '2026-03-01T00:00:00Z',
      onApplied: (_topic, what) => applied.push(what),
    });
    broken = () => undefined;
    waiting = {};
    beside = {};
    applied = [];
    looked = [];
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  const typesOf = async (id: string): Promise<string[]> => {
    const key = { tenant: TENANT, ref: `item:${id}` };
    return ((await loadEvents(pool, [key])).get(`${TENANT}:item:${id}`) ?? []).map(({ type }) => type);
  };
  const next = async (): Promise<bigint | undefined> => (await readOffsets(pool, GROUP))[0]?.next;

  it('story 16: a record no rule can take is set aside, and its partition goes on', async () => {
    broken = (ref) => (ref === 'item:b' ? new TypeError('Zoë Canary') : undefined);
    const batch = batchOf([event('a', 0), event('b', 1), event('c', 2)]);
    expect(await intake.take(batch)).toEqual({ outcome: 'done' });
    expect([await typesOf('a'), await typesOf('b'), await typesOf('c')]).toEqual([['Taken'], [], ['Taken']]);
    expect(await next()).toBe(3n);
    const { rows } = await pool.query(`select "offset", reason, event_id from parked`);
    expect(rows).toEqual([{ offset: '1', reason: 'failed_here', event_id: 'e-b' }]);
    const stored = await pool.query<{ body: string }>(`select body from payload where ref like '%/0/1'`);
    expect(stored.rows[0]?.body).toContain('"error":"TypeError"');
    expect(stored.rows[0]?.body).not.toContain('Canary');
  });

  it('what decisions need beside their streams is read once for a batch of a company, and again for later events', async () => {
    const of = (message: ConsumedMessage, more: Readonly<Record<string, string>>): ConsumedMessage => ({
      ...message,
      headers: { ...message.headers, ...more },
    });
    const others = { ...of(event('d', 3), { ce_tenant: 'other' }), key: 'other:d' };
    const later = of(event('a', 2, 'updated'), { ce_id: 'e-a-2', ce_sequence: '2' });
    await intake.take(batchOf([event('a', 0), event('b', 1), later, others]));
    expect(looked).toEqual([['acme item:a 0', 'acme item:b 0'], ['other item:d 0'], ['acme item:a 1']]);
    expect([await typesOf('a'), await typesOf('b')]).toEqual([['Taken', 'Taken'], ['Taken']]);
    expect((await pool.query('select from parked')).rowCount).toBe(0);
  });

  it('an event of several streams is decided on in all of them or in none; told again, in none', async () => {
    beside = { 'item:a': 'item:r', 'item:b': 'item:s' };
    waiting = { 'item:w': 'item:r' };
    await intake.take(batchOf([event('w', 0)]));
    broken = (ref) => (ref === 'item:s' ? new TypeError('Zoë Canary') : undefined);
    await intake.take(batchOf([event('a', 1), event('b', 2)]));
    expect([await typesOf('a'), await typesOf('r')]).toEqual([['Taken'], ['Taken']]);
    expect([await typesOf('b'), await typesOf('s')]).toEqual([[], []]);
    const { rows } = await pool.query(`select "offset", reason from parked`);
    expect(rows).toEqual([{ offset: '2', reason: 'failed_here' }]);
    // What waits for the other stream hears of it, after it was decided on.
    expect(await typesOf('w')).toEqual(['Taken', 'Again']);
    await intake.take(batchOf([event('a', 3)]));
    expect(await typesOf('r')).toEqual(['Taken']);
    expect(applied.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(1);
  });

  it('a stream that a record only wakes, and that throws, stays as it stands; the record is taken', async () => {
    waiting = { 'item:w': 'item:a' };
    await intake.take(batchOf([event('w', 0)]));
    broken = (ref, { kind }) => (ref === 'item:w' && kind === 'redecide' ? new TypeError('Zoë Canary') : undefined);
    await intake.take(batchOf([event('a', 1), event('b', 2)]));
    expect([await typesOf('a'), await typesOf('b'), await typesOf('w')]).toEqual([['Taken'], ['Taken'], ['Taken']]);
    expect((await pool.query('select from parked')).rowCount).toBe(0);
    const failed = applied.flatMap(({ decided }) => decided.filter(({ failure }) => failure !== undefined));
    expect(failed.map(({ ref }) => ref)).toEqual(['item:w']);
    broken = () => undefined;
    await intake.take(batchOf([{ ...event('a', 3), headers: { ...event('a', 3).headers, ce_id: 'e-a-2' } }]));
    expect(await typesOf('w')).toEqual(['Taken', 'Again']);
  });

  it('story 12: an event of an unknown type is kept, and read by the version that knows it', async () => {
    await intake.take(batchOf([event('a', 0), event('b', 1, 'archived'), event('b', 2, 'archived')]));
    const again = (): Promise<number> =>
      readParkedAgain({
        pool,
        service: toy,
        now: () => '2026-04-01T00:00:00Z',
        onApplied: () => undefined,
        onError: () => undefined,
        pageSize: 1,
      });
    expect(await again()).toBe(0);
    expect((await pool.query(`select from parked where reason = 'unreadable'`)).rowCount).toBe(2);
    const family = EVENT_FAMILIES[TOPIC]!;
    jest.replaceProperty(family, 'changes', [...family.changes, 'archived']);
    try {
      // Sent twice, with one id: taken once, and the rows of both end.
      expect(await again()).toBe(2);
      expect(await typesOf('b')).toEqual(['Taken']);
      expect((await pool.query(`select from parked where revived_at is null`)).rowCount).toBe(0);
      expect((await pool.query(`select from event where type = 'ReadAgain'`)).rowCount).toBe(2);
      expect(await again()).toBe(0);
      const fresh = await intake.take(batchOf([event('b', 3, 'archived')]));
      expect([fresh, await typesOf('b')]).toEqual([{ outcome: 'done' }, ['Taken']]);
    } finally {
      jest.restoreAllMocks();
    }
  });

  it('what is the surroundings’ fault parks nothing: the batch comes again whole', async () => {
    await pool.query('alter table inbox rename to gone');
    await expect(intake.take(batchOf([event('a', 0), event('b', 1)]))).rejects.toMatchObject({ code: '42P01' });
    await pool.query('alter table gone rename to inbox');
    expect(await next()).toBeUndefined();
    expect(await intake.take(batchOf([event('a', 0), event('b', 1)]))).toEqual({ outcome: 'done' });
    expect((await pool.query('select from parked')).rowCount).toBe(0);
    expect(await typesOf('b')).toEqual(['Taken']);
  });

  it('story 16: a batch past the offset row is sent back, one before it is absorbed', async () => {
    await intake.take(batchOf([event('a', 0), event('b', 1)]));
    expect(await intake.take(batchOf([event('d', 5)]))).toEqual({ outcome: 'seek', offset: 2n });
    expect(await intake.take(batchOf([event('a', 0), event('b', 1)]))).toEqual({ outcome: 'done' });
    expect([await typesOf('a'), await typesOf('d')]).toEqual([['Taken'], []]);
  });

  it('each version of the settings has every open stream decided again, page by page', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await intake.take(batchOf(ids.map((id, offset) => event(id, offset))));
    await storeSettings(pool, { tenant: TENANT, version: 7, document: { tenant: TENANT, version: 7 } });
    broken = (ref, { kind }) => (ref === 'item:c' && kind === 'redecide' ? new TypeError('x') : undefined);
    const failed: (string | undefined)[] = [];
    const redecider = new Redecider({
      pool,
      service: toy,
      now: () => '2026-03-01T00:00:00Z',
      onDecided: () => undefined,
      onError: (_error, stream) => failed.push(stream?.ref),
      pageSize: 2,
    });
    redecider.start();
    const done = async () => (await pool.query('select redecided_version as v from settings')).rows[0] as { v: number };
    await until(async () => (await done()).v === 7, { what: 'all pages' });
    await redecider.stop();
    expect(failed).toEqual(['item:c']);
    for (const id of ids) expect(await typesOf(id)).toEqual(id === 'c' ? ['Taken'] : ['Taken', 'Again7']);
  });

  it('a command without refs is decided page by page, not in its batch, and goes on where it was after a crash', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await intake.take(batchOf(ids.map((id, offset) => event(id, offset))));
    const value = JSON.stringify({
      ...{ commandId: 'again-1', kind: 'redecide', tenant: TENANT, entity: 'item' },
      ...{ by: 'pat', at: '2026-03-01T00:00:00Z' },
    });
    const command = {
      ...event('x', 0),
      topic: TOPICS.commands.name,
      key: TENANT,
      headers: {},
      value: Buffer.from(value),
    };
    await intake.take({ ...batchOf([command]), topic: command.topic });
    for (const id of ids) expect(await typesOf(id)).toEqual(['Taken']);

    const redecider = (onDecided: () => void) =>
      new Redecider({
        ...{ pool, service: toy, now: () => '2026-03-01T00:00:00Z', pageSize: 2, onDecided },
        onError: (error) => {
          throw error;
        },
      });
    const first = redecider(() => void first.stop());
    first.start();
    await until(async () => (await typesOf('a')).length === 2, { what: 'the first page' });
    await first.stop();
    for (const id of ids) expect(await typesOf(id)).toHaveLength(id < 'c' ? 2 : 1);

    const second = redecider(() => undefined);
    second.start();
    await until(async () => (await pool.query('select from redecision')).rowCount === 0, { what: 'all pages' });
    await second.stop();
    for (const id of ids) expect(await typesOf(id)).toEqual(['Taken', 'Again']);
    // How far it came stood in each message, whoever worked it off.
    const { rows } = await pool.query<{ data: string }>(
      `select data from event where type = 'Operated' order by version`,
    );
    const said = rows.map(({ data }) => JSON.parse(data) as { state: string; progress: object; by: string });
    expect(said.map(({ state, progress }) => [state, progress])).toEqual([
      ['running', { read: 2, of: 5, changed: 2 }],
      ['running', { read: 4, of: 5, changed: 4 }],
      ['done', { read: 5, of: 5, changed: 5 }],
    ]);
    expect(new Set(said.map(({ by }) => by))).toEqual(new Set(['pat']));
  });

  it('a command decides what is done again only where it asks for that', async () => {
    settledRefs = ['item:b', 'item:d'];
    const ids = ['a', 'b', 'c', 'd'];
    await intake.take(batchOf(ids.map((id, offset) => event(id, offset))));
    const redecider = new Redecider({
      ...{ pool, service: toy, now: () => '2026-03-01T00:00:00Z', pageSize: 2, onDecided: () => undefined },
      onError: (error) => {
        throw error;
      },
    });
    const command = async (commandId: string, closed: boolean): Promise<void> => {
      const value = JSON.stringify({
        ...{ commandId, kind: 'redecide', tenant: TENANT, entity: 'item', closed },
        ...{ by: 'pat', at: '2026-03-01T00:00:00Z' },
      });
      const topic = TOPICS.commands.name;
      const message = { ...event('x', closed ? 1 : 0), topic, key: TENANT, headers: {}, value: Buffer.from(value) };
      await intake.take({ ...batchOf([message]), topic });
      redecider.wake();
      await until(async () => (await pool.query('select from redecision')).rowCount === 0, { what: 'all pages' });
    };
    redecider.start();
    await command('open-ones', false);
    expect(await Promise.all(ids.map(typesOf))).toEqual([['Taken', 'Again'], ['Taken'], ['Taken', 'Again'], ['Taken']]);
    await command('all', true);
    await redecider.stop();
    expect(await typesOf('b')).toEqual(['Taken', 'Again']);
    expect(await typesOf('d')).toEqual(['Taken', 'Again']);
    settledRefs = [];
  });
});
