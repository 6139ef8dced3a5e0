import type { Database } from '@qbo-sync/eventstore/pool';
import { monthOf } from '../decide/throttle';
import { addMeteredReads } from '../sql/standing';

const FLUSH_MS = 5_000;

/**
 * Counts the reads Intuit meters (quickbooks.md §3.2) by company and month: in memory, added to the table every few
 * seconds and at the end. A process that is killed loses what it had not added.
 */
export class MeteredReads {
  #counted = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Database,
    private readonly clock: () => Date,
    private readonly onError: (error: unknown) => void,
  ) {}

  count(tenant: string): void {
    this.#counted.set(tenant, (this.#counted.get(tenant) ?? 0) + 1);
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  /** Never throws: what could not be added is added later. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counted = this.#counted;
    if (counted.size === 0) return;
    this.#counted = new Map();
    try {
      await addMeteredReads(this.db, monthOf(this.clock()), counted);
    } catch (error) {
      this.onError(error);
      for (const [tenant, reads] of counted) this.#counted.set(tenant, (this.#counted.get(tenant) ?? 0) + reads);
    }
  }

  async stop(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
  }
}
