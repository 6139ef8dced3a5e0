import type { FieldHashes } from '../decide/fields';
import type { Sql } from '../sql/client';
import type { QboRecordId } from '../sql/links';
import type { KnownLink } from './change';

export async function selectLinkedResources(sql: Sql, books: string): Promise<string[]> {
  const { rows } = await sql.query<{ resource: string }>(`select distinct resource from link where books = $1`, [
    books,
  ]);
  return rows.map(({ resource }) => resource);
}

/** The links of records by QuickBooks' id, held until the transaction ends: no answer of ours changes them meanwhile. */
export async function lockLinks(
  sql: Sql,
  books: string,
  resource: string,
  qboIds: readonly string[],
): Promise<Map<string, KnownLink>> {
  if (qboIds.length === 0) return new Map();
  const { rows } = await sql.query<{
    qbo_id: string;
    ref: string;
    sync_token: string;
    shown: FieldHashes;
    seen_token: string | null;
    seen: FieldHashes | null;
    gone: 'us' | 'qbo' | null;
  }>(
    `select qbo_id, ref, sync_token, shown, seen_token, seen, gone from link
      where books = $1 and resource = $2 and qbo_id = any($3::text[]) order by gone is null, ref for update`,
    [books, resource, qboIds],
  );
  return new Map(
    rows.map((row) => [
      row.qbo_id,
      { ...row, syncToken: row.sync_token, seenToken: row.seen_token } satisfies KnownLink & Record<string, unknown>,
    ]),
  );
}

/** Which of these records are ours and not known to have ended. */
export async function selectLivingIds(
  sql: Sql,
  books: string,
  resource: string,
  qboIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql.query<{ qbo_id: string }>(
    `select qbo_id from link where books = $1 and resource = $2 and qbo_id = any($3::text[]) and gone is null`,
    [books, resource, qboIds],
  );
  return rows.map((row) => row.qbo_id);
}

/** Sends of a company that have no answer yet: their refs, and the resources of the creates among them. */
export async function selectOpenSends(
  sql: Sql,
  tenant: string,
): Promise<{ readonly refs: ReadonlySet<string>; readonly creates: ReadonlySet<string> }> {
  const { rows } = await sql.query<{ ref: string; kind: string; resource: string | null }>(
    `select a.ref, a.kind, r.message::json ->> 'resource' as resource
       from attempt a join request r using (tenant, ref, revision)
      where a.tenant = $1 and a.closed_at is null`,
    [tenant],
  );
  return {
    refs: new Set(rows.map(({ ref }) => ref)),
    creates: new Set(rows.flatMap(({ kind, resource }) => (kind === 'create' && resource !== null ? [resource] : []))),
  };
}

/** Only what we do not compare moved: the next update goes with this token, without a read. */
export async function updateAgreed(
  sql: Sql,
  link: { readonly books: string; readonly ref: string },
  token: string,
  shown: FieldHashes,
): Promise<void> {
  await sql.query(`update link set sync_token = $3, shown = $4 where books = $1 and ref = $2`, [
    link.books,
    link.ref,
    token,
    JSON.stringify(shown),
  ]);
}

/** What was read of a record that somebody changed there. */
export async function updateSeen(
  sql: Sql,
  link: { readonly books: string; readonly ref: string },
  token: string,
  seen: FieldHashes,
): Promise<void> {
  await sql.query(`update link set seen_token = $3, seen = $4 where books = $1 and ref = $2`, [
    link.books,
    link.ref,
    token,
    JSON.stringify(seen),
  ]);
}

/** The record is no more: it is never made again by itself. */
export async function updateGone(sql: Sql, link: { readonly books: string; readonly ref: string }): Promise<void> {
  await sql.query(`update link set gone = 'qbo' where books = $1 and ref = $2`, [link.books, link.ref]);
}

/** Merged into another record: what refers to it goes to that one from now on, and it is never written to again. */
export async function updateMerged(
  sql: Sql,
  link: { readonly books: string; readonly ref: string },
  into: string,
): Promise<void> {
  await sql.query(`update link set gone = 'qbo', qbo_id = $3 where books = $1 and ref = $2`, [
    link.books,
    link.ref,
    into,
  ]);
}

/** Notes a record nobody here knows. False: this version, or a newer one, was noted before. */
export async function upsertNoticed(
  sql: Sql,
  at: { readonly books: string; readonly resource: string; readonly qboId: string },
  token: string,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into noticed as n (books, resource, qbo_id, sync_token) values ($1, $2, $3, $4)
     on conflict (books, resource, qbo_id) do update set sync_token = excluded.sync_token
        where n.sync_token < excluded.sync_token`,
    [at.books, at.resource, at.qboId, token],
  );
  return rowCount === 1;
}

/** A version of a record, by its `SyncToken`, digits. */
export interface RecordVersion extends QboRecordId {
  readonly token: string;
}

/**
 * Whether we were told of newer versions of records nobody here knows, in the changes, or by a webhook not read yet; in
 * their order.
 */
export async function selectToldOf(sql: Sql, versions: readonly RecordVersion[]): Promise<boolean[]> {
  const { rows } = await sql.query<{ place: string }>({
    name: 'records told of',
    text: `select k.place
             from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) with ordinality
               as k (books, resource, qbo_id, token, place)
            where exists (select from noticed n
                           where n.books = k.books and n.resource = k.resource and n.qbo_id = k.qbo_id
                             and n.sync_token > k.token)
               or exists (select from webhook_event e
                           where e.books = k.books and e.done_at is null and e.qbo_id = k.qbo_id
                             and lower(e.resource) = lower(k.resource))`,
    values: [
      versions.map(({ books }) => books),
      versions.map(({ resource }) => resource),
      versions.map(({ qboId }) => qboId),
      versions.map(({ token }) => token),
    ],
  });
  const told = new Set(rows.map(({ place }) => Number(place)));
  return versions.map((_, index) => told.has(index + 1));
}

export interface HeldChange {
  readonly tenant: string;
  readonly books: string;
  readonly resource: string;
  readonly qboId: string;
  readonly record: string;
}

/** Keeps a record until an answer of ours tells what it is; the newest reading stands. */
export async function upsertHeld(sql: Sql, held: HeldChange, at: Date): Promise<void> {
  await sql.query(
    `insert into held_change (books, resource, qbo_id, tenant, record, held_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (books, resource, qbo_id) do update set record = excluded.record`,
    [held.books, held.resource, held.qboId, held.tenant, held.record, at],
  );
}

/** Records that wait, oldest first. */
export async function selectHeld(sql: Sql, limit: number): Promise<HeldChange[]> {
  const { rows } = await sql.query<Omit<HeldChange, 'qboId'> & { qbo_id: string }>(
    `select tenant, books, resource, qbo_id, record from held_change order by held_at limit $1`,
    [limit],
  );
  return rows.map(({ qbo_id: qboId, ...rest }) => ({ ...rest, qboId }));
}

export async function deleteHeld(sql: Sql, books: string, resource: string, qboIds: readonly string[]): Promise<void> {
  await sql.query(`delete from held_change where books = $1 and resource = $2 and qbo_id = any($3::text[])`, [
    books,
    resource,
    qboIds,
  ]);
}
