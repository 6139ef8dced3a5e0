import { setTimeout as sleep } from 'node:timers/promises';
import { REALM_LIMITS } from '@qbo-sync/qbo/limiter';
import { gatewayRig } from './gateway-rig';

export interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One record at a time in a realm where nothing waits: from before it is stored until its attempt is stored and leaves. */
export async function idlePath(count: number): Promise<Latency> {
  const rig = await gatewayRig({
    limits: REALM_LIMITS,
    latencyMs: { from: 1, to: 2 },
    jitterMs: { from: 0, to: 0 },
  });
  try {
    await rig.dispatcher.start();
    const times: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const id = `i${n}`;
      const leaves = rig.sending(id);
      const from = performance.now();
      await rig.take([id]);
      times.push((await leaves) - from);
      await sleep(20 + (n % 7) * 5);
    }
    // The first ones open connections and compile.
    const warm = times.slice(Math.min(20, Math.floor(count / 4))).sort((a, b) => a - b);
    const at = (part: number): number => warm[Math.min(warm.length - 1, Math.floor(warm.length * part))] ?? 0;
    return { count: warm.length, p50Ms: at(0.5), p99Ms: at(0.99) };
  } finally {
    await rig.close();
  }
}
