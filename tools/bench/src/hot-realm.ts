import { setTimeout as sleep } from 'node:timers/promises';
import { MEASURED, refusals } from './emulator';
import { gatewayRig, type Rig, type Write } from './gateway-rig';
import { quantile } from './meter';
import { progress } from './progress';
import { counts, ms, times, type Row } from './table';

const SMALL = 20;
const HOT = SMALL;
const WAITING = 50_000;
const FOR_MS = 40_000;
/** Each small realm has one new record a second. */
const EACH_MS = 1_000;
const AIM = 1.5;

interface Delays {
  /** Accepted → request leaves, and → answer stored; ms. */
  readonly leaves: number[];
  readonly answered: number[];
}

/** Small realms by themselves, then beside one with 50,000 waiting, in one run: what the neighbour costs them. */
export async function hotRealm(): Promise<Row[]> {
  const rig = await gatewayRig({ companies: SMALL + 1, weather: MEASURED });
  try {
    await rig.dispatcher.start();
    await small(rig, 'warming', 5_000);
    const alone = await small(rig, 'alone', FOR_MS);
    const tell = progress('storing what waits in the hot realm');
    for (let from = 0; from < WAITING; from += 500) {
      await rig.take(Array.from({ length: 500 }, (_, n) => ({ company: HOT, id: `hot${from + n}` })));
      tell(`${from} of ${WAITING}`);
    }
    const before = await rig.answers();
    const beside = await small(rig, 'beside', FOR_MS);
    const hot = (await rig.answers()) - before - beside.answered.length;
    const by = refusals(await rig.emulator.traffic());
    const row = (what: string, of: keyof Delays): Row => {
      const [one, other] = [quantile(alone[of], 0.95), quantile(beside[of], 0.95)];
      return {
        what: `${SMALL} small realms, ${beside[of].length} records: accepted → ${what}, p95`,
        aim: `${ms(one)} alone, ≤ ${AIM} ×`,
        measured: `${ms(other)} beside the hot one`,
        ratio: times(other / one),
        ok: other <= AIM * one,
      };
    };
    return [
      row('answered', 'answered'),
      row('request leaves', 'leaves'),
      { what: `  written for the realm of ${WAITING} meanwhile`, aim: '', measured: String(hot) },
      { what: '  429s', aim: '0', measured: counts(by), ok: by.size === 0 },
    ];
  } finally {
    await rig.close();
  }
}

async function small(rig: Rig, phase: string, forMs: number): Promise<Delays> {
  const tell = progress(`${SMALL} small realms, ${phase}`);
  const delays: Delays = { leaves: [], answered: [] };
  const under: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let n = 0; n * (EACH_MS / SMALL) < forMs; n += 1) {
    await sleep(Math.max(0, startedAt + n * (EACH_MS / SMALL) - performance.now()));
    under.push(one(rig, { company: n % SMALL, id: `${phase}${n}` }, delays));
    tell(`${delays.answered.length} answered`);
  }
  await Promise.all(under);
  return delays;
}

async function one(rig: Rig, write: Write, delays: Delays): Promise<void> {
  const { sending, answered } = rig.timesOf(write);
  const from = performance.now();
  await rig.take([write]);
  delays.leaves.push((await sending) - from);
  delays.answered.push((await answered) - from);
}
