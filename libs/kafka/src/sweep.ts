/** A partition assigned here, as the sweep asks about it: it may have had no traffic that a batch could be checked by. */
export interface QuietPartition {
  readonly topic: string;
  readonly partition: number;
  /** What is read next, as far as the group has said. */
  readonly position: bigint;
  readonly logStart: bigint;
}

export type QuietAnswer =
  | { readonly place: 'stay' }
  | { readonly place: 'seek'; readonly topic: string; readonly partition: number; readonly to: bigint }
  | { readonly place: 'stop'; readonly why: string };

export interface SweepOptions {
  /** Absent: there is no sweep. */
  readonly sweep?: (partitions: readonly QuietPartition[]) => Promise<readonly QuietAnswer[]>;
  readonly everyMs?: number;
  readonly positions: () => Promise<readonly QuietPartition[]>;
  readonly seek: (answer: Extract<QuietAnswer, { place: 'seek' }>) => void;
  readonly stop: (why: string) => void;
  readonly onError: (error: unknown) => void;
}

const SWEEP_MS = 30_000;
/** Until partitions were assigned and asked about once: a store that was set back is noticed soon after a start. */
const FIRST_SWEEP_MS = 500;

/**
 * Asks `sweep` about the partitions assigned here, one turn at a time, and does what it answers. The positions are asked
 * before the store is: a row that moves on between the two is then ahead of the position, which is right, never behind.
 */
export function startSweep(options: SweepOptions): { end(): void } {
  const { sweep } = options;
  if (sweep === undefined) return { end: () => undefined };
  let sweeping = false;
  let ended = false;
  const turn = async (): Promise<void> => {
    const partitions = await options.positions();
    if (partitions.length === 0 || ended) return;
    clearInterval(early);
    for (const answer of await sweep(partitions)) {
      if (ended) return;
      if (answer.place === 'seek') options.seek(answer);
      if (answer.place === 'stop') return options.stop(answer.why);
    }
  };
  const tick = (): void => {
    if (sweeping) return;
    sweeping = true;
    turn()
      .catch((error: unknown) => {
        if (!ended) options.onError(error);
      })
      .finally(() => {
        sweeping = false;
      });
  };
  const everyMs = options.everyMs ?? SWEEP_MS;
  const timer = setInterval(tick, everyMs);
  const early = setInterval(tick, Math.min(everyMs, FIRST_SWEEP_MS));
  return {
    end: () => {
      ended = true;
      clearInterval(timer);
      clearInterval(early);
    },
  };
}
