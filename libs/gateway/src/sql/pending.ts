import type { RequestKind } from '@qbo-sync/contracts/sync/request';
import type { Sql } from './client';
import { joined, parted, partedList, partedRows } from './joined';

/** What is to be made true of one ref: at most one row, the highest revision. */
export interface PendingRow {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  readonly books: string;
  readonly kind: RequestKind;
  readonly last: boolean;
  readonly lane: 'live' | 'backlog';
  readonly run: string | null;
  readonly refs: readonly string[];
  /** What was last said of its waiting, so that it is said once. */
  readonly said: string | null;
  /** Attempts used: sends that QuickBooks answered or may have. */
  readonly attempts: number;
}

/**
 * One version of a row: where it stands in its table and what wrote it there. While the two are found together nothing about
 * the row has changed since; and a row that is known by its place needs no index to be found.
 */
export interface RowVersion {
  readonly ctid: string;
  readonly xmin: string;
}

/** A row as it was read. */
export interface ReadRow extends PendingRow, RowVersion {
  /** It may have been sent since, by a gateway whose database is lost. */
  readonly suspectSince: Date | null;
}

/** A row of `p` as its parts, none of them null: for `concat_ws(chr(30), …)`, read by {@link readRow}. */
const COLUMNS = `p.tenant, p.ref, p.revision, p.books, p.kind, p.last::text, p.lane, coalesce(p.run, ''),
                 array_to_string(p.refs, chr(31)), coalesce(p.said, ''), p.attempts,
                 coalesce(extract(epoch from p.suspect_since)::text, ''), p.ctid, p.xmin`;

/** A row that waits for nothing, with its place in line. */
export interface HeadRow extends ReadRow {
  readonly position: string;
}

/** Where to read on in one lane of a tenant. */
export interface LaneCursor {
  readonly tenant: string;
  /** False: lists, links, cancels and runs alone. */
  readonly all: boolean;
  readonly lane: 'live' | 'backlog';
  /** The position read last; `0` begins anew. */
  readonly after: string;
}

/** Each lane's next rows that wait for nothing and have no attempt open, oldest first. */
export async function selectHeads(
  sql: Sql,
  cursors: readonly LaneCursor[],
  each: number,
  now: Date,
): Promise<HeadRow[]> {
  if (cursors.length === 0) return [];
  const { rows } = await sql.query<{ rows: string | null }>({
    name: 'pending heads',
    text: `select string_agg(concat_ws(chr(30), p.position, ${COLUMNS}), chr(29)) as rows
       from unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30)), string_to_array($3, chr(30)),
                   string_to_array($4, chr(30))) as c (tenant, whole, lane, after)
      cross join lateral (
        select tenant, ref, revision, books, kind, last, lane, run, refs, said, attempts, suspect_since, position, o.ctid,
               o.xmin
          from pending o
         where o.tenant = c.tenant and o.lane = c.lane and o.position > c.after::bigint
           and o.waits_on is null and (o.not_before is null or o.not_before <= $6)
           and not exists (select from attempt a where a.tenant = o.tenant and a.ref = o.ref and a.closed_at is null)
           and (c.whole::boolean or o.run is not null or o.kind in ('list', 'link', 'cancel'))
         order by o.position limit $5
      ) as p`,
    values: [
      joined(cursors.map(({ tenant }) => tenant)),
      joined(cursors.map(({ all }) => all)),
      joined(cursors.map(({ lane }) => lane)),
      joined(cursors.map(({ after }) => after)),
      each,
      now,
    ],
  });
  return partedRows(rows[0]?.rows ?? null).map((parts) =>
    Object.assign(readRow(parts, 1), { position: parts[0] ?? '' }),
  );
}

/**
 * The request a pending row `p` stands for, as a sub-select: empty where a later one of its ref is
 * stored. Such a row came late, after what was asked later had been settled; it is not looked for when it comes in, but here,
 * where its request is looked for in any case.
 */
const MESSAGE = `(select case when r.revision > p.revision then '' else r.message end from request r
                    where r.tenant = p.tenant and r.ref = p.ref order by r.revision desc limit 1)`;

