import { TOPICS } from '@qbo-sync/contracts/topics';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { readOffsets } from '@qbo-sync/eventstore/offsets';
import { beginRecovery, lookAtRecovery } from '@qbo-sync/gateway/recovery';
import { selectFeeds, insertFeeds } from '@qbo-sync/gateway/feed/sql-feeds';
import type { Batch } from '@qbo-sync/kafka/message';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { BatchIntake } from './batch-intake';
import { customerPut, invoicePut, journalFile } from './spec-rig';
import { MIGRATIONS, storyRig, UNSURE_WAIT_MS } from './stories/story-rig';

jest.setTimeout(60_000);

const topic = TOPICS.requests.name;
const group = 'spec';
const partition = 0;

describe('a recovery that an operator begins while gateways are at work', () => {
  it('none of them sends before its end, and each looks for what it reads again before it makes it', async () => {
    const database = await testDatabase({ name: 'recovering', migrations: MIGRATIONS });
    const emulator = await startQuickBooks({
      ...{ port: 0, journalFile: journalFile() },
      settings: { requestidMode: 'ignore' },
    });
    const rig = storyRig({ database, emulator, until });
    try {
      const ended = await rig.connect();
      if (ended.is !== 'connected') throw new Error(ended.is);
      const { tenant, db } = rig;
      const { books } = ended;
      await rig.settings(1, { books });
      await rig.dispatch();
      // Of a gateway that the operator did not tell.
      const intake = new BatchIntake(db, group, () => undefined);
      const livesUntil = async (): Promise<number> =>
        (await db.query<{ until: Date }>(`select until from replica`)).rows[0]?.until.getTime() ?? 0;
      const log: QboRequest[] = [
        customerPut(tenant, books, 'c1', 1, { DisplayName: 'Known To The Copy' }),
        invoicePut(tenant, books, 'i1', 1, { customer: 'c1', item: '1', amount: '50.00' }),
      ];
      const read = async (from: number): Promise<void> => {
        const messages = log.slice(from).map((request, at) => ({
          ...{ topic, partition, offset: String(from + at), key: null, headers: {}, timestamp: 0 },
          value: Buffer.from(JSON.stringify(request)),
        }));
        const [first, last] = [BigInt(from), BigInt(log.length - 1)];
        const place = { firstOffset: first, lastOffset: last, highWatermark: last + 1n, logStart: 0n };
        const batch: Batch = { topic, partition, messages, ...place };
        expect(await intake.take(batch)).toEqual({ outcome: 'done' });
        rig.wake();
      };
      await read(0);
      await rig.answered('invoice:i1', 1);
      // The database as it was before the invoice: QuickBooks has it, the copy does not know.
      for (const table of ['link', 'answer', 'attempt', 'request']) {
        await db.query(`delete from ${table} where ref = 'invoice:i1'`);
      }
      await db.query(`update partition_offset set next_offset = 1`);

      const begun = { ends: { [partition]: '2' }, now: new Date(), restoredTo: new Date(Date.now() - 60_000) };
      await beginRecovery(db, { ...begun, by: 'pat' });
      const look = async (unsureWaitMs = 0) =>
        lookAtRecovery(db, { topic, stored: await readOffsets(db, group), now: new Date(), unsureWaitMs });
      expect(await look()).toMatchObject({ isReread: false });
      await insertFeeds(db);
      expect(await selectFeeds(db, new Date(Date.now() + 48 * 3_600_000))).toEqual([]);
      await read(1);
      log.push(customerPut(tenant, books, 'c2', 1, { DisplayName: 'Came Meanwhile' }));
      await read(2);
      expect(await look(UNSURE_WAIT_MS * 100)).toMatchObject({ isReread: true });
      // It goes on asking for shards, and gets none.
      for (let round = 0; round < 2; round += 1) {
        const before = await livesUntil();
        await until(async () => (await livesUntil()) > before, { what: 'its next round' });
      }
      const { rows: shards } = await db.query(`select from shard where owner is not null`);
      expect(shards).toEqual([]);

      const goesOnAt = new Date();
      expect(await look()).toBeUndefined();
      for (const ref of ['invoice:i1', 'customer:c2']) {
        expect(await rig.answered(ref, 1)).toMatchObject({ outcome: 'synced' });
      }
      const { rows: sends } = await db.query<{ ref: string; sent_at: Date }>(
        `select ref, sent_at from attempt where ref <> 'customer:c1'`,
      );
      expect(sends.filter(({ sent_at: at }) => at < goesOnAt)).toEqual([]);
      expect((await rig.writes()).filter((write) => write.includes(' create '))).toHaveLength(3);
      expect(rig.errors).toEqual([]);
    } finally {
      await rig.close();
    }
  });
});
