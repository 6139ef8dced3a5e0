import { earned, newRetryBudget, spend, type RetryBudget } from './retry-budget';

/** Retries allowed at one moment. */
const drain = (budget: RetryBudget, nowMs: number): { count: number; budget: RetryBudget; atMs: number } => {
  for (let count = 0; ; count += 1) {
    const next = spend(budget, nowMs);
    if (!next.may) return { count, budget, atMs: next.atMs };
    ({ budget } = next);
  }
};

describe('retry budget', () => {
  it('allows a reserve, then a few a second, and says when', () => {
    const first = drain(newRetryBudget(0), 0);
    expect(first.count).toBe(100);
    expect(first.atMs).toBe(100);
    expect(drain(first.budget, 100).count).toBe(1);
    expect(drain(first.budget, 1000).count).toBe(10);
    expect(drain(first.budget, 1_000_000).count).toBe(100);
  });

  it('a tenth of what is sent for the first time', () => {
    let { budget } = drain(newRetryBudget(0), 0);
    for (let n = 0; n < 501; n += 1) budget = earned(budget, 0);
    expect(drain(budget, 0).count).toBe(50);
  });
});
