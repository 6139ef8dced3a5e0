import { setTimeout as sleep } from 'node:timers/promises';
import { jsonOf, MEASURED, refusals, startEmulator } from './emulator';
import { gatewayRig } from './gateway-rig';
import { realmOf } from './grants';
import { progress } from './progress';
import { counts, failures, seconds, times, type Row } from './table';

const EACH = 50;
const PARTS = 30;
const AT_ONCE = 512;
const LOOK_MS = 250;
const MOST_MS = 300_000;

/**
 * Many realms with 50 waiting each. The bound is the larger of what QuickBooks allows a realm (all of it at once: two
 * batches, one answer's time) and what the emulator itself answers on this machine to a client that does nothing else.
 */
export async function thousandRealms(realms: number): Promise<Row[]> {
  const perSecond = await ceiling(realms);
  const rig = await gatewayRig({ companies: realms, weather: MEASURED });
  try {
    const all = realms * EACH;
    const tell = progress(`${realms} realms × ${EACH}`);
    await rig.take(Array.from({ length: all }, (_, n) => ({ company: n % realms, id: `t${n}` })));
    const used = rig.meter.start();
    await rig.dispatcher.start();
    let answered = 0;
    while (answered < all && used().wallMs < MOST_MS) {
      await sleep(LOOK_MS);
      answered = await rig.answers();
      tell(`${answered} of ${all} after ${seconds(used().wallMs)}`);
    }
    const { wallMs, cpuMs, statements } = used();
    const by = refusals(await rig.emulator.traffic());
    const boundMs = Math.max(MEASURED.latencyMs.to + MEASURED.jitterMs.to, (all / perSecond) * 1_000);
    return [
      {
        what: `the emulator's own ceiling: batches of ${PARTS} from a client that does nothing else`,
        aim: '',
        measured: `${perSecond.toFixed(0)} writes/s`,
      },
      {
        what: `${realms} realms × ${EACH} waiting: until all are answered`,
        aim: `${seconds(boundMs)} at that ceiling`,
        measured: answered < all ? `${answered} after ${seconds(wallMs)}` : seconds(wallMs),
        ratio: times(wallMs / boundMs),
        ...(answered < all ? { ok: false } : {}),
      },
      { what: '  429s', aim: '0', measured: counts(by), ok: by.size === 0 },
      {
        what: '  cost of a write: CPU of this process; SQL statements',
        aim: '',
        measured: `${((cpuMs * 1_000) / answered).toFixed(0)} µs; ${(statements / answered).toFixed(2)}`,
      },
      ...failures(rig.errors),
    ];
  } finally {
    await rig.close();
  }
}

/** Writes a second that the emulator answers, in batches, each realm within its limits. */
async function ceiling(realms: number): Promise<number> {
  const emulator = await startEmulator(realms);
  try {
    const tell = progress("the emulator's own ceiling");
    await emulator.become(MEASURED);
    const notes = 'x'.repeat(650);
    const startedAt = performance.now();
    let sent = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (sent < 2 * realms) {
          const n = sent;
          sent += 1;
          const { realmId, pair } = realmOf(n % realms);
          const items = Array.from({ length: PARTS }, (_, part) => ({
            ...{ bId: String(part + 1), operation: 'create' },
            Customer: { DisplayName: `Customer ${n} ${part}`, Notes: notes },
          }));
          const answer = await fetch(`${emulator.url}/v3/company/${realmId}/batch?requestid=ceiling-${n}`, {
            method: 'POST',
            headers: jsonOf(pair.accessToken),
            body: JSON.stringify({ BatchItemRequest: items }),
          });
          await answer.text();
          tell(`${n} of ${2 * realms} batches`);
          if (!answer.ok) throw new Error(`the emulator answered ${answer.status}`);
        }
      }),
    );
    return (2 * realms * PARTS) / ((performance.now() - startedAt) / 1_000);
  } finally {
    await emulator.close();
  }
}
