/** How far one partition was read. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly next: bigint;
}

/**
 * Whether the database went back: the broker heard of records as done that the database does not know. A position is stored
 * in the transaction that did the work, and the broker is told after it; so it is never ahead in any other way.
 */
export function wentBack(committed: readonly Position[], stored: readonly Position[]): boolean {
  return committed.some((one) => one.next > nextOf(stored, one));
}

/** Whether every partition of a topic has been read to these ends. */
export function isReadTo(topic: string, ends: Readonly<Record<string, string>>, stored: readonly Position[]): boolean {
  return Object.entries(ends).every(
    ([partition, end]) => BigInt(end) <= nextOf(stored, { topic, partition: Number(partition) }),
  );
}

function nextOf(stored: readonly Position[], { topic, partition }: Omit<Position, 'next'>): bigint {
  return stored.find((row) => row.topic === topic && row.partition === partition)?.next ?? 0n;
}
