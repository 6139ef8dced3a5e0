import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { listen, notify, NOTICE_BYTES } from '../sql/notices';

export interface NeighboursOptions {
  readonly db: Database;
  /** The company's work is done here. */
  readonly holds: (tenant: string) => boolean;
  /** Another gateway took something in for these companies; undefined: for any. */
  readonly onTold: (tenants: readonly string[] | undefined) => void;
  readonly onError: (error: unknown) => void;
}

/** Notices are this far apart: what comes meanwhile goes with the next one. */
const EVERY_MS = 100;
const APART = ' ';

/**
 * Tells the gateways that hold a company's shard that another one has taken something in for it, so that it does not wait
 * for their next look. A notice that is lost costs no more than that.
 *
 *   committed here, held elsewhere ─▶ collected ─▶ one notice ─▶ every gateway over the database wakes what it holds
 *                                        └── more than a notice holds ─▶ an empty one: all is looked at
 */
export class Neighbours {
  readonly #told = new Set<string>();
  #all = false;
  #isTelling = false;
  #telling: Promise<void> | undefined;
  #stopped = false;
  #rest: (() => void) | undefined;

  constructor(private readonly options: NeighboursOptions) {}

  /** Makes a connection hear; of a pool whose connections never rest for long. */
  async hear(client: Client): Promise<void> {
    client.on('notification', ({ payload }) => this.#hear(payload ?? ''));
    await listen(client).catch(this.options.onError);
  }

  /** Something was committed for these companies; undefined: for any. */
  tell(tenants: readonly string[] | undefined): void {
    if (tenants === undefined) this.#all = true;
    for (const tenant of tenants ?? []) if (!this.options.holds(tenant)) this.#told.add(tenant);
    if (!this.#isTelling) this.#telling = this.#tell();
  }

  /** The notice under way ends; none follows. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#rest?.();
    await this.#telling;
  }

  async #tell(): Promise<void> {
    this.#isTelling = true;
    while (!this.#stopped && (this.#all || this.#told.size > 0)) {
      const names = this.#all ? '' : [...this.#told].join(APART);
      this.#told.clear();
      this.#all = false;
      const payload = Buffer.byteLength(names) < NOTICE_BYTES ? names : '';
      await notify(this.options.db, payload).catch(this.options.onError);
      await this.#pause();
    }
    this.#isTelling = false;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, EVERY_MS);
      this.#rest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #hear(payload: string): void {
    if (this.#stopped) return;
    if (payload === '') return this.options.onTold(undefined);
    const ours = payload.split(APART).filter((tenant) => this.options.holds(tenant));
    if (ours.length > 0) this.options.onTold(ours);
  }
}
