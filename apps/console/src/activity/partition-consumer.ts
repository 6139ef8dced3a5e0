import { type BatchPlace, lockOffset, placeBatch, storeOffset } from '@qbo-sync/eventstore/offsets';
import { park } from '@qbo-sync/eventstore/parked';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { Batch, BatchOutcome, ConsumedMessage } from '@qbo-sync/kafka/message';
import type { DataSource, EntityManager } from 'typeorm';
import { isPoison } from './poison';

/** What messages cause, inside the transaction. */
export type Apply = (manager: EntityManager, messages: readonly ConsumedMessage[]) => Promise<void>;

/** How batches are taken in. */
export interface Intake {
  readonly dataSource: DataSource;
  readonly group: string;
  readonly apply: Apply;
  /** Told of a message that was set aside with its bytes. */
  readonly onParked: (message: ConsumedMessage, error: unknown) => void;
}

/**
 * Takes a batch into the database: what it causes and the partition's offset row in one transaction, so that a batch that
 * comes again, or a restored database, neither loses nor doubles anything (scenarios.md 16). A message that can never be
 * taken does not stop its partition: the batch is taken one by one, and that one is parked.
 */
export async function takeBatch(intake: Intake, batch: Batch): Promise<BatchOutcome> {
  try {
    return await takeWhole(intake, batch, intake.apply);
  } catch (error) {
    if (!isPoison(error)) throw error;
  }
  for (const message of batch.messages) {
    const offset = BigInt(message.offset);
    const one = { ...batch, messages: [message], firstOffset: offset, lastOffset: offset };
    const outcome = await takeOrPark(intake, one, message);
    if (outcome.outcome !== 'done') return outcome;
  }
  return { outcome: 'done' };
}

async function takeOrPark(intake: Intake, one: Batch, message: ConsumedMessage): Promise<BatchOutcome> {
  try {
    return await takeWhole(intake, one, intake.apply);
  } catch (error) {
    if (!isPoison(error)) throw error;
    intake.onParked(message, error);
    return takeWhole(intake, one, async (manager) => {
      const { topic, partition, offset, key, headers, value } = message;
      const place = { topic, partition, offset, key, headers, value };
      await park(await connectionOf(manager), { ...place, reason: 'failed_here', tenant: null, eventId: null });
    });
  }
}

function takeWhole({ dataSource, group }: Intake, batch: Batch, apply: Apply): Promise<BatchOutcome> {
  const key = { group, topic: batch.topic, partition: batch.partition };
  return dataSource.transaction(async (manager) => {
    const client = await connectionOf(manager);
    const stored = await lockOffset(client, key);
    const place = placeBatch({ stored, first: batch.firstOffset, last: batch.lastOffset, logStart: batch.logStart });
    if (place.place === 'take') {
      await apply(
        manager,
        batch.messages.filter((message) => BigInt(message.offset) >= place.from),
      );
      await storeOffset(client, key, batch.lastOffset + 1n);
    }
    return outcomeOf(place);
  });
}

function outcomeOf(place: BatchPlace): BatchOutcome {
  switch (place.place) {
    case 'take':
    case 'absorbed':
      return { outcome: 'done' };
    case 'seek':
      return { outcome: 'seek', offset: place.to };
    case 'stop':
      return { outcome: 'stop', why: place.why };
  }
}

/** The connection under TypeORM's transaction: for Postgres it is a client of `pg`, as the event store's own is. */
async function connectionOf(manager: EntityManager): Promise<Client> {
  const runner = manager.queryRunner;
  if (runner === undefined) throw new Error('no transaction is open');
  return (await runner.connect()) as Client;
}
