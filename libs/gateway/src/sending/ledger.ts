import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { Fenced } from './desk';
import { shardOf } from '../intake';
import { insertAnswers, type NewAnswer } from '../sql/answers';
import { deleteAsked } from '../sql/asked';
import { closeAttempts, type Closing } from '../sql/attempts';
import { upsertLinks, type LinkRow } from '../sql/links';
import { deletePending } from '../sql/pending';
import type { RowVersion } from '../sql/pending-row';
import { wakeWaiters } from '../sql/waiting';
import { selectHeldEpochs } from '../sql/shards';

/** An answer with all that follows from it. */
export interface LedgerEntry {
  readonly answer: NewAnswer;
  /** The epoch under which this process holds the tenant's shard. */
  readonly epoch: string;
  /** What is linked from now on; the answer becomes the one that holds its record. */
  readonly link?: Omit<LinkRow, 'answer'>;
  /** The pending row it answers, as it was when it was claimed. */
  readonly row?: RowVersion | undefined;
  /** The attempt it answers. */
  readonly closing?: Closing;
}

/** Entries of one transaction, and transactions at a time: while these write, the next ones gather. */
const MOST = 1_000;
const WRITERS = 2;

/** `whole`: nothing of the ref is pending any more. `left`: something may be, a higher revision. */
export type Left = 'whole' | 'left';

interface Waiting {
  readonly entry: LedgerEntry;
  readonly resolve: (left: Left) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits answers: link, answer, every pending revision up to its own, the attempt; then wakes what waited for the ref.
 * What comes while a transaction is under way goes together into the next one: alone there is no delay, and under load a
 * few statements settle hundreds.
 */
export class Ledger {
  #waiting: Waiting[] = [];
  #writers = 0;
  #pumping = false;

  constructor(
    private readonly db: Database,
    private readonly onWoken: (tenant: string) => void = () => undefined,
  ) {}

  /** Throws {@link Fenced} when the shard is held under another epoch; nothing of the entry is stored then. */
  settle(entry: LedgerEntry): Promise<Left> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#pumpSoon();
    });
  }

  /** What is settled in one turn goes together. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    process.nextTick(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#writers < WRITERS && this.#waiting.length > 0) {
      const group = this.#waiting.slice(0, MOST);
      this.#waiting = this.#waiting.slice(MOST);
      this.#writers += 1;
      void this.#write(group).finally(() => {
        this.#writers -= 1;
        this.#pump();
      });
    }
  }

  /** Never throws: whoever waits is told. What Postgres refuses takes only itself down. */
  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      const stored = await settleAll(
        this.db,
        group.map(({ entry }) => entry),
        this.onWoken,
      );
      group.forEach(({ entry, resolve, reject }, place) => {
        const left = stored[place] ?? 'fenced';
        if (left === 'fenced') reject(new Fenced(shardOf(entry.answer.tenant), entry.epoch));
        else resolve(left);
      });
    } catch (error) {
      if (group.length > 1 && isOfOne(error)) for (const one of group) await this.#write([one]);
      else for (const { reject } of group) reject(error);
    }
  }
}

/**
 * Commits entries in one transaction, of one ref at most one; `fenced` where the shard is held under another epoch. `onWoken`:
 * rows of the tenant waited for one of the refs and go now.
 */
export async function settleAll(
  db: Database,
  entries: readonly LedgerEntry[],
  onWoken: (tenant: string) => void = () => undefined,
): Promise<(Left | 'fenced')[]> {
  const shards = entries.map(({ answer }) => shardOf(answer.tenant));
  const stored = await inTransaction(db, async (client) => {
    const epochs = new Map(entries.map(({ epoch }, place) => [shards[place] ?? -1, epoch]));
    const held = await selectHeldEpochs(
      client,
      [...epochs].map(([shard, epoch]) => ({ shard, epoch })),
    );
    const may = entries.map(({ epoch }, place) => {
      const shard = shards[place] ?? -1;
      return held.has(shard) && epochs.get(shard) === epoch;
    });
    const left = await write(
      client,
      entries.filter((_, place) => may[place]),
    );
    return may.map((one) => (one ? left : 'fenced'));
  });
  const settled = entries.filter((_, place) => stored[place] !== 'fenced').map(({ answer }) => answer);
  for (const tenant of await wakeWaiters(db, settled)) onWoken(tenant);
  return stored;
}

async function write(client: Client, entries: readonly LedgerEntry[]): Promise<Left> {
  if (entries.length === 0) return 'whole';
  const ids = await insertAnswers(
    client,
    entries.map(({ answer }) => answer),
  );
  const links = entries.flatMap(({ link }, place) => {
    return link === undefined ? [] : [{ ...link, answer: ids[place] ?? null }];
  });
  await upsertLinks(client, links);
  await deleteAsked(client, links);
  const isWhole = await deletePending(
    client,
    entries.map(({ answer: { tenant, ref, revision }, row }) => ({ tenant, ref, revision, row })),
  );
  await closeAttempts(
    client,
    entries.flatMap(({ closing }) => (closing === undefined ? [] : [closing])),
  );
  return isWhole ? 'whole' : 'left';
}

/** Data or a constraint that one entry broke (SQLSTATE classes 22, 23), not a lost connection. */
export function isOfOne(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code));
}
