import type { FieldHashes } from '../decide/fields';
import type { Sql } from './client';

/** Our ref ↔ QuickBooks' record, within one books id. */
export interface LinkRow {
  readonly books: string;
  readonly ref: string;
  readonly resource: string;
  readonly qboId: string;
  readonly path: string;
  readonly wrapper: string;
  readonly syncToken: string;
  readonly revision: number;
  readonly generation: number;
  /** Hash per top-level field as we sent it. */
  readonly sent: FieldHashes;
  /** Hash per top-level field as QuickBooks showed it. */
  readonly shown: FieldHashes;
  /** Fields last changed in QuickBooks. */
  readonly theirs: readonly string[];
  /** The refs its record names. */
  readonly refs: readonly string[];
  /** Its ids by their path, for `at`. */
  readonly kept: Readonly<Record<string, string>>;
  /** The answer that holds the record as it was last shown. */
  readonly answer: string | null;
  /** Deleted: by us, or by somebody in QuickBooks. */
  readonly gone: 'us' | 'qbo' | null;
}

interface Row {
  books: string;
  ref: string;
  resource: string;
  qbo_id: string;
  path: string;
  wrapper: string;
  sync_token: string;
  revision: string;
  generation: number;
  sent: FieldHashes;
  shown: FieldHashes;
  theirs: string[];
  refs: string[];
  kept: Record<string, string>;
  answer: string | null;
  gone: 'us' | 'qbo' | null;
}

export async function selectLinks(sql: Sql, books: string, refs: readonly string[]): Promise<Map<string, LinkRow>> {
  if (refs.length === 0) return new Map();
  const { rows } = await sql.query<Row>(`select * from link where books = $1 and ref = any($2::text[])`, [books, refs]);
  return new Map(rows.map((row) => [row.ref, rowOf(row)]));
}

/** Links of one company and another; row by row through the key. */
export async function selectLinksOf(
  sql: Sql,
  keys: readonly { readonly books: string; readonly ref: string }[],
): Promise<LinkRow[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql.query<Row>(
    `select l.* from unnest($1::text[], $2::text[]) as k (books, ref)
      cross join lateral (select * from link o where o.books = k.books and o.ref = k.ref limit 1) as l`,
    [keys.map(({ books }) => books), keys.map(({ ref }) => ref)],
  );
  return rows.map(rowOf);
}

export async function selectLink(sql: Sql, books: string, ref: string): Promise<LinkRow | undefined> {
  return (await selectLinks(sql, books, [ref])).get(ref);
}

/** Which of these records are linked already, and to which ref. */
export async function selectLinkedIds(
  sql: Sql,
  books: string,
  resource: string,
  qboIds: readonly string[],
): Promise<Map<string, string>> {
  if (qboIds.length === 0) return new Map();
  const { rows } = await sql.query<{ qbo_id: string; ref: string }>(
    `select qbo_id, ref from link where books = $1 and resource = $2 and qbo_id = any($3::text[]) and gone is null`,
    [books, resource, qboIds],
  );
  return new Map(rows.map((row) => [row.qbo_id, row.ref]));
}

/** A record of QuickBooks, by its id there. */
export interface QboRecordId {
  readonly books: string;
  readonly resource: string;
  readonly qboId: string;
}

/** Which refs records of several companies are linked to, in their order; undefined: to none. */
export async function selectHolders(sql: Sql, records: readonly QboRecordId[]): Promise<(string | undefined)[]> {
  const { rows } = await sql.query<{ place: string; ref: string }>(
    `select k.place, l.ref
       from unnest($1::text[], $2::text[], $3::text[]) with ordinality as k (books, resource, qbo_id, place)
      cross join lateral (select o.ref from link o
                           where o.books = k.books and o.resource = k.resource and o.qbo_id = k.qbo_id and o.gone is null
                           limit 1) as l`,
    [records.map(({ books }) => books), records.map(({ resource }) => resource), records.map(({ qboId }) => qboId)],
  );
  const refs = new Map(rows.map(({ place, ref }) => [Number(place), ref]));
  return records.map((_, index) => refs.get(index + 1));
}

/** Stores links as they are from now on; of one ref at most one is given. */
export async function upsertLinks(sql: Sql, links: readonly LinkRow[]): Promise<void> {
  if (links.length === 0) return;
  await sql.query(
    `insert into link (books, ref, resource, qbo_id, path, wrapper, sync_token, revision, generation, sent, shown, theirs,
                       refs, kept, answer, gone)
     select books, ref, resource, "qboId", path, wrapper, "syncToken", revision, generation, sent, shown, theirs,
            refs, kept, answer, gone
       from json_to_recordset($1::json) as l (books text, ref text, resource text, "qboId" text, path text, wrapper text,
            "syncToken" text, revision bigint, generation int, sent jsonb, shown jsonb, theirs text[], refs text[],
            kept jsonb, answer bigint, gone text)
      order by books, ref
     on conflict (books, ref) do update
        set resource = excluded.resource, qbo_id = excluded.qbo_id, path = excluded.path, wrapper = excluded.wrapper,
            sync_token = excluded.sync_token, revision = excluded.revision, generation = excluded.generation,
            sent = excluded.sent, shown = excluded.shown, theirs = excluded.theirs, refs = excluded.refs,
            kept = excluded.kept, answer = excluded.answer, gone = excluded.gone`,
    [JSON.stringify(links)],
  );
}

/** Adds an id read later for an `at` path. */
export async function updateKept(
  sql: Sql,
  books: string,
  ref: string,
  kept: Readonly<Record<string, string>>,
): Promise<void> {
  await sql.query(`update link set kept = kept || $3::jsonb where books = $1 and ref = $2`, [
    books,
    ref,
    JSON.stringify(kept),
  ]);
}

function rowOf(row: Row): LinkRow {
  const { qbo_id: qboId, sync_token: syncToken, ...rest } = row;
  return { ...rest, qboId, syncToken, revision: Number(row.revision) };
}
