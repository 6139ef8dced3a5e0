import { randomBytes } from 'node:crypto';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { shardOf, takeRequests, takeSettings } from '@qbo-sync/gateway/intake';
import { US_AUTO } from '@qbo-sync/sandbox/quickbooks/seeds/us-auto';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { Connections } from '@qbo-sync/gateway/company/connections';
import { Vault } from '@qbo-sync/gateway/tokens/vault';
import { QboClient } from '@qbo-sync/qbo/client';
import { IntuitOAuth, type OAuthSettings } from '@qbo-sync/qbo/oauth';
import { customerPut, journalFile, newTenant, settings } from '../spec-rig';
import { intuitProxy } from './intuit-proxy';
import { quickbooksProxy } from './quickbooks-proxy';
import { MIGRATIONS } from './story-rig';
import { Worker } from './worker';

jest.setTimeout(240_000);

const CALLERS = `
const { createPool } = require('@qbo-sync/eventstore/pool');
const { Tokens } = require('@qbo-sync/gateway/tokens/tokens');
const { Vault } = require('@qbo-sync/gateway/tokens/vault');
const { IntuitOAuth } = require('@qbo-sync/qbo/oauth');
const work = JSON.parse(process.env.WORK);
const db = createPool(work.url, { max: 12, applicationName: 'callers' });
const vault = new Vault({ current: 'k1', keys: new Map([['k1', Buffer.from(work.key, 'base64')]]) });
const tokens = new Tokens(db, vault, new IntuitOAuth(work.oauth), () => new Date());
setTimeout(async () => {
  const got = await Promise.all(Array.from({ length: 10 }, () => tokens.access(work.tenant)));
  for (const access of got) console.log(JSON.stringify(access));
  await db.end();
}, work.at - Date.now());
`;

const SENDER = `
const { createPool } = require('@qbo-sync/eventstore/pool');
const { CompanyWatch } = require('@qbo-sync/gateway/company/company-watch');
const { Dispatcher } = require('@qbo-sync/gateway/scheduling/dispatcher');
const { Permits } = require('@qbo-sync/gateway/calling/permits');
const { Quickbooks } = require('@qbo-sync/gateway/calling/quickbooks');
const { Tokens } = require('@qbo-sync/gateway/tokens/tokens');
const { Vault } = require('@qbo-sync/gateway/tokens/vault');
const { QboClient } = require('@qbo-sync/qbo/client');
const { IntuitOAuth } = require('@qbo-sync/qbo/oauth');
const { owner, url, api, key, oauth, dawdleMs } = JSON.parse(process.env.WORK);
const db = createPool(url, { max: 10, applicationName: owner, onIdleError: () => {} });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const vault = new Vault({ current: 'k1', keys: new Map([['k1', Buffer.from(key, 'base64')]]) });
const kept = new Tokens(db, vault, new IntuitOAuth(oauth), () => new Date());
// Between the storing of an attempt and its send, where being stopped is worst, there is time.
const access = async (...of) => {
  const token = await kept.access(...of);
  await sleep(dawdleMs);
  return token;
};
// A machine that was stopped goes on with the wall clock it had: that tells it nothing, its lease alone does.
let wall = Date.now();
let seen = performance.now();
setInterval(() => {
  wall += Math.min(performance.now() - seen, 1000);
  seen = performance.now();
}, 10);
const watch = new CompanyWatch(db, () => new Date(wall), () => {});
const may = (company, forMs) => dispatcher.maySend(company, forMs);
const quickbooks = new Quickbooks(new QboClient(api), { access }, new Permits(), watch, may);
const dispatcher = new Dispatcher({ db, quickbooks, owner, unsureWaitMs: 3000, pollMs: 200, onError: () => {} });
dispatcher.start();
// How far this machine is behind what it should do: neither that nor the database's share of it is the gateways' fault.
(async () => {
  for (;;) {
    const from = performance.now();
    await db.query('select 1').catch(() => {});
    await sleep(50);
    const lateMs = performance.now() - from - 50;
    if (lateMs > 50) console.log(JSON.stringify({ at: Date.now(), lateMs }));
  }
})();
process.once('SIGTERM', async () => {
  await dispatcher.stop();
  process.exit(0);
});
`;

const COMPANIES = 12;

/** How late a sender's machine was, and when it found out. */
interface Late {
  readonly at: number;
  readonly lateMs: number;
}

/** Notes by the database's clock when a shard gets another owner. */
const NOTE_MOVES = `
create table moved (shard smallint, owner text, at timestamptz not null default clock_timestamp());
create function note_move() returns trigger language plpgsql as $$
begin
  insert into moved (shard, owner) values (new.shard, new.owner);
  return null;
end $$;
create trigger moved after update of epoch on shard
  for each row when (old.epoch is distinct from new.epoch) execute function note_move();
`;

