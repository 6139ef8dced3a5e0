import type { Client } from './pool';

/**
 * Where a fetched batch stands against the partition's offset row, which is committed with what the batch caused and is
 * the only truth (scenarios.md 16). `first` is the offset that was asked for, not that of the first message: a compacted
 * log has gaps.
 *
 *   first > row ──────────▶ seek to the row: the database was rewound, or the group's own offset ran ahead
 *   last  < row ──────────▶ absorbed: handled before
 *   first ≤ row ≤ last ───▶ take, from the row on
 *     and the log starts past the row ──▶ stop: records nobody read are gone
 *   no row ───────────────▶ take at the log's start, else seek there
 */
export type BatchPlace =
  | { readonly place: 'take'; readonly from: bigint }
  | { readonly place: 'absorbed' }
  | { readonly place: 'seek'; readonly to: bigint }
  | { readonly place: 'stop'; readonly why: string };

export interface FetchedBatch {
  /** The row: the next offset to handle. Null: nothing of this partition was ever handled. */
  readonly stored: bigint | null;
  readonly first: bigint;
  readonly last: bigint;
  /** Null: not known. */
  readonly logStart: bigint | null;
}

export function placeBatch({ stored, first, last, logStart }: FetchedBatch): BatchPlace {
  if (stored === null) {
    if (logStart !== null && first > logStart) return { place: 'seek', to: logStart };
    return { place: 'take', from: first };
  }
  if (first > stored) {
    // What is already in hand is not lost, so the log's start is only asked where there is a gap.
    if (logStart !== null && logStart > stored) return { place: 'stop', why: lostRecords(stored, logStart) };
    return { place: 'seek', to: stored };
  }
  if (last < stored) return { place: 'absorbed' };
  return { place: 'take', from: stored };
}

/** What the sweep does with a partition that has no traffic, so that no batch brings it to `placeBatch`. */
export type QuietPlace =
  | { readonly place: 'stay' }
  | { readonly place: 'seek'; readonly to: bigint }
  | { readonly place: 'stop'; readonly why: string };

export interface QuietPartition {
  readonly stored: bigint | null;
  /** The offset the consumer reads next. */
  readonly position: bigint;
  readonly logStart: bigint;
}

export function placeQuiet({ stored, position, logStart }: QuietPartition): QuietPlace {
  if (stored !== null && logStart > stored) return { place: 'stop', why: lostRecords(stored, logStart) };
  const due = stored ?? logStart;
  return position > due ? { place: 'seek', to: due } : { place: 'stay' };
}

function lostRecords(stored: bigint, logStart: bigint): string {
  return `the log starts at ${logStart}, past the next offset to handle, ${stored}`;
}

export interface PartitionKey {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/**
 * The next offset to handle, its row locked until the transaction ends: a member that lost the partition and one that got
 * it never both take the same batch. Null: nothing was handled yet.
 */
export async function lockOffset(client: Client, key: PartitionKey): Promise<bigint | null> {
  const known = await selectOffset(client, key);
  if (known.length > 0) return known[0] ?? null;
  await client.query(
    `insert into partition_offset (consumer_group, topic, partition) values ($1, $2, $3) on conflict do nothing`,
    [key.group, key.topic, key.partition],
  );
  return (await selectOffset(client, key))[0] ?? null;
}

async function selectOffset(client: Client, key: PartitionKey): Promise<(bigint | null)[]> {
  const result = await client.query<{ next_offset: string | null }>({
    name: 'offset locked',
    text: `select next_offset from partition_offset where consumer_group = $1 and topic = $2 and partition = $3 for update`,
    values: [key.group, key.topic, key.partition],
  });
  return result.rows.map((row) => (row.next_offset === null ? null : BigInt(row.next_offset)));
}

/** Stores the next offset to handle; the row must be locked by `lockOffset` in this transaction. */
export async function storeOffset(client: Client, key: PartitionKey, next: bigint): Promise<void> {
  await client.query({
    name: 'offset stored',
    text: `update partition_offset set next_offset = $4 where consumer_group = $1 and topic = $2 and partition = $3`,
    values: [key.group, key.topic, key.partition, String(next)],
  });
}

export interface StoredOffset {
  readonly topic: string;
  readonly partition: number;
  readonly next: bigint;
}

/** Every partition of a group that something was handled of. */
export async function readOffsets(client: Pick<Client, 'query'>, group: string): Promise<StoredOffset[]> {
  const result = await client.query<{ topic: string; partition: number; next_offset: string }>(
    `select topic, partition, next_offset from partition_offset
      where consumer_group = $1 and next_offset is not null order by topic, partition`,
    [group],
  );
  return result.rows.map((row) => ({ topic: row.topic, partition: row.partition, next: BigInt(row.next_offset) }));
}
