import type { Gate } from './gate';

/** What the breaker of the whole looks at of one realm's own breaker. */
export interface RealmHealth {
  readonly tenant: string;
  /** QuickBooks does not answer it, so often in a row; 0: it does, or nobody asked. */
  readonly failures: number;
  /** When the realm's own breaker lets one call through. */
  readonly retryAt: Date | null;
}

/**
 * The breaker of QuickBooks as a whole, over those of the realms:
 *
 *   closed ──three realms and half of all without an answer──▶ open: one realm alone asks, the one whose turn is next;
 *     ▲                                                          │   not answered: another one, a little later
 *     └── realms that have not failed since count no more ◀──it is answered: every realm may ask at once
 *
 * A realm that is not asked uses up no attempt.
 */
export interface Outage {
  /** The realm that asks for all; null: closed. */
  readonly asks: string | null;
  /** How often it had failed when its turn began, and when that is: not each realm's own pause but this one sets the pace. */
  readonly failures: number;
  readonly fromMs: number;
  /** Realms that were without an answer when it closed, and how often they had failed by then. */
  readonly before: ReadonlyMap<string, number>;
}

export const NO_OUTAGE: Outage = { asks: null, failures: 0, fromMs: 0, before: new Map() };

const LEAST_REALMS = 3;
const PART = 0.5;
/** Between two that ask. */
const PAUSE_MS = 5_000;

/** The breaker after a look at every realm. */
export function nextOutage(outage: Outage, realms: readonly RealmHealth[], nowMs: number): Outage {
  const down = realms.filter(({ failures }) => failures > 0);
  if (outage.asks !== null) {
    const asking = realms.find(({ tenant }) => tenant === outage.asks);
    if (asking !== undefined && asking.failures === 0) {
      return { ...NO_OUTAGE, before: new Map(down.map(({ tenant, failures }) => [tenant, failures])) };
    }
    if (down.length === 0) return NO_OUTAGE;
    const stays = asking !== undefined && asking.failures <= outage.failures;
    return stays ? outage : { ...outage, ...turnOf(soonest(down), nowMs + PAUSE_MS) };
  }
  const anew = down.filter(({ tenant, failures }) => failures > (outage.before.get(tenant) ?? 0));
  if (anew.length >= LEAST_REALMS && anew.length >= realms.length * PART) {
    return { ...turnOf(soonest(down), nowMs), before: new Map() };
  }
  const left = new Map(down.map(({ tenant }) => [tenant, outage.before.get(tenant) ?? 0]));
  return { ...NO_OUTAGE, before: new Map([...left].filter(([, failures]) => failures > 0)) };
}

function turnOf({ tenant, failures }: RealmHealth, fromMs: number): Omit<Outage, 'before'> {
  return { asks: tenant, failures, fromMs };
}

/** A realm's gate under the breaker of the whole. */
export function gateUnder(outage: Outage, { tenant, failures }: RealmHealth, gate: Gate, nowMs: number): Gate {
  const { asks, before, fromMs } = outage;
  if (asks !== null) {
    return failures === 0 || (tenant === asks && nowMs >= fromMs) ? gate : { ...gate, most: 'none' };
  }
  // QuickBooks answers again: nobody waits out a pause that was for the outage.
  const waits = gate.most === 'none' && failures > 0 && before.get(tenant) === failures;
  return waits ? { ...gate, most: 'one' } : gate;
}

function soonest(realms: readonly RealmHealth[]): RealmHealth {
  const [first, ...others] = realms;
  if (first === undefined) throw new Error('no realm is without an answer');
  const moment = ({ retryAt }: RealmHealth): number => retryAt?.getTime() ?? 0;
  return others.reduce((best, one) => (moment(one) < moment(best) ? one : best), first);
}
