import type { Sql } from './client';
import { joined, joinedJson, joinedLists } from './joined';
import type { PendingRow } from './pending';

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
 * stand in line in the order given.
 */
export async function insertRequests(sql: Sql, requests: readonly NewRequest[]): Promise<void> {
  if (requests.length === 0) return;
  const column = (of: (request: NewRequest) => string | number | boolean | null): string => joined(requests.map(of));
  await sql.query(
    `with given as (
       select tenant, ref, revision::bigint, message, newest::boolean, shard::smallint, books, kind, last::boolean, lane,
              run, string_to_array(coalesce(refs, ''), chr(31)) as refs, place
         from unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30)), string_to_array($3, chr(30)),
                     string_to_array($4, chr(30)), string_to_array($5, chr(30)), string_to_array($6, chr(30)),
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
    [
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
      column(({ run }) => run),
      joinedLists(requests.map(({ refs }) => refs)),
    ],
  );
}
