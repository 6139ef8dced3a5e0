import type { CompanySeed } from '@qbo-sync/sandbox/quickbooks/emulator';
import { nameOf, type Case } from './case';
import { frozen } from './frozen';
import { keys, THREE_COMPANIES } from './keys';
import { migrating } from './migrating';
import { Violations } from './oracle';
import { refreshing } from './refreshing';
import { replaying } from './replaying';
import { sending } from './sending';
import { taking, takingLost } from './taking';
import { webhooks } from './webhooks';
import { World } from './world';

export interface Played {
  readonly of: Case;
  /** The process said that it stood at the point, and was ended there. */
  readonly fired: boolean;
  readonly violations: readonly string[];
  readonly seconds: number;
}

type Play = (world: World, of: Case, is: Violations) => Promise<boolean>;

const PLAYS: Readonly<Record<string, Play>> = {
  K1: taking,
  K2: taking,
  K3: taking,
  K4: taking,
  K5: takingLost,
  K6: webhooks,
  K7: webhooks,
  K8: sending,
  'K8-frozen': frozen,
  K9: sending,
  'K9-frozen': frozen,
  K10: sending,
  K11: sending,
  K12: sending,
  K13: sending,
  'K13-frozen': frozen,
  K14: sending,
  K15: refreshing,
  K16: refreshing,
  'K16-dead': refreshing,
  K17: replaying,
  K18: keys,
  K19: migrating,
};

/** The companies of QuickBooks where they are not the emulator's own. */
const COMPANIES: Readonly<Record<string, readonly CompanySeed[]>> = { K18: THREE_COMPANIES };

/** Every point, in the order of the table. */
export const POINTS: readonly string[] = Object.keys(PLAYS);

/** Plays one case in a world of its own. `keepLogs`: told what the processes logged when a case fails. */
async function play(of: Case, keepLogs: (logs: string) => void): Promise<Played> {
  const startedAt = performance.now();
  const is = new Violations();
  let fired = false;
  let world: World | undefined;
  try {
    world = await World.open(of.point, of.mode, COMPANIES[of.point]);
    fired = (await PLAYS[of.point]?.(world, of, is)) ?? false;
  } catch (error) {
    is.found.push(error instanceof Error ? error.message : String(error));
    fired = world?.anyStood() ?? false;
  }
  if (world !== undefined && (is.found.length > 0 || !fired)) keepLogs(`${nameOf(of)}\n${world.logs()}`);
  await world?.close();
  return { of, fired, violations: is.found, seconds: (performance.now() - startedAt) / 1000 };
}

/** Plays cases, `most` at a time; told of each as it ends, they are returned in their order. */
export async function playAll(
  cases: readonly Case[],
  most: number,
  onPlayed: (played: Played) => void,
  keepLogs: (logs: string) => void,
): Promise<Played[]> {
  const left = [...cases];
  const played: Played[] = [];
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const one = await play(next, keepLogs);
      played.push(one);
      onPlayed(one);
    }
  };
  await Promise.all(Array.from({ length: most }, lane));
  return played.sort((a, b) => cases.indexOf(a.of) - cases.indexOf(b.of));
}

export function passed({ fired, violations }: Played): boolean {
  return fired && violations.length === 0;
}
