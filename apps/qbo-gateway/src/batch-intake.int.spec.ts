import { TOPICS } from '@qbo-sync/contracts/topics';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { oldestOutgoing } from '@qbo-sync/gateway/sql/outgoing';
import type { Batch } from '@qbo-sync/kafka/message';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { BatchIntake } from './batch-intake';

const topic = TOPICS.requests.name;

function batchOf(key: string | null, value: string): Batch {
  const message = { topic, partition: 2, offset: '7', key, headers: {}, value: Buffer.from(value), timestamp: 0 };
  return { topic, partition: 2, messages: [message], firstOffset: 7n, lastOffset: 7n, highWatermark: 8n, logStart: 7n };
}

describe('a message of ours that cannot be read', () => {
  let database: TestDatabase;
  let intake: BatchIntake;
  beforeEach(async () => {
    const migrations = [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS];
    database = await testDatabase({ name: 'gateway-intake', migrations });
    intake = new BatchIntake(database.pool, 'spec', () => undefined);
  });
  afterEach(() => database.drop());

  const rows = async (): Promise<unknown[]> =>
    (await oldestOutgoing(database.pool, 10)).map(({ key, value }) => ({ key, row: JSON.parse(value) as unknown }));

  it('is set aside with a row that says where it stands and why, once', async () => {
    const batch = batchOf('acme:invoice:inv_1', JSON.stringify({ tenant: 'acme', ref: 'invoice:inv_1' }));
    expect(await intake.take(batch)).toEqual({ outcome: 'done' });
    await database.pool.query('delete from partition_offset');
    expect(await intake.take(batch)).toEqual({ outcome: 'done' });
    expect(await rows()).toEqual([
      {
        key: `acme:${topic}/2/7`,
        row: expect.objectContaining({
          kind: 'record',
          tenant: 'acme',
          ref: `${topic}/2/7`,
          entity: 'invoice',
          state: 'needs attention',
          reason: { code: 'field_missing', params: expect.objectContaining({ field: 'revision' }) },
          parked: { topic, partition: 2, offset: '7' },
        }),
      },
    ]);
  });

  it('is shown without a company when its key names none', async () => {
    await intake.take(batchOf(null, '{'));
    expect(await rows()).toMatchObject([
      { key: `-:${topic}/2/7`, row: { tenant: null, ref: `${topic}/2/7`, state: 'needs attention' } },
    ]);
  });
});
