import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort } from 'node:worker_threads';
import { MUTANTS } from './mutants';
import { freshSeeds, keepSeed, keptSeeds } from './seeds';
import { simulate } from './simulate';
import { doTask, type MutantReport, type SeedReport, type Task } from './tasks';
import { inThreads, workOn } from './threads';
import { Counters } from './world/faults';

const SEEDS = 2_000;
/** A bug that so many do not show is not caught. */
const MUTANT_SEEDS = 1_000;

/**
 *   simulate [--seeds N] [--seconds S] [--jobs J]   fresh seeds of this commit and those that failed once
 *   simulate --seed X                               one seed, twice, with its trace on the error stream
 *   simulate --mutants [--seeds N]                  the planted bugs, each until a seed catches it
 */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      seconds: { type: 'string', default: '0' },
      jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
      seed: { type: 'string' },
      mutants: { type: 'boolean', default: false },
    },
  });
  const jobs = Number(values.jobs);
  if (values.mutants) return mutants(Number(values.seeds ?? MUTANT_SEEDS), jobs);
  if (values.seed !== undefined) return replay(values.seed);
  return many(Number(values.seeds ?? SEEDS), jobs, Number(values.seconds) * 1_000 || Infinity);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const PROGRESS_MS = 10_000;

async function many(count: number, jobs: number, budgetMs: number): Promise<boolean> {
  const kept = keptSeeds();
  const seeds = [...kept, ...freshSeeds(count)];
  const counters = new Counters();
  const startedAt = performance.now();
  const seconds = (): string => ((performance.now() - startedAt) / 1_000).toFixed(1);
  let [next, ran, failed, toldAt] = [0, 0, 0, startedAt];
  const more = (): Task | undefined => {
    const seed = performance.now() - startedAt < budgetMs ? seeds[next] : undefined;
    next += 1;
    return seed === undefined ? undefined : { do: 'seed', seed };
  };
  await inThreads(__filename, jobs, more, (report: SeedReport) => {
    ran += 1;
    counters.add(report);
    if (report.failures.length > 0) {
      failed += 1;
      tellFailure(report);
      if (!kept.includes(report.seed)) keepSeed(report.seed, report.failures[0] ?? '');
    }
    if (performance.now() - toldAt < PROGRESS_MS) return;
    toldAt = performance.now();
    process.stderr.write(`• ${ran} of ${seeds.length} seeds, ${seconds()} s\n`);
  });
  for (const [what, times] of [...counters.counts].sort())
    say(`  ${String(times).padStart(7)} ${what} (in ${counters.seeds.get(what) ?? 0} seeds)`);
  const low = counters.underFloor(ran);
  if (low.length > 0) say(`✗ hardly ever fired: ${low.join(', ')}`);
  // With no failure among n seeds the true rate is below 3/n (95 %).
  const rate = failed === 0 ? `: fewer than ${percent(3 / ran)} of all would` : '';
  say(`${ran} seeds in ${seconds()} s, ${failed} failed${rate}`);
  return failed === 0 && low.length === 0 && ran > 0;
}

function tellFailure({ seed, hash, again, failures }: SeedReport): void {
  const replayed = again === hash ? `trace ${hash}, twice the same` : `trace ${hash}, then ${again}: NOT REPLAYED`;
  say(`✗ ${seed} (${replayed}): ${failures.slice(0, 3).join('; ')}`);
  say(`  npm run simulate -- --seed ${seed}`);
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

async function mutants(count: number, jobs: number): Promise<boolean> {
  const seeds = Array.from({ length: count }, (_, n) => `mutants-${n}`);
  let [next, caught] = [0, 0];
  const more = (): Task | undefined => {
    next += 1;
    return next > MUTANTS.length ? undefined : { do: 'mutant', mutant: next - 1, seeds };
  };
  say('           seeds breaks');
  await inThreads(__filename, jobs, more, ({ mutant, caughtBy, ran }: MutantReport) => {
    const { name, breaks } = MUTANTS[mutant] ?? { name: '', breaks: '' };
    if (caughtBy !== undefined) caught += 1;
    const verdict = caughtBy === undefined ? 'NOT CAUGHT' : 'caught';
    const by = caughtBy === undefined ? '' : `  ← ${caughtBy.slice(0, 110)}`;
    say(`${verdict.padEnd(10)} ${String(ran).padStart(5)} ${breaks.padEnd(6)} ${name}${by}`);
  });
  say(`${caught} of ${MUTANTS.length} planted bugs caught`);
  return caught === MUTANTS.length;
}

if (isMainThread) {
  void main().then((good) => {
    process.exitCode = good ? 0 : 1;
  });
} else if (parentPort !== null) {
  workOn(parentPort, doTask);
}
