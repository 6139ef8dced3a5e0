import { createHmac } from 'node:crypto';
import { until } from '@qbo-sync/testkit/until';
import type { Case } from './case';
import { ended, endedBefore } from './dying';
import type { Violations } from './oracle';
import { customerPut } from './requests';
import { VERIFIER_TOKEN, type World } from './world';

const REF = 'customer:c1';
const NEW_NAME = 'Renamed by a person';
const DELIVERIES = 'webhook_delivery';
const EVENTS = 'webhook_event';

/**
 * K6, K7: a person renames a customer in QuickBooks, Intuit tells of it, and tells again until it is acknowledged. On the
 * retry the process was killed at the same point by the delivery before.
 *
 *   signature ─ rows ─ K6 ─ commit ─ K7 ─ 200
 */
export async function webhooks(world: World, { point, again, signal }: Case, is: Violations): Promise<boolean> {
  const crash = { point, nth: 1, about: '' };
  let gateway = world.gateway({ ...crash, signal: again ? 'SIGKILL' : signal });
  await gateway.ready();
  world.listen();
  const to = await world.connect(gateway);
  await world.request(customerPut(to, 'c1'));
  await world.settled([REF]);
  const id = world.answers.find(({ ref }) => ref === REF)?.quickbooksId ?? '';
  await world.admin('POST', 'human', { company: 'us-auto', do: 'rename', entity: 'Customer', id, name: NEW_NAME });
  const body = await delivery(world, id);

  if (again) {
    is.hold((await deliver(gateway.url, body)) === 'no answer', 'a killed process acknowledged');
    if (!(await endedBefore(world, gateway, is))) return false;
    gateway = world.gateway({ ...crash, signal });
    await gateway.ready();
  }
  const answered = await deliver(gateway.url, body);
  if (!(await ended(world, gateway, signal, is))) return false;
  const stored = await world.count(DELIVERIES);
  if (signal === 'SIGKILL') {
    is.hold(answered === 'no answer', `a killed process answered ${answered}`);
    const rows = point === 'K7' ? 1 : 0;
    is.hold(stored === rows, `${stored} deliveries were stored when the process was killed`);
  }
  is.hold(answered !== 200 || stored === 1, 'acknowledged, and not stored');

  const next = world.gateway();
  await next.ready();
  if (answered !== 200)
    is.hold((await deliver(next.url, body)) === 200, 'the delivery was not taken when it came again');
  is.hold((await deliver(next.url, body)) === 200, 'a delivery known already was not acknowledged');
  await until(() => renames(world).length > 0, { timeoutMs: 90_000, what: 'the change to be told' });
  await until(async () => (await world.count(`${EVENTS} where done_at is null`)) === 0, {
    timeoutMs: 90_000,
    what: 'the event to be done with',
  });
  is.hold((await world.count(DELIVERIES)) === 1, 'the delivery is stored more than once');
  is.hold((await world.count(EVENTS)) === 1, 'the event is stored more than once');
  is.hold(new Set(renames(world)).size === 1, 'the change was told in several ways');
  is.hold((await world.writes()).length === 1, 'something was written to QuickBooks');
  await next.stop();
  return true;
}

/** What was told of the rename; the same record in each. */
function renames(world: World): string[] {
  return world.changes
    .filter(({ ref, record }) => ref === REF && record.includes(NEW_NAME))
    .map(({ record }) => record);
}

async function delivery(world: World, id: string): Promise<string> {
  const { companies } = await world.admin<{ companies: { key: string; realmId: string }[] }>('GET', 'status');
  const realm = companies.find(({ key }) => key === 'us-auto')?.realmId ?? '';
  return JSON.stringify([
    {
      ...{ specversion: '1.0', id: 'evt-1', source: 'intuit.x', type: 'qbo.customer.updated.v1', data: {} },
      ...{ time: new Date().toISOString(), intuitentityid: id, intuitaccountid: realm },
    },
  ]);
}

async function deliver(url: string, body: string): Promise<number | 'no answer'> {
  const signature = createHmac('sha256', VERIFIER_TOKEN).update(body).digest('base64');
  try {
    const answer = await fetch(`${url}/webhooks/intuit`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'intuit-signature': signature },
      body,
    });
    return answer.status;
  } catch {
    return 'no answer';
  }
}
