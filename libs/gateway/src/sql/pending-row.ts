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

/** A row of `p` as its parts, none of them null: for `concat_ws(chr(30), …)`, read by {@link readRow}. */
export const COLUMNS = `p.tenant, p.ref, p.revision, p.books, p.kind, p.last::text, p.lane, coalesce(p.run, ''),
                 array_to_string(p.refs, chr(31)), coalesce(p.said, ''), p.attempts,
                 coalesce(extract(epoch from p.suspect_since)::text, ''), p.ctid, p.xmin`;

/** A row of {@link COLUMNS}, which begin at that place. By their places: taken apart by a pattern they cost twice as much. */
export function readRow(parts: readonly string[], from: number): ReadRow {
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
