import { testBrokers, testTopics } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { ConfigResourceTypes } from 'kafkajs';
import { createKafka } from './client';
import { runConsumer } from './consumer';
import { createProducer } from './producer';
import { endOffsets, ensureTopics, offsetsAt } from './topics';

jest.setTimeout(30_000);

const kafka = createKafka({ brokers: testBrokers(), clientId: 'producing-spec' });
const name = testTopics('producing');
const producer = createProducer(kafka);
afterAll(() => producer.close());

const spec = (topic: string, partitions = 1) => ({
  name: topic,
  partitions,
  cleanupPolicy: 'delete' as const,
  retentionMs: 3_600_000,
});
/** The settings of a topic reach its leader a moment after they are taken. */
const sentAtLast = (messages: Parameters<typeof producer.send>[0]): Promise<true> =>
  until(
    () =>
      producer.send(messages).then(
        () => true as const,
        () => false as const,
      ),
    { what: 'the topic takes it' },
  );
const settingsOf = async (topic: string): Promise<Record<string, string>> => {
  const admin = kafka.admin();
  await admin.connect();
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic }];
  const described = await admin.describeConfigs({ includeSynonyms: false, resources });
  await admin.disconnect();
  const entries = described.resources[0]?.configEntries ?? [];
  return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
};
const sum = (offsets: readonly { offset: bigint }[]): number =>
  offsets.reduce((total, { offset }) => total + Number(offset), 0);

describe('topics', () => {
  it('are created once, also when several processes start at a time, and stay as they are', async () => {
    const topic = name('created');
    await Promise.all([1, 2, 3].map(() => ensureTopics(kafka, [spec(topic, 3)])));
    await ensureTopics(kafka, [spec(topic, 5), spec(name('beside'))]);
    expect(await endOffsets(kafka, topic)).toHaveLength(3);
    expect(await endOffsets(kafka, name('beside'))).toHaveLength(1);
  });

  it('made by an older version take larger records from then on, and keep what else is set of them', async () => {
    const topic = name('widened');
    await ensureTopics(kafka, [spec(topic)]);
    await ensureTopics(kafka, [{ ...spec(topic), maxMessageBytes: 8 * 1024 * 1024 }]);
    const value = 'x'.repeat(5 * 1024 * 1024);
    await sentAtLast([{ topic, key: 'acme:k', value }]);
    expect((await settingsOf(topic))['retention.ms']).toBe('3600000');
    await ensureTopics(kafka, [{ ...spec(topic), maxMessageBytes: 4 * 1024 * 1024 }]);
    expect((await settingsOf(topic))['max.message.bytes']).toBe(String(8 * 1024 * 1024));
    const sizes: number[] = [];
    const consumer = runConsumer({
      kafka,
      groupId: name('widened-group'),
      topics: [topic],
      handle: ({ messages }) => {
        sizes.push(...messages.map((message) => message.value?.length ?? 0));
        return Promise.resolve({ outcome: 'done' });
      },
    });
    await until(() => sizes.length === 1, { what: 'the large record' });
    expect(sizes).toEqual([value.length]);
    await consumer.stop();
  });

  it('say their end and where an instant stands', async () => {
    const topic = name('offsets');
    await ensureTopics(kafka, [spec(topic)]);
    await producer.send([{ topic, key: 'acme:k', value: 'a' }]);
    const between = Date.now() + 1;
    while (Date.now() <= between) await new Promise((resolve) => setImmediate(resolve));
    await producer.send([{ topic, key: 'acme:k', value: 'b' }]);
    expect(await endOffsets(kafka, topic)).toEqual([{ topic, partition: 0, offset: 2n }]);
    expect(await offsetsAt(kafka, topic, between)).toEqual([{ topic, partition: 0, offset: 1n }]);
    expect(await offsetsAt(kafka, topic, Date.now() + 60_000)).toEqual([{ topic, partition: 0, offset: 2n }]);
  });
});

describe('the producer', () => {
  it('sends to several topics in one call and keeps a key on its partition', async () => {
    const [one, two] = [name('one'), name('two')];
    await ensureTopics(kafka, [spec(one, 4), spec(two, 4)]);
    const messages = Array.from({ length: 40 }, (_, index) => ({ topic: one, key: 'acme:same', value: String(index) }));
    await producer.send([...messages, { topic: two, key: 'acme:k', value: null, headers: { ce_id: 'evt_1' } }]);
    const ends = await endOffsets(kafka, one);
    expect(ends.filter(({ offset }) => offset > 0n).map(({ offset }) => offset)).toEqual([40n]);
    expect(sum(await endOffsets(kafka, two))).toBe(1);
  });

  it('tries again by itself: what is sent before its topic is there arrives once, in order', async () => {
    const topic = name('late');
    const sent = producer.send(['a', 'b', 'c'].map((value) => ({ topic, key: 'acme:k', value })));
    await ensureTopics(kafka, [spec(topic)]);
    await sent;
    expect(sum(await endOffsets(kafka, topic))).toBe(3);
  });

  it('rejects what no broker will take, and goes on', async () => {
    const topic = name('after');
    await ensureTopics(kafka, [spec(topic)]);
    const tooLarge = Buffer.alloc(3 * 1024 * 1024);
    await expect(producer.send([{ topic, key: 'acme:k', value: tooLarge }])).rejects.toThrow();
    await producer.send([{ topic, key: 'acme:k', value: 'a' }]);
    expect(sum(await endOffsets(kafka, topic))).toBe(1);
  });

  it('sends more to one partition than brokers take in one batch', async () => {
    const topic = name('large');
    await ensureTopics(kafka, [spec(topic)]);
    const value = 'x'.repeat(5_000);
    await producer.send(Array.from({ length: 500 }, () => ({ topic, key: 'acme:k', value })));
    expect(sum(await endOffsets(kafka, topic))).toBe(500);
  });

  it('sends nothing for nothing', async () => {
    await producer.send([]);
  });
});
