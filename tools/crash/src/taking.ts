import { until } from '@qbo-sync/testkit/until';
import type { Case } from './case';
import { ended, endedBefore } from './dying';
import { nothingLostNothingTwice, type Violations } from './oracle';
import { customerPut, invoicePut, type To } from './requests';
import type { Victim } from './victim';
import type { World } from './world';

const IDS = ['i1', 'i2', 'i3', 'i4'];
const REFS = ['customer:c1', ...IDS.map((id) => `invoice:${id}`), 'invoice:last'];
const TAKEN = `request where ref like 'invoice:%'`;
const ABOUT = 'invoice:';

/**
 * K1–K4: a batch of requests on its way into the database. On the retry the batch was handed out before, and its process
 * killed at the same point.
 *
 *   K1 ─ begin ─ rows, offset ─ K2 ─ commit ─ K3 ─ the group's offset at the broker ─ K4
 */
export async function taking(world: World, { point, again, signal }: Case, is: Violations): Promise<boolean> {
  const crash = { point, nth: 1, about: ABOUT };
  let gateway = world.gateway({ ...crash, signal: again ? 'SIGKILL' : signal });
  const to = await settledCustomer(world, gateway);
  await world.request(...IDS.map((id) => invoicePut(to, id, 'c1')));
  if (again) {
    if (!(await endedBefore(world, gateway, is))) return false;
    // Past the offsets that were committed nothing is handed out again: more of the same is.
    if (point === 'K3' || point === 'K4') await world.request(...IDS.map((id) => invoicePut(to, id, 'c1')));
    gateway = world.gateway({ ...crash, signal });
  }
  if (!(await ended(world, gateway, signal, is))) return false;
  const taken = await world.count(TAKEN);
  if (signal === 'SIGKILL' && !again) {
    const visible = point === 'K3' || point === 'K4';
    is.hold(taken > 0 === visible, `${taken} requests were stored when the process was killed`);
  }
  return goesOn(world, to, is);
}

/**
 * K5: the process stands still with a batch in hand until another has its partitions and has taken the batch; then it goes
 * on, and is ended as it is about to commit what it thinks is its own.
 */
export async function takingLost(world: World, { point, again, signal }: Case, is: Violations): Promise<boolean> {
  const own = { point, nth: 1, signal, about: ABOUT } as const;
  let gateway = world.gateway(again ? { point: 'K2', nth: 1, signal: 'SIGKILL', about: ABOUT } : own);
  const to = await settledCustomer(world, gateway);
  await world.request(...IDS.map((id) => invoicePut(to, id, 'c1')));
  if (again) {
    if (!(await endedBefore(world, gateway, is))) return false;
    gateway = world.gateway(own);
  }
  await until(() => gateway.stood('stopped'), { timeoutMs: 60_000, what: 'the process to stand still' });
  const other = await world.anotherGateway();
  await until(async () => (await world.count('answer')) === REFS.length - 1, {
    timeoutMs: 90_000,
    what: 'the other to take the batch and to send it',
  });
  const before = JSON.stringify(await world.offsets());
  gateway.kill('SIGCONT');
  if (!(await ended(world, gateway, signal, is))) return false;
  is.hold(JSON.stringify(await world.offsets()) === before, 'the late owner moved an offset');
  return goesOn(world, to, is, other);
}

async function settledCustomer(world: World, gateway: Victim): Promise<To> {
  await gateway.ready();
  world.listen();
  const to = await world.connect(gateway);
  await world.request(customerPut(to, 'c1'));
  await world.settled(['customer:c1']);
  return to;
}

/** One more comes; with it all is settled, each once. */
async function goesOn(world: World, to: To, is: Violations, running?: Victim): Promise<boolean> {
  const next = running ?? world.gateway();
  await next.ready();
  await world.request(invoicePut(to, 'last', 'c1'));
  await world.settled(REFS);
  await nothingLostNothingTwice(world, REFS, is);
  await next.stop();
  return true;
}
