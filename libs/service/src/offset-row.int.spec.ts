import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { lockOffset, placeBatch, placeQuiet, readOffsets, storeOffset } from '@qbo-sync/eventstore/offsets';
import { createPool } from '@qbo-sync/eventstore/pool';
import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { createKafka } from '@qbo-sync/kafka/client';
import { runConsumer } from '@qbo-sync/kafka/consumer';
import type { RunningConsumer } from '@qbo-sync/kafka/consumer';
import type { Batch, BatchOutcome } from '@qbo-sync/kafka/message';
import { createProducer } from '@qbo-sync/kafka/producer';
import type { QuietAnswer, QuietPartition } from '@qbo-sync/kafka/sweep';
import { ensureTopics } from '@qbo-sync/kafka/topics';
import { testDatabase } from '@qbo-sync/testkit/database';
import type { TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers, testTopics } from '@qbo-sync/testkit/kafka';
import { seeded } from '@qbo-sync/testkit/seeds';
import { until } from '@qbo-sync/testkit/until';

jest.setTimeout(120_000);

/** What handling a record leaves behind, in the transaction of the offset row. No key: a record handled twice shows. */
const HANDLED = { name: 'handled', sql: 'create table handled (topic text, partition int, "offset" bigint)' };

const kafka = createKafka({ brokers: testBrokers(), clientId: 'offset-row-spec' });
const producer = createProducer(kafka);
const name = testTopics('offset-row');
const running: RunningConsumer[] = [];
let database: TestDatabase;
let pool: Database;

beforeAll(async () => {
  database = await testDatabase({ name: 'offset_row', migrations: [...EVENT_STORE_MIGRATIONS, HANDLED] });
  pool = createPool(database.url, { max: 12, applicationName: 'offset-row-spec' });
});
afterEach(() => Promise.all(running.splice(0).map((one) => one.stop())));
afterAll(async () => {
  await producer.close();
  await pool.end();
  await database.drop();
});

async function topic(what: string, partitions: number): Promise<string> {
  const made = name(what);
  await ensureTopics(kafka, [{ name: made, partitions, cleanupPolicy: 'delete', retentionMs: 3_600_000 }]);
  return made;
}

/** A batch of a service, without what it decides. */
async function take(group: string, batch: Batch): Promise<BatchOutcome> {
  const key = { group, topic: batch.topic, partition: batch.partition };
  return inTransaction(pool, async (client) => {
    const place = placeBatch({
      stored: await lockOffset(client, key),
      first: batch.firstOffset,
      last: batch.lastOffset,
      logStart: batch.logStart,
    });
    if (place.place === 'seek') return { outcome: 'seek', offset: place.to };
    if (place.place === 'stop') return { outcome: 'stop', why: place.why };
    if (place.place === 'take') {
      const offsets = batch.messages.map(({ offset }) => BigInt(offset)).filter((offset) => offset >= place.from);
      await client.query('insert into handled select $1, $2, unnest($3::bigint[])', [
        batch.topic,
        batch.partition,
        offsets.map(String),
      ]);
      await storeOffset(client, key, batch.lastOffset + 1n);
    }
    return { outcome: 'done' };
  });
}

async function sweep(group: string, partitions: readonly QuietPartition[]): Promise<readonly QuietAnswer[]> {
  const rows = await readOffsets(pool, group);
  return partitions.map(({ topic: of, partition, position, logStart }) => {
    const stored = rows.find((row) => row.topic === of && row.partition === partition)?.next ?? null;
    const place = placeQuiet({ stored, position, logStart });
    return place.place === 'seek' ? { ...place, topic: of, partition } : place;
  });
}

function consume(group: string, from: string, sweepMs = 30_000): RunningConsumer {
  const started = runConsumer({
    kafka,
    groupId: group,
    topics: [from],
    sweepMs,
    handle: (batch) => take(group, batch),
    sweep: (partitions) => sweep(group, partitions),
  });
  running.push(started);
  return started;
}

const send = (to: string, from: number, count: number) =>
  producer.send(
    Array.from({ length: count }, (_, index) => ({
      topic: to,
      key: `acme:k${from + index}`,
      value: String(from + index),
    })),
  );

async function handled(of: string): Promise<{ all: number; distinct: number }> {
  const result = await pool.query<{ all: string; distinct: string }>(
    `select count(*) as all, count(distinct (partition, "offset")) as distinct from handled where topic = $1`,
    [of],
  );
  return { all: Number(result.rows[0]?.all), distinct: Number(result.rows[0]?.distinct) };
}

const allHandled = (of: string, count: number) =>
  until(async () => (await handled(of)).distinct === count, { what: `${count} records`, timeoutMs: 60_000 });

