/** When a company's changes are read, and from where on (quickbooks.md §7). All times are milliseconds. */

/** Between two readings of one company. */
export const READ_EVERY_MS = 30_000;
/** Webhooks may be lost: what changed is read once a day in any case. */
export const CHECK_EVERY_MS = 24 * 3_600_000;
/** A record may be committed a little before its time says so. */
export const OVERLAP_MS = 5 * 60_000;
/** QuickBooks looks back 30 days; with a day to spare for clocks and zones. */
export const LOOK_BACK_MS = 29 * 24 * 3_600_000;
/** The most records in one answer; what is beyond is silently left out. */
export const MOST_ROWS = 1000;

export interface FeedTimes {
  readonly cursorAt: number;
  readonly checkedAt: number;
  readonly calledAt: number | null;
  readonly wokenAt: number | null;
}

/** The next moment at which the company's changes are to be read. */
export function dueAt({ checkedAt, calledAt, wokenAt }: FeedTimes): number {
  const wanted = Math.min(wokenAt ?? Infinity, checkedAt + CHECK_EVERY_MS);
  return Math.max(wanted, calledAt === null ? -Infinity : calledAt + READ_EVERY_MS);
}

/**
 *   woken        changes since the cursor
 *   daily check  changes since the last check, whatever the cursor says
 *   too long ago all records touched since then, by query: changes are not kept that long
 */
export interface Reading {
  readonly by: 'changes' | 'query';
  readonly since: number;
  readonly isCheck: boolean;
}

export function readingAt(feed: FeedTimes, now: number): Reading {
  const isCheck = now >= feed.checkedAt + CHECK_EVERY_MS;
  const since = isCheck ? Math.min(feed.cursorAt, feed.checkedAt - OVERLAP_MS) : feed.cursorAt;
  return { by: since < now - LOOK_BACK_MS ? 'query' : 'changes', since, isCheck };
}

/** Where the next reading starts: QuickBooks' own time of this answer, less the overlap; never further back than now. */
export function nextCursor(cursorAt: number, answeredAt: string | undefined, calledAt: number): number {
  const told = answeredAt === undefined ? NaN : Date.parse(answeredAt);
  const at = Number.isNaN(told) ? calledAt : told;
  return Math.max(cursorAt, at - OVERLAP_MS);
}

/** Resources as QuickBooks spells them: a webhook's lower-case name is one we link, or one word. */
export function spelt(named: string, known: readonly string[]): string {
  const same = known.find((one) => one.toLowerCase() === named.toLowerCase());
  return same ?? named.charAt(0).toUpperCase() + named.slice(1);
}
