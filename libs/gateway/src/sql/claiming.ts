import type { Sql } from './client';
import type { HeadRow } from './heads';
import { joined, parted } from './joined';
import { deletePending } from './pending';
import { COLUMNS, MESSAGE, noAttemptOpen, readRow, type ReadRow } from './pending-row';

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
  await deletePending(sql, late);
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
            where ${noAttemptOpen('p')}`,
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
              and ${noAttemptOpen('p')}`,
    values: [joined(keys.map(({ tenant }) => tenant)), joined(keys.map(({ ref }) => ref))],
  });
  const found: (ClaimedRow | undefined)[] = keys.map(() => undefined);
  for (const { row, message } of rows) {
    const parts = parted(row);
    found[Number(parts[0]) - 1] = Object.assign(readRow(parts, 1), { message });
  }
  return found;
}
