/** Everything that can go wrong with a consumer. */
export type TroubleKind = 'handle' | 'rebalance' | 'crash' | 'silent' | 'start' | 'sweep' | 'stop';

/**
 * `again`: the same batch, after a pause, for as long as it takes; never skipped. `leave`: nothing of the batch counts, the
 * group hands it out again. `rebuild`: a new consumer takes the place of this one, after a pause. `next`: nothing now, the
 * next turn tries again. `end`: the consumer ends and its status says why.
 */
export type Remedy = 'again' | 'leave' | 'rebuild' | 'next' | 'end';

/** The one error policy. */
export const REMEDIES: Readonly<Record<TroubleKind, Remedy>> = {
  /** `handle` threw: the database is away, say. */
  handle: 'again',
  /** The group is being dealt anew while a batch is in hand. */
  rebalance: 'leave',
  /** kafkajs gave up; left alone, it would stay stopped while the process lives (reliability.md X13). */
  crash: 'rebuild',
  /** No fetch for too long: kafkajs hangs without a word. */
  silent: 'rebuild',
  /** No broker, no topic. */
  start: 'rebuild',
  /** The sweep of quiet partitions failed. */
  sweep: 'next',
  /** `handle` or the sweep said that it must not go on. */
  stop: 'end',
};

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;

/** The pause after the n-th failure in a row (from 1): 0.1 s, doubling up to 10 s. */
export function pauseAfter(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), MAX_PAUSE_MS);
}
