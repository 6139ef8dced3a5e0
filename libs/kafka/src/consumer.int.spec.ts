import { testBrokers, testTopics } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { createKafka } from './client';
import type { KafkaClient } from './client';
import type { ConsumerOptions, RunningConsumer, Trouble } from './consumer';
import { runConsumer } from './consumer';
import type { Batch, BatchOutcome, ConsumedMessage } from './message';
import { createProducer } from './producer';
import { endOffsets, ensureTopics } from './topics';

jest.setTimeout(60_000);

const kafka = createKafka({ brokers: testBrokers(), clientId: 'consumer-spec' });
const producer = createProducer(kafka);
const name = testTopics('consumer');
const running: RunningConsumer[] = [];
let count = 0;

async function topic(partitions = 1): Promise<string> {
  count += 1;
  const made = name(`topic-${count}`);
  await ensureTopics(kafka, [{ name: made, partitions, cleanupPolicy: 'delete', retentionMs: 3_600_000 }]);
  return made;
}

function consume(options: Partial<ConsumerOptions> & Pick<ConsumerOptions, 'topics' | 'handle'>): RunningConsumer {
  count += 1;
  const started = runConsumer({ kafka, groupId: name(`group-${count}`), ...options });
  running.push(started);
  return started;
}

const send = (to: string, values: readonly string[], key = 'acme:k') =>
  producer.send(values.map((value) => ({ topic: to, key, value })));

/** The same client, with a look at each consumer it makes. */
function watching(look: (consumer: ReturnType<KafkaClient['consumer']>) => void): KafkaClient {
  const consumer: KafkaClient['consumer'] = (config) => {
    const made = kafka.consumer(config);
    look(made);
    return made;
  };
  return Object.create(kafka, { consumer: { value: consumer } }) as KafkaClient;
}

/** Keeps what it is given and answers `done`. */
function keeper(kept: ConsumedMessage[]): (batch: Batch) => Promise<BatchOutcome> {
  return (batch) => {
    kept.push(...batch.messages);
    return Promise.resolve({ outcome: 'done' });
  };
}

const values = (messages: readonly ConsumedMessage[]): string[] => messages.map(({ value }) => String(value));

afterEach(() => Promise.all(running.splice(0).map((one) => one.stop())));
afterAll(() => producer.close());

