import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { Fenced, type Job } from './desk';
import { gather } from '../gather';
import { shardOf } from '../intake';
import { isOfOne } from './ledger';
import { sendingActivity } from '../messages';
import { insertAttempts, type AttemptRow, type NewAttempt } from '../sql/attempts';
import { insertOutgoing } from '../sql/outgoing';
import { selectHeldEpochs } from '../sql/shards';

/** One attempt about to be made. */
export interface Opening {
  readonly job: Job;
  readonly attempt: Omit<NewAttempt, 'epoch' | 'at'>;
}

/** What goes in one call: a single write, or the parts of a batch. */
export interface OpeningCall {
  readonly tenant: string;
  /** The epoch under which this process holds the tenant's shard. */
  readonly epoch: string;
  readonly at: Date;
  readonly openings: readonly Opening[];
}

/** Calls stored in one transaction. */
const MOST = 20;

type Opened = { readonly attempts: AttemptRow[] } | { readonly error: unknown };

/**
 * Stores calls before they are made. Those that come while a transaction is under way go together into the next one, whatever
 * company they are for. Throws {@link Fenced} when the shard is held under another epoch; nothing of the call is stored then.
 */
export function openings(db: Database): (call: OpeningCall) => Promise<AttemptRow[]> {
  const store = gather((calls: readonly OpeningCall[]) => open(db, calls), MOST);
  return async (call) => {
    const opened = await store(call);
    if ('error' in opened) throw opened.error;
    return opened.attempts;
  };
}

/** What Postgres refuses of one call takes only that one down. */
async function open(db: Database, calls: readonly OpeningCall[]): Promise<Opened[]> {
  try {
    return await openAll(db, calls);
  } catch (error) {
    if (!isOfOne(error)) throw error;
    if (calls.length === 1) return [{ error }];
    const opened: Opened[] = [];
    for (const call of calls) opened.push(...(await open(db, [call])));
    return opened;
  }
}

function openAll(db: Database, calls: readonly OpeningCall[]): Promise<Opened[]> {
  return inTransaction(db, async (client) => {
    const epochs = new Map(calls.map(({ tenant, epoch }) => [shardOf(tenant), epoch]));
    const held = await selectHeldEpochs(
      client,
      [...epochs].map(([shard, epoch]) => ({ shard, epoch })),
    );
    const may = ({ tenant, epoch }: OpeningCall): boolean =>
      held.has(shardOf(tenant)) && epochs.get(shardOf(tenant)) === epoch;
    const ours = calls.filter(may);
    await insertOutgoing(
      client,
      ours.flatMap(({ openings: some, at }) => some.map(({ job }) => sendingActivity(job.place, at))),
    );
    const attempts = await insertAttempts(
      client,
      ours.flatMap(({ openings: some, epoch, at }) => some.map(({ attempt }) => ({ ...attempt, epoch, at }))),
    );
    let from = 0;
    return calls.map((call): Opened => {
      if (!may(call)) return { error: new Fenced(shardOf(call.tenant), call.epoch) };
      from += call.openings.length;
      return { attempts: attempts.slice(from - call.openings.length, from) };
    });
  });
}