/** A row that is worked on, with the request it stands for: JSON text. */
export interface ClaimedRow extends ReadRow {
  readonly message: string | null;
}

/**
 * Heads as they stand now, in the order asked for: one that is gone or waits or has an attempt open is undefined. Mostly each
 * stands as it was read, and its request alone is missing; what was changed since is read anew, by its key. One that came late
 * is taken away.
 */
export async function claimHeads(sql: Sql, heads: readonly HeadRow[]): Promise<(ClaimedRow | undefined)[]> {
  const unchanged = await selectUnchanged(sql, heads);
  const others = heads.filter((_, place) => unchanged[place] === undefined);
  const anew = (await selectClaimed(sql, others)).values();
  const claimed = others.length === 0 ? unchanged : unchanged.map((row) => row ?? anew.next().value);
  const late = claimed.flatMap((row) => (row !== undefined && isLate(row) ? [row] : []));
  if (late.length === 0) return claimed;
  await deleteSettled(sql, late);
  return claimed.map((row) => (row === undefined || isLate(row) ? undefined : row));
}

function isLate({ message }: ClaimedRow): boolean {
  return message === '';
}

/** Those that are the version that was read. Row by row through their places. */
async function selectUnchanged(sql: Sql, heads: readonly HeadRow[]): Promise<(ClaimedRow | undefined)[]> {
  if (heads.length === 0) return [];
  const { rows } = await sql.query<{ place: string; message: string | null }>({
    name: 'pending unchanged',
    text: `select k.place, ${MESSAGE} as message
             from unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30))) with ordinality
                    as k (ctid, xmin, place)
            cross join lateral (
              select tenant, ref, revision from pending o where o.ctid = k.ctid::tid and o.xmin = k.xmin::xid limit 1
            ) as p
            where not exists (select from attempt a where a.tenant = p.tenant and a.ref = p.ref and a.closed_at is null)`,
    values: [joined(heads.map(({ ctid }) => ctid)), joined(heads.map(({ xmin }) => xmin))],
  });
  const found: (ClaimedRow | undefined)[] = heads.map(() => undefined);
  for (const { place, message } of rows) {
    const head = heads[Number(place) - 1];
    if (head !== undefined) found[Number(place) - 1] = { ...head, message };
  }
  return found;
}

/** The same by the rows' keys; through the key row by row: joined freely, Postgres reads the whole queue for a few hundred. */
export async function selectClaimed(
  sql: Sql,
  keys: readonly { readonly tenant: string; readonly ref: string }[],
): Promise<(ClaimedRow | undefined)[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql.query<{ row: string; message: string | null }>({
    name: 'pending claimed',
    text: `select concat_ws(chr(30), k.place, ${COLUMNS}) as row, ${MESSAGE} as message
             from unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30))) with ordinality
                    as k (tenant, ref, place)
            cross join lateral (
              select tenant, ref, revision, books, kind, last, lane, run, refs, said, attempts, suspect_since, waits_on,
                     o.ctid, o.xmin
                from pending o where o.tenant = k.tenant and o.ref = k.ref limit 1
            ) as p
            where p.waits_on is null
              and not exists (select from attempt a where a.tenant = p.tenant and a.ref = p.ref and a.closed_at is null)`,
    values: [joined(keys.map(({ tenant }) => tenant)), joined(keys.map(({ ref }) => ref))],
  });
  const found: (ClaimedRow | undefined)[] = keys.map(() => undefined);
  for (const { row, message } of rows) {
    const parts = parted(row);
    found[Number(parts[0]) - 1] = Object.assign(readRow(parts, 1), { message });
  }
  return found;
}

/** What is asked for of a ref. */
export interface AskedFor {
  readonly tenant: string;
  readonly ref: string;
  readonly kind: RequestKind;
  readonly last: boolean;
}

