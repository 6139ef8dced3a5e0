import type { Database } from '@qbo-sync/eventstore/pool';
import { resealAll } from '@qbo-sync/gateway/resealing';
import { readKeyRing, type Vault } from '@qbo-sync/gateway/vault';
import type { Log } from '@qbo-sync/service/log';

const LOOK_MS = 60_000;

/** Reads the key ring's file again now and then and seals anew what another key sealed: keys rotate without a restart. */
export class KeyKeeper {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly db: Database,
    private readonly vault: Vault,
    private readonly file: string,
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
      this.vault.use(readKeyRing(this.file));
      const companies = await resealAll(this.db, this.vault);
      if (companies > 0) this.log.info({ companies, key: this.vault.current }, 'sealed anew');
    } catch (err) {
      // The ring of before stays in use.
      this.log.warn({ err }, 'could not look after the keys');
    }
  }
}
