import { parseArgs } from 'node:util';
import { hunt, MUTANTS } from './mutants';
import { freshSeeds, keptSeeds } from './seeds';
import { simulate } from './simulate';
import { Counters } from './world/faults';

/**
 *   simulate [--seeds N] [--seconds S]     fresh seeds of this commit and those that failed once
 *   simulate --seed X                      one seed, twice, with its trace on the error stream
 *   simulate --mutants [--seeds N]         the planted bugs, each until a seed catches it
 */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '0' },
      seed: { type: 'string' },
      mutants: { type: 'boolean', default: false },
    },
  });
  if (values.mutants) return mutants(Number(values.seeds));
  if (values.seed !== undefined) return replay(values.seed);
  return many([...keptSeeds(), ...freshSeeds(Number(values.seeds))], Number(values.seconds) * 1_000 || Infinity);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function many(seeds: readonly string[], budgetMs: number): Promise<boolean> {
  const counters = new Counters();
  const startedAt = performance.now();
  let ran = 0;
  let failed = 0;
  for (const seed of seeds) {
    if (performance.now() - startedAt > budgetMs) break;
    const result = await simulate(seed);
    ran += 1;
    counters.add(result.counters);
    if (result.failures.length === 0) continue;
    failed += 1;
    say(`${seed} ${result.hash} failed: ${result.failures.slice(0, 3).join('; ')}`);
  }
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  say(`${ran} seeds in ${seconds} s, ${failed} failed`);
  for (const [what, count] of [...counters.counts].sort()) say(`  ${String(count).padStart(7)} ${what}`);
  const low = counters.underFloor(ran);
  if (low.length > 0) say(`hardly ever fired: ${low.join(', ')}`);
  return failed === 0 && low.length === 0;
}

async function replay(seed: string): Promise<boolean> {
  const first = await simulate(seed, { verbose: true });
  const second = await simulate(seed);
  process.stderr.write(`${first.lines.join('\n')}\n`);
  say(
    `${seed} trace ${first.hash}${first.hash === second.hash ? ', twice the same' : `, then ${second.hash}: NOT REPLAYED`}`,
  );
  for (const failure of first.failures) say(`  ${failure}`);
  return first.failures.length === 0 && first.hash === second.hash;
}

async function mutants(count: number): Promise<boolean> {
  const seeds = Array.from({ length: count }, (_, n) => `mutants-${n}`);
  let all = true;
  for (const mutant of MUTANTS) {
    const { caughtBy, seeds: ran } = await hunt(mutant, seeds);
    if (caughtBy === undefined) all = false;
    say(
      `${caughtBy === undefined ? 'NOT CAUGHT' : 'caught'.padEnd(10)} ${String(ran).padStart(4)} ${mutant.breaks.padEnd(4)} ${mutant.name}${caughtBy === undefined ? '' : `  ← ${caughtBy.slice(0, 110)}`}`,
    );
  }
  return all;
}

void main().then((good) => {
  process.exitCode = good ? 0 : 1;
});
