import { randomUUID } from 'node:crypto';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { aCustomer, runACallEvent } from '@qbo-sync/testkit/run-a-call';
import { until } from '@qbo-sync/testkit/until';
import type { Case } from './case';
import { ended, endedBefore } from './dying';
import type { Violations } from './oracle';
import { settingsMessage } from './requests';
import type { World } from './world';

const APP = 'customers';
const TOPIC = TOPICS.runacallCustomers.name;
const KNOWN = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6'];
const SKIPPED = ['s1', 's2', 's3', 's4', 's5', 's6'];

/**
 * K17: an operator asks a service to read a range again, half of which it took before and half of which it never did; the
 * process ends after its first batch of that. On the retry it does so twice. The next one goes on where it was: what was
 * known asks QuickBooks for nothing more, what was not is asked for once.
 */
export async function replaying(world: World, { point, again, signal }: Case, is: Violations): Promise<boolean> {
  const from = new Date(Date.now() - 60_000).toISOString();
  const first = world.service(APP);
  await first.ready();
  world.listen([TOPICS.requests.name]);
  await world.send([settingsMessage({ tenant: world.tenant, books: 'bk_1' }, 1)]);
  await create(world, KNOWN);
  await asked(world, KNOWN);
  await first.stop();
  await create(world, SKIPPED);
  await world.skipToEnd(TOPIC);
  await command(world, from);

  const crash = { point, nth: 1, about: '' };
  if (again && !(await endedBefore(world, world.service(APP, { ...crash, signal: 'SIGKILL' }), is))) return false;
  if (!(await ended(world, world.service(APP, { ...crash, signal }), signal, is, 'service'))) return false;
  if (signal === 'SIGKILL')
    is.hold((await world.count(`replay where state = 'running'`)) === 1, 'the replay was over when it was killed');

  const next = world.service(APP);
  await next.ready();
  await until(async () => (await world.count(`replay where state = 'done'`)) === 1, {
    timeoutMs: 90_000,
    what: 'the replay to end',
  });
  await asked(world, [...KNOWN, ...SKIPPED]);
  await until(async () => (await world.count('unpublished')) === 0, { timeoutMs: 60_000, what: 'all to be said' });
  const whole = await world.count(
    `replay where matched = ${KNOWN.length + SKIPPED.length} and known = ${KNOWN.length} and new = ${SKIPPED.length} and parked = 0`,
  );
  is.hold(whole === 1, 'the replay did not count each record once');
  const revisions = new Set(world.requests.map(({ ref, revision }) => `${ref}#${revision}`));
  is.hold(
    revisions.size === KNOWN.length + SKIPPED.length,
    `${revisions.size} pushes for ${KNOWN.length + SKIPPED.length} records`,
  );
  await next.stop();
  return true;
}

function create(world: World, ids: readonly string[]): Promise<void> {
  const { tenant } = world;
  return world.send(
    ids.map((id) => runACallEvent({ tenant, kind: 'customer.created', data: aCustomer(id, `Customer ${id}`) })),
  );
}

async function asked(world: World, ids: readonly string[]): Promise<void> {
  await until(() => ids.every((id) => world.requests.some(({ ref }) => ref === `customer:${id}`)), {
    timeoutMs: 90_000,
    what: `requests for ${ids.join(', ')}`,
  });
}

function command(world: World, from: string): Promise<void> {
  const { tenant } = world;
  const commandId = randomUUID();
  const to = new Date(Date.now() + 60_000).toISOString();
  const topic = world.nameOf(TOPIC);
  const value = { commandId, kind: 'replay', tenant, by: 'pat', at: from, topic, from, to, dryRun: false };
  return world.send([
    { topic: TOPICS.commands.name, key: `${tenant}:operation:${commandId}`, value: JSON.stringify(value) },
  ]);
}
