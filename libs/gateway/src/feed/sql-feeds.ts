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

/** Every connected company has a place, from its connection on; `books`: of these alone. */
export async function insertFeeds(sql: Sql, books: readonly string[] | null): Promise<void> {
  await sql.query(
    `insert into feed (books, tenant, cursor_at, checked_at)
     select books, tenant, first_connected_at, first_connected_at from company c
      where ($1::text[] is null or books = any($1)) and not exists (select from feed f where f.books = c.books)
     on conflict do nothing`,
    [books],
  );
}

/** Places of companies that can be read now. */
export async function selectFeeds(sql: Sql, now: Date): Promise<FeedRow[]> {
  const { rows } = await sql.query<Row>(
    `select f.* from feed f join company c using (books)
      where c.state = 'connected' and (c.retry_at is null or c.retry_at <= $1)
        and (f.woken_at is not null or f.checked_at <= $1::timestamptz - interval '24 hours')
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
      returning *`,
    [books, now, everyMs],
  );
  return rows[0] && rowOf(rows[0]);
}

/** Something changed there: read soon. */
export async function wakeFeed(sql: Sql, books: string, named: readonly string[], at: Date): Promise<void> {
  await sql.query(
    `update feed set woken_at = coalesce(woken_at, $2),
                     named = array(select distinct unnest(named || $3::text[]))
      where books = $1`,
    [books, at, named],
  );
}

/** Holds a company's place: a wake either came before or waits for the transaction's end. */
export async function lockFeed(sql: Sql, books: string): Promise<void> {
  await sql.query(`select from feed where books = $1 for update`, [books]);
}

/** The reading is done; a wake that came while it ran stands. Under `lockFeed`. */
export async function updateFeedRead(
  sql: Sql,
  books: string,
  done: { readonly cursorAt: Date; readonly checkedAt: Date },
): Promise<void> {
  await sql.query(
    `update feed f set cursor_at = greatest(cursor_at, $2), checked_at = greatest(checked_at, $3),
            woken_at = (select min(received_at) from webhook_event e where e.books = f.books and e.done_at is null)
      where books = $1`,
    [books, done.cursorAt, done.checkedAt],
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