describe('the consumer', () => {
  it('hands over raw records in order, with their place', async () => {
    const from = await topic();
    const kept: ConsumedMessage[] = [];
    await producer.send([
      { topic: from, key: 'acme:inv_1', value: '{"total":"179.70"}', headers: { ce_id: 'evt_1', note: 'Zoë' } },
      { topic: from, key: 'acme:inv_1', value: Buffer.from([0xff, 0x00]) },
      { topic: from, key: 'acme:inv_1', value: null },
    ]);
    const batches: Batch[] = [];
    const consumer = consume({
      topics: [from],
      handle: (batch) => {
        batches.push(batch);
        return keeper(kept)(batch);
      },
    });
    await until(() => kept.length === 3, { what: 'three records', timeoutMs: 20_000 });
    expect(kept[0]).toMatchObject({
      topic: from,
      partition: 0,
      offset: '0',
      key: 'acme:inv_1',
      headers: { ce_id: 'evt_1', note: 'Zoë' },
      value: Buffer.from('{"total":"179.70"}'),
    });
    expect(kept[1]?.value).toEqual(Buffer.from([0xff, 0x00]));
    expect(kept[2]?.value).toBeNull();
    expect(batches[0]).toMatchObject({ firstOffset: 0n, lastOffset: 2n, highWatermark: 3n, logStart: 0n });
    expect(consumer.status()).toMatchObject({ state: 'running', assigned: { [from]: [0] } });
  });

  it('takes as much of a partition at a time as it is told to', async () => {
    const from = await topic();
    const value = 'x'.repeat(1_000);
    await send(from, new Array<string>(2_000).fill(value));
    const counts = async (options: Pick<ConsumerOptions, 'partitionBytes'>): Promise<number[]> => {
      const taken: number[] = [];
      consume({
        ...options,
        topics: [from],
        handle: ({ messages }) => {
          taken.push(messages.length);
          return Promise.resolve({ outcome: 'done' });
        },
      });
      await until(() => taken.reduce((all, some) => all + some, 0) === 2_000, { what: 'all', timeoutMs: 20_000 });
      return taken;
    };
    expect(Math.max(...(await counts({})))).toBeLessThan(1_100);
    expect(Math.max(...(await counts({ partitionBytes: 2 * 1024 * 1024 })))).toBeGreaterThan(1_900);
  });

  it('does a batch again until it is handled, and nothing behind it before', async () => {
    const from = await topic();
    const troubles: Trouble[] = [];
    const kept: ConsumedMessage[] = [];
    const seen: string[] = [];
    let broken = true;
    const consumer = consume({
      topics: [from],
      onTrouble: (trouble) => troubles.push(trouble),
      handle: (batch) => {
        seen.push(...values(batch.messages));
        if (broken) throw new Error('no database');
        return keeper(kept)(batch);
      },
    });
    await send(from, ['a']);
    await until(() => consumer.status().failures >= 2, { what: 'two failures', timeoutMs: 20_000 });
    await send(from, ['b']);
    await until(() => consumer.status().failures >= 4, { what: 'four failures' });
    expect(new Set(seen)).toEqual(new Set(['a']));
    broken = false;
    await until(() => kept.length === 2, { what: 'both records' });
    expect(values(kept)).toEqual(['a', 'b']);
    expect(consumer.status().failures).toBe(0);
    expect(troubles[0]).toMatchObject({
      what: 'handle',
      remedy: 'again',
      topic: from,
      offset: '0',
      message: 'no database',
    });
  });

  it('leaves what it could not handle to the next member when it is stopped', async () => {
    const from = await topic();
    const groupId = name('unhandled');
    await send(from, ['a']);
    const failing = consume({ topics: [from], groupId, handle: () => Promise.reject(new Error('no database')) });
    await until(() => failing.status().failures >= 1, { what: 'a failure', timeoutMs: 20_000 });
    await failing.stop();
    const kept: ConsumedMessage[] = [];
    consume({ topics: [from], groupId, handle: keeper(kept) });
    await until(() => kept.length === 1, { what: 'the record', timeoutMs: 20_000 });
    expect(values(kept)).toEqual(['a']);
  });

  it('heartbeats while a batch is in hand, so that the group keeps it', async () => {
    const from = await topic();
    let beats = 0;
    const watched = watching((made) => void made.on('consumer.heartbeat', () => void (beats += 1)));
    let handled = 0;
    await send(from, ['a']);
    const consumer = consume({
      kafka: watched,
      topics: [from],
      handle: async () => {
        const before = beats;
        await until(() => beats >= before + 2, { what: 'two heartbeats', timeoutMs: 15_000 });
        handled += 1;
        return { outcome: 'done' };
      },
    });
    await until(() => handled === 1, { what: 'the batch', timeoutMs: 30_000 });
    expect(consumer.status()).toMatchObject({ state: 'running', failures: 0 });
  });

  it('goes back where it is told to', async () => {
    const from = await topic();
    const kept: ConsumedMessage[] = [];
    let sentBack = false;
    await send(from, ['a', 'b', 'c']);
    consume({
      topics: [from],
      handle: (batch) => {
        kept.push(...batch.messages);
        if (sentBack || batch.lastOffset < 2n) return Promise.resolve({ outcome: 'done' });
        sentBack = true;
        return Promise.resolve({ outcome: 'seek', offset: 1n });
      },
    });
    await until(() => kept.length === 5, { what: 'two records again', timeoutMs: 20_000 });
    expect(values(kept)).toEqual(['a', 'b', 'c', 'b', 'c']);
  });

  it('ends loudly when it must not go on', async () => {
    const from = await topic();
    const troubles: Trouble[] = [];
    const seen: string[] = [];
    await send(from, ['a']);
    const consumer = consume({
      topics: [from],
      onTrouble: (trouble) => troubles.push(trouble),
      handle: (batch) => {
        seen.push(...values(batch.messages));
        return Promise.resolve({ outcome: 'stop', why: 'records are gone' });
      },
    });
    await until(() => consumer.status().state === 'stopped', { what: 'the end', timeoutMs: 20_000 });
    expect(consumer.status()).toMatchObject({ why: `${from}/0: records are gone`, assigned: {} });
    expect(troubles).toMatchObject([{ what: 'stop', remedy: 'end' }]);
    expect(seen).toEqual(['a']);
  });

  it('says where the log starts, after records have gone too', async () => {
    const from = await topic();
    await send(from, ['a', 'b', 'c']);
    const admin = kafka.admin();
    await admin.connect();
    // kafkajs only knows the leader of a topic it was asked about.
    await admin.fetchTopicOffsets(from);
    await admin.deleteTopicRecords({ topic: from, partitions: [{ partition: 0, offset: '2' }] });
    await admin.disconnect();
    const batches: Batch[] = [];
    consume({
      topics: [from],
      handle: (batch) => {
        batches.push(batch);
        return Promise.resolve({ outcome: 'done' });
      },
    });
    await until(() => batches.length === 1, { what: 'the record that is left', timeoutMs: 20_000 });
    expect(batches[0]).toMatchObject({ firstOffset: 2n, logStart: 2n });
  });

  it('reads a paused topic only once it is resumed', async () => {
    const [settings, events] = [await topic(), await topic()];
    const kept: ConsumedMessage[] = [];
    await send(events, ['event']);
    await send(settings, ['settings']);
    const consumer = consume({ topics: [settings, events], pausedTopics: [events], handle: keeper(kept) });
    await until(() => kept.length === 1, { what: 'the settings', timeoutMs: 20_000 });
    await send(settings, ['more settings']);
    await until(() => kept.length === 2, { what: 'more settings' });
    expect(values(kept)).toEqual(['settings', 'more settings']);
    consumer.resume([events]);
    await until(() => kept.length === 3, { what: 'the event' });
    consumer.pause([events]);
    await send(events, ['later']);
    await send(settings, ['last settings']);
    await until(() => values(kept).includes('last settings'), { what: 'the last settings' });
    expect(values(kept)).not.toContain('later');
    consumer.resume([events]);
    await until(() => values(kept).includes('later'), { what: 'the event that waited' });
  });

  it('is built anew after a crash, until the group lets it in', async () => {
    const from = await topic();
    const groupId = name('crash');
    await send(from, ['a']);
    const alien = kafka.consumer({ groupId, partitionAssigners: [alienAssigner] });
    await alien.connect();
    await alien.subscribe({ topic: from });
    await alien.run({ eachMessage: () => Promise.resolve() });
    const kept: ConsumedMessage[] = [];
    const troubles: Trouble[] = [];
    const consumer = consume({
      topics: [from],
      groupId,
      handle: keeper(kept),
      onTrouble: (trouble) => troubles.push(trouble),
    });
    await until(() => consumer.status().rebuilds >= 2, { what: 'two rebuilds', timeoutMs: 20_000 });
    expect(consumer.status().state).toBe('rebuilding');
    expect(consumer.status().why).toMatch(/protocol/i);
    expect(troubles[0]).toMatchObject({ what: 'crash', remedy: 'rebuild' });
    await alien.disconnect();
    await until(() => consumer.status().state === 'running', { what: 'a running consumer', timeoutMs: 30_000 });
    await send(from, ['b']);
    await until(() => values(kept).includes('b'), { what: 'the record', timeoutMs: 20_000 });
  });

  it('is built anew when it cannot start', async () => {
    const from = await topic();
    const kept: ConsumedMessage[] = [];
    const troubles: Trouble[] = [];
    let made = 0;
    const flaky = watching((consumer) => {
      made += 1;
      if (made <= 2) jest.spyOn(consumer, 'connect').mockRejectedValue(new Error('no broker'));
    });
    await send(from, ['a']);
    const consumer = consume({
      kafka: flaky,
      topics: [from],
      handle: keeper(kept),
      onTrouble: (trouble) => troubles.push(trouble),
    });
    await until(() => kept.length === 1, { what: 'the record', timeoutMs: 20_000 });
    expect(troubles.slice(0, 2)).toMatchObject([
      { what: 'start', remedy: 'rebuild', message: 'no broker' },
      { what: 'start', remedy: 'rebuild', message: 'no broker' },
    ]);
    expect(consumer.status().state).toBe('running');
    expect(consumer.status().rebuilds).toBeGreaterThanOrEqual(2);
  });

  it('is built anew when it goes silent, and loses nothing', async () => {
    const from = await topic();
    const kept: ConsumedMessage[] = [];
    const made: ReturnType<KafkaClient['consumer']>[] = [];
    const watched = watching((consumer) => void made.push(consumer));
    const troubles: Trouble[] = [];
    const consumer = consume({
      kafka: watched,
      topics: [from],
      handle: keeper(kept),
      silentMs: 3_000,
      onTrouble: (trouble) => troubles.push(trouble),
    });
    await send(from, ['a']);
    await until(() => kept.length === 1, { what: 'the first record', timeoutMs: 20_000 });
    await made[0]?.stop();
    await send(from, ['b']);
    await until(() => kept.length === 2, { what: 'the second record', timeoutMs: 30_000 });
    expect(troubles).toContainEqual(expect.objectContaining({ what: 'silent', remedy: 'rebuild' }));
    expect(consumer.status().state).toBe('running');
  });

  it('story 16: a quiet partition past the offset row is sent back by the sweep', async () => {
    const from = await topic(2);
    const groupId = name('quiet');
    const kept: ConsumedMessage[] = [];
    await send(from, ['a', 'b', 'c'], 'acme:one');
    await send(from, ['d'], 'acme:two');
    const first = runConsumer({ kafka, groupId, topics: [from], handle: keeper(kept) });
    await until(() => kept.length === 4, { what: 'all records', timeoutMs: 20_000 });
    await first.stop();

    // The store was rewound: its rows say that one record of each partition was handled, at most.
    const rows = new Map(
      (await endOffsets(kafka, from)).map(({ partition, offset }) => [partition, offset > 1n ? 1n : 0n]),
    );
    const back: ConsumedMessage[] = [];
    let sweeps = 0;
    consume({
      topics: [from],
      groupId,
      sweepMs: 500,
      handle: keeper(back),
      sweep: (partitions) => {
        sweeps += 1;
        return Promise.resolve(
          partitions.map(({ topic: of, partition, position }) => {
            const row = rows.get(partition) ?? 0n;
            rows.set(partition, position);
            return position > row ? { place: 'seek', topic: of, partition, to: row } : { place: 'stay' };
          }),
        );
      },
    });
    const ends = await endOffsets(kafka, from);
    const due = ends.reduce((sum, { offset }) => sum + Number(offset > 1n ? offset - 1n : offset), 0);
    await until(() => back.length === due, { what: `${due} records again`, timeoutMs: 20_000 });
    const until3 = sweeps + 3;
    await until(() => sweeps >= until3, { what: 'more sweeps' });
    expect(back).toHaveLength(due);
  });

  it('leaves nothing behind in the group when it is stopped while it joins', async () => {
    const from = await topic();
    const groupId = name('joining');
    const kept: ConsumedMessage[] = [];
    await send(from, ['a']);
    // As many members as it takes to be stopped at every point of joining.
    const hasty = Array.from({ length: 5 }, () => consume({ topics: [from], groupId, handle: keeper(kept) }));
    for (const one of hasty) await one.stop();
    const last: ConsumedMessage[] = [];
    consume({ topics: [from], groupId, handle: keeper(last) });
    await send(from, ['b']);
    await until(() => values(last).includes('b'), { what: 'the record', timeoutMs: 20_000 });
    const admin = kafka.admin();
    await admin.connect();
    const { groups } = await admin.describeGroups([groupId]);
    await admin.disconnect();
    expect(groups[0]?.members).toHaveLength(1);
  });

  it('finishes the batch in hand when it is stopped', async () => {
    const from = await topic();
    const done: string[] = [];
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let entered = false;
    await send(from, ['a']);
    const consumer = consume({
      topics: [from],
      handle: async (batch) => {
        entered = true;
        await gate;
        done.push(...values(batch.messages));
        return { outcome: 'done' };
      },
    });
    await until(() => entered, { what: 'the batch', timeoutMs: 20_000 });
    const stopped = consumer.stop();
    release();
    await stopped;
    expect(done).toEqual(['a']);
    expect(consumer.status().state).toBe('stopped');
  });
});

/** An assigner of another name: the group then refuses whoever does not know it. */
const alienAssigner = () => ({
  name: 'alien',
  version: 1,
  protocol: () => ({ name: 'alien', metadata: Buffer.alloc(0) }),
  assign: () => Promise.resolve([]),
});
