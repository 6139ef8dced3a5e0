import type { RowWriter } from './binary-rows';
import type { Sql } from './client';
import { copyIn } from './copying';
import { joined, joinedJson, joinedLists, joinedOrNull } from './joined';
import type { PendingRow } from './pending-row';

/** A request as it comes in, and what would be pending by it. */
export interface NewRequest extends Omit<PendingRow, 'said' | 'attempts'> {
  /** As it came, JSON text. */
  readonly message: string;
  readonly shard: number;
  /** No higher revision of its ref is given beside it. */
  readonly newest: boolean;
}

/**
 * Stores requests for good; of one revision at most one is given. What is new and the newest of its ref takes the ref's
 * place among what is pending: a higher revision replaces the row and starts over, and keeps its place in line. New rows
 * stand in line in the order given, those of refs that came before behind those that come for the first time.
 *
 *   revision 1, or its ref ───▶ nothing of it is stored: two COPYs ───────────▶ stored
 *   never asked for before                      │ 23505: came before after all
 *                                               ▼
 *                              taken back; asked of all: was the ref asked for before?
 *   asked for before ─────────▶ one statement that looks for the same revision, a higher one, and what is pending
 *
 * A revision 1 is mostly the first; that it comes again, or after a later one that is pending, its keys say. After a later one
 * that is settled it becomes pending for nothing; whoever claims it sees that ({@link claimHeads}).
 *
 * Within a transaction: a request without its pending row would never be sent. Two that bring the same ref for the first time
 * at the same moment (its partition is another since a moment ago) may end in 23505 for one; it comes again and finds it.
 */
export async function insertRequests(sql: Sql, requests: readonly NewRequest[]): Promise<void> {
  if (requests.length === 0) return;
  const later = requests.filter(({ revision }) => revision > FIRST_REVISION);
  const known = await selectAskedBefore(sql, later);
  if (later.length === requests.length) return insertApart(sql, requests, known);
  await sql.query('savepoint first');
  try {
    await insertApart(sql, requests, known);
  } catch (error) {
    if (!isTaken(error)) throw error;
    await sql.query('rollback to savepoint first');
    await insertApart(sql, requests, await selectAskedBefore(sql, requests));
  }
}

const FIRST_REVISION = 1;

/** Unique violation. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}

async function insertApart(sql: Sql, requests: readonly NewRequest[], known: ReadonlySet<NewRequest>): Promise<void> {
  const first = known.size === 0 ? requests : requests.filter((request) => !known.has(request));
  await insertFirst(sql, first);
  await insertAgain(sql, known.size === 0 ? [] : requests.filter((request) => known.has(request)));
}

type Column = string | number | boolean | null;

/** Those whose ref was asked for before. Row by row through the key. */
async function selectAskedBefore(sql: Sql, requests: readonly NewRequest[]): Promise<Set<NewRequest>> {
  if (requests.length === 0) return new Set();
  const { rows } = await sql.query<{ place: string }>({
    name: 'requests before',
    text: `select k.place from unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30))) with ordinality
                         as k (tenant, ref, place)
      cross join lateral (select from request o where o.tenant = k.tenant and o.ref = k.ref limit 1) as r`,
    values: [joined(requests.map(({ tenant }) => tenant)), joined(requests.map(({ ref }) => ref))],
  });
  return new Set(rows.flatMap(({ place }) => requests[Number(place) - 1] ?? []));
}

/** Rows stand in line in the order in which they are written. */
async function insertFirst(sql: Sql, requests: readonly NewRequest[]): Promise<void> {
  if (requests.length === 0) return;
  await copyIn(
    sql,
    {
      text: `copy request (tenant, ref, revision, message) from stdin (format binary)`,
      write: (to) => requests.forEach((request) => writeRequest(to, request)),
    },
    {
      text: `copy pending (tenant, ref, revision, shard, books, kind, last, lane, run, refs) from stdin (format binary)`,
      write: (to) => requests.forEach((request) => request.newest && writePending(to, request)),
    },
  );
}

function writeRequest(to: RowWriter, { tenant, ref, revision, message }: NewRequest): void {
  to.row(4);
  to.text(tenant);
  to.text(ref);
  to.bigint(revision);
  to.text(message);
}

function writePending(to: RowWriter, request: NewRequest): void {
  to.row(10);
  to.text(request.tenant);
  to.text(request.ref);
  to.bigint(request.revision);
  to.smallint(request.shard);
  to.text(request.books);
  to.text(request.kind);
  to.boolean(request.last);
  to.text(request.lane);
  to.text(request.run);
  to.texts(request.refs);
}

async function insertAgain(sql: Sql, requests: readonly NewRequest[]): Promise<void> {
  if (requests.length === 0) return;
  const column = (of: (request: NewRequest) => Column): string => joined(requests.map(of));
  await sql.query({
    name: 'requests again',
    text: `with given as (
       select tenant, ref, revision::bigint, message, newest::boolean, shard::smallint, books, kind, last::boolean, lane,
              run, string_to_array(coalesce(refs, ''), chr(31)) as refs, place
         from unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30)), string_to_array($3, chr(30)),
                     string_to_array($4, repeat(chr(30), 16)), string_to_array($5, chr(30)), string_to_array($6, chr(30)),
                     string_to_array($7, chr(30)), string_to_array($8, chr(30)), string_to_array($9, chr(30)),
                     string_to_array($10, chr(30)), string_to_array($11, chr(30), ''), string_to_array($12, chr(30), ''))
              with ordinality as r (tenant, ref, revision, message, newest, shard, books, kind, last, lane, run, refs,
                                    place)
     ), fresh as (
       insert into request (tenant, ref, revision, message)
       select tenant, ref, revision, message from given order by tenant, ref, revision
       on conflict do nothing returning tenant, ref, revision
     )
     insert into pending (tenant, ref, shard, revision, books, kind, last, lane, run, refs)
     select g.tenant, g.ref, g.shard, g.revision, g.books, g.kind, g.last, g.lane, g.run, g.refs
       from given g join fresh f on f.tenant = g.tenant and f.ref = g.ref and f.revision = g.revision
      where g.newest
        and not exists (select from request r where r.tenant = g.tenant and r.ref = g.ref and r.revision > g.revision)
      order by g.place
     on conflict (tenant, ref) do update
        set revision = excluded.revision, books = excluded.books, kind = excluded.kind, last = excluded.last,
            lane = excluded.lane, run = excluded.run, refs = excluded.refs, waits_on = null, said = null,
            not_before = null, attempts = 0
      where pending.revision < excluded.revision`,
    values: [
      column(({ tenant }) => tenant),
      column(({ ref }) => ref),
      column(({ revision }) => revision),
      joinedJson(requests.map(({ message }) => message)),
      column(({ newest }) => newest),
      column(({ shard }) => shard),
      column(({ books }) => books),
      column(({ kind }) => kind),
      column(({ last }) => last),
      column(({ lane }) => lane),
      joinedOrNull(requests.map(({ run }) => run)),
      joinedLists(requests.map(({ refs }) => refs)),
    ],
  });
}
