import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort } from 'node:worker_threads';
import { hunt, MUTANTS } from './mutants';
import { runSeeds, workOnSeeds } from './seed-workers';
import { freshSeeds, keepSeed, keptSeeds } from './seeds';
import { simulate } from './simulate';

/**
 *   simulate [--seeds N] [--seconds S] [--jobs J]   fresh seeds of this commit and those that failed once
 *   simulate --seed X                               one seed, twice, with its trace on the error stream
 *   simulate --mutants [--seeds N]                  the planted bugs, each until a seed catches it
 */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '2000' },
      seconds: { type: 'string', default: '0' },
      jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
      seed: { type: 'string' },
      mutants: { type: 'boolean', default: false },
    },
  });
  if (values.mutants) return mutants(Number(values.seeds));
  if (values.seed !== undefined) return replay(values.seed);
  return many(Number(values.seeds), Number(values.jobs), Number(values.seconds) * 1_000 || Infinity);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const PROGRESS_MS = 10_000;

async function many(count: number, jobs: number, budgetMs: number): Promise<boolean> {
  const kept = keptSeeds();
  const seeds = [...kept, ...freshSeeds(count)];
  const startedAt = performance.now();
  const seconds = (): string => ((performance.now() - startedAt) / 1_000).toFixed(1);
  let toldAt = startedAt;
  const { counters, ran, failed } = await runSeeds(__filename, seeds, jobs, {
    goesOn: () => performance.now() - startedAt < budgetMs,
    onRan: (sofar) => {
      if (performance.now() - toldAt < PROGRESS_MS) return;
      toldAt = performance.now();
      process.stderr.write(`• ${sofar} of ${seeds.length} seeds, ${seconds()} s\n`);
    },
    onFailed: ({ seed, hash, failures, again }) => {
      const replayed = again === hash ? `trace ${hash}, twice the same` : `trace ${hash}, then ${again}: NOT REPLAYED`;
      say(`✗ ${seed} (${replayed}): ${failures.slice(0, 3).join('; ')}`);
      say(`  npm run simulate -- --seed ${seed}`);
      if (!kept.includes(seed)) keepSeed(seed, failures[0] ?? '');
    },
  });
  for (const [what, times] of [...counters.counts].sort())
    say(`  ${String(times).padStart(7)} ${what} (in ${counters.seeds.get(what) ?? 0} seeds)`);
  const low = counters.underFloor(ran);
  if (low.length > 0) say(`✗ hardly ever fired: ${low.join(', ')}`);
  // With no failure among n seeds the true rate is below 3/n (95 %).
  say(
    `${ran} seeds in ${seconds()} s, ${failed} failed${failed === 0 ? `: below ${percent(3 / ran)} of all would` : ''}`,
  );
  return failed === 0 && low.length === 0 && ran > 0;
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)} %`;
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
  let caught = 0;
  for (const mutant of MUTANTS) {
    const { caughtBy, seeds: ran } = await hunt(mutant, seeds);
    if (caughtBy !== undefined) caught += 1;
    say(
      `${caughtBy === undefined ? 'NOT CAUGHT' : 'caught'.padEnd(10)} ${String(ran).padStart(4)} ${mutant.breaks.padEnd(4)} ${mutant.name}${caughtBy === undefined ? '' : `  ← ${caughtBy.slice(0, 110)}`}`,
    );
  }
  say(`${caught} of ${MUTANTS.length} caught`);
  return caught === MUTANTS.length;
}

if (isMainThread) {
  void main().then((good) => {
    process.exitCode = good ? 0 : 1;
  });
} else if (parentPort !== null) {
  workOnSeeds(parentPort);
}
