import { setTimeout as sleep } from 'node:timers/promises';
import { MEASURED, refusals } from './emulator';
import { gatewayRig, type Rig, type Write } from './gateway-rig';
import type { Used } from './meter';
import { progress } from './progress';
import { times, type Row } from './table';

const FEW = 10;
const AIM = 1.3;
/** One by one: as many a second in all, each in the company whose turn it is; with few companies still below their limits. */
const PER_SECOND = 50;
const LIVE_MS = 40_000;
/** By batch: as many full batches in all, as many in each company as 10 companies would have. */
const BATCHES = 200;
const PARTS = 30;
const LOOK_MS = 100;

interface Cost {
  readonly cpuUs: number;
  readonly statements: number;
}

/** What a write costs when 10 companies are connected and when many are; all of them are held by this one process. */
export async function manyCompanies(many: number): Promise<Row[]> {
  const few = await costs(FEW);
  const lots = await costs(many);
  const row = (what: string, kind: 'live' | 'backlog', of: keyof Cost, unit: string): Row => {
    const ratio = lots[kind][of] / few[kind][of];
    const shown = (cost: Cost): string => `${cost[of].toFixed(of === 'cpuUs' ? 0 : 2)} ${unit}`.trim();
    return {
      what: `${many} companies against ${FEW}, ${what}`,
      aim: `${shown(few[kind])}, ≤ ${AIM} ×`,
      measured: shown(lots[kind]),
      ratio: times(ratio),
      ok: ratio <= AIM,
    };
  };
  return [
    row('written singly: CPU of a write', 'live', 'cpuUs', 'µs'),
    row('written singly: SQL statements a write', 'live', 'statements', ''),
    row('written in batches: CPU of a write', 'backlog', 'cpuUs', 'µs'),
    row('written in batches: SQL statements a write', 'backlog', 'statements', ''),
    {
      what: '  failures of ours and 429s in both',
      aim: '0',
      measured: String(few.failures + lots.failures),
      ok: few.failures + lots.failures === 0,
    },
  ];
}

async function costs(companies: number): Promise<{ live: Cost; backlog: Cost; failures: number }> {
  const rig = await gatewayRig({ companies, weather: MEASURED });
  try {
    await rig.dispatcher.start();
    const tell = progress(`${companies} companies`);
    await live(rig, companies, 'warm', 5_000, tell);
    const one = await live(rig, companies, 'live', LIVE_MS, tell);
    const other = await backlog(rig, companies, tell);
    const throttled = [...refusals(await rig.emulator.traffic()).values()].reduce((sum, count) => sum + count, 0);
    return { live: one, backlog: other, failures: rig.errors.length + throttled };
  } finally {
    await rig.close();
  }
}

async function live(
  rig: Rig,
  companies: number,
  phase: string,
  forMs: number,
  tell: (how: string) => void,
): Promise<Cost> {
  const count = Math.round((forMs / 1_000) * PER_SECOND);
  const before = await rig.answers();
  const used = rig.meter.start();
  for (let n = 0; n < count; n += 1) {
    await sleep(Math.max(0, (n * 1_000) / PER_SECOND - used().wallMs));
    await rig.take([{ company: turn(n, count, companies), id: `${phase}${n}` }]);
    tell(`${phase} ${n} of ${count}`);
  }
  return cost(await until(rig, before + count, used), count);
}

async function backlog(rig: Rig, companies: number, tell: (how: string) => void): Promise<Cost> {
  // Windows of the calls before are over.
  await sleep(60_000);
  const before = await rig.answers();
  const writes = Array.from({ length: BATCHES * PARTS }, (_, n): Write => {
    const batch = Math.floor(n / PARTS);
    return { company: turn(batch, BATCHES, companies), id: `backlog${n}` };
  });
  const used = rig.meter.start();
  await rig.take(writes);
  tell(`stored ${writes.length}`);
  return cost(await until(rig, before + writes.length, used), writes.length);
}

/** Spread over all companies, however many they are. */
function turn(n: number, count: number, companies: number): number {
  return companies <= count ? n % companies : Math.floor((n * companies) / count);
}

async function until(rig: Rig, answers: number, used: () => Used): Promise<Used> {
  while ((await rig.answers()) < answers) {
    if (used().wallMs > 300_000) throw new Error('not all were answered in five minutes');
    await sleep(LOOK_MS);
  }
  return used();
}

function cost({ cpuMs, statements }: Used, writes: number): Cost {
  return { cpuUs: (cpuMs * 1_000) / writes, statements: statements / writes };
}
