/**
 * How long a company's queue takes to drain, from what waits, what its limits allow and what was sent lately. Pure.
 *
 *   within the limits   QuickBooks lets a window's worth go at once, then what leaves the window:
 *                         ████▁▁▁▁▁▁████▁▁▁▁▁▁██   whole windows, and of the last one as far as what is left reaches
 *   slower than those   what waits, at the rate of the last minute (console.md §7)
 */
export interface Draining {
  /** Rows that are to be sent. */
  readonly waiting: number;
  /** Writes that QuickBooks answered in the last window; null: none. */
  readonly sent: Sent | null;
  /** When the row that waits longest came, or the company's gate was opened, whichever was later. */
  readonly waitingSinceMs: number;
  /** When QuickBooks may be called: now, or at the end of a pause it asked for; null: nobody knows. */
  readonly opensAtMs: number | null;
}

/** Writes in a window, and when the first and the last of them were answered. */
export interface Sent {
  readonly writes: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
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
/** What is sent of what the limits allow, as long as it was not seen. */
const AT_LIMIT = 0.95;
/** Below this part of that it is not the limits that hold. */
const SLOW = 0.9;
/** Writes a second while the window has room: ten calls at once, answered in half a second or so. */
const BURST_PER_S = 100;

export function drain(draining: Draining, budget: Budget, nowMs: number): Drain {
  const { waiting, opensAtMs } = draining;
  const shut = opensAtMs === null || opensAtMs > nowMs;
  const sent = shut ? null : draining.sent;
  const most = budget.single + budget.batch * PARTS;
  const inWindow = Math.max(1, seen(sent, draining.waitingSinceMs, budget, nowMs) ?? most * AT_LIMIT);
  const isSlow = inWindow < most * AT_LIMIT * SLOW && sent !== null && sent.writes < inWindow * SLOW;
  const ms =
    waiting === 0
      ? 0
      : isSlow
        ? (waiting / inWindow) * budget.windowMs
        : stepped(waiting, inWindow, sent, budget, nowMs);
  return {
    etaSeconds: Math.ceil(ms / 1_000),
    at: opensAtMs === null ? null : new Date(Math.max(nowMs, opensAtMs) + ms),
    perMinute: Math.round((inWindow * 60_000) / budget.windowMs),
  };
}

/** What goes in a window while something waits; undefined: too early to say. */
function seen(sent: Sent | null, waitingSinceMs: number, budget: Budget, nowMs: number): number | undefined {
  if (sent === null) return undefined;
  const forMs = Math.min(budget.windowMs, nowMs - Math.max(sent.firstAtMs, waitingSinceMs));
  if (forMs < SEEN_MS) return undefined;
  return Math.min(budget.single + budget.batch * PARTS, (sent.writes * budget.windowMs) / forMs);
}

/** What still fits goes now; the rest as what was sent leaves the window, again and again. */
function stepped(waiting: number, inWindow: number, sent: Sent | null, { windowMs }: Budget, nowMs: number): number {
  const burstMs = (rows: number): number => (rows / BURST_PER_S) * 1_000;
  const fits = Math.max(0, inWindow - (sent?.writes ?? 0));
  if (waiting <= fits) return burstMs(waiting);
  const later = waiting - fits;
  const windows = Math.ceil(later / inWindow) - 1;
  const part = (later - windows * inWindow) / inWindow;
  const { firstAtMs, lastAtMs } = sent ?? { firstAtMs: nowMs, lastAtMs: nowMs + burstMs(inWindow) };
  const leavesMs = firstAtMs + windowMs + part * (lastAtMs - firstAtMs) - nowMs;
  return Math.max(0, leavesMs) + windows * windowMs;
}
