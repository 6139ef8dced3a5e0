import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { lockOffset, placeBatch, storeOffset } from '@qbo-sync/eventstore/offsets';
import { park } from '@qbo-sync/eventstore/parked';
import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { readRequest, takeRequests, takeSettings, type ReadRequest } from '@qbo-sync/gateway/intake';
import { parkedRow } from '@qbo-sync/gateway/parked-row';
import { insertOutgoing } from '@qbo-sync/gateway/sql/outgoing';
import { selectRecovery, suspectRefs } from '@qbo-sync/gateway/sql/recovery';
import type { Batch, BatchOutcome, ConsumedMessage } from '@qbo-sync/kafka/message';
import { isPoison, poisonName } from '@qbo-sync/service/entity-service/poison';

/** Told of every message set aside: its place and why, nothing of what it says. */
export type OnParked = (place: { topic: string; partition: number; offset: string; code: string }) => void;

/** Takes a batch of either topic in, in one transaction with the partition's offset (scenarios.md 16). */
export class BatchIntake {
  constructor(
    private readonly db: Database,
    private readonly group: string,
    private readonly onParked: OnParked,
  ) {}

  /** A record that Postgres refuses does not stop its partition: the batch is done again one by one, that one is set aside. */
  async take(batch: Batch): Promise<BatchOutcome> {
    try {
      return await this.takeStretch(batch);
    } catch (error) {
      if (!isPoison(error)) throw error;
      return this.takeOneByOne(batch);
    }
  }

  private async takeOneByOne(batch: Batch): Promise<BatchOutcome> {
    let firstOffset = batch.firstOffset;
    for (const [index, message] of batch.messages.entries()) {
      const isLast = index === batch.messages.length - 1;
      const lastOffset = isLast ? batch.lastOffset : BigInt(message.offset);
      const stretch = { ...batch, messages: [message], firstOffset, lastOffset };
      const outcome = await this.takeStretch(stretch).catch((error: unknown) => {
        if (!isPoison(error)) throw error;
        return this.takeStretch(stretch, poisonName(error));
      });
      if (outcome.outcome !== 'done') return outcome;
      firstOffset = lastOffset + 1n;
    }
    return { outcome: 'done' };
  }

  /** `poison`: what was thrown at it, by name; all of it is set aside. */
  private async takeStretch(batch: Batch, poison?: string): Promise<BatchOutcome> {
    const { topic, partition, firstOffset: first, lastOffset: last, logStart } = batch;
    const key = { group: this.group, topic, partition };
    return inTransaction(this.db, async (client): Promise<BatchOutcome> => {
      const place = placeBatch({ stored: await lockOffset(client, key), first, last, logStart });
      if (place.place === 'seek') return { outcome: 'seek', offset: place.to };
      if (place.place === 'stop') return { outcome: 'stop', why: place.why };
      if (place.place === 'take') {
        const messages = batch.messages.filter(({ offset }) => BigInt(offset) >= place.from);
        if (poison !== undefined)
          for (const message of messages) await this.park(client, message, 'failed_here', { error: poison });
        else if (topic === TOPICS.settings.name) await this.settings(client, messages);
        else await this.requests(client, partition, messages);
        await storeOffset(client, key, last + 1n);
      }
      return { outcome: 'done' };
    });
  }

  private async requests(client: Client, partition: number, messages: readonly ConsumedMessage[]): Promise<void> {
    const reads: Extract<ReadRequest, { ok: true }>[] = [];
    const again: QboRequest[] = [];
    // Here, not in memory: whichever gateway the operator told, the next batch of every other one goes by it.
    const recovery = await selectRecovery(client);
    const end = BigInt(recovery?.ends[partition] ?? 0);
    for (const message of messages) {
      const read = readRequest(message.value?.toString('utf8') ?? '');
      if (read.ok) {
        reads.push(read);
        if (BigInt(message.offset) < end) again.push(read.request);
      } else await this.park(client, message, read.why, read.params);
    }
    await takeRequests(client, reads);
    if (recovery !== undefined) await suspectRefs(client, again, recovery.restoredTo);
  }

  private async settings(client: Client, messages: readonly ConsumedMessage[]): Promise<void> {
    for (const message of messages) {
      // A tombstone removes a company from the topic; what was read of it stays until its books are closed.
      if (message.value === null) continue;
      const taken = await takeSettings(client, message.value.toString('utf8'), new Date());
      if (!taken) await this.park(client, message, 'unreadable');
    }
  }

  private async park(
    client: Client,
    message: ConsumedMessage,
    code: string,
    params: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { topic, partition, offset, key, headers, value } = message;
    const aside = { topic, partition, offset, key, headers, value, reason: code, tenant: null, eventId: null };
    if (await park(client, aside)) {
      await insertOutgoing(client, [parkedRow({ topic, partition, offset, key, code, params }, new Date())]);
    }
    this.onParked({ topic, partition, offset, code });
  }
}
