import { TOPICS } from '@qbo-sync/contracts/topics';
import { readOffsets } from '@qbo-sync/eventstore/offsets';
import type { Database } from '@qbo-sync/eventstore/pool';
import { wentBack } from '@qbo-sync/gateway/decide/recovery';
import { beginRecovery, lookAtRecovery, type Recovering } from '@qbo-sync/gateway/recovery';
import { countSuspects, selectRecovery } from '@qbo-sync/gateway/sql/recovery';
import type { KafkaClient } from '@qbo-sync/kafka/client';
import { committedOffsets, endOffsets } from '@qbo-sync/kafka/topics';
import type { Log } from '@qbo-sync/service/log';

/** How often it is looked how far a recovery is, and whether another gateway has begun one. */
const POLL_MS = 500;
const QUIET_MS = 2_000;

export interface RecoveryWatchParts {
  readonly db: Database;
  readonly kafka: KafkaClient;
  /** Consumer group. */
  readonly group: string;
  /** The topics the group reads. */
  readonly consumed: readonly string[];
  readonly unsureWaitMs: number;
  readonly log: Log;
}

/**
 * The recovery of a restored database (docs/runbooks/recover.md): found out at start or begun by an operator, here or at
 * another gateway, and watched to its end. The database itself lets nobody send meanwhile, nor read QuickBooks' changes.
 */
export class RecoveryWatch {
  #underWay: Recovering | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(private readonly parts: RecoveryWatchParts) {}

  /** How far it is now; undefined: none is under way. */
  async look(): Promise<Recovering | undefined> {
    const { db, group, unsureWaitMs } = this.parts;
    if ((await selectRecovery(db)) === undefined) return undefined;
    const stored = await readOffsets(db, group);
    return lookAtRecovery(db, { topic: TOPICS.requests.name, stored, now: new Date(), unsureWaitMs });
  }

  /** How many rows a restore left that are to be looked for in QuickBooks before they are sent. */
  suspects(): Promise<number> {
    return countSuspects(this.parts.db);
  }

  /** At start: whether the broker heard of records as done that the database knows nothing of. */
  async find(): Promise<void> {
    const { db, kafka, group, consumed } = this.parts;
    // The broker first: it is told after the database.
    const committed = await committedOffsets(kafka, group, consumed);
    const stored = await readOffsets(db, group);
    const places = committed.map(({ offset, ...place }) => ({ ...place, next: offset }));
    if (wentBack(places, stored)) await this.begin(null, 'qbo-gateway');
    else this.#watch(await this.look());
  }

  /** The database was restored to a moment; null: the last one it knows of. */
  async begin(restoredTo: Date | null, by: string): Promise<Recovering | undefined> {
    const { db, kafka, log } = this.parts;
    const ends = await endOffsets(kafka, TOPICS.requests.name);
    const begun = await beginRecovery(db, {
      ...{ restoredTo, now: new Date(), by },
      ends: Object.fromEntries(ends.map(({ partition, offset }) => [partition, String(offset)])),
    });
    log.warn(
      {
        recovery: begun.id,
        from: begun.restoredTo.toISOString(),
        to: Object.entries(begun.ends).map(([partition, offset]) => `${partition}: ${offset}`),
      },
      'the database was restored: every create is looked for first',
    );
    this.#watch(await this.look());
    return this.#underWay;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #watch(recovering: Recovering | undefined): void {
    const before = this.#underWay;
    const { log } = this.parts;
    this.#underWay = recovering;
    clearTimeout(this.#timer);
    if (recovering === undefined && before !== undefined) {
      log.info({ recovery: before.recovery.id }, 'what the restore lost is read again; sending');
    }
    if (recovering !== undefined && before === undefined) {
      log.warn({ recovery: recovering.recovery.id }, 'nothing is sent before the requests are read again');
    }
    if (!this.#stopped) {
      this.#timer = setTimeout(() => void this.#poll(recovering), recovering === undefined ? QUIET_MS : POLL_MS);
    }
  }

  async #poll(last: Recovering | undefined): Promise<void> {
    const now = await this.look().catch((err: unknown) => {
      this.parts.log.warn({ err }, 'could not look at the recovery');
      return last;
    });
    if (!this.#stopped) this.#watch(now);
  }
}
