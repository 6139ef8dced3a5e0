import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { Connections } from '@qbo-sync/gateway/connections';
import { Vault } from '@qbo-sync/gateway/vault';
import { QboClient } from '@qbo-sync/qbo/client';
import { IntuitOAuth, type OAuthSettings } from '@qbo-sync/qbo/oauth';
import { journalFile, newTenant } from '../spec-rig';
import { intuitProxy } from './intuit-proxy';
import { MIGRATIONS } from './story-rig';

jest.setTimeout(150_000);

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
const { Tokens } = require('@qbo-sync/gateway/tokens');
const { Vault } = require('@qbo-sync/gateway/vault');
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

const HOLDER = `
const { createPool } = require('@qbo-sync/eventstore/pool');
const { Leases } = require('@qbo-sync/gateway/leases');
const work = JSON.parse(process.env.WORK);
const db = createPool(work.url, { max: 3, applicationName: work.owner, onIdleError: () => {} });
const leases = new Leases({ db, owner: work.owner, onError: () => {} });
const say = () => {
  const sent = [];
  for (let shard = 0; shard < 64; shard += 1) if (leases.maySend(shard, 5000)) sent.push([shard, Number(leases.epochOf(shard))]);
  console.log(JSON.stringify({ at: Date.now(), sent }));
};
leases.start().then(() => {
  const timer = setInterval(say, 40);
  process.once('SIGTERM', async () => {
    clearInterval(timer);
    await leases.stop();
    await db.end();
  });
});
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

  it('three at once: shards move within 10 s of a SIGKILL and 1 s of a stop; one stopped for 40 s sends nothing past its lease', async () => {
    type Line = { readonly at: number; readonly sent: readonly (readonly [number, number])[] };
    const holder = (owner: string) => new Worker<Line>(HOLDER, { url: database.url, owner });
    const workers = { a: holder('a'), b: holder('b'), c: holder('c') };
    const { a, b, c } = workers;
    const held = (worker: Worker<Line>): number[] => worker.lines.at(-1)?.sent.map(([shard]) => shard) ?? [];
    const takenBy = async (
      takers: Worker<Line>[],
      shards: number,
      since: number,
      timeoutMs: number,
    ): Promise<number> => {
      await until(() => new Set(takers.flatMap(held)).size >= shards, { timeoutMs, what: 'the shards to move' });
      return Date.now() - since;
    };
    try {
      await until(() => [a, b, c].every((one) => held(one).length >= 20) && held(a).length <= 22, {
        timeoutMs: 20_000,
      });
      a.kill('SIGSTOP');
      const stoppedAt = Date.now();
      expect(await takenBy([b, c], 64, stoppedAt, 15_000)).toBeLessThan(10_000);
      b.kill('SIGTERM');
      expect(await takenBy([c], 64, Date.now(), 5_000)).toBeLessThan(1_000);
      await b.ended();
      await until(() => Date.now() - stoppedAt >= 40_000, { timeoutMs: 45_000, everyMs: 200 });
      a.kill('SIGCONT');
      await until(() => held(a).length >= 30, {
        timeoutMs: 10_000,
        what: 'the one that was stopped to take its share',
      });
      c.kill('SIGKILL');
      expect(await takenBy([a], 64, Date.now(), 15_000)).toBeLessThan(10_000);
      // Whatever was sent for a shard came under epochs that only grow: nobody sent after another had taken over.
      const sent = [a, b, c].flatMap(({ lines }, who) => lines.map((line) => ({ ...line, who })));
      const newest = new Map<number, number>();
      for (const line of sent.sort((x, y) => x.at - y.at)) {
        for (const [shard, epoch] of line.sent) {
          expect(epoch).toBeGreaterThanOrEqual(newest.get(shard) ?? 0);
          newest.set(shard, epoch);
        }
      }
      expect(sent.some(({ who, at }) => who === 0 && at > stoppedAt + 40_000)).toBe(true);
    } finally {
      for (const worker of [a, b, c]) worker.kill('SIGKILL');
    }
  });
});
