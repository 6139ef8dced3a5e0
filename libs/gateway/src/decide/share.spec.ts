import { outlasts, reliableUntilMs, share } from './share';

describe('the share of shards', () => {
  it.each([
    [0, 1, { take: 64, letGo: 0 }],
    [64, 3, { take: 0, letGo: 42 }],
    [20, 3, { take: 2, letGo: 0 }],
    [22, 3, { take: 0, letGo: 0 }],
    [0, 100, { take: 1, letGo: 0 }],
    [5, 0, { take: 59, letGo: 0 }],
  ])('%d held of %d replicas', (held, replicas, expected) => {
    expect(share(held, replicas)).toEqual(expected);
  });

  it('everything has a holder, however many there are', () => {
    for (let replicas = 1; replicas <= 80; replicas += 1) {
      expect(share(0, replicas).take * replicas).toBeGreaterThanOrEqual(64);
    }
  });
});

describe('a lease', () => {
  it('is counted from before it was asked for, so that a slow answer shortens it', () => {
    expect(reliableUntilMs(1_000, 8_000)).toBe(9_000);
  });

  it.each([
    ['longer than what is to be done', 9_000, 3_000, true],
    ['exactly as long', 9_000, 4_000, false],
    ['over, after a process was stopped', 9_000, 50_000, false],
  ])('%s', (_what, until, now, expected) => {
    expect(outlasts(until, now, 5_000)).toBe(expected);
  });

  it('that nobody has outlasts nothing', () => {
    expect(outlasts(undefined, 0, 0)).toBe(false);
  });
});
