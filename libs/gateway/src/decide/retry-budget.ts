/**
 * Retries may be a tenth of what is sent for the first time, and a few a second beside it, so that an ailing QuickBooks is
 * not met with several times the load. One budget for the whole process.
 */
export interface RetryBudget {
  readonly left: number;
  readonly atMs: number;
}

const PER_SEND = 0.1;
const PER_SECOND = 10;
const MOST = 100;

export function newRetryBudget(nowMs: number): RetryBudget {
  return { left: MOST, atMs: nowMs };
}

/** Something was sent for the first time. */
export function earned(budget: RetryBudget, nowMs: number): RetryBudget {
  const { left } = refilled(budget, nowMs);
  return { left: Math.min(MOST, left + PER_SEND), atMs: nowMs };
}

/** The budget after one retry, or when there will be one. */
export function spend(
  budget: RetryBudget,
  nowMs: number,
): { readonly may: true; readonly budget: RetryBudget } | { readonly may: false; readonly atMs: number } {
  const { left } = refilled(budget, nowMs);
  if (left >= 1) return { may: true, budget: { left: left - 1, atMs: nowMs } };
  return { may: false, atMs: nowMs + Math.ceil(((1 - left) / PER_SECOND) * 1000) };
}

function refilled({ left, atMs }: RetryBudget, nowMs: number): RetryBudget {
  return { left: Math.min(MOST, left + (Math.max(0, nowMs - atMs) / 1000) * PER_SECOND), atMs: nowMs };
}
