import type { Sql } from './client';

export const SHARDS = 64;

/** Takes every shard under a new epoch, which shuts out whoever held them. */
export async function takeShards(sql: Sql, owner: string): Promise<Map<number, string>> {
  const { rows } = await sql.query<{ shard: number; epoch: string }>(
    `update shard set owner = $1, epoch = epoch + 1 returning shard, epoch`,
    [owner],
  );
  return new Map(rows.map((row) => [row.shard, row.epoch]));
}

/** True while the epoch is the shard's own; it cannot change before the transaction ends. */
export async function holdsEpoch(sql: Sql, shard: number, epoch: string): Promise<boolean> {
  const { rowCount } = await sql.query(`select from shard where shard = $1 and epoch = $2 for key share`, [
    shard,
    epoch,
  ]);
  return rowCount === 1;
}
