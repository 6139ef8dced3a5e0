/** What one realm could start now. */
export interface Ask {
  readonly tenant: string;
  readonly wants: number;
}

/**
 * Shares what this process may have under way among the realms: each in turn up to `quantum`, again and again, until all
 * is given or nobody wants more. Who comes after the last one served is first next time, so nobody waits for ever.
 */
export function giveTurns(asks: readonly Ask[], total: number, quantum: number, first: string | null): Turns {
  const from = Math.max(
    0,
    asks.findIndex(({ tenant }) => tenant === first),
  );
  const ring = [...asks.slice(from), ...asks.slice(0, from)];
  const given = new Map<string, number>();
  let left = total;
  let next = first;
  for (let served = true; served && left > 0;) {
    served = false;
    for (const [place, { tenant, wants }] of ring.entries()) {
      const has = given.get(tenant) ?? 0;
      const more = Math.min(quantum, wants - has, left);
      if (more <= 0) continue;
      given.set(tenant, has + more);
      left -= more;
      served = true;
      next = ring[(place + 1) % ring.length]?.tenant ?? null;
    }
  }
  return { given, next };
}

export interface Turns {
  /** How many each may start. */
  readonly given: ReadonlyMap<string, number>;
  /** Who is first next time. */
  readonly next: string | null;
}
