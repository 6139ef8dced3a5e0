import type { Sql } from './client';
import { joined } from './joined';

export const SHARDS = 64;

/** A shard as one replica holds it: what is committed for it must name this epoch. */
export interface Held {
  readonly shard: number;
  readonly epoch: string;
}

/** Says that a replica lives, for `leaseMs` by the database's clock; how many live then. Those that are over go. */
export async function beat(sql: Sql, owner: string, leaseMs: number): Promise<number> {
  await sql.query(
    `insert into replica (owner, until) values ($1, clock_timestamp() + $2 * interval '1 ms')
     on conflict (owner) do update set until = excluded.until`,
    [owner, leaseMs],
  );
  await sql.query(`delete from replica where until < clock_timestamp() and owner <> $1`, [owner]);
  const { rows } = await sql.query<{ n: number }>(`select count(*)::int as n from replica`);
  return rows[0]?.n ?? 1;
}

/** How many replicas live, and how many shards nobody holds; by the database's clock. */
export async function countLiving(sql: Sql): Promise<{ readonly replicas: number; readonly free: number }> {
  const { rows } = await sql.query<{ replicas: number; free: number }>(
    `select (select count(*)::int from replica where until >= clock_timestamp()) as replicas,
            (select count(*)::int from shard
              where owner is null or until is null or until < clock_timestamp()) as free`,
  );
  return rows[0] ?? { replicas: 1, free: 0 };
}

/** The replica is gone, and says so. */
export async function deleteReplica(sql: Sql, owner: string): Promise<void> {
  await sql.query(`delete from replica where owner = $1`, [owner]);
}

/**
 * Takes up to `most` shards that nobody holds, each under a new epoch, which shuts out whoever held it. None while a restored
 * database is being recovered: nothing is sent then.
 */
export async function takeShards(sql: Sql, owner: string, most: number, leaseMs: number): Promise<Held[]> {
  const { rows } = await sql.query<Held>(
    `update shard s set owner = $1, epoch = s.epoch + 1, until = clock_timestamp() + $3 * interval '1 ms'
       from (select shard from shard
              where (owner is null or until is null or until < clock_timestamp())
                and not exists (select from recovery where done_at is null)
              order by shard limit $2 for update skip locked) as free
      where s.shard = free.shard returning s.shard, s.epoch`,
    [owner, most, leaseMs],
  );
  return rows;
}

/** What a process of this very name held before it was started again; under a new epoch. */
export async function retakeShards(sql: Sql, owner: string, leaseMs: number): Promise<Held[]> {
  const { rows } = await sql.query<Held>(
    `update shard set epoch = epoch + 1, until = clock_timestamp() + $2 * interval '1 ms'
      where owner = $1 returning shard, epoch`,
    [owner, leaseMs],
  );
  return rows;
}

/** Prolongs leases; those that are not answered have been taken by another. */
export async function renewShards(sql: Sql, held: readonly Held[], leaseMs: number): Promise<number[]> {
  const { rows } = await sql.query<{ shard: number }>(
    `update shard s set until = clock_timestamp() + $3 * interval '1 ms'
       from unnest($1::smallint[], $2::bigint[]) as h (shard, epoch)
      where s.shard = h.shard and s.epoch = h.epoch and s.owner is not null returning s.shard`,
    [held.map(({ shard }) => shard), held.map(({ epoch }) => epoch), leaseMs],
  );
  return rows.map(({ shard }) => shard);
}

/** Lets go at once; whoever looks next may take them. */
export async function releaseShards(sql: Sql, held: readonly Held[]): Promise<void> {
  await sql.query(
    `update shard s set owner = null, until = null
       from unnest($1::smallint[], $2::bigint[]) as h (shard, epoch)
      where s.shard = h.shard and s.epoch = h.epoch`,
    [held.map(({ shard }) => shard), held.map(({ epoch }) => epoch)],
  );
}

/** Takes every shard from whoever holds it: what was begun is neither stored nor completed under the epoch it had. */
export async function fenceShards(sql: Sql): Promise<void> {
  await sql.query(`update shard set epoch = epoch + 1, owner = null, until = null`);
}

/** Which of these epochs are the shards' own; that cannot change before the transaction ends. */
export async function selectHeldEpochs(sql: Sql, held: readonly Held[]): Promise<Set<number>> {
  const { rows } = await sql.query<{ shard: number }>({
    name: 'shards held',
    text: `select s.shard
             from shard s, unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30))) as h (shard, epoch)
            where s.shard = h.shard::smallint and s.epoch = h.epoch::bigint order by s.shard for share of s`,
    values: [joined(held.map(({ shard }) => shard)), joined(held.map(({ epoch }) => epoch))],
  });
  return new Set(rows.map(({ shard }) => shard));
}
