import { SHARDS } from '../sql/shards';

/**
 * How many shards a replica takes or lets go so that all have about the same: with 3 replicas 22, 21, 21. Nobody lets go
 * below the floor, so that two that differ by one do not hand a shard to and fro.
 *
 *   held < ⌈64/n⌉ ─▶ take       held > ⌈64/n⌉ ─▶ let go
 */
export function share(held: number, replicas: number): { readonly take: number; readonly letGo: number } {
  const fair = Math.ceil(SHARDS / Math.max(1, replicas));
  return { take: Math.max(0, fair - held), letGo: Math.max(0, held - fair) };
}

/**
 * Until when a lease may be relied on, by this process's own monotonic clock: counted from before the database was asked,
 * so that it ends here before it ends there, however long the answer took.
 */
export function reliableUntilMs(askedAtMs: number, leaseMs: number): number {
  return askedAtMs + leaseMs;
}

/** True when a lease outlasts what is to be done under it. A process that was stopped finds its lease over. */
export function outlasts(untilMs: number | undefined, nowMs: number, forMs: number): boolean {
  return untilMs !== undefined && untilMs - nowMs > forMs;
}
