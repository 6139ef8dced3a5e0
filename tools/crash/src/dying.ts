import type { Signal } from './case';
import type { Violations } from './oracle';
import type { Victim } from './victim';
import type { World } from './world';

/** The exit by a handler that stopped gracefully, within its limit (libs/service boot). */
const STOPPED = 0;

/**
 * What a SIGTERM meets: a gateway at work stops gracefully and leaves no send of its own of unknown outcome (reliability.md §5
 * I18); a service has none; a process that is still starting may just end.
 */
export type Meets = 'gateway' | 'service' | 'start';

/** Waits until a process has ended itself at its point, and says whether it ended as its signal asks. */
export async function ended(
  world: World,
  victim: Victim,
  signal: Signal,
  is: Violations,
  meets: Meets = 'gateway',
): Promise<boolean> {
  const end = await victim.ends();
  const fired = victim.stood();
  is.hold(fired, 'the process never stood at the point');
  const how = end.signal ?? `code ${end.code}`;
  if (signal === 'SIGKILL') is.hold(end.signal === 'SIGKILL', `ended by ${how}`);
  else is.hold(end.code === STOPPED || (meets === 'start' && end.signal === signal), `did not stop gracefully: ${how}`);
  if (signal === 'SIGTERM' && meets === 'gateway') {
    const own = (await world.unknownSends()).filter((send) => !world.leftUnknown.includes(send));
    is.hold(own.length === 0, 'a graceful stop left an attempt of unknown outcome');
  }
  return fired;
}

/**
 * Ends a process at the same point before the case's own: what the case ends is the work done again. A send it leaves behind
 * may have to be waited for longer than the next process lives: "not there" proves nothing yet (quickbooks.md §1.3).
 */
export async function endedBefore(world: World, victim: Victim, is: Violations): Promise<boolean> {
  const fired = await ended(world, victim, 'SIGKILL', is, 'service');
  world.leftUnknown = await world.unknownSends();
  return fired;
}
