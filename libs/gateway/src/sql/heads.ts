import type { Sql } from './client';
import { joined, numbers, parted, partedRows } from './joined';
import { COLUMNS, MESSAGE, noAttemptOpen, readRow, type ReadRow } from './pending-row';

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
  /** How many rows. */
  readonly most: number;
}

/** Each cursor's rows `p`. A row's attempts are looked for where its company has one open at all. */
const HEADS = `unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30)), string_to_array($3, chr(30)),
                   string_to_array($4, chr(30)), $5::int[]) as c (tenant, whole, lane, after, most)
      cross join lateral (
        select exists (select from attempt a where a.tenant = c.tenant and a.closed_at is null offset 0) as sending
      ) as s
      cross join lateral (
        select tenant, ref, revision, books, kind, last, lane, run, refs, said, attempts, suspect_since, position, o.ctid,
               o.xmin
          from pending o
         where o.tenant = c.tenant and o.lane = c.lane and o.position > c.after::bigint
           and o.waits_on is null and (o.not_before is null or o.not_before <= $6)
           and (not s.sending or ${noAttemptOpen('o')})
           and (c.whole::boolean or o.run is not null or o.kind in ('list', 'link', 'cancel'))
         order by o.position limit c.most
      ) as p`;

/** Each lane's next rows that wait for nothing and have no attempt open, oldest first. */
export async function selectHeads(sql: Sql, cursors: readonly LaneCursor[], now: Date): Promise<HeadRow[]> {
  if (cursors.length === 0) return [];
  const { rows } = await sql.query<{ rows: string | null }>({
    name: 'pending heads',
    text: `select string_agg(concat_ws(chr(30), p.position, ${COLUMNS}), chr(29)) as rows from ${HEADS}`,
    values: valuesOf(cursors, now),
  });
  return partedRows(rows[0]?.rows ?? null).map(headOf);
}

/**
 * The same, each with the request it stands for: as {@link claimHeads} would find it, for who starts it at once. Only of tenants
 * of which nothing is under way: what ends while they are read would be started again. One that came late has none.
 */
export async function selectHeadsClaimed(
  sql: Sql,
  cursors: readonly LaneCursor[],
  now: Date,
): Promise<{ readonly head: HeadRow; readonly message: string | null }[]> {
  if (cursors.length === 0) return [];
  const { rows } = await sql.query<{ row: string; message: string | null }>({
    name: 'pending heads claimed',
    text: `select concat_ws(chr(30), p.position, ${COLUMNS}) as row, ${MESSAGE} as message from ${HEADS}`,
    values: valuesOf(cursors, now),
  });
  return rows.map(({ row, message }) => ({ head: headOf(parted(row)), message: message === '' ? null : message }));
}

function valuesOf(cursors: readonly LaneCursor[], now: Date): unknown[] {
  return [
    joined(cursors.map(({ tenant }) => tenant)),
    joined(cursors.map(({ all }) => all)),
    joined(cursors.map(({ lane }) => lane)),
    joined(cursors.map(({ after }) => after)),
    numbers(cursors.map(({ most }) => most)),
    now,
  ];
}

function headOf(parts: readonly string[]): HeadRow {
  return Object.assign(readRow(parts, 1), { position: parts[0] ?? '' });
}
