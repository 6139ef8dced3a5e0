import { setTimeout as sleep } from 'node:timers/promises';
import { gatewayRig } from './gateway-rig';
import { quantile } from './meter';
import { ms, type Row } from './table';

const COUNT = 300;
/** The first ones open connections and compile. */
const WARMING = 50;
/** performance.md §5, G5. */
const P99_MS = 25;

/** One record at a time in a realm where nothing waits: from before it is stored until its attempt is stored and leaves. */
export async function idlePath(): Promise<Row[]> {
  const rig = await gatewayRig({
    companies: 1,
    weather: { latencyMs: { from: 1, to: 2 }, jitterMs: { from: 0, to: 0 }, limits: true },
  });
  try {
    await rig.dispatcher.start();
    const times: number[] = [];
    for (let n = 0; n < COUNT; n += 1) {
      const write = { company: 0, id: `i${n}` };
      const { sending } = rig.timesOf(write);
      const from = performance.now();
      await rig.take([write]);
      times.push((await sending) - from);
      await sleep(20 + (n % 7) * 5);
    }
    const warm = times.slice(WARMING);
    const [p50, p99] = [quantile(warm, 0.5), quantile(warm, 0.99)];
    return [
      {
        what: `idle path, ${warm.length} records: before they are stored → request leaves`,
        aim: `p99 ≤ ${P99_MS} ms`,
        measured: `p50 ${ms(p50)}, p99 ${ms(p99)}`,
        ratio: (p99 / P99_MS).toFixed(2),
        ok: p99 <= P99_MS,
      },
    ];
  } finally {
    await rig.close();
  }
}
