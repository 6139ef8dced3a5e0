import type { Case } from './case';
import { ended } from './dying';
import { nothingLostNothingTwice, type Violations } from './oracle';
import { customerPut, invoicePut } from './requests';
import type { World } from './world';

const HOUR_MS = 61 * 60_000;

/** QuickBooks locked a company out for a moment: nothing is done, the send is made again (error-table.ts 140). */
const NOT_NOW = { kind: 'fault', code: '140', entity: 'invoice', method: 'POST', times: 1 };
/** Hits every POST of an invoice and changes nothing: it counts. */
const COUNTS = { kind: 'slow', ms: 0, entity: 'invoice', method: 'POST' };

/**
 * K8–K14: one invoice on its way to QuickBooks. On the retry QuickBooks refused the first send without doing anything.
 *
 *   K8 ─ attempt row ─ K9 ─ K10 ─ last byte ─ QuickBooks commits ─ K11 ─ headers ─ K12 ─ answer whole ─ K13 ─ stored ─ K14
 */
export async function sending(world: World, { point, again, signal, mode }: Case, is: Violations): Promise<boolean> {
  const nth = again && point !== 'K14' && point !== 'K13' ? 2 : 1;
  const gateway = world.gateway({ point, nth, signal, about: 'invoice:' });
  await gateway.ready();
  world.listen();
  const to = await world.connect(gateway);
  await world.request(customerPut(to, 'c1'));
  await world.settled(['customer:c1']);

  if (again) await world.admin('POST', 'disturbances', NOT_NOW);
  const { id: counter } = await world.admin<{ id: string }>('POST', 'disturbances', COUNTS);
  await world.request(invoicePut(to, 'i1', 'c1'));
  const fired = await ended(world, gateway, signal, is);
  if (!fired) return false;
  const wasThere = (await world.writes()).some(({ entity }) => entity === 'Invoice');
  if (mode === 'forget-after-1h') await world.admin('POST', 'time', { advanceMs: HOUR_MS });

  const next = point === 'K8' && signal === 'SIGKILL' ? await world.anotherGateway() : world.gateway();
  await next.ready();
  await world.request(invoicePut(to, 'i2', 'c1'));
  const refs = ['customer:c1', 'invoice:i1', 'invoice:i2'];
  await world.settled(refs);
  await nothingLostNothingTwice(world, refs, is);

  const { disturbances } = await world.admin<{ disturbances: { id: string; hits: number }[] }>('GET', 'disturbances');
  const posts = disturbances.find(({ id }) => id === counter)?.hits ?? -1;
  is.hold(posts === 2, `${posts} POSTs got through for two invoices`);
  const committed = signal === 'SIGTERM' || ['K11', 'K12', 'K13', 'K14'].includes(point);
  is.hold(wasThere === committed, `the invoice was ${wasThere ? '' : 'not '}in the books when the process had ended`);
  await next.stop();
  return true;
}
