import {
  allowance,
  ended,
  REALM_LIMITS,
  rebuilt,
  started,
  throttled,
  underWay,
  unsent,
  UNUSED,
  type CallKind,
  type RealmLimits,
  type RealmUse,
} from './limiter';

const LIMITS: RealmLimits = { concurrent: 3, perWindow: { single: 5, batch: 2 }, windowMs: 1000 };
const startedTimes = (use: RealmUse, times: number, kind: CallKind = 'single'): RealmUse =>
  times === 0 ? use : startedTimes(started(use, kind), times - 1, kind);
const endedAt = (use: RealmUse, ...times: number[]): RealmUse =>
  times.reduce((before, at) => ended(started(before, 'single'), 'single', LIMITS, at), use);

/** A stream of numbers in [0, 1), the same for the same seed. */
const chance = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return seed / 2 ** 32;
};

describe('limiter', () => {
  it('starts no more than may be under way, of both kinds together', () => {
    expect(allowance(UNUSED, 'single', LIMITS, 0)).toEqual({ now: 3 });
    expect(allowance(UNUSED, 'batch', LIMITS, 0)).toEqual({ now: 2 });
    expect(allowance(startedTimes(UNUSED, 2, 'batch'), 'single', LIMITS, 0)).toEqual({ now: 1 });
    expect(allowance(startedTimes(UNUSED, 3), 'batch', LIMITS, 0)).toEqual({ now: 0 });
  });

  it('counts from the answer: a call under way takes a place in the window that opens with its end', () => {
    let use = startedTimes(endedAt(UNUSED, 100, 200), 2);
    expect(allowance(use, 'single', LIMITS, 300)).toEqual({ now: 1 });
    for (const at of [400, 500]) use = ended(use, 'single', LIMITS, at);
    use = endedAt(use, 600);
    expect(allowance(use, 'single', LIMITS, 700)).toEqual({ now: 0, againAtMs: 1100 });
    expect(allowance(use, 'single', LIMITS, 1100)).toEqual({ now: 1 });
  });

  it('each kind has a budget of its own', () => {
    const use = endedAt(UNUSED, 1, 2, 3, 4, 5);
    expect(allowance(use, 'single', LIMITS, 10).now).toBe(0);
    expect(allowance(use, 'batch', LIMITS, 10).now).toBe(2);
  });

  it('what was given up before it was made counts for nothing', () => {
    expect(unsent(started(UNUSED, 'batch'), 'batch')).toEqual(UNUSED);
  });

  it('a throttled realm starts nothing before its moment, of neither kind', () => {
    const use = throttled(UNUSED, 'single', LIMITS, 0, 60_000);
    expect(allowance(use, 'single', LIMITS, 59_999)).toEqual({ now: 0, againAtMs: 60_000 });
    expect(allowance(use, 'batch', LIMITS, 59_999)).toEqual({ now: 0, againAtMs: 60_000 });
    expect(allowance(use, 'batch', LIMITS, 60_000)).toEqual({ now: 2 });
  });

  it('a refusal below our own count cuts our share, once per burst; it grows back', () => {
    const limits: RealmLimits = { ...LIMITS, concurrent: 1000, perWindow: { single: 100, batch: 40 } };
    let use = Array.from({ length: 71 }).reduce<RealmUse>(
      (before) => ended(started(before, 'single'), 'single', limits, 500),
      UNUSED,
    );
    use = throttled(use, 'single', limits, 500, 2000);
    use = throttled(use, 'single', limits, 501, 2001);
    const most = (nowMs: number) => allowance(use, 'single', limits, nowMs).now;
    expect(most(2001)).toBe(63);
    expect(allowance(use, 'batch', limits, 2001).now).toBe(40);
    expect(most(2001 + 10_000)).toBe(73);
    expect(most(2001 + 12_000)).toBe(83);
    expect(most(2001 + 60_000)).toBe(100);
  });

  it('is rebuilt from the calls of the last window', () => {
    const use = rebuilt(UNUSED, { single: [900, 100, 1500, 1400, 1300], batch: [1600] }, LIMITS, 1650);
    expect(allowance(use, 'single', LIMITS, 1650)).toEqual({ now: 1 });
    expect(allowance(use, 'batch', LIMITS, 1650)).toEqual({ now: 1 });
    expect(underWay(use)).toBe(0);
  });

  /** A greedy sender over a network with jitter both ways, and a QuickBooks that counts arrivals in an exact window. */
  const simulate = (seed: number, limits: RealmLimits, forMs: number, crashEveryMs = Infinity) => {
    const random = chance(seed);
    const arrivals: Record<CallKind, number[]> = { single: [], batch: [] };
    const flights: { kind: CallKind; arrives: number; answers: number }[] = [];
    const known: Record<CallKind, number[]> = { single: [], batch: [] };
    let use = UNUSED;
    let most = 0;
    for (let now = 0; now < forMs; now += 1 + Math.floor(random() * 20)) {
      for (const flight of flights.filter(({ answers }) => answers <= now)) {
        flights.splice(flights.indexOf(flight), 1);
        use = ended(use, flight.kind, limits, now);
        known[flight.kind].push(now);
      }
      if (flights.length === 0 && now > crashEveryMs) {
        use = rebuilt(UNUSED, known, limits, now);
        crashEveryMs += now;
      }
      for (const kind of ['batch', 'single'] as const) {
        for (let n = allowance(use, kind, limits, now).now; n > 0; n -= 1) {
          use = started(use, kind);
          const arrives = now + Math.floor(random() * 500);
          arrivals[kind].push(arrives);
          flights.push({ kind, arrives, answers: arrives + 50 + Math.floor(random() * 500) });
        }
      }
      most = Math.max(most, underWay(use));
    }
    return { arrivals, most };
  };
  const fullest = (times: readonly number[], windowMs: number): number => {
    const sorted = times.toSorted((a, b) => a - b);
    let from = 0;
    let most = 0;
    sorted.forEach((at, index) => {
      while ((sorted[from] ?? 0) <= at - windowMs) from += 1;
      most = Math.max(most, index - from + 1);
    });
    return most;
  };

  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'never passes a limit in any window, whatever the jitter, crashes included (seed %i)',
    (seed) => {
      const random = chance(seed * 7 + 1);
      const limits: RealmLimits = {
        concurrent: 1 + Math.floor(random() * 12),
        perWindow: { single: 1 + Math.floor(random() * 60), batch: 1 + Math.floor(random() * 10) },
        windowMs: 2_000 + Math.floor(random() * 5_000),
      };
      const { arrivals, most } = simulate(seed, limits, 60_000, seed % 2 === 0 ? 9_000 : Infinity);
      expect(fullest(arrivals.single, limits.windowMs)).toBeLessThanOrEqual(limits.perWindow.single);
      expect(fullest(arrivals.batch, limits.windowMs)).toBeLessThanOrEqual(limits.perWindow.batch);
      expect(most).toBeLessThanOrEqual(limits.concurrent);
    },
  );

  it('uses at least 95 % of both budgets under QuickBooks’ own limits', () => {
    const { arrivals } = simulate(3, REALM_LIMITS, 600_000);
    expect(fullest([...arrivals.single, ...arrivals.batch], 60_000)).toBeLessThanOrEqual(500);
    expect(arrivals.single.length + 30 * arrivals.batch.length).toBeGreaterThanOrEqual(0.95 * 1_660 * 10);
  });
});
