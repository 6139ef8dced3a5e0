import { Worker, type MessagePort } from 'node:worker_threads';
import { simulate } from './simulate';
import { Counters } from './world/faults';

/** Between a worker and its master: a seed there, this back. */
export interface SeedReport {
  readonly seed: string;
  readonly hash: string;
  readonly failures: readonly string[];
  /** Its hash when it was run once more, of one that failed. */
  readonly again: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly seeds: ReadonlyMap<string, number>;
}

/** In a worker: runs each seed it is sent, and one that failed twice. */
export function workOnSeeds(port: MessagePort): void {
  const run = async (seed: string): Promise<void> => {
    const { hash, failures, counters } = await simulate(seed);
    const again = failures.length === 0 ? hash : (await simulate(seed)).hash;
    const { counts, seeds } = counters;
    port.postMessage({ seed, hash, failures, again, counts, seeds } satisfies SeedReport);
  };
  port.on('message', (seed: string) => void run(seed));
}

export interface SeedRun {
  readonly goesOn: () => boolean;
  readonly onRan: (sofar: number) => void;
  readonly onFailed: (report: SeedReport) => void;
}

/** Runs seeds in as many threads as `jobs`, each its next one when it is done: time is each thread's own. */
export async function runSeeds(
  script: string,
  seeds: readonly string[],
  jobs: number,
  { goesOn, onRan, onFailed }: SeedRun,
): Promise<{ readonly counters: Counters; readonly ran: number; readonly failed: number }> {
  const counters = new Counters();
  let ran = 0;
  let failed = 0;
  let next = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(script);
      const more = (): void => {
        const seed = goesOn() ? seeds[next] : undefined;
        next += 1;
        if (seed === undefined) void worker.terminate().then(() => resolve(), reject);
        else worker.postMessage(seed);
      };
      worker.on('error', reject);
      worker.on('message', (report: SeedReport) => {
        ran += 1;
        counters.add(report);
        if (report.failures.length > 0) {
          failed += 1;
          onFailed(report);
        }
        onRan(ran);
        more();
      });
      more();
    });
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, work));
  return { counters, ran, failed };
}
