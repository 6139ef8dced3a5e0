import { until } from '@qbo-sync/testkit/until';
import type { Case } from './case';
import { ended, endedBefore } from './dying';
import { nothingLostNothingTwice, type Violations } from './oracle';
import { customerPut, invoicePut } from './requests';
import type { World } from './world';

/** The gateway calls a grant over after 30 min of refusals. */
const LONG_REFUSED = `update company set suspect_since = now() - interval '31 minutes', next_try_at = now()`;

/**
 * K15, K16: the access token has ended, and the refresh that a write needs changes the refresh token's value. On the retry
 * the process was killed at the same point of a refresh before.
 *
 *   asked ─ K15 ─ Intuit's answer ─ rows ─ K16 ─ commit ─ used
 *
 * `K16-dead`: Intuit takes the value before no more (reliability.md X5), so that a killed process has lost the only one:
 * the company is to be connected again, and what waited is sent then.
 */
export async function refreshing(world: World, { point, again, signal }: Case, is: Violations): Promise<boolean> {
  const refs = ['customer:c1', 'invoice:i1', 'invoice:i2'];
  const isDead = point === 'K16-dead';
  await world.admin('POST', 'settings', { rotateAlways: true, ...(isDead ? { previousTokenLifeMs: 0 } : {}) });
  const crash = { point: isDead ? 'K16' : point, nth: 1, about: '' };
  let gateway = world.gateway({ ...crash, signal: again ? 'SIGKILL' : signal });
  await gateway.ready();
  world.listen();
  const to = await world.connect(gateway);
  await world.request(customerPut(to, 'c1'));
  await world.settled(['customer:c1']);
  await world.admin('POST', 'expire-access-tokens', {});
  await world.request(invoicePut(to, 'i1', 'c1'));
  if (again) {
    if (!(await endedBefore(world, gateway, is))) return false;
    gateway = world.gateway({ ...crash, signal });
    // A value that is lost is not refreshed again: what is done again is the refresh after a reconnection.
    if (isDead) {
      await gateway.ready();
      await reconnected(world, gateway, is);
      await world.settled(['invoice:i1']);
      await world.admin('POST', 'expire-access-tokens', {});
      await world.request(invoicePut(to, 'again', 'c1'));
      refs.push('invoice:again');
    }
  }
  if (!(await ended(world, gateway, signal, is))) return false;

  const next = world.gateway();
  await next.ready();
  await world.request(invoicePut(to, 'i2', 'c1'));
  if (isDead && signal === 'SIGKILL') await reconnected(world, next, is);
  await world.settled(refs);
  await nothingLostNothingTwice(world, refs, is);
  const tokens = Object.values(await world.admin<Record<string, { atOnce: number }>>('GET', 'tokens'));
  is.hold(
    tokens.every(({ atOnce }) => atOnce === 0),
    'two refreshes were under way at once',
  );
  const connected = await world.count(`company where state = 'connected'`);
  is.hold(connected === 1, 'the connection did not live');
  await next.stop();
  return true;
}

/** The grant is refused, nothing is given up, a person connects again. */
async function reconnected(world: World, gateway: Parameters<World['connect']>[0], is: Violations): Promise<void> {
  const state = (is: string) => async (): Promise<boolean> =>
    (await world.count(`company where state = '${is}'`)) === 1;
  await until(state('suspect'), { timeoutMs: 90_000, what: 'the grant to be refused' });
  await world.database.pool.query(LONG_REFUSED);
  await until(state('reconnect'), { timeoutMs: 90_000, what: 'the company to be asked to connect again' });
  is.hold((await world.count('pending')) > 0, 'nothing waits for the connection');
  await world.connect(gateway);
}
