import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { lockOffset, storeOffset } from '@qbo-sync/eventstore/offsets';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { takeHeads } from '@qbo-sync/gateway/decide/lanes';
import { shardOf, takeRequests } from '@qbo-sync/gateway/intake';
import { Leases } from '@qbo-sync/gateway/scheduling/leases';
import { settleAll, type LedgerEntry } from '@qbo-sync/gateway/sending/ledger';
import { changed, howToRead, newRealm, readWindows, type Realm } from '@qbo-sync/gateway/scheduling/realms';
import { upsertConnected } from '@qbo-sync/gateway/sql/companies';
import { selectGatesInNeed } from '@qbo-sync/gateway/sql/gates';
import { claimHeads, type ClaimedRow } from '@qbo-sync/gateway/sql/claiming';
import type { HeadRow } from '@qbo-sync/gateway/sql/heads';
import { MOST_PARTS } from '@qbo-sync/qbo/batch';
import { jobOf, requestOf, type Contender, type Job } from './peers-work';

export const OURS =
  'the gateway: takeRequests by 1,800 with the offset row; shards leased, windows by keyset with their requests, answers by 1,000';

/** What the gateway's fetch brings of one partition, 2 MiB, in requests of 1 KB. */
const TAKEN = 1_800;
/** As many as go at once, and are answered in one transaction. */
const CLAIMED = 1_000;
/** Windows read by one statement, as in the dispatcher. */
const READ = 50;
/** Groups of answers being committed while the next heads start. */
const WRITERS = 2;
/** Heads one company may start before the next one's turn, as in the dispatcher. */
const QUANTUM = MOST_PARTS;
const OFFSET = { group: 'bench', topic: 'qbo.requests.v1', partition: 0 };

/**
 * The gateway's own store as its intake and its dispatcher use it. A key is a company, a job one record of it. What is
 * left out is the sending: no attempt is stored, no link comes of it; the answer is.
 */
export async function ours(connectionString: string, keys: readonly string[]): Promise<Contender> {
  const db = createPool(connectionString, { max: 6, plansKeptMs: 2_000, applicationName: 'bench' });
  const leases = new Leases({ db, owner: 'bench' });
  await connect(db, keys);
  await leases.start();
  return {
    prepare: (jobs) => {
      const reads = jobs.map(requestOf).map((request) => ({ request, text: JSON.stringify(request) }));
      return async () => {
        for (let from = 0; from < reads.length; from += TAKEN) await take(db, reads.slice(from, from + TAKEN));
      };
    },
    dispatch: (total, start) => dispatch(db, leases, total, start),
    close: async () => {
      await leases.stop();
      await db.end();
    },
  };
}

/** One batch of the topic, with its offset. */
function take(db: Database, reads: readonly Read[]): Promise<void> {
  return inTransaction(db, async (client) => {
    const next = (await lockOffset(client, OFFSET)) ?? 0n;
    await takeRequests(client, reads);
    await storeOffset(client, OFFSET, next + BigInt(reads.length));
  });
}

/** As the dispatcher does it: while windows are read and heads claimed, the rows of before are worked on and answers committed. */
async function dispatch(db: Database, leases: Leases, total: number, start: (job: Job) => void): Promise<void> {
  const companies = await selectGatesInNeed(db);
  const queues = new Queues(companies.map((each) => newRealm(each, { most: 'limit', all: true })));
  const writing = new Set<Promise<void>>();
  const write = (heads: readonly HeadRow[], rows: readonly ClaimedRow[]): void => {
    const at = new Date().toISOString();
    const written = settleAll(
      db,
      rows.map((row) => entryOf(row, at, leases)),
    ).then((lefts) => {
      if (lefts.includes('fenced')) throw new Error('a lease was lost on the way');
      heads.forEach((head, place) => queues.ended(head, lefts[place] !== 'whole'));
      writing.delete(written);
    });
    writing.add(written);
  };
  let reading = queues.next(db);
  let claiming = claim(db, reading);
  for (let started = 0; started < total;) {
    reading = reading.then(() => queues.next(db));
    const { heads, rows } = await claiming;
    claiming = claim(db, reading);
    for (const { message } of rows) start(jobOf(JSON.parse(message ?? '{}') as QboRequest));
    started += rows.length;
    if (heads.length === 0 && writing.size === 0) throw new Error(`${total - started} are not to be found`);
    if (heads.length === 0 || writing.size >= WRITERS) await Promise.race(writing);
    if (heads.length > 0) write(heads, rows);
  }
  await Promise.all([claiming, ...writing]);
}

