import type { StoredOffset } from '@qbo-sync/eventstore/offsets';

export interface PartitionEnd {
  readonly partition: number;
  /** The offset after the last record. */
  readonly offset: bigint;
}

/**
 * Has the settings topic been read to where it ended when this process started? Until then nothing is decided: a company
 * whose settings have not arrived would be taken for one that is not connected. Reads the offset rows, because the
 * partitions may be another replica's.
 */
export function settingsAreRead(
  topic: string,
  ends: readonly PartitionEnd[],
  stored: readonly StoredOffset[],
): boolean {
  return ends.every(
    ({ partition, offset }) =>
      offset === 0n || stored.some((row) => row.topic === topic && row.partition === partition && row.next >= offset),
  );
}
