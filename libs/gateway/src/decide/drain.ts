import { mostBatchesAtOnce } from './grouping';
import { sparedForLive } from './lanes';

/**
 * How long a company's queue takes to drain, from what waits, what its limits allow and what was sent lately. Pure.
 *
 *   within the limits   A window's worth goes at once, batches and singles beside each other, as fast as QuickBooks answers
 *                       ten calls at a time; then each call goes again when it has left the window:
 *                         batches ██▁▁▁▁▁▁▁▁▁▁██▁▁▁▁▁▁▁▁▁▁██
 *                         singles ██████▁▁▁▁▁▁██████▁▁▁▁▁▁██████     the last record goes where the sum of both is what waits
 *   far slower          what waits, at the rate seen (console.md §7)
 */
export interface Draining {
  /** Rows that are to be sent. */
  readonly waiting: number;
  /** Calls that QuickBooks answered in the last window. */
  readonly sent: readonly Sent[];
  /** When the row that waits longest came, or the company's gate was opened, whichever was later. */
  readonly waitingSinceMs: number;
  /** When QuickBooks may be called: now, or at the end of a pause it asked for; null: nobody knows. */
  readonly opensAtMs: number | null;
}

/** Calls of one kind that were answered within a few seconds. */
export interface Sent {
  readonly kind: 'single' | 'batch';
  readonly calls: number;
  readonly writes: number;
  /** When the first and the last of them were answered. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** From a call's being stored until its answer was, on average. */
  readonly answerMs: number;
}

