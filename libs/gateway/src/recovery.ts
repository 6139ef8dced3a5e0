import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { Position } from './decide/recovery';
import { isReadTo } from './decide/recovery';
import {
  insertRecovery,
  lockIntake,
  lockRecovery,
  selectLastMoment,
  selectRecovery,
  suspectPending,
  updateRecovered,
  type Recovery,
} from './sql/recovery';
import { fenceShards } from './sql/shards';

/** QuickBooks tells changes of the last 30 days (quickbooks.md §7); with room for the margin of a look. */
const CHANGES_REACH_MS = 29 * 24 * 3_600_000;

/** How far a recovery is. */
export interface Recovering {
  readonly recovery: Recovery;
  /** The requests have been read again to where they ended. */
  readonly isReread: boolean;
}

/**
 * Begins to recover from a restore, unless that is under way. All that is pending may have been sent since the backup,
 * and all that is read again up to `ends`. `restoredTo` null: the last moment the database knows of.
 *
 * From its commit on no gateway over the database sends, whether or not it has heard of it: each has lost its shards and
 * gets none before the end, and what it takes in is suspect.
 */
export async function beginRecovery(
  db: Database,
  begin: {
    readonly restoredTo: Date | null;
    readonly ends: Readonly<Record<string, string>>;
    readonly now: Date;
    readonly by: string;
  },
): Promise<Recovery> {
  return inTransaction(db, async (client) => {
    await lockRecovery(client);
    const known = await selectRecovery(client);
    if (known !== undefined) return known;
    const oldest = new Date(begin.now.getTime() - CHANGES_REACH_MS);
    const last = begin.restoredTo ?? (await selectLastMoment(client)) ?? oldest;
    const restoredTo = last > oldest ? last : oldest;
    await insertRecovery(client, { restoredTo, foundAt: begin.now, ends: begin.ends }, begin.by);
    await lockIntake(client);
    // Before what is pending: a completion locks in this order too.
    await fenceShards(client);
    await suspectPending(client, restoredTo);
    const begun = await selectRecovery(client);
    if (begun === undefined) throw new Error('a recovery was not stored');
    return begun;
  });
}

/**
 * How far the one under way is, which ends it once the requests are read again and nothing that was under way when the
 * database was lost can still be made; undefined: none is under way. Rows stay suspect until each is settled.
 */
export async function lookAtRecovery(
  db: Database,
  at: {
    readonly topic: string;
    readonly stored: readonly Position[];
    readonly now: Date;
    /** So long after a send QuickBooks may still make what was sent. */
    readonly unsureWaitMs: number;
  },
): Promise<Recovering | undefined> {
  const recovery = await selectRecovery(db);
  if (recovery === undefined) return undefined;
  const isReread = isReadTo(at.topic, recovery.ends, at.stored);
  if (isReread && at.now.getTime() >= recovery.foundAt.getTime() + at.unsureWaitMs) {
    await updateRecovered(db, recovery.id, at.now);
    return undefined;
  }
  return { recovery, isReread };
}
