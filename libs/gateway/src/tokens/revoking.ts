import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { IntuitOAuth } from '@qbo-sync/qbo/oauth';
import { Rounds } from '../rounds';
import { claimRevocation, deleteRevocation } from '../sql/revocations';
import type { Vault } from './vault';

const EVERY_MS = 30_000;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;
/** A refresh token that nobody uses for so long is over by itself (quickbooks.md §2.3). */
const KEPT_MS = 100 * 24 * 3_600_000;

export interface RevokingOptions {
  readonly db: Database;
  readonly vault: Vault;
  readonly oauth: Pick<IntuitOAuth, 'revoke'>;
  readonly clock?: () => Date;
  readonly onError?: (error: unknown) => void;
}

/**
 * Ends grants at Intuit. A grant to be ended is stored with the disconnect itself and goes only once Intuit has answered, so
 * that neither a crash nor an outage leaves access open that a person took away:
 *
 *   stored ──due──▶ asked ──any answer, or too old──▶ gone
 *     ▲               └──no answer: again after 1 min, 2 min … 6 h
 */
export class Revoking {
  readonly #clock: () => Date;
  readonly #rounds: Rounds;
  #stopped = false;

  constructor(private readonly options: RevokingOptions) {
    this.#clock = options.clock ?? (() => new Date());
    this.#rounds = new Rounds({
      everyMs: EVERY_MS,
      round: () => this.round(),
      onError: (error) => options.onError?.(error),
    });
  }

  start(): void {
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#rounds.stop();
  }

  /** Asks for every one that is due, of one company alone where it is named. */
  async round(of: string | null = null): Promise<void> {
    const { db, vault, oauth } = this.options;
    while (!this.#stopped) {
      const now = this.#clock();
      const due = await inTransaction(db, (client) => claimRevocation(client, of, now, pauseMs));
      if (due === undefined) return;
      const { id, tenant, refreshSealed, askedAt } = due;
      const outcome = await oauth.revoke(vault.open(refreshSealed, { tenant, column: 'refresh' }));
      if (outcome.is !== 'noAnswer' || now.getTime() - askedAt.getTime() > KEPT_MS) await deleteRevocation(db, id);
    }
  }
}

function pauseMs(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 20));
}
