import { type BatchPlace, lockOffset, placeBatch, storeOffset } from '@qbo-sync/eventstore/offsets';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { Batch, BatchOutcome, ConsumedMessage } from '@qbo-sync/kafka/message';
import type { DataSource, EntityManager } from 'typeorm';

/** What messages cause, inside the transaction. */
export type Apply = (manager: EntityManager, messages: readonly ConsumedMessage[]) => Promise<void>;

/**
 * Takes a batch into the database: what it causes and the partition's offset row in one transaction, so that a batch that
 * comes again, or a restored database, neither loses nor doubles anything (scenarios.md 16).
 */
export async function takeBatch(
  dataSource: DataSource,
  group: string,
  batch: Batch,
  apply: Apply,
): Promise<BatchOutcome> {
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
