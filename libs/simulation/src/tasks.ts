import { hunt, MUTANTS } from './mutants';
import { simulate } from './simulate';

/** What a thread is asked for: a seed, or the first of some seeds that catches a planted bug. */
export type Task =
  | { readonly do: 'seed'; readonly seed: string }
  | { readonly do: 'mutant'; readonly mutant: number; readonly seeds: readonly string[] };

export interface SeedReport {
  readonly of: 'seed';
  readonly seed: string;
  readonly hash: string;
  readonly failures: readonly string[];
  /** Its hash when it was run once more, of one that failed. */
  readonly again: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly seeds: ReadonlyMap<string, number>;
}

export interface MutantReport {
  readonly of: 'mutant';
  readonly mutant: number;
  readonly caughtBy: string | undefined;
  readonly ran: number;
}

export type Report = SeedReport | MutantReport;

export async function doTask(task: Task): Promise<Report> {
  if (task.do === 'seed') {
    const { hash, failures, counters } = await simulate(task.seed);
    const again = failures.length === 0 ? hash : (await simulate(task.seed)).hash;
    const { counts, seeds } = counters;
    return { of: 'seed', seed: task.seed, hash, failures, again, counts, seeds };
  }
  const mutant = MUTANTS[task.mutant];
  if (mutant === undefined) throw new Error(`no mutant ${task.mutant}`);
  return { of: 'mutant', mutant: task.mutant, ...(await hunt(mutant, task.seeds)) };
}
