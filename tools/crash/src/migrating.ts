import type { Case } from './case';
import { ended, endedBefore } from './dying';
import { nothingLostNothingTwice, type Violations } from './oracle';
import { customerPut } from './requests';
import type { Victim } from './victim';
import type { World } from './world';

/** The step whose commit is not reached; those before it stand. */
const STEP = 2;

/**
 * K19: the process ends in the second step of its schema, before that step's commit; on the retry it does so twice. What
 * stands is whole steps, nothing was served, and the next process does the rest before it serves.
 */
export async function migrating(world: World, { point, again, signal }: Case, is: Violations): Promise<boolean> {
  const first = world.gateway({ point, nth: STEP, signal: again ? 'SIGKILL' : signal, about: '' });
  if (again) {
    if (!(await endedBefore(world, first, is))) return false;
    await half(world, first, is);
  }
  // The first step is done by then: the second is the first of the next process.
  const victim = again ? world.gateway({ point, nth: 1, signal, about: '' }) : first;
  if (!(await ended(world, victim, signal, is, 'start'))) return false;
  await half(world, victim, is);

  const next = world.gateway();
  await next.ready();
  world.listen();
  const to = await world.connect(next);
  await world.request(customerPut(to, 'c1'));
  await world.settled(['customer:c1']);
  await nothingLostNothingTwice(world, ['customer:c1'], is);
  const steps = await world.count('migration');
  const names = await world.count('(select distinct name from migration) as names');
  is.hold(steps > STEP && names === steps, `${steps} steps are noted, of ${names} names`);
  await next.stop();
  return true;
}

async function half(world: World, victim: Victim, is: Violations): Promise<void> {
  const steps = await world.count('migration');
  is.hold(steps === STEP - 1, `${steps} steps stand`);
  is.hold(!victim.log.includes('"msg":"listening"'), 'it served half-migrated');
}
