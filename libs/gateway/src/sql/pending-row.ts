import type { RequestKind } from '@qbo-sync/contracts/sync/request';
import { partedList } from './joined';

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

/**
 * A row of `p` as its parts, none of them null: for `concat_ws(chr(30), …)`, read by {@link readRow}. What most rows have nothing
 * of comes at the end, all of it or none: told one by one it is a third of what reading a row costs.
 */
export const COLUMNS = `p.tenant, p.ref, p.revision, p.books, p.kind, p.lane, p.ctid, p.xmin,
                 case when p.last or p.run is not null or cardinality(p.refs) > 0 or p.said is not null
                        or p.attempts > 0 or p.suspect_since is not null
                   then concat_ws(chr(30), p.last::text, coalesce(p.run, ''), array_to_string(p.refs, chr(31)),
                                  coalesce(p.said, ''), p.attempts,
                                  coalesce(extract(epoch from p.suspect_since)::text, '')) end`;

/** How many of them every row has. */
const ALWAYS = 8;

/**
 * The request a pending row `p` stands for, as a sub-select: empty where a later one of its ref is stored. Such a row came
 * late, after what was asked later had been settled; that is not looked for when it comes in, but here, where its request is
 * looked for in any case.
 */
export const MESSAGE = `(select case when r.revision > p.revision then '' else r.message end from request r
                    where r.tenant = p.tenant and r.ref = p.ref order by r.revision desc limit 1)`;

/**
 * None of a row's attempts is open. `offset 0` has it looked up row by row through the key; without it Postgres may compare all
 * rows of a company with all its open attempts.
 */
export function noAttemptOpen(row: 'o' | 'p'): string {
  return `not exists (
                 select from attempt a
                  where a.tenant = ${row}.tenant and a.ref = ${row}.ref and a.closed_at is null offset 0)`;
}

/** A row of {@link COLUMNS}, which begin at that place. By their places: taken apart by a pattern they cost twice as much. */
export function readRow(parts: readonly string[], from: number): ReadRow {
  const rare = from + ALWAYS;
  const since = orNull(parts[rare + 5]);
  return {
    tenant: parts[from] ?? '',
    ref: parts[from + 1] ?? '',
    revision: Number(parts[from + 2]),
    books: parts[from + 3] ?? '',
    kind: parts[from + 4] as RequestKind,
    lane: parts[from + 5] as PendingRow['lane'],
    ctid: parts[from + 6] ?? '',
    xmin: parts[from + 7] ?? '',
    last: parts[rare] === 'true',
    run: orNull(parts[rare + 1]),
    refs: partedList(parts[rare + 2] ?? ''),
    said: orNull(parts[rare + 3]),
    attempts: Number(parts[rare + 4] ?? 0),
    suspectSince: since === null ? null : new Date(Number(since) * 1_000),
  };
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
