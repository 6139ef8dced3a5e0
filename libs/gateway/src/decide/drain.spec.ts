import { drain, type Draining, type Sent } from './drain';

const NOW = 1_800_000_000_000;
const BUDGET = { single: 455, batch: 40, windowMs: 60_000 };
const sent = (writes: number, firstS: number, lastS = firstS): Sent => ({
  writes,
  firstAtMs: NOW - firstS * 1_000,
  lastAtMs: NOW - lastS * 1_000,
});
const of = (change: Partial<Draining>): Draining => ({
  ...{ waiting: 0, sent: null, waitingSinceMs: NOW - 4 * 3_600_000, opensAtMs: NOW },
  ...change,
});
const seconds = (change: Partial<Draining>): number => drain(of(change), BUDGET, NOW).etaSeconds;

describe('how long a queue takes to drain', () => {
  it('nothing waits: no time', () => {
    expect(drain(of({}), BUDGET, NOW)).toEqual({ etaSeconds: 0, at: new Date(NOW), perMinute: 1_572 });
  });

  it.each([
    ['what fits into the window goes at once', 1_000, 10],
    ['two windows: one is waited for', 1_800, 63],
    ['10,000: six are waited for', 10_000, 366],
  ])('%s', (_, waiting, expected) => expect(seconds({ waiting })).toBe(expected));

  it('what was sent in this window counts: the rest goes as that leaves it', () => {
    expect(seconds({ waiting: 828, sent: sent(1_655, 20, 10) })).toBe(46);
    expect(seconds({ waiting: 1_655 + 828, sent: sent(1_655, 20, 10) })).toBe(106);
    expect(seconds({ waiting: 500, sent: sent(1_000, 2) })).toBe(5);
  });

  it('a window that went by tells how much of the limits is really used', () => {
    expect(seconds({ waiting: 1_400, sent: sent(1_400, 60, 50) })).toBe(10);
    expect(drain(of({ waiting: 1_400, sent: sent(1_400, 60, 50) }), BUDGET, NOW).perMinute).toBe(1_400);
  });

  it('slower than the limits: at the rate of the last minute, once it can be told', () => {
    expect(seconds({ waiting: 600, sent: sent(60, 60, 0) })).toBe(600);
    expect(seconds({ waiting: 600, sent: sent(60, 30, 0) })).toBe(300);
    expect(seconds({ waiting: 600, sent: sent(9, 9, 0) })).toBe(6);
  });

  it('a queue that has just come is not judged by the quiet before it', () => {
    expect(seconds({ waiting: 600, sent: sent(1, 50), waitingSinceMs: NOW - 2_000 })).toBe(6);
  });

  it('never faster than QuickBooks’ limit', () => {
    expect(drain(of({ waiting: 5_000, sent: sent(1_655, 15, 5) }), BUDGET, NOW).perMinute).toBe(1_655);
  });

  it('counted from when QuickBooks may be called; unknown while it does not answer', () => {
    const throttled = drain(of({ waiting: 100, opensAtMs: NOW + 60_000 }), BUDGET, NOW);
    expect(throttled).toMatchObject({ etaSeconds: 1, at: new Date(NOW + 61_000) });
    expect(drain(of({ waiting: 100, opensAtMs: null }), BUDGET, NOW)).toMatchObject({ etaSeconds: 1, at: null });
  });
});