/** What a realm may send. */
export interface Budget {
  readonly single: number;
  readonly batch: number;
  readonly windowMs: number;
  readonly concurrent: number;
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
/** As long as no answer has shown it. */
const ANSWER_MS = 500;
/** Below this a rate says nothing: "working it out" (console.md §7). */
const SEEN_MS = 10_000;
/** Below this part of what the limits allow it is not the limits that hold, as long as answers come. */
const SLOW = 0.8;
/** What has sent nothing for so long waits for its window, however little of it we know to be used. */
const IDLE_MS = 5_000;

export function drain(draining: Draining, budget: Budget, nowMs: number): Drain {
  const { waiting, opensAtMs, waitingSinceMs } = draining;
  const shut = opensAtMs === null || opensAtMs > nowMs;
  const sent = shut ? [] : draining.sent;
  const pace = paceOf(sent, budget);
  const slow = slowOf(sent, pace, waitingSinceMs, budget.windowMs, nowMs);
  const ms =
    waiting === 0
      ? 0
      : slow === undefined
        ? timeFor(waiting, slotsOf(sent, pace, nowMs)) + pace.single.answerMs
        : waiting / slow.perMs;
  const { single, batch } = pace;
  const perMs = slow?.perMs ?? single.calls / single.everyMs + (batch.calls * PARTS) / batch.everyMs;
  return {
    etaSeconds: Math.ceil(ms / 1_000),
    at: opensAtMs === null ? null : new Date(Math.max(nowMs, opensAtMs) + ms),
    perMinute: Math.round(perMs * 60_000),
  };
}

interface KindPace {
  /** Calls a window allows. */
  readonly calls: number;
  readonly writes: number;
  readonly answerMs: number;
  /** How long all of them take, one after the other in what of the concurrency is theirs. */
  readonly burstMs: number;
  /** From one use of a place in the window until the next. */
  readonly everyMs: number;
}

interface Pace {
  readonly single: KindPace;
  readonly batch: KindPace;
}

function paceOf(sent: readonly Sent[], { single, batch, windowMs, concurrent }: Budget): Pace {
  const singles = Math.max(1, single - sparedForLive(single));
  const answerMs = { single: answered(sent, 'single'), batch: answered(sent, 'batch') };
  const batchMs = (batch * answerMs.batch) / mostBatchesAtOnce(concurrent);
  const bothMs = (batch * answerMs.batch + singles * answerMs.single) / concurrent;
  const kind = (calls: number, writes: number, ofMs: number, burstMs: number): KindPace => ({
    ...{ calls, writes, burstMs, answerMs: ofMs, everyMs: Math.max(windowMs + ofMs, burstMs) },
  });
  return {
    single: kind(singles, 1, answerMs.single, bothMs),
    batch: kind(batch, PARTS, answerMs.batch, batchMs),
  };
}

/** Calls that may start evenly between two moments, counted from now, and again after every cycle. */
interface Slots {
  readonly calls: number;
  readonly writes: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly everyMs: number;
}

/** How long QuickBooks takes for a call of the kind. */
function answered(sent: readonly Sent[], kind: Sent['kind']): number {
  const of = sent.filter((some) => some.kind === kind);
  const calls = of.reduce((sum, some) => sum + some.calls, 0);
  return calls === 0 ? ANSWER_MS : of.reduce((sum, some) => sum + some.calls * some.answerMs, 0) / calls;
}

/** Of each kind: places that are free now, and those that will be when what was sent has left the window. */
function slotsOf(sent: readonly Sent[], pace: Pace, nowMs: number): Slots[] {
  return (['single', 'batch'] as const).flatMap((kind) => {
    const { calls, writes, burstMs, everyMs, answerMs } = pace[kind];
    const before = sent.filter((some) => some.kind === kind);
    const used = before.reduce((sum, some) => sum + some.calls, 0);
    // What live traffic used of what is spared for it is no place of these.
    const ours = Math.min(1, calls / Math.max(1, used));
    const leavesMs = (answeredAtMs: number): number => Math.max(0, answeredAtMs + everyMs - answerMs - nowMs);
    const left = Math.max(0, calls - used);
    return [
      { calls: left, writes, fromMs: 0, toMs: (burstMs * left) / Math.max(1, calls), everyMs },
      ...before.map((some) => ({
        ...{ calls: some.calls * ours, writes, everyMs },
        ...{ fromMs: leavesMs(some.firstAtMs), toMs: leavesMs(some.lastAtMs) },
      })),
    ];
  });
}

/** Rows that have gone after so long. */
function rowsWithin(slots: readonly Slots[], ms: number): number {
  let rows = 0;
  for (const { calls, writes, fromMs, toMs, everyMs } of slots) {
    const cycles = Math.max(0, (ms - fromMs) / everyMs);
    const whole = Math.floor(cycles);
    const withinMs = (cycles - whole) * everyMs;
    const share = ms < fromMs ? 0 : toMs > fromMs ? Math.min(1, withinMs / (toMs - fromMs)) : 1;
    rows += calls * writes * (whole + share);
  }
  return rows;
}

/** After how long so many rows have gone. */
function timeFor(rows: number, slots: readonly Slots[]): number {
  let before = 0;
  let after = 1_000;
  while (rowsWithin(slots, after) < rows) after *= 2;
  while (after - before > 50) {
    const middle = (before + after) / 2;
    if (rowsWithin(slots, middle) < rows) before = middle;
    else after = middle;
  }
  return after;
}

/** The rate at which writes are answered, where it is far below what the limits allow; undefined: it is not, or too early. */
function slowOf(
  sent: readonly Sent[],
  pace: Pace,
  waitingSinceMs: number,
  windowMs: number,
  nowMs: number,
): { readonly perMs: number } | undefined {
  const firstAtMs = Math.min(...sent.map((some) => some.firstAtMs));
  const lastAtMs = Math.max(...sent.map((some) => some.lastAtMs));
  const forMs = Math.min(windowMs, nowMs - Math.max(firstAtMs, waitingSinceMs));
  const idleMs = Math.max(IDLE_MS, pace.single.answerMs, pace.batch.answerMs);
  if (sent.length === 0 || forMs < SEEN_MS || nowMs - lastAtMs > idleMs) return undefined;
  const writes = sent.reduce((sum, some) => sum + some.writes, 0);
  const allowed = rowsWithin(slotsOf([], pace, nowMs), forMs);
  return writes < allowed * SLOW ? { perMs: Math.max(1, writes) / forMs } : undefined;
}
