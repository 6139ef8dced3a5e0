/** What is under way: who overlaps whom, and whether a realm asks too much (quickbooks.md §3.1). */
export class Traffic {
  private readonly writes = new Map<string, Map<string, number>>();
  private readonly inFlight = new Map<string, number>();
  private readonly recent = new Map<string, number[]>();

  constructor(private readonly now: () => number) {}

  /** Lets a request in, answering how to leave; `subject` only for writes. */
  enter(
    realm: string,
    subject: string | undefined,
    limits: { concurrent: number; perMinute: number } | null,
  ): (() => void) | 'throttled' {
    if (limits !== null && this.exceeds(realm, limits)) return 'throttled';
    this.count(this.inFlight, realm, 1);
    const writes = this.writes.get(realm) ?? new Map<string, number>();
    this.writes.set(realm, writes);
    if (subject !== undefined) this.count(writes, subject, 1);
    return () => {
      this.count(this.inFlight, realm, -1);
      if (subject !== undefined) this.count(writes, subject, -1);
    };
  }

  /** Other writes under way, of the same subject and of the whole realm. */
  others(realm: string, subject: string | undefined): { overlapping: number; inFlight: number } {
    const writes = this.writes.get(realm) ?? new Map<string, number>();
    const all = [...writes.values()].reduce((total, count) => total + count, 0);
    if (subject === undefined) return { overlapping: 0, inFlight: all };
    return { overlapping: Math.max((writes.get(subject) ?? 0) - 1, 0), inFlight: all - 1 };
  }

  private exceeds(realm: string, limits: { concurrent: number; perMinute: number }): boolean {
    const now = this.now();
    const lastMinute = (this.recent.get(realm) ?? []).filter((at) => at > now - 60_000);
    if (lastMinute.length >= limits.perMinute || (this.inFlight.get(realm) ?? 0) >= limits.concurrent) return true;
    this.recent.set(realm, [...lastMinute, now]);
    return false;
  }

  private count(counts: Map<string, number>, key: string, by: number): void {
    const value = (counts.get(key) ?? 0) + by;
    if (value === 0) counts.delete(key);
    else counts.set(key, value);
  }
}