/** Heads that were not read with their requests are claimed. */
async function claim(db: Database, reading: Promise<Next>): Promise<Claimed> {
  const { heads, requests } = await reading;
  const others = (
    await claimHeads(
      db,
      heads.filter((head) => !requests.has(head)),
    )
  ).values();
  const rows = heads.map((head) => {
    const message = requests.get(head);
    const row = message === undefined ? others.next().value : { ...head, message };
    if (row === undefined) throw new Error('a head was not there any more');
    return row;
  });
  return { heads, rows };
}

interface Next {
  readonly heads: readonly HeadRow[];
  readonly requests: ReadonlyMap<HeadRow, string>;
}

interface Claimed {
  readonly heads: readonly HeadRow[];
  readonly rows: readonly ClaimedRow[];
}

function entryOf(row: ClaimedRow, at: string, leases: Leases): LedgerEntry {
  const { tenant, ref, revision, books, attempts } = row;
  return {
    answer: {
      tenant,
      ref,
      revision,
      books,
      attempt: attempts + 1,
      outcome: 'synced',
      code: null,
      record: null,
      quickbooksId: '1',
      at,
    },
    epoch: leases.epochOf(shardOf(tenant)),
    row: { ctid: row.ctid, xmin: row.xmin },
  };
}

/** The companies' windows, and whose turn it is. */
class Queues {
  readonly #realms: ReadonlyMap<string, Realm>;
  readonly #underWay = new Map<string, Set<string>>();
  /** Those that may have something to start. */
  readonly #ready: Set<string>;

  constructor(realms: readonly Realm[]) {
    this.#realms = new Map(realms.map((realm) => [realm.company.tenant, realm]));
    this.#ready = new Set(this.#realms.keys());
  }

  /** Reads some windows that are stale or low in one statement, and takes heads, each company in turn. */
  async next(db: Database): Promise<Next> {
    const nowMs = Date.now();
    const anew: Realm[] = [];
    const on: Realm[] = [];
    for (const tenant of this.#ready) {
      const realm = this.#of(tenant);
      const how = howToRead(realm, nowMs);
      if (how === 'anew') anew.push(realm);
      if (how === 'on') on.push(realm);
      if (anew.length + on.length === READ) break;
    }
    const requests = await readWindows(db, anew, on, new Date(nowMs), ({ company }) =>
      (this.#underWay.get(company.tenant)?.size ?? 0) > 0 ? 0 : QUANTUM,
    );
    const all: HeadRow[] = [];
    for (const tenant of [...this.#ready]) {
      if (all.length >= CLAIMED) break;
      const realm = this.#of(tenant);
      const heads = this.#take(realm, Math.min(QUANTUM, CLAIMED - all.length));
      all.push(...heads);
      // To the end of the line, or out of it.
      if (heads.length > 0 || howToRead(realm, nowMs) === 'not') this.#ready.delete(tenant);
      if (heads.length > 0) this.#ready.add(tenant);
    }
    return { heads: all, requests };
  }

  /** `again`: its row may stand otherwise now. */
  ended({ tenant, ref }: HeadRow, again: boolean): void {
    this.#underWay.get(tenant)?.delete(ref);
    if (!again) return;
    changed(this.#of(tenant));
    this.#ready.add(tenant);
  }

  #take(realm: Realm, most: number): readonly HeadRow[] {
    const { tenant } = realm.company;
    const underWay = this.#underWay.get(tenant) ?? new Set();
    this.#underWay.set(tenant, underWay);
    const { heads, lanes } = takeHeads(realm.lanes, { all: most, backlog: most }, ({ ref }) => !underWay.has(ref));
    realm.lanes = lanes;
    for (const { ref } of heads) underWay.add(ref);
    return heads;
  }

  #of(tenant: string): Realm {
    const realm = this.#realms.get(tenant);
    if (realm === undefined) throw new Error(`no company ${tenant}`);
    return realm;
  }
}

interface Read {
  readonly request: QboRequest;
  readonly text: string;
}

async function connect(db: Database, keys: readonly string[]): Promise<void> {
  const now = new Date();
  for (const tenant of keys) {
    await upsertConnected(db, {
      ...{ tenant, books: `bk_${tenant}`, realmHmacs: [tenant], realmSealed: '', accessSealed: '', refreshSealed: '' },
      ...{ issuedAt: now, accessUntil: now, refreshUntil: now, companyName: tenant },
    });
  }
}
