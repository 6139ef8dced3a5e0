import { until } from '@qbo-sync/testkit/until';
import type { Case } from './case';
import { nothingLostNothingTwice, type Violations } from './oracle';
import { customerPut, invoicePut } from './requests';
import type { Victim } from './victim';
import type { World } from './world';

/** Hits every POST of an invoice and changes nothing: it counts. */
const COUNTS = { kind: 'slow', ms: 0, entity: 'invoice', method: 'POST' };
const WITHIN_MS = 120_000;

/**
 * A gateway stands still at K8, K9 or K13 of a send (SIGSTOP) until another has taken its shards and settled the write;
 * then it goes on where it stood. It must neither send nor answer under the lease it has lost.
 */
export async function frozen(world: World, { point, signal }: Case, is: Violations): Promise<boolean> {
  const gateway = world.gateway({ point: point.replace('-frozen', ''), nth: 1, signal, about: 'invoice:' });
  await gateway.ready();
  world.listen();
  const to = await world.connect(gateway);
  await world.request(customerPut(to, 'c1'));
  await world.settled(['customer:c1']);
  const { id: counter } = await world.admin<{ id: string }>('POST', 'disturbances', COUNTS);
  await world.request(invoicePut(to, 'i1', 'c1'));
  await until(() => gateway.stood(), { timeoutMs: WITHIN_MS, what: 'the process to stand at the point' });

  const other = await world.anotherGateway();
  await other.ready();
  // Its sessions still live then: what it had open is not lost to it by the database alone.
  await until(async () => (await world.count('pending')) + (await world.openAttempts()) === 0, {
    timeoutMs: WITHIN_MS,
    what: 'another gateway to settle the write',
  });
  is.hold(!(await gateway.isReady()), 'the process did not stand still');

  gateway.kill('SIGCONT');
  // What it had begun is over when it takes part again, and at its graceful end in any case.
  await until(() => holdsShards(gateway), { timeoutMs: WITHIN_MS, what: 'the process to take part again' });
  await gateway.stop();
  await world.request(invoicePut(to, 'i2', 'c1'));
  const refs = ['customer:c1', 'invoice:i1', 'invoice:i2'];
  await world.settled(refs);
  await nothingLostNothingTwice(world, refs, is);
  const posts = await world.hits(counter);
  is.hold(posts === 2, `${posts} POSTs got through for two invoices`);
  await other.stop();
  return true;
}

async function holdsShards(gateway: Victim): Promise<boolean> {
  const text = await fetch(`${gateway.url}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  return /^qbo_sync_gateway_shards_held\S* [1-9]/m.test(text);
}
