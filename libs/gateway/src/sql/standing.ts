import type { Sent } from '../decide/drain';
import type { Sql } from './client';

/** Rows of one company that wait alike: in their lane, or for another record. */
export interface QueueRow {
  readonly tenant: string;
  readonly lane: 'live' | 'backlog';
  /** True: for another record. */
  readonly held: boolean;
  /** True: for one that nobody knows. */
  readonly orphaned: boolean;
  readonly rows: number;
  readonly oldest: Date;
}

/** What waits, of one company or of all. */
export async function selectQueues(sql: Sql, tenant: string | null): Promise<QueueRow[]> {
  const { rows } = await sql.query<QueueRow>(
    `select tenant, lane, waits_on is not null as held, coalesce(said, '') like 'orphan/%' as orphaned,
            count(*)::int as rows, min(since) as oldest
       from pending where $1::text is null or tenant = $1
      group by tenant, lane, waits_on is not null, coalesce(said, '') like 'orphan/%'`,
    [tenant],
  );
  return rows;
}

/**
 * Of the backlog that was there when its company was let through again: how many rows are left, by tenant; those that wait
 * for a record nobody knows apart.
 */
export async function selectLeft(sql: Sql, tenant: string | null): Promise<Map<string, number>> {
  const { rows } = await sql.query<{ tenant: string; n: number }>(
    `select p.tenant, count(*)::int as n from pending p join company c using (tenant)
      where ($1::text is null or p.tenant = $1) and p.since <= c.reopened_at and coalesce(p.said, '') not like 'orphan/%'
      group by p.tenant`,
    [tenant],
  );
  return new Map(rows.map((row) => [row.tenant, row.n]));
}

/**
 * Calls that write and that QuickBooks answered since a moment, by books: of each kind, those answered in the same five
 * seconds together. No call takes longer than 90 s.
 */
export async function selectSent(sql: Sql, since: Date): Promise<Map<string, Sent[]>> {
  const { rows } = await sql.query<{
    books: string;
    batch: boolean;
    calls: number;
    writes: number;
    first: Date;
    last: Date;
    answer_ms: number;
  }>(
    `select books, bid is not null as batch, count(distinct requestid)::int as calls, count(*)::int as writes,
            min(closed_at) as first, max(closed_at) as last,
            (extract(epoch from avg(closed_at - last_sent_at)) * 1000)::float8 as answer_ms
       from attempt
      where last_sent_at > $1::timestamptz - interval '95 seconds' and closed_at > $1 and outcome in ('synced', 'refused')
      group by books, bid is not null, date_bin('5 seconds', closed_at, $1)`,
    [since],
  );
  const sent = new Map<string, Sent[]>();
  for (const { books, batch, calls, writes, first, last, answer_ms: answerMs } of rows) {
    const of = { calls, writes, firstAtMs: first.getTime(), lastAtMs: last.getTime(), answerMs };
    const some = sent.get(books) ?? [];
    some.push({ kind: batch ? 'batch' : 'single', ...of });
    sent.set(books, some);
  }
  return sent;
}

/** Metered reads of a month, by tenant. */
export async function selectMeteredReads(sql: Sql, month: string): Promise<Map<string, number>> {
  const { rows } = await sql.query<{ tenant: string; reads: string }>(
    `select tenant, reads from metered_read where month = $1`,
    [month],
  );
  return new Map(rows.map(({ tenant, reads }) => [tenant, Number(reads)]));
}

/** Adds reads to a month's. */
export async function addMeteredReads(sql: Sql, month: string, reads: ReadonlyMap<string, number>): Promise<void> {
  await sql.query(
    `insert into metered_read as m (month, tenant, reads)
     select $1, r.* from unnest($2::text[], $3::bigint[]) as r
     on conflict (month, tenant) do update set reads = m.reads + excluded.reads`,
    [month, [...reads.keys()], [...reads.values()]],
  );
}
