import { allowance, closed, ended, started, UNUSED, type RealmUse } from './limiter';

const LIMITS = { concurrent: 3, perWindow: 5, windowMs: 1000 };
const startedTimes = (use: RealmUse, times: number): RealmUse =>
  times === 0 ? use : startedTimes(started(use), times - 1);

describe('limiter', () => {
  it('starts no more than may be under way', () => {
    expect(allowance(UNUSED, LIMITS, 0)).toEqual({ now: 3 });
    expect(allowance(startedTimes(UNUSED, 3), LIMITS, 0)).toEqual({ now: 0 });
  });

  it('counts from the answer: a call under way takes a place in the window that opens with its end', () => {
    let use = startedTimes(UNUSED, 2);
    for (const at of [100, 200]) use = ended(use, LIMITS, at);
    use = startedTimes(use, 2);
    expect(allowance(use, LIMITS, 300)).toEqual({ now: 1 });
    for (const at of [400, 500]) use = ended(use, LIMITS, at);
    use = ended(started(use), LIMITS, 600);
    expect(allowance(use, LIMITS, 700)).toEqual({ now: 0, againAtMs: 1100 });
    expect(allowance(use, LIMITS, 1100)).toEqual({ now: 1 });
  });

  it('a throttled realm starts nothing before its moment', () => {
    const use = closed(UNUSED, 60_000);
    expect(allowance(use, LIMITS, 59_999)).toEqual({ now: 0, againAtMs: 60_000 });
    expect(allowance(use, LIMITS, 60_000)).toEqual({ now: 3 });
    expect(closed(use, 10).closedUntilMs).toBe(60_000);
  });
});
