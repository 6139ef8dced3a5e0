/** What a realm may do (quickbooks.md §3.1); what is left out of a setting has the documented value, null = unlimited. */
export interface Limits {
  /** All requests, batches among them. */
  perMinute: number | null;
  batchesPerMinute: number | null;
  concurrent: number | null;
  perSecond: number | null;
}
export const DOCUMENTED_LIMITS: Limits = { perMinute: 500, batchesPerMinute: 40, concurrent: 10, perSecond: null };

export type ThrottleReason = 'perMinute' | 'batchesPerMinute' | 'concurrent' | 'perSecond' | 'quota';

export interface Entering {
  /** What it writes, for telling which writes overlap; empty for a read. */
  subjects: readonly string[];
  isBatch: boolean;
}

/** What one realm asked for since the counters were last set to zero. */
export interface RealmCounters {
  requests: number;
  batches: number;
  /** Successful reads: what Intuit meters (quickbooks.md §3.2). */
  reads: number;
  throttled: Record<ThrottleReason, number>;
  /** The most there ever was at once, and within any 60 seconds. */
  most: { concurrent: number; perMinute: number; batchesPerMinute: number };
}

/** What is under way: who overlaps whom, and whether a realm asks too much: windows slide exactly, request by request. */
export class Traffic {
  private readonly realms = new Map<string, RealmTraffic>();
  /** Metered reads of the app in a month, `2026-11`. */
  private month = '';
  private monthReads = 0;

  constructor(private readonly now: () => number) {}

  /** Lets a request in, answering how to leave, or why it is refused; refused requests use up nothing. */
  enter(realm: string, entering: Entering, limits: Limits | null): (() => void) | ThrottleReason {
    const traffic = this.of(realm);
    const refused = limits === null ? undefined : traffic.exceeds(this.now(), entering.isBatch, limits);
    if (refused !== undefined) {
      traffic.counters.throttled[refused] += 1;
      return refused;
    }
    return traffic.enter(this.now(), entering);
  }

  /** Other writes under way, of the same subject and of the whole realm. */
  others(realm: string, subject: string | undefined): { overlapping: number; inFlight: number } {
    return this.of(realm).others(subject);
  }

  /** True when this month's metered reads are used up (quickbooks.md §3.2, Builder tier); counts the refusal. */
  quotaUsedUp(realm: string, readsPerMonth: number | null): boolean {
    if (readsPerMonth === null || this.readsThisMonth() < readsPerMonth) return false;
    this.of(realm).counters.throttled.quota += 1;
    return true;
  }

  countReads(realm: string, reads: number): void {
    this.monthReads = this.readsThisMonth() + reads;
    this.of(realm).counters.reads += reads;
  }

  counters(): { readsThisMonth: number; realms: Record<string, RealmCounters> } {
    return {
      readsThisMonth: this.readsThisMonth(),
      realms: Object.fromEntries([...this.realms].map(([realm, traffic]) => [realm, traffic.counters])),
    };
  }

  /** Sets the counters to zero; windows and the month's reads stay. */
  resetCounters(): void {
    for (const traffic of this.realms.values()) traffic.counters = noTraffic();
  }

  private readsThisMonth(): number {
    const month = new Date(this.now()).toISOString().slice(0, 7);
    if (month !== this.month) this.monthReads = 0;
    this.month = month;
    return this.monthReads;
  }

  private of(realm: string): RealmTraffic {
    const known = this.realms.get(realm);
    if (known !== undefined) return known;
    const traffic = new RealmTraffic();
    this.realms.set(realm, traffic);
    return traffic;
  }
}

class RealmTraffic {
  counters = noTraffic();
  private readonly writes = new Map<string, number>();
  private writing = 0;
  private inFlight = 0;
  private readonly minute = new Window(60_000);
  private readonly second = new Window(1_000);
  private readonly batches = new Window(60_000);

  exceeds(now: number, isBatch: boolean, limits: Limits): ThrottleReason | undefined {
    const over = (used: number, limit: number | null): boolean => limit !== null && used >= limit;
    if (over(this.inFlight, limits.concurrent)) return 'concurrent';
    if (over(this.minute.count(now), limits.perMinute)) return 'perMinute';
    if (over(this.second.count(now), limits.perSecond)) return 'perSecond';
    if (isBatch && over(this.batches.count(now), limits.batchesPerMinute)) return 'batchesPerMinute';
    return undefined;
  }

  enter(now: number, { subjects, isBatch }: Entering): () => void {
    const { counters } = this;
    counters.requests += 1;
    counters.most.perMinute = Math.max(counters.most.perMinute, this.minute.add(now));
    this.second.add(now);
    if (isBatch) {
      counters.batches += 1;
      counters.most.batchesPerMinute = Math.max(counters.most.batchesPerMinute, this.batches.add(now));
    }
    this.inFlight += 1;
    counters.most.concurrent = Math.max(counters.most.concurrent, this.inFlight);
    this.countWrites(subjects, 1);
    return () => {
      this.inFlight -= 1;
      this.countWrites(subjects, -1);
    };
  }

  others(subject: string | undefined): { overlapping: number; inFlight: number } {
    if (subject === undefined) return { overlapping: 0, inFlight: this.writing };
    return { overlapping: Math.max((this.writes.get(subject) ?? 0) - 1, 0), inFlight: Math.max(this.writing - 1, 0) };
  }

  private countWrites(subjects: readonly string[], by: number): void {
    this.writing += by * subjects.length;
    for (const subject of subjects) {
      const value = (this.writes.get(subject) ?? 0) + by;
      if (value === 0) this.writes.delete(subject);
      else this.writes.set(subject, value);
    }
  }
}

/** How many things happened within the last so many milliseconds, each counted by its own moment. */
class Window {
  private times: number[] = [];
  private gone = 0;

  constructor(private readonly lengthMs: number) {}

  /** Counts one more; answers how many there are now. */
  add(now: number): number {
    this.times.push(now);
    return this.count(now);
  }

  count(now: number): number {
    while (this.gone < this.times.length && (this.times[this.gone] ?? 0) <= now - this.lengthMs) this.gone += 1;
    if (this.gone > 1_000) {
      this.times = this.times.slice(this.gone);
      this.gone = 0;
    }
    return this.times.length - this.gone;
  }
}

function noTraffic(): RealmCounters {
  return {
    requests: 0,
    batches: 0,
    reads: 0,
    throttled: { perMinute: 0, batchesPerMinute: 0, concurrent: 0, perSecond: 0, quota: 0 },
    most: { concurrent: 0, perMinute: 0, batchesPerMinute: 0 },
  };
}
