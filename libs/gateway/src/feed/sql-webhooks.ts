import type { Sql } from '../sql/client';

/** Keeps deliveries as they came, sealed. The same bytes again are the same delivery. */
export async function insertDeliveries(sql: Sql, deliveries: readonly SealedDelivery[], at: Date): Promise<void> {
  await sql.query(
    `insert into webhook_delivery (body_hash, sealed, received_at)
     select d.*, $3::timestamptz from unnest($1::text[], $2::text[]) as d on conflict do nothing`,
    [deliveries.map(({ hash }) => hash), deliveries.map(({ sealed }) => sealed), at],
  );
}

/** A delivery's body as it is kept. */
export interface SealedDelivery {
  readonly hash: string;
  readonly sealed: string;
}

/** Deliveries that another key than `keyId` sealed. */
export async function selectDeliveriesByOthers(sql: Sql, keyId: string, limit: number): Promise<SealedDelivery[]> {
  const { rows } = await sql.query<SealedDelivery>(
    `select body_hash as hash, sealed from webhook_delivery
      where split_part(sealed, '.', 2) < $1 or split_part(sealed, '.', 2) > $1 limit $2`,
    [keyId, limit],
  );
  return rows;
}

/** Stores bodies that were sealed anew. */
export async function updateDeliveriesSealed(sql: Sql, deliveries: readonly SealedDelivery[]): Promise<void> {
  await sql.query(
    `update webhook_delivery w set sealed = d.sealed from unnest($1::text[], $2::text[]) as d (hash, sealed)
      where w.body_hash = d.hash`,
    [deliveries.map(({ hash }) => hash), deliveries.map(({ sealed }) => sealed)],
  );
}

export interface WebhookEvent {
  readonly id: string;
  /** Null: no company of ours has this realm. */
  readonly books: string | null;
  readonly resource: string;
  readonly qboId: string;
  readonly operation: string;
  readonly mergedFrom: string | null;
}

/** Stores events by their id; returns the ids of those that are new. */
export async function insertEvents(sql: Sql, events: readonly WebhookEvent[], at: Date): Promise<string[]> {
  if (events.length === 0) return [];
  const { rows } = await sql.query<{ id: string }>(
    `insert into webhook_event (id, books, resource, qbo_id, operation, merged_from, received_at)
     select e.*, $7::timestamptz
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as e
     on conflict do nothing returning id`,
    [
      events.map((each) => each.id),
      events.map((each) => each.books),
      events.map((each) => each.resource),
      events.map((each) => each.qboId),
      events.map((each) => each.operation),
      events.map((each) => each.mergedFrom),
      at,
    ],
  );
  return rows.map(({ id }) => id);
}

/** Books by each keyed hash of a realm. */
export async function selectBooksByRealm(sql: Sql, hmacs: readonly string[]): Promise<Map<string, string>> {
  if (hmacs.length === 0) return new Map();
  const { rows } = await sql.query<{ hmac: string; books: string }>(
    `select h.hmac, c.books from company c cross join lateral unnest(c.realm_hmacs) as h (hmac)
      where c.realm_hmacs && $1::text[]`,
    [hmacs],
  );
  return new Map(rows.map(({ hmac, books }) => [hmac, books]));
}

/** Resources named by events that were not read yet, as they spell them. */
export async function selectNamed(sql: Sql, books: string): Promise<string[]> {
  const { rows } = await sql.query<{ resource: string }>(
    `select distinct resource from webhook_event where books = $1 and done_at is null`,
    [books],
  );
  return rows.map(({ resource }) => resource);
}

/** Merges said by webhooks and not yet taken in. `from` is null where only the record that is left was named. */
export async function selectMerges(
  sql: Sql,
  books: string,
): Promise<{ resource: string; from: string | null; into: string }[]> {
  const { rows } = await sql.query<{ resource: string; merged_from: string | null; qbo_id: string }>(
    `select resource, merged_from, qbo_id from webhook_event
      where books = $1 and done_at is null and operation = 'merge' order by received_at limit 100`,
    [books],
  );
  return rows.map((row) => ({ resource: row.resource, from: row.merged_from, into: row.qbo_id }));
}

/** What was received up to a moment has been read. */
export async function updateEventsDone(sql: Sql, books: string, receivedTo: Date, at: Date): Promise<void> {
  await sql.query(`update webhook_event set done_at = $3 where books = $1 and done_at is null and received_at <= $2`, [
    books,
    receivedTo,
    at,
  ]);
}

/** Deliveries and events older than Intuit would send them again. */
export async function deleteReceivedBefore(sql: Sql, before: Date): Promise<void> {
  await sql.query(`delete from webhook_delivery where received_at < $1`, [before]);
  await sql.query(`delete from webhook_event where received_at < $1`, [before]);
}
