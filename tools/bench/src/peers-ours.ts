import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { lockOffset, storeOffset } from '@qbo-sync/eventstore/offsets';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { takeHeads } from '@qbo-sync/gateway/decide/lanes';
import { shardOf, takeRequests } from '@qbo-sync/gateway/intake';
import { Leases } from '@qbo-sync/gateway/scheduling/leases';
import { settleAll, type LedgerEntry } from '@qbo-sync/gateway/sending/ledger';
import { howToRead, newRealm, readWindows, type Realm } from '@qbo-sync/gateway/scheduling/realms';
import { upsertConnected } from '@qbo-sync/gateway/sql/companies';
import { selectGatesInNeed } from '@qbo-sync/gateway/sql/gates';
import { claimHeads, type ClaimedRow } from '@qbo-sync/gateway/sql/claiming';
import type { HeadRow } from '@qbo-sync/gateway/sql/heads';
import { MOST_PARTS } from '@qbo-sync/qbo/batch';
import { jobOf, requestOf, type Contender, type Job } from './peers-work';

export const OURS =
  'the gateway: takeRequests by 1,800 with the offset row; shards leased, windows by keyset, claims and answers by 1,000';

/** What the gateway's fetch brings of one partition, 2 MiB, in requests of 1 KB. */
const TAKEN = 1_800;
/** As many as are claimed at once, and answered in one transaction. */
const STARTED = 1_000;
/** Heads one company may start before the next one's turn, as in the dispatcher. */
const QUANTUM = MOST_PARTS;
/** Groups of answers being committed while the next heads start. */
const WRITERS = 2;
const OFFSET = { group: 'bench', topic: 'qbo.requests.v1', partition: 0 };

/**
 * The gateway's own store as its intake and its dispatcher use it. A key is a company, a job one record of it. What is
 * left out is the sending: no attempt is stored, no link comes of it; the answer is.
 */
export async function ours(connectionString: string, keys: readonly string[]): Promise<Contender> {
  const db = createPool(connectionString, { max: 6, applicationName: 'bench' });
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

/**
 * As the dispatcher does it: while a statement claims heads (one at a time), the rows of the one before are worked on, answers
 * are committed and the next windows are read.
 */
async function dispatch(db: Database, leases: Leases, total: number, start: (job: Job) => void): Promise<void> {
  const companies = await selectGatesInNeed(db);
  const realms = new Map(companies.map((each) => [each.tenant, newRealm(each, { most: 'limit', all: true })]));
  const ready = new Set(realms.keys());
  const busy = new Set<string>();
  const writing = new Set<Promise<void>>();
  const answered = (heads: readonly HeadRow[]): void => {
    for (const { tenant, ref } of heads) {
      busy.delete(`${tenant}:${ref}`);
      const realm = realms.get(tenant);
      if (realm?.stale === 'no') realm.stale = 'soon';
      ready.add(tenant);
    }
  };
  const claimNext = async (): Promise<Claimed> => {
    await readSome(db, realms, ready);
    const heads = nextHeads(realms, ready, busy);
    return { heads, rows: await claimHeads(db, heads) };
  };
  let claiming = claimNext();
  for (let started = 0; started < total;) {
    const { heads, rows: found } = await claiming;
    // What was answered since its window was read is not there any more.
    const rows = found.filter((row) => row !== undefined);
    if (heads.length === 0 || writing.size >= WRITERS) await Promise.race(writing);
    started += rows.length;
    if (started < total) claiming = claimNext();
    if (heads.length === 0) continue;
    for (const { message } of rows) start(jobOf(JSON.parse(message ?? '{}') as QboRequest));
    const at = new Date().toISOString();
    const written = settleAll(
      db,
      rows.map((row) => entryOf(row, at, leases)),
    ).then((stored) => {
      if (stored.includes(false)) throw new Error('a lease was lost on the way');
      answered(heads);
      writing.delete(written);
    });
    writing.add(written);
  }
  await Promise.all(writing);
}

interface Read {
  readonly request: QboRequest;
  readonly text: string;
}

interface Claimed {
  readonly heads: readonly HeadRow[];
  readonly rows: readonly (ClaimedRow | undefined)[];
}

function entryOf(row: ClaimedRow, at: string, leases: Leases): LedgerEntry {
  const { tenant, ref, revision, books, attempts } = row;
  return {
    answer: {
      ...{ tenant, ref, revision, books, attempt: attempts + 1, at },
      ...{ outcome: 'synced' as const, code: null, record: null, quickbooksId: '1' },
    },
    epoch: leases.epochOf(shardOf(tenant)),
    row,
  };
}

/** Windows that are stale or low, in one statement. */
async function readSome(db: Database, realms: ReadonlyMap<string, Realm>, ready: ReadonlySet<string>): Promise<void> {
  const now = new Date();
  const anew: Realm[] = [];
  const on: Realm[] = [];
  for (const tenant of ready) {
    const realm = realms.get(tenant);
    const how = realm && howToRead(realm, now.getTime());
    if (realm !== undefined && how === 'anew') anew.push(realm);
    if (realm !== undefined && how === 'on') on.push(realm);
  }
  if (anew.length + on.length > 0) await readWindows(db, anew, on, now);
}

/** Each company in turn; who has nothing leaves until an answer of its own was stored. */
function nextHeads(realms: ReadonlyMap<string, Realm>, ready: Set<string>, busy: Set<string>): HeadRow[] {
  const all: HeadRow[] = [];
  for (const tenant of ready) {
    const realm = realms.get(tenant);
    if (realm === undefined || all.length >= STARTED) break;
    const most = Math.min(QUANTUM, STARTED - all.length);
    const { heads, lanes } = takeHeads(
      realm.lanes,
      { all: most, backlog: most },
      ({ ref }) => !busy.has(`${tenant}:${ref}`),
    );
    realm.lanes = lanes;
    for (const head of heads) busy.add(`${tenant}:${head.ref}`);
    all.push(...heads);
    // To the end of the line, or out of it.
    ready.delete(tenant);
    if (heads.length > 0) ready.add(tenant);
  }
  return all;
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
