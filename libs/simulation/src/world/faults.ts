import type { Random } from './random';

/** What can go wrong. Each has a counter; a run of many seeds in which one never fired has shown nothing of it. */
export const FAULTS = [
  'crash',
  'freeze',
  'database lost',
  'commit answer lost',
  'produce lost',
  'produce doubled',
  'redelivered',
  'position ahead',
  'rebalance',
  'sent twice',
  'other body',
  'out of order',
  'poison',
  'commit then lose',
  'late commit',
  'lost before commit',
  'html 502',
  'throttled',
  'outage',
  'human edit',
  'stale token',
  'access expired',
  'paused',
] as const;
export type Fault = (typeof FAULTS)[number];

/** States worth having been in: counted, and with a floor too. */
export const STATES = [
  'found by looking',
  'resent after two looks',
  'fenced out',
  'duplicate absorbed',
  'batch sent',
  'parent asked for',
  'held',
  'voided',
  'requestid replayed',
] as const;
export type Seen = (typeof STATES)[number];

export class Counters {
  readonly counts = new Map<string, number>();

  count(what: Fault | Seen): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  add(others: Counters): void {
    for (const [what, count] of others.counts) this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }

  /** What was seen less often than once in 50 seeds (at least once). */
  underFloor(seeds: number): string[] {
    const floor = Math.max(1, Math.floor(seeds / 50));
    return [...FAULTS, ...STATES].filter((what) => (this.counts.get(what) ?? 0) < floor);
  }
}

/** A seed's own mix of faults: some never, some rarely, some often (reliability.md §6.3). */
export class FaultPlan {
  readonly counters = new Counters();
  enabled = true;
  private readonly rates = new Map<Fault, number>();

  constructor(private readonly random: Random) {
    for (const fault of FAULTS) {
      const swarm = random.next();
      this.rates.set(fault, swarm < 0.35 ? 0 : swarm < 0.75 ? 1 : 3);
    }
  }

  /** True, and counted, when this fault happens now; `probability` is that of an ordinary seed. */
  strikes(fault: Fault, probability: number): boolean {
    if (!this.enabled || !this.random.chance(probability * (this.rates.get(fault) ?? 0))) return false;
    this.counters.count(fault);
    return true;
  }
}
