import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
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

jest.setTimeout(240_000);

/** A process of the built gateway's kit; what it prints is one JSON value a line. */
class Worker<Line> {
  readonly lines: Line[] = [];
  readonly process: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(script: string, input: object) {
    this.process = spawn(process.execPath, ['-e', script], {
      env: { ...process.env, WORK: JSON.stringify(input) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#ended = new Promise((resolve) => this.process.once('exit', () => resolve()));
    const { stdout } = this.process;
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.lines.push(JSON.parse(line)));
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  ended(): Promise<void> {
    return this.#ended;
  }
}

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
const { owner, url, api, key, oauth } = JSON.parse(process.env.WORK);
const db = createPool(url, { max: 10, applicationName: owner, onIdleError: () => {} });
const clock = () => new Date();
const vault = new Vault({ current: 'k1', keys: new Map([['k1', Buffer.from(key, 'base64')]]) });
const kept = new Tokens(db, vault, new IntuitOAuth(oauth), clock);
// Between the storing of an attempt and its send, where being stopped is worst, there is time.
const access = async (...of) => {
  const token = await kept.access(...of);
  await new Promise((resolve) => setTimeout(resolve, 150));
  return token;
};
const watch = new CompanyWatch(db, clock, () => {});
const may = (company, forMs) => dispatcher.maySend(company, forMs);
const quickbooks = new Quickbooks(new QboClient(api), { access }, new Permits(), watch, may);
const dispatcher = new Dispatcher({ db, quickbooks, owner, unsureWaitMs: 3000, pollMs: 200, onError: () => {} });
dispatcher.start();
process.once('SIGTERM', async () => {
  await dispatcher.stop();
  process.exit(0);
});
`;

const COMPANIES = 12;

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
    const workers: Worker<never>[] = [];
    const start = (owner: string): Worker<never> => {
      const api = proxies[workers.length]?.url;
      const worker = new Worker<never>(SENDER, { owner, url: database.url, api, key: key.toString('base64'), oauth });
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
    const movedTo = async (owners: string[], timeoutMs: number): Promise<number> => {
      const since = Date.now();
      await until(async () => (await heldBy(...owners)) === 64, { timeoutMs, what: 'the shards to move' });
      return Date.now() - since;
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
      const [a, b, c] = [start('a'), start('b'), start('c')];
      const isShared = async () => (await Promise.all(['a', 'b', 'c'].map((one) => heldBy(one)))).every((n) => n >= 20);
      await until(isShared, { timeoutMs: 30_000, what: 'the shards to be shared' });

      await ask(10);
      await until(async () => (await unsent('a')).length > 0, {
        timeoutMs: 20_000,
        what: 'a send under way',
        everyMs: 5,
      });
      a.kill('SIGSTOP');
      const stoppedAt = Date.now();
      const held = await unsent('a');
      expect(await movedTo(['b', 'c'], 15_000)).toBeLessThan(10_000);
      await ask(5);
      await answered(40_000);
      await ask(10);
      await until(async () => (await count('attempt where closed_at is null')) > 0, { what: 'sends under way' });
      b.kill('SIGTERM');
      const endedAt = Date.now();
      await movedTo(['c'], 15_000);
      const movedAt = Date.now();
      // Within a second of the last answer it was waiting for.
      const { rows: closed } = await db.query<{ at: Date | null }>(
        `select max(closed_at) as at from attempt where sent_at < $1 and closed_at < $2`,
        [new Date(endedAt + 500), new Date(movedAt)],
      );
      expect(movedAt - Math.max(endedAt, closed[0]?.at?.getTime() ?? 0)).toBeLessThan(1_000);
      await b.ended();
      await until(() => Date.now() - stoppedAt >= 40_000, { timeoutMs: 45_000, everyMs: 200 });
      a.kill('SIGCONT');
      const goesOnAt = Date.now();
      await until(async () => (await heldBy('a')) >= 30, { timeoutMs: 15_000, what: 'its share again' });
      await ask(5);
      await answered(40_000);
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
      await until(async () => (await count('attempt where closed_at is null')) > 0, { what: 'sends under way' });
      c.kill('SIGKILL');
      expect(await movedTo(['a'], 15_000)).toBeLessThan(10_000);
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
