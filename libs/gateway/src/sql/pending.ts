import type { RequestKind } from '@qbo-sync/contracts/sync/request';
import type { Sql } from './client';

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

interface Row {
  tenant: string;
  ref: string;
  revision: string;
  books: string;
  kind: RequestKind;
  last: boolean;
  lane: 'live' | 'backlog';
  run: string | null;
  refs: string[];
  said: string | null;
  attempts: number;
}

const COLUMNS = 'tenant, ref, revision, books, kind, last, lane, run, refs, said, attempts';

/** A row that waits for nothing, with its place in line. */
export interface HeadRow extends PendingRow {
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
  const { rows } = await sql.query<Row & { position: string }>(
    `select h.* from unnest($1::text[], $2::boolean[], $3::text[], $4::bigint[]) as c (tenant, whole, lane, after)
      cross join lateral (
        select ${COLUMNS}, position from pending p
         where p.tenant = c.tenant and p.lane = c.lane and p.position > c.after
           and p.waits_on is null and (p.not_before is null or p.not_before <= $6)
           and not exists (select from attempt a where a.tenant = p.tenant and a.ref = p.ref and a.closed_at is null)
           and (c.whole or p.run is not null or p.kind in ('list', 'link', 'cancel'))
         order by p.position limit $5
      ) as h`,
    [
      cursors.map(({ tenant }) => tenant),
      cursors.map(({ all }) => all),
      cursors.map(({ lane }) => lane),
      cursors.map(({ after }) => after),
      each,
      now,
    ],
  );
  return rows.map((row) => ({ ...rowOf(row), position: row.position }));
}

/** A row that is worked on, with the request it stands for: JSON text. */
export interface ClaimedRow extends PendingRow {
  readonly message: string | null;
  /** It may have been sent since, by a gateway whose database is lost. */
  readonly suspectSince: Date | null;
}

/**
 * Heads as they stand now, in the order asked for: one that is gone or waits or has an attempt open is undefined. Row by row
 * through the key, as `limit 1` makes it: joined freely, Postgres reads the whole queue for every few hundred of its rows.
 */
export async function selectClaimed(
  sql: Sql,
  keys: readonly { readonly tenant: string; readonly ref: string }[],
): Promise<(ClaimedRow | undefined)[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql.query<Row & { place: string; message: string | null; suspect_since: Date | null }>(
    `select k.place, p.tenant, p.ref, p.revision, p.books, p.kind, p.last, p.lane, p.run, p.refs, p.said, p.attempts,
            p.suspect_since, r.message
       from unnest($1::text[], $2::text[]) with ordinality as k (tenant, ref, place)
      cross join lateral (select * from pending o where o.tenant = k.tenant and o.ref = k.ref limit 1) as p
      cross join lateral (
        select message from request o where o.tenant = p.tenant and o.ref = p.ref and o.revision = p.revision limit 1
      ) as r
      where p.waits_on is null
        and not exists (select from attempt a where a.tenant = p.tenant and a.ref = p.ref and a.closed_at is null)`,
    [keys.map(({ tenant }) => tenant), keys.map(({ ref }) => ref)],
  );
  const found: (ClaimedRow | undefined)[] = keys.map(() => undefined);
  for (const { place, suspect_since: suspectSince, ...row } of rows) {
    found[Number(place) - 1] = { ...rowOf(row), suspectSince };
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
  const { rows } = await sql.query<AskedFor>(
    `select p.tenant, p.ref, p.kind, p.last from unnest($1::text[], $2::text[]) as k (tenant, ref)
      cross join lateral (select * from pending o where o.tenant = k.tenant and o.ref = k.ref limit 1) as p`,
    [keys.map(({ tenant }) => tenant), keys.map(({ ref }) => ref)],
  );
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

/** Of each ref everything up to the answered revision is settled; a higher one stays. Row by row through the key. */
export async function deletePending(
  sql: Sql,
  settled: readonly { readonly tenant: string; readonly ref: string; readonly revision: number }[],
): Promise<void> {
  await sql.query(
    `delete from pending where ctid = any(array(
       select p.ctid from unnest($1::text[], $2::text[], $3::bigint[]) as s (tenant, ref, revision)
        cross join lateral (
          select o.ctid from pending o
           where o.tenant = s.tenant and o.ref = s.ref and o.revision <= s.revision limit 1 for update
        ) as p
     ))`,
    [settled.map(({ tenant }) => tenant), settled.map(({ ref }) => ref), settled.map(({ revision }) => revision)],
  );
}

/** What waits for these refs is looked at again; the tenants of what did. */
export async function wakeWaiters(
  sql: Sql,
  awaited: readonly { readonly tenant: string; readonly ref: string }[],
): Promise<Set<string>> {
  const { rows } = await sql.query<{ tenant: string }>(
    `update pending set waits_on = null where ctid = any(array(
       select p.ctid from unnest($1::text[], $2::text[]) as a (tenant, ref)
        cross join lateral (
          select o.ctid from pending o where o.tenant = a.tenant and o.waits_on = a.ref offset 0 for update
        ) as p
     )) returning tenant`,
    [awaited.map(({ tenant }) => tenant), awaited.map(({ ref }) => ref)],
  );
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

function rowOf<R extends Row>(row: R): Omit<R, 'revision'> & { readonly revision: number } {
  return { ...row, revision: Number(row.revision) };
}
