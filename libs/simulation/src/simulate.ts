import { SimulatedDay } from './simulated-day';
import type { Counters } from './world/faults';
import { UNSURE_WAIT_MS } from './world/gateway-process';
import { VirtualTime } from './world/virtual-time';
import { World } from './world/world';

export interface SeedResult {
  readonly seed: string;
  /** Of every step: the same seed at the same commit has the same. */
  readonly hash: string;
  readonly failures: readonly string[];
  readonly counters: Counters;
  readonly steps: number;
  readonly lines: readonly string[];
}

/** Runs one seed. */
export async function simulate(
  seed: string,
  options: { readonly verbose?: boolean; readonly unsureWaitMs?: number } = {},
): Promise<SeedResult> {
  const world = new World(seed, options.verbose);
  world.time.install();
  try {
    await new SimulatedDay(world, options.unsureWaitMs ?? UNSURE_WAIT_MS).run();
  } catch (error) {
    world.fail(`thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    VirtualTime.uninstall();
  }
  const { failures, lines, steps } = world;
  return { seed, hash: world.traceHash(), failures, counters: world.faults.counters, steps, lines };
}
