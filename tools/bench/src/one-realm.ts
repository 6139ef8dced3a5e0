import { setTimeout as sleep } from 'node:timers/promises';
import { REALM_LIMITS, type RealmLimits } from '@qbo-sync/qbo/limiter';
import { gatewayRig } from './gateway-rig';

/** What QuickBooks takes from one realm in a minute: 460 singly and 40 batches of 30 (quickbooks.md §3.1). */
export const BOUND = 1_660;
const ANSWER_MS = { from: 300, to: 300 };
const JITTER_MS = { from: 0, to: 500 };

export interface Drained {
  readonly minutes: number;
  readonly writes: number;
  /** Of what QuickBooks would have taken in that time. */
  readonly part: number;
  readonly throttled: number;
  /** By which of QuickBooks' limits. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly most: { readonly concurrent: number; readonly perMinute: number; readonly batchesPerMinute: number };
  readonly errors: number;
}

/** One realm with more waiting than it can send: writes answered in whole minutes, in real time. */
export async function drain(waiting: number, minutes: number, limits: RealmLimits = REALM_LIMITS): Promise<Drained> {
  const rig = await gatewayRig({ limits, latencyMs: ANSWER_MS, jitterMs: JITTER_MS });
  try {
    await rig.take(Array.from({ length: waiting }, (_, n) => `c${n}`));
    await rig.dispatcher.start();
    await sleep(minutes * 60_000);
    const writes = await rig.answers();
    const traffic = await rig.traffic();
    const throttled = Object.values(traffic?.throttled ?? {}).reduce((sum, count) => sum + count, 0);
    const most = traffic?.most ?? { concurrent: 0, perMinute: 0, batchesPerMinute: 0 };
    return {
      minutes,
      writes,
      part: writes / (BOUND * minutes),
      throttled,
      reasons: traffic?.throttled ?? {},
      most,
      errors: rig.errors.length,
    };
  } finally {
    await rig.close();
  }
}

/** The control: a limiter that allows 105 % does get refused, so the emulator's windows are exact. */
export function tooFast(): RealmLimits {
  return { ...REALM_LIMITS, perWindow: { single: Math.ceil(460 * 1.05), batch: Math.ceil(40 * 1.05) } };
}