/** What is pending of these refs; row by row through the key. */
export async function selectPendingOf(
  sql: Sql,
  keys: readonly { readonly tenant: string; readonly ref: string }[],
): Promise<AskedFor[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql.query<AskedFor>({
    name: 'pending of refs',
    text: `select p.tenant, p.ref, p.kind, p.last from unnest($1::text[], $2::text[]) as k (tenant, ref)
      cross join lateral (select * from pending o where o.tenant = k.tenant and o.ref = k.ref limit 1) as p`,
    values: [keys.map(({ tenant }) => tenant), keys.map(({ ref }) => ref)],
  });
  return rows;
}

/** Pending rows that name the ref, or whose record in QuickBooks does; oldest first. */
export async function selectDependants(sql: Sql, tenant: string, books: string, ref: string): Promise<string[]> {
  const { rows } = await sql.query<{ ref: string }>(
    `select p.ref from pending p
      where p.tenant = $1
        and (p.refs @> array[$3::text]
             or exists (select from link l where l.books = $2 and l.ref = p.ref and l.gone is null and l.refs @> array[$3::text]))
      order by p.position limit 10`,
    [tenant, books, ref],
  );
  return rows.map((row) => row.ref);
}

export interface Wait {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  readonly said: string;
  readonly waitsOn?: string;
  readonly notBefore?: Date;
  readonly attempts?: number;
}

