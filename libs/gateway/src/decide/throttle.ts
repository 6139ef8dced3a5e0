/** What a refusal by throttling says. */
export interface Throttling {
  /** QuickBooks' words. */
  readonly detail: string;
  readonly retryAfterMs?: number;
}

/** Intuit asks for 60 s after a refusal by throttling (quickbooks.md §3.1). */
const THROTTLED_MS = 60_000;
/** The month's reads are used up: asked again this often, for a plan can be raised any day. */
const QUOTA_MS = 3_600_000;
/** How the month's end is told is not documented (quickbooks.md §3.2): by its words, or by a pause no throttle asks for. */
const QUOTA_WORDS = /month|quota|allot|allowance/i;

/** True where it is the month's quota and not the minute's limit. */
export function isQuota({ detail, retryAfterMs = 0 }: Throttling): boolean {
  return QUOTA_WORDS.test(detail) || retryAfterMs >= QUOTA_MS;
}

/** How long a realm rests: what QuickBooks asks for, and never less than it is documented to want. */
export function restMs(throttling: Throttling, nowMs: number): number {
  const own = isQuota(throttling) ? Math.min(QUOTA_MS, monthTurn(nowMs) - nowMs) : THROTTLED_MS;
  return Math.max(own, THROTTLED_MS, throttling.retryAfterMs ?? 0);
}

/** When the next month begins, UTC; Intuit does not say in which zone it counts. */
export function monthTurn(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
}

/** The month reads are counted in, `2026-11`. */
export function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7);
}
