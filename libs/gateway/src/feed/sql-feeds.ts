import type { Sql } from '../sql/client';
import type { FeedTimes } from './cursor';

/** A company's place in the changes QuickBooks tells. */
export interface FeedRow extends FeedTimes {
  readonly tenant: string;
  readonly books: string;
  /** Resources that webhooks named, as they spelt them. */
  readonly named: readonly string[];
  /** Resources whose changes QuickBooks does not tell. */
  readonly refused: readonly string[];
}

interface Row {
  tenant: string;
  books: string;
  cursor_at: Date;
  checked_at: Date;
  called_at: Date | null;
  woken_at: Date | null;
  named: string[];
  refused: string[];
}

/** Every company that was ever connected has a place, from its first connection on. */
export async function insertFeeds(sql: Sql): Promise<void> {
  await sql.query(
    `insert into feed (books, tenant, cursor_at, checked_at)
     select books, tenant, first_connected_at, first_connected_at from company c
      where not exists (select from feed f where f.books = c.books)
     on conflict do nothing`,
  );
}

/**
 * Places of companies that can be read now: an event of theirs was not read yet, the daily check is due, or it is time to
 * ask again whether the grant still stands, where it is in doubt. After a restore not before all of it is read again and
 * every create that may have been made is found: it would look like somebody else's.
 */
export async function selectFeeds(sql: Sql, now: Date): Promise<FeedRow[]> {
  const { rows } = await sql.query<Row>(
    `select f.*, coalesce(e.woken_at, c.next_try_at) as woken_at from feed f join company c using (books)
       left join lateral (select min(received_at) as woken_at from webhook_event w
                           where w.books = f.books and w.done_at is null) e on true
      where (c.state = 'connected' or c.state = 'suspect' and c.next_try_at <= $1) and (c.retry_at is null or c.retry_at <= $1)
        and not exists (select from recovery where done_at is null)
        and not exists (select from pending p where p.tenant = c.tenant and p.suspect_since is not null)
        and (c.state = 'suspect' or e.woken_at is not null or f.checked_at <= $1::timestamptz - interval '24 hours')
      order by f.called_at nulls first limit 200`,
    [now],
  );
  return rows.map(rowOf);
}

/** Takes a company's turn for this process, unless another took it less than the interval ago. */
export async function claimFeed(sql: Sql, books: string, now: Date, everyMs: number): Promise<FeedRow | undefined> {
  const { rows } = await sql.query<Row>(
    `update feed set called_at = $2
      where books = $1 and (called_at is null or called_at <= $2::timestamptz - $3 * interval '1 millisecond')
      returning *, null::timestamptz as woken_at`,
    [books, now, everyMs],
  );
  return rows[0] && rowOf(rows[0]);
}

/** The reading is done; what webhooks named is read from now on. */
export async function updateFeedRead(
  sql: Sql,
  books: string,
  done: { readonly cursorAt: Date; readonly checkedAt: Date; readonly named: readonly string[] },
): Promise<void> {
  await sql.query(
    `update feed set cursor_at = greatest(cursor_at, $2), checked_at = greatest(checked_at, $3), named = $4
      where books = $1`,
    [books, done.cursorAt, done.checkedAt, done.named],
  );
}

export async function updateFeedRefused(sql: Sql, books: string, resource: string): Promise<void> {
  await sql.query(
    `update feed set refused = array_append(refused, $2) where books = $1 and not refused @> array[$2::text]`,
    [books, resource],
  );
}

function rowOf(row: Row): FeedRow {
  return {
    tenant: row.tenant,
    books: row.books,
    cursorAt: row.cursor_at.getTime(),
    checkedAt: row.checked_at.getTime(),
    calledAt: row.called_at?.getTime() ?? null,
    wokenAt: row.woken_at?.getTime() ?? null,
    named: row.named,
    refused: row.refused,
  };
}