/** Lets a row wait, unless a higher revision has taken its place. */
export async function updateWait(sql: Sql, wait: Wait): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update pending set waits_on = $4, not_before = $5, said = $6, attempts = coalesce($7, attempts),
                        waits_since = case when $4::text is null then null
                                           when waits_on = $4 then waits_since
                                           else clock_timestamp() end
      where tenant = $1 and ref = $2 and revision = $3`,
    [
      wait.tenant,
      wait.ref,
      wait.revision,
      wait.waitsOn ?? null,
      wait.notBefore ?? null,
      wait.said,
      wait.attempts ?? null,
    ],
  );
  return rowCount === 1;
}

/** What is settled of one ref. */
export interface Settled {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  /** The row that was worked on, where it is known. */
  readonly row?: RowVersion | undefined;
}

/** Of each ref everything up to the answered revision is settled; a higher one stays. */
export async function deletePending(sql: Sql, settled: readonly Settled[]): Promise<void> {
  const versions = settled.flatMap(({ row }) => row ?? []);
  // What is not there any more as it was is looked for by its key.
  const unchanged = (await deleteVersions(sql, versions)) === versions.length;
  await deleteSettled(sql, unchanged ? settled.filter(({ row }) => row === undefined) : settled);
}

/** How many of these versions were there still, and are gone now. */
async function deleteVersions(sql: Sql, versions: readonly RowVersion[]): Promise<number> {
  if (versions.length === 0) return 0;
  const { rowCount } = await sql.query({
    name: 'pending versions settled',
    text: `delete from pending p
      using unnest(string_to_array($1, chr(30))::tid[], string_to_array($2, chr(30))::xid[]) as s (ctid, xmin)
      where p.ctid = any(string_to_array($1, chr(30))::tid[]) and p.ctid = s.ctid and p.xmin = s.xmin`,
    values: [joined(versions.map(({ ctid }) => ctid)), joined(versions.map(({ xmin }) => xmin))],
  });
  return rowCount ?? 0;
}

/**
 * Row by row through the key, as the `select`s around the parameters make it: Postgres does not see how many there are, and
 * would read all that is pending.
 */
async function deleteSettled(sql: Sql, settled: readonly Settled[]): Promise<void> {
  if (settled.length === 0) return;
  await sql.query({
    name: 'pending settled',
    text: `delete from pending p
      using unnest(string_to_array((select $1), chr(30)), string_to_array((select $2), chr(30)),
                   string_to_array((select $3), chr(30))) as s (tenant, ref, revision)
      where p.tenant = s.tenant and p.ref = s.ref and p.revision <= s.revision::bigint`,
    values: [
      joined(settled.map(({ tenant }) => tenant)),
      joined(settled.map(({ ref }) => ref)),
      joined(settled.map(({ revision }) => revision)),
    ],
  });
}

/** What waits for these refs is looked at again; the tenants of what did. Of most tenants nothing waits. */
export async function wakeWaiters(
  sql: Sql,
  awaited: readonly { readonly tenant: string; readonly ref: string }[],
): Promise<Set<string>> {
  const { rows } = await sql.query<{ tenant: string }>({
    name: 'pending woken',
    text: `update pending set waits_on = null where ctid = any(array(
       select p.ctid
         from unnest(string_to_array($3, chr(30))) as t (tenant)
        cross join lateral (
          select from pending o where o.tenant = t.tenant and o.waits_on is not null limit 1
        ) as waiting
         join unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30))) as a (tenant, ref) on a.tenant = t.tenant
        cross join lateral (
          select o.ctid from pending o where o.tenant = a.tenant and o.waits_on = a.ref offset 0 for update
        ) as p
     )) returning tenant`,
    values: [
      joined(awaited.map(({ tenant }) => tenant)),
      joined(awaited.map(({ ref }) => ref)),
      joined([...new Set(awaited.map(({ tenant }) => tenant))]),
    ],
  });
  return new Set(rows.map(({ tenant }) => tenant));
}

/** Rows whose wait is over although nobody woke them (a process that died between the answer and the wake). */
export async function wakeForgotten(sql: Sql): Promise<void> {
  await sql.query(
    `update pending w set waits_on = null
      where w.waits_on is not null
        and not exists (select from pending p where p.tenant = w.tenant and p.ref = w.waits_on)
        and (w.kind = 'remove' or w.last or exists (select from link l where l.books = w.books and l.ref = w.waits_on))`,
  );
}

/** A row that waits for a parent nobody has sent. */
export interface Orphan {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  readonly attempts: number;
  readonly waitsOn: string;
}

/** Rows whose parent has been neither linked nor asked of us for too long, and of which that was not said yet. */
export async function selectOrphans(sql: Sql, waitingSince: Date, limit: number): Promise<Orphan[]> {
  const { rows } = await sql.query<{
    tenant: string;
    ref: string;
    revision: string;
    attempts: number;
    waits_on: string;
  }>(
    `select w.tenant, w.ref, w.revision, w.attempts, w.waits_on from pending w
      where w.waits_on is not null and w.waits_since < $1 and w.said not like 'orphan/%'
        and not exists (select from pending p where p.tenant = w.tenant and p.ref = w.waits_on)
        and not exists (select from link l where l.books = w.books and l.ref = w.waits_on)
      order by w.waits_since limit $2`,
    [waitingSince, limit],
  );
  return rows.map(({ revision, waits_on: waitsOn, ...row }) => ({ ...row, revision: Number(revision), waitsOn }));
}

/** Notes that it was said; false: the row is another by now. */
export async function updateOrphanSaid(sql: Sql, { tenant, ref, revision, waitsOn }: Orphan): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update pending set said = 'orphan/' || waits_on
      where tenant = $1 and ref = $2 and revision = $3 and waits_on = $4 and said not like 'orphan/%'`,
    [tenant, ref, revision, waitsOn],
  );
  return rowCount === 1;
}

/** A row of {@link COLUMNS}, which begin at that place. By their places: taken apart by a pattern they cost twice as much. */
function readRow(parts: readonly string[], from: number): ReadRow {
  const since = orNull(parts[from + 11]);
  return {
    tenant: parts[from] ?? '',
    ref: parts[from + 1] ?? '',
    revision: Number(parts[from + 2]),
    books: parts[from + 3] ?? '',
    kind: parts[from + 4] as RequestKind,
    last: parts[from + 5] === 'true',
    lane: parts[from + 6] as PendingRow['lane'],
    run: orNull(parts[from + 7]),
    refs: partedList(parts[from + 8] ?? ''),
    said: orNull(parts[from + 9]),
    attempts: Number(parts[from + 10]),
    suspectSince: since === null ? null : new Date(Number(since) * 1_000),
    ctid: parts[from + 12] ?? '',
    xmin: parts[from + 13] ?? '',
  };
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
