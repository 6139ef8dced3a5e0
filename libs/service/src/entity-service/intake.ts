import { lockOffset, placeBatch, storeOffset, type BatchPlace } from '@qbo-sync/eventstore/offsets';
import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { Batch, BatchOutcome, ConsumedMessage } from '@qbo-sync/kafka/message';
import { applyWork, type Applied } from './applying';
import type { EntityService } from './definition';
import { isPoison, poisonName } from './poison';
import { readWork, type Work } from './work';

export interface IntakeParts {
  readonly pool: Database;
  readonly group: string;
  readonly service: EntityService;
  /** RFC 3339. */
  readonly now: () => string;
  /** Told after each commit. */
  readonly onApplied: (topic: string, applied: Applied) => void;
  /** What is read was read before (a replay): around what each transaction's messages cause. */
  readonly again?: (
    client: Client,
    messages: readonly ConsumedMessage[],
    apply: () => Promise<Applied>,
  ) => Promise<Applied>;
}

/** A stretch of a partition's log, handled by one transaction together with the partition's offset. */
interface Stretch {
  readonly batch: Batch;
  readonly messages: readonly ConsumedMessage[];
  readonly first: bigint;
  readonly last: bigint;
}

export const NOTHING: Applied = {
  decided: [],
  admitted: 0,
  duplicates: 0,
  parked: [],
  settingsChanged: false,
  replayAsked: false,
  redecisionAsked: false,
};

/**
 * Takes batches in. Each is one transaction: offset row, inbox, decisions, offset. A record that no rule can take does not
 * stop its partition: the batch is done again record by record, and that one is set aside with its bytes.
 */
export class Intake {
  constructor(private readonly parts: IntakeParts) {}

  /** Resolves to what the partition does next. Throws when the batch must come again (no database, no lock). */
  async take(batch: Batch): Promise<BatchOutcome> {
    const { messages, firstOffset, lastOffset } = batch;
    try {
      return await this.takeStretch({ batch, messages, first: firstOffset, last: lastOffset });
    } catch (error) {
      if (!isPoison(error)) throw error;
      return await this.takeOneByOne(batch);
    }
  }

  private async takeOneByOne(batch: Batch): Promise<BatchOutcome> {
    let first = batch.firstOffset;
    for (const [index, message] of batch.messages.entries()) {
      const isLast = index === batch.messages.length - 1;
      const last = isLast ? batch.lastOffset : BigInt(message.offset);
      const stretch: Stretch = { batch, messages: [message], first, last };
      const outcome = await this.takeStretch(stretch).catch((error: unknown) => {
        if (!isPoison(error)) throw error;
        return this.takeStretch(stretch, () => poisoned(message, error));
      });
      if (outcome.outcome !== 'done') return outcome;
      first = last + 1n;
    }
    return { outcome: 'done' };
  }

  private async takeStretch(stretch: Stretch, read?: (message: ConsumedMessage) => Work): Promise<BatchOutcome> {
    const { pool, service, now, onApplied, again } = this.parts;
    const { topic } = stretch.batch;
    const { place, applied } = await inTransaction(pool, (client) =>
      this.atItsPlace(client, stretch, (messages) => {
        const at = now();
        const apply = (): Promise<Applied> => {
          const work = messages.map(read ?? ((message) => readWork(service, message, at)));
          return applyWork(client, service, work, at, { again: again !== undefined });
        };
        return again === undefined ? apply() : again(client, messages, apply);
      }),
    );
    onApplied(topic, applied);
    switch (place.place) {
      case 'seek':
        return { outcome: 'seek', offset: place.to };
      case 'stop':
        return { outcome: 'stop', why: place.why };
      case 'take':
      case 'absorbed':
        return { outcome: 'done' };
    }
  }

  private async atItsPlace(
    client: Client,
    { batch, messages, first, last }: Stretch,
    work: (messages: readonly ConsumedMessage[]) => Promise<Applied>,
  ): Promise<{ place: BatchPlace; applied: Applied }> {
    const key = { group: this.parts.group, topic: batch.topic, partition: batch.partition };
    const place = placeBatch({ stored: await lockOffset(client, key), first, last, logStart: batch.logStart });
    if (place.place !== 'take') return { place, applied: NOTHING };
    const applied = await work(messages.filter(({ offset }) => BigInt(offset) >= place.from));
    await storeOffset(client, key, last + 1n);
    return { place, applied };
  }
}

function poisoned(message: ConsumedMessage, error: unknown): Work {
  const tenant = /^([a-z0-9-]{1,40}):/.exec(message.key ?? '')?.[1];
  return {
    do: 'park',
    message,
    code: 'failed_here',
    params: { error: poisonName(error) },
    tenant,
    eventId: message.headers['ce_id'],
    type: message.headers['ce_type'],
    time: message.headers['ce_time'],
  };
}
