import { freshSeeds, keptSeeds } from './seeds';
import { simulate, type SeedResult } from './simulate';
import { Counters } from './world/faults';

/** A share of what `npm run simulate` runs. */
const BUDGET_MS = 45_000;
const MOST = 400;

describe('the simulated day', () => {
  it('is the same twice, step by step', async () => {
    const [first, second] = [
      await simulate('replayed', { verbose: true }),
      await simulate('replayed', { verbose: true }),
    ];
    expect(second.hash).toBe(first.hash);
    expect(second.lines).toEqual(first.lines);
    expect(first.steps).toBeGreaterThan(1_000);
  }, 60_000);

  it('ends with books that are right under every seed of this commit and those that failed once', async () => {
    const counters = new Counters();
    const failed: Pick<SeedResult, 'seed' | 'hash' | 'failures'>[] = [];
    const startedAt = performance.now();
    let ran = 0;
    for (const seed of [...keptSeeds(), ...freshSeeds(MOST)]) {
      if (performance.now() - startedAt > BUDGET_MS) break;
      const result = await simulate(seed);
      ran += 1;
      counters.add(result.counters);
      if (result.failures.length > 0) failed.push({ seed, hash: result.hash, failures: result.failures });
    }
    expect(failed).toEqual([]);
    // Too few seeds say nothing of what hardly ever happens.
    expect(ran >= 100 ? counters.underFloor(ran) : []).toEqual([]);
  }, 120_000);
});
