import type { Random } from './random';

/**
 * What can go wrong, with the part of all seeds in which it does at least (about half of what is seen). A run of many
 * seeds in which one never fired has shown nothing of it.
 */
export const FAULTS = {
  crash: 0.2,
  freeze: 0.1,
  'database lost': 0.3,
  'commit answer lost': 0.2,
  'produce lost': 0.1,
  'produce doubled': 0.1,
  redelivered: 0.3,
  'position ahead': 0.2,
  rebalance: 0.2,
  'offsets reset': 0.03,
  'offsets expired': 0.03,
  'sent twice': 0.2,
  'other body': 0.1,
  'out of order': 0.2,
  poison: 0.1,
  'commit then lose': 0.1,
  'late commit': 0.05,
  'lost before commit': 0.05,
  'html 502': 0.05,
  throttled: 0.03,
  outage: 0.1,
  'human edit': 0.1,
  'stale token': 0.02,
  'access expired': 0.1,
  'false invalid_grant': 0.01,
  'webhook twice': 0.02,
  paused: 0.05,
  'decided again': 0.05,
} as const satisfies Readonly<Record<string, number>>;
export type Fault = keyof typeof FAULTS;

/** States worth having been in, with the part of all seeds that come there at least. */
export const STATES = {
  'found by looking': 0.1,
  'resent after two looks': 0.02,
  'fenced out': 0.02,
  'shard changed hands': 0.1,
  'duplicate absorbed': 0.2,
  'batch sent': 0.02,
  'parent asked for': 0.2,
  held: 0.1,
  voided: 0.05,
  'payment posted': 0.05,
  'requestid replayed': 0.03,
  'token refreshed': 0.2,
  'grant suspected': 0.01,
  'change told': 0.02,
  'echo dropped': 0.05,
} as const satisfies Readonly<Record<string, number>>;
export type Seen = keyof typeof STATES;

/** So many seeds must be expected to show it before its absence says anything: never seen by chance once in 3 million runs. */
const EXPECTED = 15;

/** How often each thing happened, and in how many seeds. */
export class Counters {
  readonly counts = new Map<string, number>();
  readonly seeds = new Map<string, number>();

  count(what: Fault | Seen, times = 1): void {
    if (times === 0) return;
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
    this.seeds.set(what, 1);
  }

  add(others: { readonly counts: ReadonlyMap<string, number>; readonly seeds: ReadonlyMap<string, number> }): void {
    for (const [what, count] of others.counts) this.counts.set(what, (this.counts.get(what) ?? 0) + count);
    for (const [what, count] of others.seeds) this.seeds.set(what, (this.seeds.get(what) ?? 0) + count);
  }

  /** What was seen in less than half as many seeds as is usual, as far as so few seeds can tell. */
  underFloor(ran: number): string[] {
    return Object.entries<number>({ ...FAULTS, ...STATES }).flatMap(([what, part]) => {
      const expected = part * ran;
      return expected >= EXPECTED && (this.seeds.get(what) ?? 0) < expected / 2 ? [what] : [];
    });
  }
}

/** A seed's own mix of faults: some never, some rarely, some often (reliability.md §6.3). */
export class FaultPlan {
  readonly counters = new Counters();
  enabled = true;
  private readonly rates = new Map<Fault, number>();

  constructor(private readonly random: Random) {
    for (const fault of Object.keys(FAULTS) as Fault[]) {
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
