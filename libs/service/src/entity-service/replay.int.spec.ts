import { randomUUID } from 'node:crypto';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { storeReplay } from '@qbo-sync/eventstore/replays';
import { createKafka, type KafkaClient } from '@qbo-sync/kafka/client';
import { createProducer, type Producer } from '@qbo-sync/kafka/producer';
import { ensureTopics } from '@qbo-sync/kafka/topics';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import type { EntityService } from './definition';
import { Replayer } from './replayer';
import type { Replay } from './work';

jest.setTimeout(60_000);

const TOPIC = TOPICS.runacallItems.name;
const GROUP = 'spec';

let broken: (ref: string) => Error | undefined = () => undefined;
const toy: EntityService = {
  name: 'items',
  events: [TOPIC],
  functions: {
    initial: (tenant, ref) => ({ tenant, ref }),
    evolve: (state) => state,
    standing: () => ({ open: false, waitsOn: null, revisitAt: null }),
    toMessages: () => [],
    rulesFor: () => ({}),
    streamOf: (ref) => ref,
    decide: (_rules, state) => {
      const error = broken((state as { ref: string }).ref);
      if (error !== undefined) throw error;
      return [{ type: 'Taken', data: {} }];
    },
  },
};

describe('a replay', () => {
  let database: TestDatabase;
  let pool: Database;
  let kafka: KafkaClient;
  let producer: Producer;
  let tenant: string;
  let from: string;
  const running: Replayer[] = [];

  beforeAll(async () => {
    kafka = createKafka({ brokers: testBrokers(), clientId: 'replay' });
    await ensureTopics(kafka, [TOPICS.runacallItems]);
    producer = createProducer(kafka);
  });
  afterAll(() => producer.close());
  beforeEach(async () => {
    database = await testDatabase({ name: 'replay', migrations: EVENT_STORE_MIGRATIONS });
    pool = createPool(database.url, { max: 4, applicationName: 'replay' });
    tenant = `t-${randomUUID().slice(0, 8)}`;
    from = new Date(Date.now() - 1_000).toISOString();
    broken = () => undefined;
  });
  afterEach(async () => {
    for (const replayer of running.splice(0)) await replayer.stop();
    await pool.end();
    await database.drop();
  });

  const send = (ids: readonly string[]): Promise<void> =>
    producer.send(
      ids.map((id) => ({
        topic: TOPIC,
        key: `${tenant}:${id}`,
        headers: {
          ce_specversion: '1.0',
          ce_id: `e-${id}`,
          ce_source: 'runacall',
          ce_type: 'com.runacall.item.created.v1',
          ce_subject: id,
          ce_time: new Date().toISOString(),
          ce_tenant: tenant,
          ce_sequence: '1',
        },
        value: JSON.stringify({
          id,
          name: id,
          kind: 'service',
          unitPrice: '1.00',
          taxable: true,
          active: true,
          updatedAt: '2026-02-28T09:00:00Z',
        }),
      })),
    );
  const ask = async (change: Partial<Replay> = {}): Promise<string> => {
    const commandId = randomUUID();
    const to = new Date(Date.now() + 60_000).toISOString();
    const command = { commandId, by: 'pat', topic: TOPIC, tenant, ids: undefined, from, to, dryRun: false, ...change };
    await storeReplay(pool, { commandId, command });
    return commandId;
  };
  /** A process of its own: `onBatch` is told of each batch before the next is read. */
  const run = (onBatch: (self: Replayer) => void = () => undefined): Replayer => {
    const self: Replayer = new Replayer({
      pool,
      kafka,
      group: GROUP,
      service: toy,
      now: () => new Date().toISOString(),
      onApplied: () => onBatch(self),
      onTold: () => undefined,
      onError: (error) => {
        throw error;
      },
    });
    running.push(self);
    self.start();
    return self;
  };
  interface Row {
    readonly state: string;
    readonly matched: number;
    readonly new: number;
    readonly known: number;
    readonly parked: number;
  }
  const rowOf = async (commandId: string): Promise<Row> => {
    const { rows } = await pool.query<Record<string, string>>(`select * from replay where command_id = $1`, [
      commandId,
    ]);
    const row = rows[0]!;
    const [matched, fresh, known, parked] = ['matched', 'new', 'known', 'parked'].map((name) => Number(row[name]));
    return { state: row['state']!, matched: matched!, new: fresh!, known: known!, parked: parked! };
  };
  const done = async (commandId: string): Promise<Row> => {
    await until(async () => (await rowOf(commandId)).state !== 'running', { what: 'its end', timeoutMs: 30_000 });
    return rowOf(commandId);
  };
  const count = async (sql: string): Promise<number> =>
    Number((await pool.query<{ n: string }>(`select count(*) as n from ${sql}`)).rows[0]?.n);
  /** A millisecond that no record sent so far bears. */
  const later = async (): Promise<string> => {
    const sentBy = Date.now();
    await until(() => Date.now() > sentBy, { what: 'the next millisecond' });
    return new Date().toISOString();
  };
  const ids = Array.from({ length: 60 }, (_, index) => `itm_${index}`);

  it('story 5: killed half-way it goes on where it was, in another process; each record is taken once (K17)', async () => {
    await send(ids);
    const commandId = await ask();
    let batches = 0;
    const first = run((self) => {
      batches += 1;
      void self.stop();
    });
    await until(() => batches > 0, { what: 'a first batch', timeoutMs: 30_000 });
    await first.stop();
    const half = await rowOf(commandId);
    expect(half.state).toBe('running');
    expect(half.new).toBeLessThan(ids.length);

    run();
    expect(await done(commandId)).toEqual({
      state: 'done',
      matched: ids.length,
      new: ids.length,
      known: 0,
      parked: 0,
    });
    expect(await count(`event where type = 'Taken'`)).toBe(ids.length);
    expect(await count(`(select distinct ref from event where type = 'Taken') as t`)).toBe(ids.length);
  });

  it('story 5: what was committed just before the process broke is not taken again (K17)', async () => {
    await send(ids);
    const commandId = await ask();
    let broke = 0;
    run(() => {
      broke += 1;
      if (broke <= 2) throw new Error('after the commit, before the group knew');
    });
    expect(await done(commandId)).toMatchObject({ matched: ids.length, new: ids.length, known: 0 });
    expect(broke).toBeGreaterThan(2);
    expect(await count(`event where type = 'Taken'`)).toBe(ids.length);
  });

  it('story 5: two processes at it at once take each record once', async () => {
    await send(ids);
    const commandId = await ask();
    run();
    run();
    expect(await done(commandId)).toMatchObject({ state: 'done', matched: ids.length, new: ids.length, known: 0 });
    expect(await count(`event where type = 'Taken'`)).toBe(ids.length);
  });

  it('story 5: reads the range alone: neither what was written before it nor what was after', async () => {
    await send(ids.slice(0, 10));
    const middle = await later();
    await send(ids.slice(10, 30));
    const end = await later();
    await send(ids.slice(30));
    run();
    expect(await done(await asked({ from: middle, to: end }))).toMatchObject({ matched: 20, new: 20 });
    expect(await done(await asked({ ids: ['itm_3', 'e-itm_12', 'itm_none'] }))).toMatchObject({
      matched: 2,
      new: 1,
      known: 1,
    });
    expect(await done(await asked({ tenant: 'somebody-else' }))).toMatchObject({ matched: 0, new: 0 });
  });

  it('story 5: a record that no rule can take is set aside once, and taken by the version that was mended', async () => {
    await send(ids.slice(0, 12));
    broken = (ref) => (ref === 'item:itm_4' ? new TypeError('x') : undefined);
    run();
    expect(await done(await asked())).toMatchObject({ new: 11, parked: 1 });
    expect(await done(await asked())).toMatchObject({ new: 0, known: 11, parked: 0 });
    broken = () => undefined;
    expect(await done(await asked({ dryRun: true }))).toMatchObject({ new: 1, known: 11 });
    expect(await count(`parked where revived_at is null`)).toBe(1);
    expect(await done(await asked())).toMatchObject({ new: 1, known: 11 });
    expect(await count(`parked where revived_at is null`)).toBe(0);
    expect(await count(`event where type = 'ReadAgain'`)).toBe(1);
    expect(await done(await asked())).toMatchObject({ new: 0, known: 12 });
  });

  const asked = async (change: Partial<Replay> = {}): Promise<string> => {
    const commandId = await ask(change);
    for (const replayer of running) replayer.wake();
    return commandId;
  };
});
