export interface RoundsOptions {
  readonly everyMs: number;
  readonly round: () => Promise<unknown>;
  /** How long to rest after a round that did not fail, where that is not always the same. */
  readonly restMs?: () => number;
  /** Woken or not, this lies between two rounds: a storm of wakes is a few looks, not one each. */
  readonly breathMs?: number;
  /** Told of a round that failed; the next one comes all the same. */
  readonly onError: (error: unknown) => void;
}

/**
 * Does the same thing again and again: at once, then a rest after the end of each round.
 *
 *   round ──▶ breath ──▶ rest ──over, woken, or woken since the round began──▶ round
 */
export class Rounds {
  #running: Promise<void> | undefined;
  #woken = false;
  #stopped = false;
  #rouse: (() => void) | undefined;

  constructor(private readonly options: RoundsOptions) {}

  start(): void {
    this.#running = this.#go();
  }

  /** The next round comes at once. */
  wake(): void {
    this.#woken = true;
    this.#rouse?.();
  }

  /** The round under way ends; none follows. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#rouse?.();
    await this.#running;
  }

  async #go(): Promise<void> {
    const { round, onError, everyMs, breathMs, restMs = () => everyMs } = this.options;
    while (!this.#stopped) {
      this.#woken = false;
      let forMs = everyMs;
      try {
        await round();
        forMs = restMs();
      } catch (error) {
        onError(error);
      }
      if (breathMs !== undefined && !this.#stopped) await new Promise((resolve) => setTimeout(resolve, breathMs));
      await this.#rest(forMs);
    }
  }

  async #rest(forMs: number): Promise<void> {
    if (this.#woken || this.#stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, forMs);
      this.#rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#rouse = undefined;
  }
}
