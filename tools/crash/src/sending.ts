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

/** Many more than the handful that leaves singly (decide/grouping.ts). */
const SEVERAL = Array.from({ length: 40 }, (_, at) => `i1-${at + 1}`);

/**
 * K8–K14: one invoice, or several, on its way to QuickBooks. On the retry QuickBooks refused the first send without doing anything.
 *
 *   K8 ─ attempt row ─ K9 ─ K10 ─ last byte ─ QuickBooks commits ─ K11 ─ headers ─ K12 ─ answer whole ─ K13 ─ stored ─ K14
 */
export async function sending(
  world: World,
  { point, again, signal, mode, many }: Case,
  is: Violations,
): Promise<boolean> {
  const nth = again && point !== 'K14' && point !== 'K13' ? 2 : 1;
  const gateway = world.gateway({ point, nth, signal, about: 'invoice:' });
  await gateway.ready();
  world.listen();
  const to = await world.connect(gateway);
  await world.request(customerPut(to, 'c1'));
  await world.settled(['customer:c1']);

  if (again) await world.admin('POST', 'disturbances', NOT_NOW);
  const { id: counter } = await world.admin<{ id: string }>('POST', 'disturbances', COUNTS);
  const ids = many ? SEVERAL : ['i1'];
  await world.request(...ids.map((id) => invoicePut(to, id, 'c1')));
  const fired = await ended(world, gateway, signal, is);
  if (!fired) return false;
  const wasThere = (await world.writes()).some(({ entity }) => entity === 'Invoice');
  if (mode === 'forget-after-1h') await world.admin('POST', 'time', { advanceMs: HOUR_MS });

  const next = point === 'K8' && signal === 'SIGKILL' ? await world.anotherGateway() : world.gateway();
  await next.ready();
  await world.request(invoicePut(to, 'i2', 'c1'));
  const refs = ['customer:c1', 'invoice:i2', ...ids.map((id) => `invoice:${id}`)];
  await world.settled(refs);
  await nothingLostNothingTwice(world, refs, is);

  if (many) {
    const { realms } = await world.admin<{ realms: Record<string, { batches: number }> }>('GET', 'traffic');
    const batches = Object.values(realms).reduce((sum, realm) => sum + realm.batches, 0);
    is.hold(batches > 0, 'nothing left as a batch');
  } else {
    const posts = await world.hits(counter);
    is.hold(posts === 2, `${posts} POSTs got through for two invoices`);
    const committed = signal === 'SIGTERM' || ['K11', 'K12', 'K13', 'K14'].includes(point);
    is.hold(wasThere === committed, `the invoice was ${wasThere ? '' : 'not '}in the books when the process had ended`);
  }
  await next.stop();
  return true;
}
