import type { Signal } from './case';
import type { Violations } from './oracle';
import type { Victim } from './victim';
import type { World } from './world';

/** The exit by a handler that stopped gracefully, within its limit (libs/service boot). */
const STOPPED = 0;

/**
 * Waits until a process has ended itself at its point and says whether it did as its signal asks: killed on the spot, or
 * stopped gracefully within the shutdown limit, leaving no attempt of unknown outcome (reliability.md §5 I18).
 */
export async function ended(world: World, victim: Victim, signal: Signal, is: Violations): Promise<boolean> {
  const end = await victim.ends();
  const fired = victim.stood();
  is.hold(fired, 'the process never stood at the point');
  if (signal === 'SIGKILL') is.hold(end.signal === 'SIGKILL', `ended by ${end.signal ?? `code ${end.code}`}`);
  else {
    is.hold(end.code === STOPPED, `did not stop gracefully: ${end.signal ?? `code ${end.code}`}`);
    is.hold((await world.openAttempts()) === 0, 'a graceful stop left an attempt of unknown outcome');
  }
  return fired;
}
