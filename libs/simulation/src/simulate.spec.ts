import { keptSeeds } from './seeds';
import { simulate, type SeedResult } from './simulate';
import { Counters, FAULTS, STATES } from './world/faults';

/** A few; `npm test` runs 2,000 more in a step of its own, as `npm run simulate` does. */
const SEEDS = Array.from({ length: 10 }, (_, n) => `spec-${n}`);

describe('the simulated day', () => {
  it('is the same twice, step by step', async () => {
    const [first, second] = [
      await simulate('replayed', { verbose: true }),
      await simulate('replayed', { verbose: true }),
    ];
    expect(second.hash).toBe(first.hash);
    expect(second.lines).toEqual(first.lines);
    expect(first.steps).toBeGreaterThan(500);
  }, 60_000);

  it('ends with books that are right, under these seeds and those that failed once', async () => {
    const failed: Pick<SeedResult, 'seed' | 'hash' | 'failures'>[] = [];
    for (const seed of [...keptSeeds(), ...SEEDS]) {
      const { hash, failures } = await simulate(seed);
      if (failures.length > 0) failed.push({ seed, hash, failures });
    }
    expect(failed).toEqual([]);
  }, 600_000);
});

describe('the counters of a run', () => {
  it('ask of few seeds what nearly each shows, of many what is rare', () => {
    const none = new Counters();
    expect(none.underFloor(10)).toEqual([]);
    expect(none.underFloor(60)).toEqual(expect.arrayContaining(['database lost', 'redelivered']));
    expect(none.underFloor(60)).not.toContain('false invalid_grant');
    expect(none.underFloor(2_000)).toHaveLength(Object.keys({ ...FAULTS, ...STATES }).length);
  });

  it('are content with half of what is usual', () => {
    const seen = new Counters();
    for (let seed = 0; seed < 20; seed += 1)
      seen.add({ counts: new Map([['crash', 3]]), seeds: new Map([['crash', 1]]) });
    expect(seen.underFloor(200)).not.toContain('crash');
    expect(seen.underFloor(400)).toContain('crash');
  });
});
