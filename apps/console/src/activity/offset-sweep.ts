import { placeQuiet, readOffsets } from '@qbo-sync/eventstore/offsets';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { QuietAnswer, QuietPartition } from '@qbo-sync/kafka/sweep';

/** What partitions without traffic do, by their offset rows. */
export async function sweepQuiet(
  client: Pick<Client, 'query'>,
  group: string,
  partitions: readonly QuietPartition[],
): Promise<readonly QuietAnswer[]> {
  const rows = await readOffsets(client, group);
  return partitions.map(({ topic, partition, position, logStart }): QuietAnswer => {
    const stored = rows.find((row) => row.topic === topic && row.partition === partition)?.next ?? null;
    const place = placeQuiet({ stored, position, logStart });
    return place.place === 'seek' ? { place: 'seek', topic, partition, to: place.to } : place;
  });
}
