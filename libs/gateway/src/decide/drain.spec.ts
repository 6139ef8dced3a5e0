import { drain, type Draining } from './drain';

const NOW = 1_800_000_000_000;
const BUDGET = { single: 455, batch: 40, windowMs: 60_000 };
const of = (change: Partial<Draining>): Draining => ({
  ...{ waiting: 0, sent: null, waitingSinceMs: NOW - 4 * 3_600_000, opensAtMs: NOW },
  ...change,
});
const seconds = (change: Partial<Draining>): number => drain(of(change), BUDGET, NOW).etaSeconds;

describe('how long a queue takes to drain', () => {
  it('nothing waits: no time', () => {
    expect(drain(of({}), BUDGET, NOW)).toEqual({ etaSeconds: 0, at: new Date(NOW), perMinute: 1_655 });
  });

  it.each([
    ['what fits into the window goes at once', 1_000, 10],
    ['two windows: one is waited for', 1_655 + 100, 61],
    ['10,000: six are waited for', 10_000, 361],
  ])('%s', (_, waiting, expected) => expect(seconds({ waiting })).toBe(expected));

  it('what was sent in this window counts: the next begins when its first answer leaves', () => {
    const sent = { writes: 1_655, firstAtMs: NOW - 20_000 };
    expect(seconds({ waiting: 500, sent })).toBe(45);
    expect(seconds({ waiting: 500, sent: { writes: 1_000, firstAtMs: NOW - 2_000 } })).toBe(5);
  });

  it('slower than the limits: at the rate of the last minute, once it can be told', () => {
    expect(seconds({ waiting: 600, sent: { writes: 60, firstAtMs: NOW - 60_000 } })).toBe(600);
    expect(seconds({ waiting: 600, sent: { writes: 60, firstAtMs: NOW - 30_000 } })).toBe(300);
    expect(seconds({ waiting: 600, sent: { writes: 9, firstAtMs: NOW - 9_000 } })).toBe(6);
  });

  it('a queue that has just come is not judged by the quiet before it', () => {
    const sent = { writes: 1, firstAtMs: NOW - 50_000 };
    expect(seconds({ waiting: 600, sent, waitingSinceMs: NOW - 2_000 })).toBe(6);
  });

  it('never faster than QuickBooks’ limit', () => {
    const sent = { writes: 1_655, firstAtMs: NOW - 15_000 };
    expect(drain(of({ waiting: 5_000, sent }), BUDGET, NOW).perMinute).toBe(1_655);
  });

  it('counted from when QuickBooks may be called; unknown while it does not answer', () => {
    const throttled = drain(of({ waiting: 100, opensAtMs: NOW + 60_000 }), BUDGET, NOW);
    expect(throttled).toMatchObject({ etaSeconds: 1, at: new Date(NOW + 61_000) });
    expect(drain(of({ waiting: 100, opensAtMs: null }), BUDGET, NOW)).toMatchObject({ etaSeconds: 1, at: null });
  });
});
