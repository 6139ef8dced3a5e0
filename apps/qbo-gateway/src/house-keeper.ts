import type { Database } from '@qbo-sync/eventstore/pool';
import { keepHouse } from '@qbo-sync/gateway/housekeeping';
import type { Log } from '@qbo-sync/service/log';

const LOOK_MS = 3_600_000;

/** Makes the tables of the answers' next days, and drops those that are old enough, at start and every hour. */
export class HouseKeeper {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly db: Database,
    private readonly keptDays: number,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#looking = this.#look().finally(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => this.start(), LOOK_MS);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      const { made, dropped } = await keepHouse(this.db, new Date(), this.keptDays);
      if (made.length > 0) this.log.info({ count: made.length }, 'made tables for the answers of days to come');
      if (dropped.length > 0) this.log.info({ count: dropped.length }, 'dropped the answers of days past');
    } catch (err) {
      // Days are made a week ahead, and what is late to go stays for another hour.
      this.log.warn({ err }, 'could not look after the answers’ days');
    }
  }
}
