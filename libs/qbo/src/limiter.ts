/**
 * Permits of one realm: at most `concurrent` calls under way, at most `perWindow` in any `windowMs`. Counted from the
 * response, so that jitter on the way never puts one more into QuickBooks' window (performance.md §4.8). A refusal by
 * throttling closes the realm until a moment. Pure: `nowMs` is handed in and a new state comes back.
 */
export interface RealmLimits {
  readonly concurrent: number;
  readonly perWindow: number;
  readonly windowMs: number;
}

/** quickbooks.md §3.1 */
export const REALM_LIMITS: RealmLimits = { concurrent: 10, perWindow: 500, windowMs: 60_000 };

export interface RealmUse {
  readonly inFlight: number;
  /** Moments of the answers in the window, oldest first. */
  readonly answered: readonly number[];
  readonly closedUntilMs: number;
}

export const UNUSED: RealmUse = { inFlight: 0, answered: [], closedUntilMs: 0 };

export interface Allowance {
  /** How many calls may start now. */
  readonly now: number;
  /** When to ask again, if none may; undefined: when a call under way ends. */
  readonly againAtMs?: number;
}

/** How many calls may start. */
export function allowance(use: RealmUse, limits: RealmLimits, nowMs: number): Allowance {
  if (nowMs < use.closedUntilMs) return { now: 0, againAtMs: use.closedUntilMs };
  const within = recent(use.answered, limits, nowMs);
  const room = limits.perWindow - within.length - use.inFlight;
  if (room <= 0) {
    const oldest = within[0];
    return oldest === undefined ? { now: 0 } : { now: 0, againAtMs: oldest + limits.windowMs };
  }
  return { now: Math.max(0, Math.min(room, limits.concurrent - use.inFlight)) };
}

export function started(use: RealmUse): RealmUse {
  return { ...use, inFlight: use.inFlight + 1 };
}

export function ended(use: RealmUse, limits: RealmLimits, nowMs: number): RealmUse {
  return { ...use, inFlight: use.inFlight - 1, answered: [...recent(use.answered, limits, nowMs), nowMs] };
}

/** QuickBooks refused by throttling: nothing starts before `untilMs`. */
export function closed(use: RealmUse, untilMs: number): RealmUse {
  return { ...use, closedUntilMs: Math.max(use.closedUntilMs, untilMs) };
}

function recent(answered: readonly number[], limits: RealmLimits, nowMs: number): readonly number[] {
  const from = answered.findIndex((at) => at > nowMs - limits.windowMs);
  return from < 0 ? [] : answered.slice(from);
}
