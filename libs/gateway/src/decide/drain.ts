/**
 * How long a company's queue takes to drain, from what waits, what its limits allow and what was sent lately. Pure.
 *
 *   within the limits   QuickBooks lets a window's worth go at once, then nothing until that window is over:
 *                         ████▁▁▁▁▁▁████▁▁▁▁▁▁██   whole windows, and what is left goes as fast as it is answered
 *   slower than those   what waits, at the rate of the last minute (console.md §7)
 */
export interface Draining {
  /** Rows that are to be sent. */
  readonly waiting: number;
  /** Writes that QuickBooks answered in the last window, and when the first of them was; null: none. */
  readonly sent: { readonly writes: number; readonly firstAtMs: number } | null;
  /** When the row that waits longest came, and when the company's gate was opened. */
  readonly waitingSinceMs: number;
  /** When QuickBooks may be called: now, or at the end of a pause it asked for; null: nobody knows. */
  readonly opensAtMs: number | null;
}

/** What a realm may send. */
export interface Budget {
  readonly single: number;
  readonly batch: number;
  readonly windowMs: number;
}

export interface Drain {
  /** From when the company may send; 0: nothing waits. */
  readonly etaSeconds: number;
  /** When the last of it is sent; null: nobody knows when QuickBooks may be called. */
  readonly at: Date | null;
  readonly perMinute: number;
}

/** Parts of a full batch (quickbooks.md §5). */
const PARTS = 30;
/** Below this a rate says nothing: "working it out" (console.md §7). */
const SEEN_MS = 10_000;
/** At this part of what the limits allow it is the limits that hold. */
const AT_LIMIT = 0.9;
/** Writes a second while the window has room: ten calls at once, answered in half a second or so. */
const BURST_PER_S = 100;

export function drain(draining: Draining, budget: Budget, nowMs: number): Drain {
  const { waiting, sent, opensAtMs } = draining;
  const inWindow = budget.single + budget.batch * PARTS;
  const most = (inWindow * 60_000) / budget.windowMs;
  const perMinute = rate(draining, nowMs) ?? most;
  const isSlow = perMinute < most * AT_LIMIT;
  const usedUp = opensAtMs === null || opensAtMs > nowMs ? null : sent;
  const ms =
    waiting === 0 ? 0 : isSlow ? (waiting / perMinute) * 60_000 : stepped(waiting, inWindow, usedUp, budget, nowMs);
  return {
    etaSeconds: Math.ceil(ms / 1_000),
    at: opensAtMs === null ? null : new Date(Math.max(nowMs, opensAtMs) + ms),
    perMinute: Math.round(Math.min(perMinute, most)),
  };
}

/** What goes per minute while something waits; undefined: too early to say. */
function rate({ sent, waitingSinceMs }: Draining, nowMs: number): number | undefined {
  if (sent === null) return undefined;
  const seenMs = nowMs - Math.max(sent.firstAtMs, waitingSinceMs);
  return seenMs < SEEN_MS ? undefined : (sent.writes * 60_000) / seenMs;
}

/** What still fits goes now, the next window when the first answers of this one leave it, and so on. */
function stepped(
  waiting: number,
  inWindow: number,
  sent: Draining['sent'],
  { windowMs }: Budget,
  nowMs: number,
): number {
  const burstMs = (rows: number): number => (rows / BURST_PER_S) * 1_000;
  const fits = Math.max(0, inWindow - (sent?.writes ?? 0));
  if (waiting <= fits) return burstMs(waiting);
  const opensInMs = sent === null ? windowMs : Math.max(0, sent.firstAtMs + windowMs - nowMs);
  const later = waiting - fits;
  const windows = Math.ceil(later / inWindow);
  return opensInMs + (windows - 1) * windowMs + burstMs(later - (windows - 1) * inWindow);
}