/** Takes the store back to where it stood when `keep` of each partition was handled, as a restored backup would. */
async function rewind(group: string, of: string, keep: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(`update partition_offset set next_offset = least(next_offset, $2) where consumer_group = $1`, [
      group,
      keep,
    ]);
    await client.query(`delete from handled where topic = $1 and "offset" >= $2`, [of, keep]);
  });
}

describe('story 16: the offset row beside what was handled', () => {
  it('database rewound between two runs: everything is read back, once', async () => {
    const [from, group] = [await topic('rewound', 4), name('rewound')];
    await send(from, 0, 2_000);
    const first = consume(group, from);
    await allHandled(from, 2_000);
    await first.stop();
    await rewind(group, from, 100);
    expect((await handled(from)).all).toBe(400);
    await send(from, 2_000, 200);
    consume(group, from);
    await allHandled(from, 2_200);
    expect(await handled(from)).toEqual({ all: 2_200, distinct: 2_200 });
  });

  it('database rewound to before its first record while the consumer runs: everything is read back, once', async () => {
    const [from, group] = [await topic('emptied', 2), name('emptied')];
    await send(from, 0, 500);
    const consumer = consume(group, from);
    await allHandled(from, 500);
    await inTransaction(pool, async (client) => {
      await client.query('delete from partition_offset where consumer_group = $1', [group]);
      await client.query('delete from handled where topic = $1', [from]);
    });
    await send(from, 500, 50);
    await allHandled(from, 550);
    expect(await handled(from)).toEqual({ all: 550, distinct: 550 });
    expect(consumer.status()).toMatchObject({ state: 'running', rebuilds: 0 });
  });

  it('a quiet partition is sent back by the sweep', async () => {
    const [from, group] = [await topic('quiet', 3), name('quiet')];
    await send(from, 0, 300);
    consume(group, from, 300);
    await allHandled(from, 300);
    await rewind(group, from, 10);
    await allHandled(from, 300);
    expect(await handled(from)).toEqual({ all: 300, distinct: 300 });
  });

  it('members joining and leaving under load: nothing lost, nothing doubled', async () => {
    const [from, group] = [await topic('members', 6), name('members')];
    const random = seeded(6);
    const members = [consume(group, from), consume(group, from)];
    let sent = 0;
    const load = async (): Promise<void> => {
      for (; sent < 6_000; sent += 100) {
        await send(from, sent, 100);
        await until(async () => (await handled(from)).distinct > sent - 1_500, { what: 'the members to keep up' });
      }
    };
    const churn = async (): Promise<void> => {
      while (sent < 6_000) {
        const at = sent;
        if (members.length < 2 || random.chance(0.5)) members.push(consume(group, from));
        else void members.splice(random.integer(0, members.length), 1)[0]?.stop();
        await until(() => sent > at + 500 || sent >= 6_000, { what: 'more load', timeoutMs: 60_000 });
      }
    };
    await Promise.all([load(), churn()]);
    await allHandled(from, 6_000);
    expect(await handled(from)).toEqual({ all: 6_000, distinct: 6_000 });
  });

  it('a log that begins past the row stops the consumer loudly', async () => {
    const [from, group] = [await topic('aged', 1), name('aged')];
    await send(from, 0, 10);
    const first = consume(group, from);
    await allHandled(from, 10);
    await first.stop();
    await rewind(group, from, 3);
    const admin = kafka.admin();
    await admin.connect();
    await admin.fetchTopicOffsets(from);
    await admin.deleteTopicRecords({ topic: from, partitions: [{ partition: 0, offset: '6' }] });
    await admin.disconnect();
    await send(from, 10, 1);
    const second = consume(group, from);
    await until(() => second.status().state === 'stopped', { what: 'the end', timeoutMs: 30_000 });
    expect(second.status().why).toBe(`${from}/0: the log starts at 6, past the next offset to handle, 3`);
    expect(await handled(from)).toEqual({ all: 3, distinct: 3 });
  });

  it('a log that begins past the row stops the consumer without traffic too', async () => {
    const [from, group] = [await topic('aged-quiet', 1), name('aged-quiet')];
    await send(from, 0, 10);
    const consumer = consume(group, from, 300);
    await allHandled(from, 10);
    const admin = kafka.admin();
    await admin.connect();
    await admin.fetchTopicOffsets(from);
    await admin.deleteTopicRecords({ topic: from, partitions: [{ partition: 0, offset: '6' }] });
    await admin.disconnect();
    await rewind(group, from, 3);
    await until(() => consumer.status().state === 'stopped', { what: 'the end', timeoutMs: 30_000 });
    expect(consumer.status().why).toContain('the log starts at 6');
  });
});
