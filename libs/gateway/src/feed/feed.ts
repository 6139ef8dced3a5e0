import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { singletonNamed } from '@qbo-sync/qbo/singletons';
import type { Client, Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { readActive } from '../company/condition';
import { Rounds } from '../rounds';
import type { Quickbooks } from '../calling/quickbooks';
import { dueAt, nextCursor, READ_EVERY_MS, readingAt, spelt } from './cursor';
import { readChanges, readSingles, type ReadChanges } from './reading';
import { isEnded, mergesOf, type Merge } from './merges';
import { selectHeld, selectLinkedResources, selectLivingIds, selectOpenSends } from './sql-changes';
import { claimFeed, insertFeeds, selectFeeds, updateFeedRead, updateFeedRefused, type FeedRow } from './sql-feeds';
import { deleteReceivedBefore, selectMerges, selectNamed, updateEventsDone } from './sql-webhooks';
import { retakeHeld, takeMerge, takeRecords, takeSingle, type Taken } from './taking';

export interface FeedOptions {
  readonly db: Database;
  readonly quickbooks: Pick<Quickbooks, 'call'>;
  readonly clock?: () => Date;
  /** The least time between two readings of one company. */
  readonly everyMs?: number;
  readonly pollMs?: number;
  /** Messages were stored: publish them. */
  readonly onCommit?: () => void;
  /** One company was read: counts alone. */
  readonly onRead?: (read: { readonly tenant: string; readonly isCheck: boolean; readonly taken: Taken }) => void;
  readonly onError?: (error: unknown, tenant: string) => void;
}

const POLL_MS = 2_000;
const BREATH_MS = 200;
/** Records that waited for an answer, looked at per round. */
const HELD_EACH = 200;
/** Intuit repeats a delivery for days; what is older is not sent again. */
const KEPT_MS = 30 * 24 * 3_600_000;
const FORGET_EVERY_MS = 3_600_000;
/** Companies read at a time. */
const AT_ONCE = 8;

/**
 * Brings back what changed in QuickBooks: woken by webhooks, and daily, it reads a company's changes at most once per
 * interval over all processes (the claim is a row), drops what is our own, publishes the rest.
 */
export class Feed {
  readonly #options: FeedOptions;
  readonly #clock: () => Date;
  readonly #rounds: Rounds;
  #forgotAt = 0;
  #stopped = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => new Date());
    this.#rounds = new Rounds({
      everyMs: options.pollMs ?? POLL_MS,
      breathMs: BREATH_MS,
      round: () => this.round(),
      onError: (error) => options.onError?.(error, ''),
    });
  }

  start(): void {
    this.#rounds.start();
  }

  wake(): void {
    this.#rounds.wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#rounds.stop();
  }

  /** One look at everything that is due. */
  async round(): Promise<void> {
    const { db } = this.#options;
    const now = this.#clock();
    await insertFeeds(db);
    await this.#retake(now);
    const feeds = await selectFeeds(db, now);
    // While sync is off nothing is read: where the reading stopped is kept, and nothing is lost by it.
    const active = await readActive(
      db,
      feeds.map(({ tenant }) => tenant),
    );
    const due = feeds.filter((feed) => active.get(feed.tenant) === true && dueAt(this.#paced(feed)) <= now.getTime());
    for (let from = 0; from < due.length && !this.#stopped; from += AT_ONCE) {
      await Promise.all(due.slice(from, from + AT_ONCE).map((feed) => this.#readOne(feed.books)));
    }
    if (now.getTime() - this.#forgotAt < FORGET_EVERY_MS) return;
    this.#forgotAt = now.getTime();
    await deleteReceivedBefore(db, new Date(now.getTime() - KEPT_MS));
  }

  async #readOne(books: string): Promise<void> {
    const { db, everyMs = READ_EVERY_MS } = this.#options;
    const calledAt = this.#clock();
    const feed = await claimFeed(db, books, calledAt, everyMs);
    if (feed === undefined) return;
    try {
      await this.#read(feed, calledAt);
    } catch (error) {
      this.#options.onError?.(error, feed.tenant);
    }
  }

  async #read(feed: FeedRow, calledAt: Date): Promise<void> {
    const { db, quickbooks } = this.#options;
    const { tenant, books, refused } = feed;
    const told = await selectNamed(db, books);
    const listed = told.filter((one) => singletonNamed(one) === undefined);
    const named = [...new Set([...feed.named, ...listed])];
    const reading = readingAt(feed, calledAt.getTime());
    // Told of nothing else, there are no changes to ask for: where their reading stopped stays.
    const singlesOnly = !reading.isCheck && told.length > 0 && listed.length === 0;
    // What is being made there now is spelt as it was asked for; looked at first, for its link comes with its answer.
    const { creates } = await selectOpenSends(db, tenant);
    const linked = await selectLinkedResources(db, books);
    const known = [...linked, ...creates];
    const resources = [...new Set([...linked, ...named.map((one) => spelt(one, known))])].filter(
      (resource) => !refused.includes(resource),
    );
    const nothing: ReadChanges = { is: 'read', pages: [], answeredAt: undefined, refused: [] };
    const read =
      singlesOnly || resources.length === 0 ? nothing : await readChanges(quickbooks, feed, resources.sort(), reading);
    const singles = await readSingles(quickbooks, feed, told);
    // The wake stands: it is read again after the interval, or once QuickBooks answers again.
    if (read.is === 'failed' || singles === 'failed') return;
    const taken = { drop: 0, wait: 0, refresh: 0, publish: 0 };
    await inTransaction(db, async (client) => {
      for (const merge of await this.#merges(client, books, read.pages, linked)) {
        await takeMerge(client, feed, merge, calledAt);
      }
    });
    for (const { resource, records } of read.pages) {
      const page = await inTransaction(db, (client) => takeRecords(client, feed, resource, records, calledAt));
      for (const what of Object.keys(taken) as (keyof Taken)[]) taken[what] += page[what];
    }
    const cursorAt = singlesOnly ? feed.cursorAt : nextCursor(feed.cursorAt, read.answeredAt, calledAt.getTime());
    await inTransaction(db, async (client) => {
      for (const single of singles) await takeSingle(client, feed, single, calledAt);
      for (const resource of read.refused) await updateFeedRefused(client, books, resource);
      await updateEventsDone(client, books, calledAt, this.#clock());
      await updateFeedRead(client, books, {
        cursorAt: new Date(cursorAt),
        checkedAt: new Date(reading.isCheck ? calledAt.getTime() : feed.checkedAt),
        named,
      });
    });
    this.#options.onRead?.({ tenant, isCheck: reading.isCheck, taken });
    this.#options.onCommit?.();
  }

  /** Before the pages: a record that was merged away shows there as one that ended. */
  async #merges(
    client: Client,
    books: string,
    pages: readonly { readonly resource: string; readonly records: readonly ExactObject[] }[],
    linked: readonly string[],
  ): Promise<readonly Merge[]> {
    const notices = await selectMerges(client, books);
    if (notices.length === 0) return [];
    const ended = new Map<string, readonly string[]>();
    for (const { resource, records } of pages) {
      const ids = records.filter(isEnded).flatMap(({ Id: id }) => (typeof id === 'string' ? [id] : []));
      const known = ended.get(resource) ?? [];
      ended.set(resource, [...known, ...(await selectLivingIds(client, books, resource, ids))]);
    }
    const spoken = notices.map((notice) => ({ ...notice, resource: spelt(notice.resource, linked) }));
    return mergesOf(spoken, (resource) => ended.get(resource) ?? []);
  }

  async #retake(now: Date): Promise<void> {
    const { db } = this.#options;
    const held = await selectHeld(db, HELD_EACH);
    if (held.length === 0) return;
    await inTransaction(db, (client) => retakeHeld(client, held, now));
    this.#options.onCommit?.();
  }

  #paced(feed: FeedRow): FeedRow {
    const { everyMs = READ_EVERY_MS } = this.#options;
    return feed.calledAt === null ? feed : { ...feed, calledAt: feed.calledAt + everyMs - READ_EVERY_MS };
  }
}
