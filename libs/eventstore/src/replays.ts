import { lockOffset, storeOffset } from './offsets';
import type { Client } from './pool';

type Reader = Pick<Client, 'query'>;

/** A replay that was asked for and is not over. */
export interface StoredReplay {
  readonly commandId: string;
  /** The command, parsed; its shape is the reader's (contracts/sync/command). */
  readonly command: unknown;
}

export interface ReplayCounts {
  readonly matched: number;
  readonly new: number;
  readonly known: number;
  readonly parked: number;
  readonly changed: number;
}

/** Where a replay reads one partition: from the first offset at its start to before the first at its end. */
export interface ReplayRange {
  readonly partition: number;
  readonly from: bigint;
  readonly until: bigint;
}

export interface ReplayPosition extends ReplayRange {
  /** The next offset to handle. */
  readonly next: bigint;
}

/** Keeps a replay to be done. */
export async function storeReplay(client: Reader, { commandId, command }: StoredReplay): Promise<void> {
  await client.query(`insert into replay (command_id, command) values ($1, $2) on conflict do nothing`, [
    commandId,
    JSON.stringify(command),
  ]);
}

/** Replays that are not over, the oldest first. */
export async function runningReplays(client: Reader): Promise<StoredReplay[]> {
  const result = await client.query<{ command_id: string; command: string }>(
    `select command_id, command from replay where state = 'running' order by taken_at, command_id`,
  );
  return result.rows.map((row) => ({ commandId: row.command_id, command: JSON.parse(row.command) }));
}

/** Fixes what a replay reads, once: whoever comes second finds the ranges of the first. */
export async function storeRanges(
  client: Client,
  { commandId, group, topic }: { readonly commandId: string; readonly group: string; readonly topic: string },
  ranges: readonly ReplayRange[],
): Promise<void> {
  if (!(await holdReplay(client, commandId))) return;
  const known = await client.query(`select from replay_range where command_id = $1 limit 1`, [commandId]);
  if (known.rowCount !== 0) return;
  for (const { partition, from, until } of ranges) {
    await client.query(
      `insert into replay_range (command_id, partition, from_offset, until_offset) values ($1, $2, $3, $4)`,
      [commandId, partition, String(from), String(until)],
    );
    await lockOffset(client, { group, topic, partition });
    await storeOffset(client, { group, topic, partition }, from);
  }
}

/** Holds a replay for this transaction, one batch of it at a time; false: it is over. */
export async function holdReplay(client: Client, commandId: string): Promise<boolean> {
  const result = await client.query(`select from replay where command_id = $1 and state = 'running' for update`, [
    commandId,
  ]);
  return result.rowCount === 1;
}

/** How far a replay has come, by partition; none: its ranges are not fixed yet. */
export async function readPositions(client: Reader, commandId: string, group: string): Promise<ReplayPosition[]> {
  const result = await client.query<{
    partition: number;
    from_offset: string;
    until_offset: string;
    next_offset: string;
  }>(
    `select r.partition, r.from_offset, r.until_offset, o.next_offset
       from replay_range r
       join partition_offset o on o.consumer_group = $2 and o.partition = r.partition
      where r.command_id = $1 order by r.partition`,
    [commandId, group],
  );
  return result.rows.map((row) => ({
    partition: row.partition,
    from: BigInt(row.from_offset),
    until: BigInt(row.until_offset),
    next: BigInt(row.next_offset),
  }));
}

/** Adds what one batch did, and answers the whole so far. */
export async function addCounts(client: Reader, commandId: string, more: ReplayCounts): Promise<ReplayCounts> {
  const result = await client.query<Record<keyof ReplayCounts, string>>(
    `update replay set matched = matched + $2, new = new + $3, known = known + $4, parked = parked + $5,
                       changed = changed + $6
      where command_id = $1 returning matched, new, known, parked, changed`,
    [commandId, more.matched, more.new, more.known, more.parked, more.changed],
  );
  const [row] = result.rows;
  if (row === undefined) throw new Error('a replay vanished while it ran');
  return {
    matched: Number(row.matched),
    new: Number(row.new),
    known: Number(row.known),
    parked: Number(row.parked),
    changed: Number(row.changed),
  };
}

/** Ends a replay, which must be held by this transaction. */
export async function endReplay(client: Reader, commandId: string, state: 'done' | 'failed'): Promise<void> {
  await client.query(`update replay set state = $2 where command_id = $1`, [commandId, state]);
}
