import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { outlasts, reliableUntilMs, share } from '../decide/share';
import {
  beat,
  countLiving,
  deleteReplica,
  releaseShards,
  renewShards,
  retakeShards,
  takeShards,
  type Held,
} from '../sql/shards';

export interface LeasesOptions {
  readonly db: Database;
  /** The same after a restart of the same place, else it waits for its own leases to run out. */
  readonly owner: string;
  /** False while something of the shard is under way here: it is let go after that. */
  readonly idle?: (shard: number) => boolean;
  /** Shards came or went. */
  readonly onChange?: () => void;
  readonly onError?: (error: unknown) => void;
  readonly leaseMs?: number;
  readonly tickMs?: number;
  /** Milliseconds by a clock that never jumps. */
  readonly monotonic?: () => number;
}

/** A killed replica's shards move within this and a tick: 8.5 s. */
const LEASE_MS = 8_000;
const TICK_MS = 400;
/** A replica says so often that it lives. */
const BEAT_PART = 0.2;
/** A lease is prolonged when less than this of it is left. */
const RENEW_BELOW = 0.9;

/**
 * The shards this process works on. Leases end by the database's clock; here they are relied on by the monotonic one,
 * counted from before the database was asked.
 *
 *   free ──take, epoch + 1──▶ held ──renew──▶ held ──let go──▶ free
 *                              └── until is over ──▶ free: taken by another under a new epoch, which fences this one out
 */
export class Leases {
  readonly #options: LeasesOptions;
  readonly #leaseMs: number;
  readonly #now: () => number;
  readonly #epochs = new Map<number, string>();
  readonly #leaving = new Set<number>();
  #untilMs = 0;
  #beatMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #stopped = false;

  constructor(options: LeasesOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
    this.#now = options.monotonic ?? (() => performance.now());
  }

  /** Takes what is free, and what this process held before it was started again. */
  async start(): Promise<void> {
    const askedAt = this.#now();
    try {
      this.#note(await retakeShards(this.#options.db, this.#options.owner, this.#leaseMs), askedAt);
      await this.#round();
    } catch (error) {
      // The next round asks again; what was held before runs out by itself.
      this.#options.onError?.(error);
    }
    this.#plan();
  }

  /** True while the shard is ours for at least `forMs` more, and is not being let go. */
  holds(shard: number, forMs = 0): boolean {
    return this.#epochs.has(shard) && !this.#leaving.has(shard) && outlasts(this.#untilMs, this.#now(), forMs);
  }

  /**
   * True while what was begun under an epoch may still be sent: a shard that is being let go is ours until it is idle,
   * one that was lost and taken back is not the same.
   */
  maySend(shard: number, forMs: number, epoch = this.epochOf(shard)): boolean {
    return this.#epochs.get(shard) === epoch && outlasts(this.#untilMs, this.#now(), forMs);
  }

  /** The epoch under which the shard is held; `0` is nobody's. */
  epochOf(shard: number): string {
    return this.#epochs.get(shard) ?? '0';
  }

  held(): number {
    return this.#epochs.size;
  }

  /** A commit showed that another has taken the shard. What was taken back since under another epoch stays. */
  lost(shard: number, epoch = this.epochOf(shard)): void {
    if (epoch !== this.epochOf(shard)) return;
    this.#epochs.delete(shard);
    this.#leaving.delete(shard);
  }

  /** Lets go of what is idle at once, of the rest as it becomes so; `finished` ends when nothing is under way. */
  async stop(finished: Promise<unknown> = Promise.resolve()): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#ticking;
    for (const shard of this.#epochs.keys()) this.#leaving.add(shard);
    try {
      await deleteReplica(this.#options.db, this.#options.owner);
      await this.#release();
      await this.#renewUntil(finished);
      await this.#release(true);
    } catch (error) {
      // The leases end by themselves.
      this.#options.onError?.(error);
    }
  }

  /** What is under way at the end may take longer than a lease. */
  async #renewUntil(finished: Promise<unknown>): Promise<void> {
    let over = false;
    const end = finished.finally(() => (over = true));
    while (!over) {
      let timer: NodeJS.Timeout | undefined;
      const tick = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.#tickMs())));
      await Promise.race([end, tick]).finally(() => clearTimeout(timer));
      if (over) return;
      await this.#renew();
      await this.#release();
    }
  }

  #plan(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#ticking = this.#round()
        .catch((error: unknown) => this.#options.onError?.(error))
        .finally(() => this.#plan());
    }, this.#tickMs());
  }

  async #round(): Promise<void> {
    const before = this.#epochs.size;
    const askedAt = this.#now();
    if (this.#epochs.size > 0 && this.#untilMs - askedAt < this.#leaseMs * RENEW_BELOW) await this.#renew();
    const { replicas, taken } = await this.#beatAndTake(askedAt);
    this.#note(taken, askedAt);
    const surplus = share(this.#epochs.size - this.#leaving.size, replicas).letGo;
    for (const shard of [...this.#epochs.keys()].filter((one) => !this.#leaving.has(one)).slice(0, surplus)) {
      this.#leaving.add(shard);
    }
    await this.#release();
    if (before !== this.#epochs.size || taken.length > 0) this.#options.onChange?.();
  }

  /** Most rounds only look: nothing is written while the own row is fresh and every shard has its owner. */
  async #beatAndTake(askedAt: number): Promise<{ readonly replicas: number; readonly taken: readonly Held[] }> {
    const { db, owner } = this.#options;
    if (askedAt - this.#beatMs < this.#leaseMs * BEAT_PART) {
      const { replicas, free } = await countLiving(db);
      if (free === 0 || share(this.#epochs.size, replicas).take === 0) return { replicas, taken: [] };
    }
    const done = await inTransaction(db, async (client) => {
      const living = await beat(client, owner, this.#leaseMs);
      const { take } = share(this.#epochs.size, living);
      return { replicas: living, taken: take === 0 ? [] : await takeShards(client, owner, take, this.#leaseMs) };
    });
    this.#beatMs = askedAt;
    return done;
  }

  async #renew(): Promise<void> {
    const askedAt = this.#now();
    const held = this.#all();
    const ours = new Set(held.length === 0 ? [] : await renewShards(this.#options.db, held, this.#leaseMs));
    for (const { shard } of held) if (!ours.has(shard)) this.lost(shard);
    this.#untilMs = reliableUntilMs(askedAt, this.#leaseMs);
  }

  /** New ones were leased for the whole time from `askedAt`; one moment stands for all, so it is the earliest. */
  #note(taken: readonly Held[], askedAt: number): void {
    const until = reliableUntilMs(askedAt, this.#leaseMs);
    this.#untilMs = this.#epochs.size === 0 ? until : Math.min(this.#untilMs, until);
    for (const { shard, epoch } of taken) this.#epochs.set(shard, epoch);
  }

  async #release(all = false): Promise<void> {
    const idle = this.#options.idle ?? (() => true);
    const going = this.#all().filter(({ shard }) => this.#leaving.has(shard) && (all || idle(shard)));
    if (going.length === 0) return;
    // Not ours from here on, whether or not the database hears of it.
    for (const { shard } of going) this.lost(shard);
    await releaseShards(this.#options.db, going);
  }

  #all(): Held[] {
    return [...this.#epochs].map(([shard, epoch]) => ({ shard, epoch }));
  }

  #tickMs(): number {
    return this.#options.tickMs ?? TICK_MS;
  }
}
