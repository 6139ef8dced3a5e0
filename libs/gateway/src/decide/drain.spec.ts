import { drain, type Draining, type Sent } from './drain';

const NOW = 1_800_000_000_000;
const BUDGET = { single: 455, batch: 40, windowMs: 60_000, concurrent: 10 };
const calls = (kind: Sent['kind'], count: number, firstS: number, lastS = firstS, answerMs = 500): Sent => ({
  ...{ kind, calls: count, writes: kind === 'batch' ? 30 * count : count, answerMs },
  firstAtMs: NOW - firstS * 1_000,
  lastAtMs: NOW - lastS * 1_000,
});
/** A window used up in 25 s, the batches in its first four. */
const used = (endedS: number): Sent[] => [
  calls('batch', 40, endedS + 25, endedS + 21),
  calls('single', 445, endedS + 25, endedS),
];
const of = (change: Partial<Draining>): Draining => ({
  ...{ waiting: 0, sent: [], waitingSinceMs: NOW - 4 * 3_600_000, opensAtMs: NOW },
  ...change,
});
const seconds = (change: Partial<Draining>): number => drain(of(change), BUDGET, NOW).etaSeconds;

describe('how long a queue takes to drain', () => {
  it('nothing waits: no time', () => {
    expect(drain(of({}), BUDGET, NOW)).toEqual({ etaSeconds: 0, at: new Date(NOW), perMinute: 1_631 });
  });

  it.each([
    ['what fits into the window’s batches and the singles beside them goes at once', 1_000, 4],
    ['the last of a window goes singly, ten at a time', 1_600, 23],
    ['two windows: one is waited for, and then the batches', 2_400, 63],
    ['10,000: six are waited for', 10_000, 364],
  ])('%s', (_, waiting, expected) => expect(seconds({ waiting })).toBe(expected));

  it('what was sent in this window counts: batches and singles go again as they leave it', () => {
    expect(seconds({ waiting: 1_000, sent: used(5) })).toBe(34);
    expect(seconds({ waiting: 1_600, sent: used(5) })).toBe(53);
    expect(seconds({ waiting: 1_645 + 1_000, sent: used(5) })).toBe(95);
    expect(seconds({ waiting: 500, sent: [calls('batch', 20, 3, 1)] })).toBe(2);
  });

  it('what live traffic has used of the singles spared for it is nothing that the backlog waits for', () => {
    const live = calls('single', 10, 40, 10);
    expect(
      Math.abs(seconds({ waiting: 4_000, sent: [...used(5), live] }) - seconds({ waiting: 4_000, sent: used(5) })),
    ).toBeLessThan(3);
  });

  it('a window that was used in part is no rate: nothing has gone since, the limits hold', () => {
    const half = [calls('batch', 20, 20, 18), calls('single', 445, 20, 6)];
    expect(seconds({ waiting: 2_000, sent: half })).toBe(seconds({ waiting: 2_000, sent: half, waitingSinceMs: NOW }));
  });

  it('as fast as QuickBooks answers, from the first answer on', () => {
    const slow = [calls('batch', 6, 1, 1, 12_000), calls('single', 4, 1, 1, 3_000)];
    // 36 batches more, six at a time, 12 s each; then the singles, three seconds each.
    expect(seconds({ waiting: 1_100, sent: slow })).toBeGreaterThan(50);
    expect(drain(of({ waiting: 1_100, sent: slow }), BUDGET, NOW).perMinute).toBeLessThan(1_200);
  });

  it('slower than the limits although answers come: at the rate seen, once it can be told', () => {
    expect(seconds({ waiting: 600, sent: [calls('single', 60, 60, 0)] })).toBe(600);
    expect(seconds({ waiting: 600, sent: [calls('single', 60, 30, 0)] })).toBe(300);
    expect(seconds({ waiting: 600, sent: [calls('single', 9, 9, 0)] })).toBe(3);
  });

  it('a queue that has just come is not judged by the quiet before it', () => {
    expect(seconds({ waiting: 600, sent: [calls('single', 1, 50, 1)], waitingSinceMs: NOW - 2_000 })).toBe(3);
  });

  it('counted from when QuickBooks may be called; unknown while it does not answer', () => {
    const throttled = drain(of({ waiting: 100, opensAtMs: NOW + 60_000 }), BUDGET, NOW);
    expect(throttled.etaSeconds).toBe(1);
    expect(throttled.at?.getTime()).toBeGreaterThan(NOW + 60_000);
    expect(drain(of({ waiting: 100, opensAtMs: null }), BUDGET, NOW)).toMatchObject({ etaSeconds: 1, at: null });
  });
});