describe('several gateways', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  beforeEach(async () => {
    database = await testDatabase({ name: 'several', migrations: MIGRATIONS });
  });
  afterEach(() => database.drop());

  it('50 concurrent callers on 5 processes with an expired token: Intuit is asked for one refresh', async () => {
    const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
    const proxy = await intuitProxy(emulator.tokenUrl, 400);
    const key = randomBytes(32);
    const oauth: OAuthSettings = {
      clientId: 'sandbox-client',
      clientSecret: 'sandbox-secret',
      redirectUri: 'http://127.0.0.1:1/oauth/callback',
      authorizeUrl: emulator.authorizeUrl,
      tokenUrl: proxy.url,
      revokeUrl: emulator.revokeUrl,
    };
    const client = new QboClient(emulator.url);
    const vault = new Vault({ current: 'k1', keys: new Map([['k1', key]]) });
    const tenant = newTenant();
    try {
      const connections = new Connections({ db: database.pool, vault, oauth: new IntuitOAuth(oauth), client });
      const redirected = await fetch(await connections.begin(tenant), { redirect: 'manual' });
      await connections.finish(Object.fromEntries(new URL(redirected.headers.get('location') ?? '').searchParams));
      await database.pool.query(
        `update company set issued_at = now() - interval '2 hours', access_until = now() - interval '1 hour'`,
      );
      const input = { url: database.url, key: key.toString('base64'), oauth, tenant, at: Date.now() + 3_000 };
      const workers = Array.from({ length: 5 }, () => new Worker<{ is: string; token: string }>(CALLERS, input));
      await Promise.all(workers.map((worker) => worker.ended()));
      const got = workers.flatMap(({ lines }) => lines);
      expect(got).toHaveLength(50);
      expect(new Set(got.map(({ is }) => is))).toEqual(new Set(['token']));
      expect(new Set(got.map(({ token }) => token)).size).toBe(1);
      expect(proxy.refreshes).toHaveLength(1);
    } finally {
      await client.close();
      await proxy.close();
      await emulator.close();
    }
  });

  it('three at once, sending: shards move within 10 s of a SIGKILL and 1 s of a stop; one stopped for 40 s sends nothing past its lease', async () => {
    const realms = Array.from({ length: COMPANIES }, (_, n) => `93414539082${String(n).padStart(5, '0')}`);
    const emulator = await startQuickBooks({
      ...{ port: 0, journalFile: journalFile() },
      companies: realms.map((realmId) => ({ ...US_AUTO, profile: { ...US_AUTO.profile, key: realmId, realmId } })),
      // What is sent twice is made twice.
      settings: { requestidMode: 'ignore', latencyMs: { from: 100, to: 200 } },
    });
    const proxies = await Promise.all(Array.from({ length: 3 }, () => quickbooksProxy(emulator.url)));
    const db = database.pool;
    const key = randomBytes(32);
    const oauth: OAuthSettings = {
      clientId: 'sandbox-client',
      clientSecret: 'sandbox-secret',
      redirectUri: 'http://127.0.0.1:1/oauth/callback',
      authorizeUrl: emulator.authorizeUrl,
      tokenUrl: emulator.tokenUrl,
      revokeUrl: emulator.revokeUrl,
    };
    const client = new QboClient(emulator.url);
    const vault = new Vault({ current: 'k1', keys: new Map([['k1', key]]) });
    const connections = new Connections({ db, vault, oauth: new IntuitOAuth(oauth), client });
    const companies: { readonly tenant: string; readonly books: string }[] = [];
    const workers: Worker<Late>[] = [];
    const start = (owner: string, dawdleMs: number): Worker<Late> => {
      const api = proxies[workers.length]?.url;
      const work = { owner, url: database.url, api, key: key.toString('base64'), oauth, dawdleMs };
      const worker = new Worker<Late>(SENDER, work);
      workers.push(worker);
      return worker;
    };
    let asked = 0;
    const ask = async (each: number): Promise<void> => {
      const puts = companies.flatMap(({ tenant, books }) =>
        Array.from({ length: each }, () => {
          asked += 1;
          return customerPut(tenant, books, `c${asked}`, 1, { DisplayName: `Customer ${asked}` });
        }),
      );
      const reads = puts.map((request) => ({ request, text: JSON.stringify(request) }));
      await inTransaction(db, (sql) => takeRequests(sql, reads));
    };
    const count = async (sql: string, values: unknown[] = []): Promise<number> =>
      Number((await db.query<{ n: string }>(`select count(*) as n from ${sql}`, values)).rows[0]?.n);
    const heldBy = (...owners: string[]): Promise<number> =>
      count(`shard where owner = any($1::text[]) and until > clock_timestamp()`, [owners]);
    const now = async (): Promise<{ readonly there: string; readonly hereMs: number }> => {
      const { rows } = await db.query<{ at: string }>(`select clock_timestamp()::text as at`);
      return { there: rows[0]?.at ?? '', hereMs: Date.now() };
    };
    /**
     * Waits until others hold all; how long it took, from a moment to the last lease, by the database's clock and without
     * what the machine was late meanwhile, with those that take and before that with the one that gives.
     */
    const moveMs = async (
      since: Awaited<ReturnType<typeof now>>,
      to: Record<string, Worker<Late>>,
      from?: Worker<Late>,
    ) => {
      const owners = Object.keys(to);
      await until(async () => (await heldBy(...owners)) === 64, { timeoutMs: 60_000, what: 'the shards to move' });
      const { rows } = await db.query<{ ms: string | null }>(
        `select extract(epoch from max(at) - $1::timestamptz) * 1000 as ms from moved where at > $1::timestamptz`,
        [since.there],
      );
      const late = ({ lines }: Worker<Late>): number =>
        lines.filter(({ at }) => at >= since.hereMs).reduce((sum, { lateMs }) => sum + lateMs, 0);
      const gaveLate = from === undefined ? 0 : late(from);
      return Number(rows[0]?.ms ?? NaN) - gaveLate - Math.max(...Object.values(to).map(late));
    };
    const answered = (timeoutMs: number): Promise<unknown> =>
      until(async () => (await count('answer')) === asked, { timeoutMs, what: `${asked} answers`, everyMs: 100 });
    /** Stored by one process, and not on their way yet. */
    const unsent = async (owner: string): Promise<string[]> => {
      const { rows } = await db.query<{ tenant: string; requestid: string }>(
        `select tenant, requestid from attempt where closed_at is null`,
      );
      const { rows: shards } = await db.query<{ shard: number }>(`select shard from shard where owner = $1`, [owner]);
      const held = new Set(shards.map(({ shard }) => shard));
      const sent = new Set(proxies.flatMap(({ passed }) => passed.map(({ requestid }) => requestid)));
      return rows.flatMap(({ tenant, requestid }) =>
        held.has(shardOf(tenant)) && !sent.has(requestid) ? [requestid] : [],
      );
    };
    try {
      for (let n = 0; n < COMPANIES; n += 1) {
        const tenant = newTenant();
        const redirected = await fetch(await connections.begin(tenant), { redirect: 'manual' });
        const query = new URL(redirected.headers.get('location') ?? '').searchParams;
        const ended = await connections.finish(Object.fromEntries(query));
        if (ended.is !== 'connected') throw new Error(ended.is);
        const { books } = ended;
        companies.push({ tenant, books });
        const document = JSON.stringify(settings(tenant, 1, { books }));
        await inTransaction(db, (sql) => takeSettings(sql, document, new Date()));
      }
      await db.query(NOTE_MOVES);
      const [a, b, c] = [start('a', 1_000), start('b', 0), start('c', 0)];
      const isShared = async () => (await Promise.all(['a', 'b', 'c'].map((one) => heldBy(one)))).every((n) => n >= 20);
      await until(isShared, { timeoutMs: 30_000, what: 'the shards to be shared' });
      const underWay = () =>
        until(async () => (await count('attempt where closed_at is null')) > 0, { what: 'sends under way' });

      await ask(10);
      await until(async () => (await unsent('a')).length > 0, {
        timeoutMs: 60_000,
        what: 'a send under way',
        everyMs: 5,
      });
      const stopped = await now();
      a.kill('SIGSTOP');
      const held = await unsent('a');
      expect(await moveMs(stopped, { b, c })).toBeLessThan(10_000);
      await ask(5);
      await answered(60_000);

      await ask(10);
      await underWay();
      const ended = await now();
      b.kill('SIGTERM');
      expect(await moveMs(ended, { c }, b)).toBeLessThan(1_000);
      await b.ended();
      await answered(60_000);

      await until(() => Date.now() - stopped.hereMs >= 40_000, { timeoutMs: 45_000, everyMs: 200 });
      a.kill('SIGCONT');
      const goesOnAt = Date.now();
      await until(async () => (await heldBy('a')) >= 30, { timeoutMs: 30_000, what: 'its share again' });
      await ask(5);
      await answered(60_000);
      // What it had stored before it was stopped was sent by others, and it never sent it itself.
      expect(held.length).toBeGreaterThan(0);
      const late = proxies[0]?.passed.filter(({ at }) => at >= goesOnAt) ?? [];
      expect(late.filter(({ requestid }) => held.includes(requestid))).toEqual([]);
      const { rows: opened } = await db.query<{ sent_at: Date }>(
        `select sent_at from attempt where requestid = any($1::text[])`,
        [late.map(({ requestid }) => requestid)],
      );
      expect(opened.length).toBeGreaterThan(0);
      expect(opened.filter(({ sent_at: at }) => at.getTime() < goesOnAt)).toEqual([]);

      await ask(5);
      await underWay();
      const killed = await now();
      c.kill('SIGKILL');
      expect(await moveMs(killed, { a })).toBeLessThan(10_000);
      await answered(60_000);
      expect(await count(`answer where outcome <> 'synced'`)).toBe(0);
      const journal = await fetch(`${emulator.adminUrl}/journal?entity=Customer`);
      const { writes } = (await journal.json()) as { writes: { actor: string; operation: string }[] };
      expect(writes.filter(({ actor, operation }) => actor === 'api' && operation === 'create')).toHaveLength(asked);
    } finally {
      for (const worker of workers) worker.kill('SIGKILL');
      await Promise.all(workers.map((worker) => worker.ended()));
      await client.close();
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await emulator.close();
    }
  });
});
