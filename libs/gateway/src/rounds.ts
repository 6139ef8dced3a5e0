export interface RoundsOptions {
  readonly everyMs: number;
  readonly round: () => Promise<unknown>;
  /** Told of a round that failed; the next one comes all the same. */
  readonly onError: (error: unknown) => void;
}

/** Does the same thing again and again: at once, then a pause after the end of each round. */
export class Rounds {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(private readonly options: RoundsOptions) {}

  start(): void {
    const { everyMs, round, onError } = this.options;
    this.#running = round()
      .catch(onError)
      .then(() => {
        if (!this.#stopped) this.#timer = setTimeout(() => this.start(), everyMs);
      });
  }

  /** The round under way ends; none follows. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }
}
