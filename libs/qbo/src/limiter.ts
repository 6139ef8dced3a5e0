/**
 * Permits of one realm: at most `concurrent` calls under way, and of each kind at most so many in any window. Counted
 * from the response, so that jitter on the way never puts one more into QuickBooks' window (performance.md §4.8). Pure:
 * `nowMs` is handed in and a new state comes back.
 *
 *   started ─▶ in flight ─▶ ended ─▶ counts for one window more
 *   throttled ─▶ closed until a moment, and the kind's share of the limit cut: another app uses the realm
 */
export type CallKind = 'single' | 'batch';

export interface RealmLimits {
  readonly concurrent: number;
  /** Calls per window, by kind. */
  readonly perWindow: Readonly<Record<CallKind, number>>;
  readonly windowMs: number;
}

/**
 * 500 calls a minute of either kind, 40 of them batches: 460 + 40 × 30 = 1,660 writes (quickbooks.md §3.1). Five are left
 * for calls that go without a permit: the one that looks at a company while it is being connected, tried again.
 */
export const REALM_LIMITS: RealmLimits = { concurrent: 10, perWindow: { single: 455, batch: 40 }, windowMs: 60_000 };

/** What is known of one kind of call. */
export interface KindUse {
  readonly inFlight: number;
  /** Moments of the answers in the window, oldest first. */
  readonly answered: readonly number[];
  /** How much of the limit was left to us at the last refusal, in (0, 1]; grows back from `cutAtMs` on. */
  readonly share: number;
  readonly cutAtMs: number;
}

export interface RealmUse {
  readonly kinds: Readonly<Record<CallKind, KindUse>>;
  readonly closedUntilMs: number;
}

const UNUSED_KIND: KindUse = { inFlight: 0, answered: [], share: 1, cutAtMs: 0 };
export const UNUSED: RealmUse = { kinds: { single: UNUSED_KIND, batch: UNUSED_KIND }, closedUntilMs: 0 };

export interface Allowance {
  /** How many calls of the kind may start now. */
  readonly now: number;
  /** When to ask again, if none may; undefined: when a call under way ends. */
  readonly againAtMs?: number;
}

/** How many calls of a kind may start, with `spared` of the window left to others. */
export function allowance(use: RealmUse, kind: CallKind, limits: RealmLimits, nowMs: number, spared = 0): Allowance {
  if (nowMs < use.closedUntilMs) return { now: 0, againAtMs: use.closedUntilMs };
  const { inFlight } = use.kinds[kind];
  const within = recent(use.kinds[kind].answered, limits, nowMs);
  const most = ceiling(use.kinds[kind], limits.perWindow[kind], limits, nowMs) - spared;
  const room = most - within.length - inFlight;
  if (room > 0) return { now: Math.max(0, Math.min(room, limits.concurrent - underWay(use))) };
  // So many must leave the window before one may start; those under way may be among them.
  const last = within[-room];
  return last === undefined ? { now: 0 } : { now: 0, againAtMs: last + limits.windowMs };
}

/** Calls of both kinds under way. */
export function underWay({ kinds }: RealmUse): number {
  return kinds.single.inFlight + kinds.batch.inFlight;
}

/** How much of a kind's limit is used, 1 = all of it, and how much of it is left to us beside other apps. */
export function fullness(
  use: RealmUse,
  kind: CallKind,
  limits: RealmLimits,
  nowMs: number,
): { readonly used: number; readonly share: number } {
  const { answered, inFlight } = use.kinds[kind];
  const limit = limits.perWindow[kind];
  return {
    used: (recent(answered, limits, nowMs).length + inFlight) / limit,
    share: ceiling(use.kinds[kind], limit, limits, nowMs) / limit,
  };
}

export function started(use: RealmUse, kind: CallKind): RealmUse {
  return change(use, kind, { inFlight: use.kinds[kind].inFlight + 1 });
}

/** A call ended: with an answer, or without one, which proves that it may have been counted as late as now. */
export function ended(use: RealmUse, kind: CallKind, limits: RealmLimits, nowMs: number): RealmUse {
  const { inFlight, answered } = use.kinds[kind];
  return change(use, kind, { inFlight: inFlight - 1, answered: [...recent(answered, limits, nowMs), nowMs] });
}

/** A call was given up before it was made: it counts for nothing. */
export function unsent(use: RealmUse, kind: CallKind): RealmUse {
  return change(use, kind, { inFlight: use.kinds[kind].inFlight - 1 });
}

/** Nothing starts before `untilMs`. */
export function closed(use: RealmUse, untilMs: number): RealmUse {
  return { ...use, closedUntilMs: Math.max(use.closedUntilMs, untilMs) };
}

/** What is left of our own count at a refusal, so that the other app's rhythm is met and not chased. */
const CUT = 0.9;
const LEAST = 0.2;

/**
 * QuickBooks refused by throttling: nothing starts before `untilMs`. We never pass the limit by our own count, so somebody
 * else uses the realm: from now on a little less than we had (AIMD). The refused call itself is not in the count.
 */
export function throttled(
  use: RealmUse,
  kind: CallKind,
  limits: RealmLimits,
  nowMs: number,
  untilMs: number,
): RealmUse {
  const { answered } = use.kinds[kind];
  const limit = limits.perWindow[kind];
  const own = Math.max(0, recent(answered, limits, nowMs).length - 1) / limit;
  // Several calls of one burst are refused together: that is one refusal.
  if (nowMs < use.closedUntilMs) return closed(use, untilMs);
  const before = ceiling(use.kinds[kind], limit, limits, nowMs) / limit;
  const share = Math.max(LEAST, Math.min(before, own) * CUT);
  return closed(change(use, kind, { share, cutAtMs: untilMs }), untilMs);
}

/** The use with what others are known to have called in the last window, before this process was or held the realm. */
export function rebuilt(
  use: RealmUse,
  calls: Readonly<Record<CallKind, readonly number[]>>,
  limits: RealmLimits,
  nowMs: number,
): RealmUse {
  const answered = (kind: CallKind): readonly number[] =>
    recent(
      calls[kind].toSorted((a, b) => a - b),
      limits,
      nowMs,
    );
  return change(change(use, 'single', { answered: answered('single') }), 'batch', { answered: answered('batch') });
}

/** Grown back by 1 % of the limit per window for ten windows, then by 5 %. */
function ceiling({ share, cutAtMs }: KindUse, limit: number, { windowMs }: RealmLimits, nowMs: number): number {
  if (share >= 1) return limit;
  const windows = Math.max(0, Math.floor((nowMs - cutAtMs) / windowMs));
  const grown = share + 0.01 * Math.min(windows, 10) + 0.05 * Math.max(0, windows - 10);
  return Math.max(1, Math.floor(limit * Math.min(1, grown)));
}

function change(use: RealmUse, kind: CallKind, by: Partial<KindUse>): RealmUse {
  return { ...use, kinds: { ...use.kinds, [kind]: { ...use.kinds[kind], ...by } } };
}

function recent(answered: readonly number[], limits: RealmLimits, nowMs: number): readonly number[] {
  const from = answered.findIndex((at) => at > nowMs - limits.windowMs);
  return from < 0 ? [] : answered.slice(from);
}
