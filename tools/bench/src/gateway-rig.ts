import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { DEFAULT_SETTINGS, type SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { CompanyWatch } from '@qbo-sync/gateway/company-watch';
import { Connections } from '@qbo-sync/gateway/connections';
import { Dispatcher } from '@qbo-sync/gateway/dispatcher';
import { takeRequests, takeSettings } from '@qbo-sync/gateway/intake';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { Permits } from '@qbo-sync/gateway/permits';
import { Quickbooks } from '@qbo-sync/gateway/quickbooks';
import { Tokens } from '@qbo-sync/gateway/tokens';
import { readKeyRing, Vault } from '@qbo-sync/gateway/vault';
import { QboClient } from '@qbo-sync/qbo/client';
import type { RealmLimits } from '@qbo-sync/qbo/limiter';
import { IntuitOAuth } from '@qbo-sync/qbo/oauth';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';

/** One realm's share of what the emulator counted. */
interface RealmTraffic {
  readonly requests: number;
  readonly batches: number;
  readonly throttled: Readonly<Record<string, number>>;
  readonly most: { readonly concurrent: number; readonly perMinute: number; readonly batchesPerMinute: number };
}

export interface RigOptions {
  /** Our limiter's; QuickBooks' own are always the documented ones. */
  readonly limits: RealmLimits;
  /** Time QuickBooks takes, and on the way, both in ms. */
  readonly latencyMs: { readonly from: number; readonly to: number };
  readonly jitterMs: { readonly from: number; readonly to: number };
}

/** One connected company: the gateway over a database of its own and an emulated QuickBooks that keeps exact limits. */
export async function gatewayRig({ limits, latencyMs, jitterMs }: RigOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'qbo-sync-bench-'));
  const database = await testDatabase({
    name: 'bench',
    migrations: [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS],
  });
  const db = database.pool;
  const emulator = await startQuickBooks({
    port: 0,
    journalFile: join(folder, 'journal'),
    settings: {
      limits: { perMinute: 500, batchesPerMinute: 40, concurrent: 10, perSecond: null },
      latencyMs,
      jitterMs,
    },
  });
  const keys = join(folder, 'keys.json');
  writeFileSync(keys, JSON.stringify({ current: 'k1', keys: { k1: randomBytes(32).toString('base64') } }), {
    mode: 0o600,
  });
  const vault = new Vault(readKeyRing(keys));
  const oauth = new IntuitOAuth({
    clientId: 'sandbox-client',
    clientSecret: 'sandbox-secret',
    redirectUri: 'http://127.0.0.1:1/oauth/callback',
    authorizeUrl: emulator.authorizeUrl,
    tokenUrl: emulator.tokenUrl,
    revokeUrl: emulator.revokeUrl,
  });
  const clock = (): Date => new Date();
  const client = new QboClient(emulator.url);
  const permits = new Permits(limits);
  const watch = new CompanyWatch(db, clock, () => dispatcher.wake());
  const quickbooks = new Quickbooks(client, new Tokens(db, vault, oauth, clock), permits, watch);
  const connections = new Connections({ db, vault, oauth, client });
  const started = new Map<string, (at: number) => void>();
  const errors: unknown[] = [];
  const dispatcher = new Dispatcher({
    ...{ db, quickbooks, owner: 'bench', unsureWaitMs: 125_000 },
    onStep: ({ step, ref }) => {
      if (step === 'sending') started.get(ref)?.(performance.now());
    },
    onError: (error) => errors.push(error),
  });
  const tenant = `co-${randomUUID().slice(0, 8)}`;
  const answer = await fetch(await connections.begin(tenant), { redirect: 'manual' });
  const connected = await connections.finish(
    Object.fromEntries(new URL(answer.headers.get('location') ?? '').searchParams),
  );
  if (connected.is !== 'connected') throw new Error(`could not connect: ${connected.is}`);
  const { books } = connected;
  const settings: SyncSettings = {
    ...{ tenant, version: 1, books, active: true, goLiveAt: '2026-11-01T00:00:00Z' },
    company: { name: 'Oak Plumbing', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
    ...{ profile: null, values: DEFAULT_SETTINGS },
  };
  await inTransaction(db, (sql) => takeSettings(sql, JSON.stringify(settings), clock()));

  const request = (id: string): QboRequest => ({
    ...{ tenant, ref: `customer:${id}`, revision: 1, books, kind: 'put', lane: 'live', resource: 'Customer' },
    occurredAt: '2026-11-20T10:00:00Z',
    how: { path: 'customer', update: 'changed' },
    body: JSON.stringify({ DisplayName: `Customer ${id}`, Notes: 'x'.repeat(700) }),
  });

  return {
    db,
    dispatcher,
    errors,
    /** Stores requests as the intake does, 500 in a transaction. */
    take: async (ids: readonly string[]): Promise<void> => {
      for (let from = 0; from < ids.length; from += 500) {
        const reads = ids.slice(from, from + 500).map((id) => {
          const one = request(id);
          return { request: one, text: JSON.stringify(one) };
        });
        await inTransaction(db, (sql) => takeRequests(sql, reads));
      }
      dispatcher.wake([tenant]);
    },
    /** When the attempt of a record is stored and leaves, by `performance.now`. */
    sending: (id: string): Promise<number> => new Promise((resolve) => started.set(`customer:${id}`, resolve)),
    answers: async (): Promise<number> => {
      const { rows } = await db.query<{ n: string }>(`select count(*) as n from answer where outcome = 'synced'`);
      return Number(rows[0]?.n);
    },
    traffic: async (): Promise<RealmTraffic | undefined> => {
      const response = await fetch(`${emulator.adminUrl}/traffic`);
      const { realms } = (await response.json()) as { realms: Record<string, RealmTraffic> };
      return Object.values(realms)[0];
    },
    close: async (): Promise<void> => {
      await emulator.close();
      await dispatcher.stop();
      permits.stop();
      await client.close();
      await database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}
