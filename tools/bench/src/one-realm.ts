import { setTimeout as sleep } from 'node:timers/promises';
import { MEASURED, refusals } from './emulator';
import { gatewayRig } from './gateway-rig';
import { progress } from './progress';
import { counts, failures, percent, seconds, type Row } from './table';

/** What QuickBooks takes from one realm in a minute: 460 singly and 40 batches of 30 (quickbooks.md §3.1). */
const BOUND = 1_660;
const WAITING = 10_000;
const AIM = 0.95;
const LOOK_MS = 500;

/**
 * One realm with 10,000 waiting, in real time: what was answered when so many whole minutes were over, of what QuickBooks
 * takes in them; and how long all of it took. QuickBooks' windows are empty at the start, so the last minute's share
 * goes at its beginning: the whole is done a little earlier than 10,000 / 1,660 minutes.
 */
export async function oneRealm(minutes: number): Promise<Row[]> {
  const rig = await gatewayRig({ companies: 1, weather: MEASURED });
  try {
    await rig.take(Array.from({ length: WAITING }, (_, n) => ({ company: 0, id: `c${n}` })));
    const whole = Math.floor(WAITING / BOUND);
    const wanted = Math.min(WAITING, BOUND * minutes);
    const tell = progress(`one realm, ${WAITING} waiting`);
    const used = rig.meter.start();
    await rig.dispatcher.start();
    const endMs = minutes * 60_000;
    let writes = 0;
    let inTime = 0;
    while (used().wallMs < endMs || (minutes >= whole && writes < WAITING && used().wallMs < 2 * endMs)) {
      await sleep(Math.min(LOOK_MS, Math.max(1, endMs - used().wallMs)));
      if (used().wallMs < endMs + LOOK_MS) inTime = writes;
      writes = await rig.answers();
      if (used().wallMs <= endMs + 100) inTime = writes;
      tell(`${writes} after ${seconds(used().wallMs)}`);
      if (writes >= WAITING) break;
    }
    const { wallMs, cpuMs, statements } = used();
    if (writes >= WAITING && wallMs <= endMs) inTime = WAITING;
    const traffic = await rig.emulator.traffic();
    const by = refusals(traffic);
    const [realm] = Object.values(traffic);
    const { perMinute = 0, batchesPerMinute = 0, concurrent = 0 } = realm?.most ?? {};
    const part = inTime / wanted;
    return [
      {
        what: `one realm, ${WAITING} waiting: answered in ${minutes} min of ${BOUND} writes/min`,
        aim: `${wanted}, ≥ ${AIM * 100} %`,
        measured: String(inTime),
        ratio: percent(part),
        ok: part >= AIM,
      },
      ...(writes >= WAITING
        ? [
            {
              what: '  all of them',
              aim: seconds((WAITING / BOUND) * 60_000),
              measured: seconds(wallMs),
              ratio: percent(((WAITING / BOUND) * 60_000) / wallMs),
              ok: wallMs <= ((WAITING / BOUND) * 60_000) / AIM,
            },
          ]
        : []),
      { what: '  429s', aim: '0', measured: counts(by), ok: by.size === 0 },
      {
        what: '  fullest minute: calls, batches; most at once',
        aim: '≤ 500, 40; 10',
        measured: `${perMinute}, ${batchesPerMinute}; ${concurrent}`,
        ok: perMinute <= 500 && batchesPerMinute <= 40 && concurrent <= 10,
      },
      {
        what: '  cost of a write: CPU of this process; SQL statements',
        aim: '',
        measured: `${((cpuMs * 1_000) / writes).toFixed(0)} µs; ${(statements / writes).toFixed(2)}`,
      },
      ...failures(rig.errors),
    ];
  } finally {
    await rig.close();
  }
}
