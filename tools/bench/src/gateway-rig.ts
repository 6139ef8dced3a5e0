import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { DEFAULT_SETTINGS, type SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { createPool, type Client } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { CompanyWatch } from '@qbo-sync/gateway/company/company-watch';
import { Dispatcher } from '@qbo-sync/gateway/scheduling/dispatcher';
import { readRequest, takeRequests, takeSettings } from '@qbo-sync/gateway/intake';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { startGatewayOutbox } from '@qbo-sync/gateway/outbox';
import { Permits } from '@qbo-sync/gateway/calling/permits';
import { Quickbooks } from '@qbo-sync/gateway/calling/quickbooks';
import { upsertConnected } from '@qbo-sync/gateway/sql/companies';
import { sealPair, Tokens } from '@qbo-sync/gateway/tokens/tokens';
import { readKeyRing, Vault } from '@qbo-sync/gateway/tokens/vault';
import { QboClient } from '@qbo-sync/qbo/client';
import { REALM_LIMITS } from '@qbo-sync/qbo/limiter';
import { testDatabase } from '@qbo-sync/testkit/database';
import { startEmulator, type Weather } from './emulator';
import { realmOf } from './grants';
import { Meter } from './meter';
import { progress } from './progress';

/** As in apps/qbo-gateway. */
const POOL_SIZE = 16;
const PLANS_KEPT_MS = 2_000;
/** Requests stored in one transaction, as one batch of the consumer brings them. */
const INTAKE = 500;
const CONNECTED_TOGETHER = 100;
const CONNECTING_AT_ONCE = 4;
/** With the other fields about 1 KB a request (performance.md §1). */
const NOTES = 'x'.repeat(650);

export interface RigOptions {
  readonly companies: number;
  readonly weather: Weather;
}

/** One write: the n-th record of the n-th company. */
export interface Write {
  readonly company: number;
  readonly id: string;
}

export type Rig = Awaited<ReturnType<typeof gatewayRig>>;

/**
 * The gateway's own parts as apps/qbo-gateway puts them together, over a database of its own; Kafka alone is missing:
 * requests are handed to the intake, and what the outbox publishes goes nowhere.
 */
export async function gatewayRig({ companies, weather }: RigOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'qbo-sync-bench-'));
  const emulator = await startEmulator(companies);
  const database = await testDatabase({
    name: 'bench',
    migrations: [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS],
  });
  const db = createPool(database.url, { max: POOL_SIZE, plansKeptMs: PLANS_KEPT_MS, applicationName: 'bench' });
  const leaseDb = createPool(database.url, { max: 1, applicationName: 'bench-leases' });
  const meter = new Meter(db, leaseDb);
  const keys = join(folder, 'keys.json');
  writeFileSync(keys, JSON.stringify({ current: 'k1', keys: { k1: randomBytes(32).toString('base64') } }), {
    mode: 0o600,
  });
  const vault = new Vault(readKeyRing(keys));
  const clock = (): Date => new Date();
  const client = new QboClient(emulator.url);
  const permits = new Permits(REALM_LIMITS);
  const outbox = startGatewayOutbox(
    db,
    () => Promise.resolve(),
    (error) => errors.push(error),
  );
  const wake = (): void => {
    dispatcher.wake();
    outbox.wake();
  };
  const tokens = new Tokens(db, vault, emulator.oauth, clock, { onCommit: wake });
  const watch = new CompanyWatch(db, clock, (tenant) => {
    dispatcher.changed(tenant);
    outbox.wake();
  });
  const quickbooks = new Quickbooks(client, tokens, permits, watch, (company, forMs) =>
    dispatcher.maySend(company, forMs),
  );
  const steps = new Map<string, (step: 'sending' | 'answered') => void>();
  const errors: unknown[] = [];
  const dispatcher: Dispatcher = new Dispatcher({
    ...{ db, leaseDb, quickbooks, owner: 'bench', unsureWaitMs: 125_000 },
    onCommit: () => outbox.wake(),
    onStep: ({ step, ref }) => {
      if (step === 'sending' || step === 'answered') steps.get(ref)?.(step);
    },
    onError: (error) => errors.push(error),
  });

  const connect = async (sql: Client, n: number): Promise<void> => {
    const tenant = tenantOf(n);
    const { realmId, pair } = realmOf(n);
    const now = clock();
    await upsertConnected(sql, {
      ...sealPair(vault, tenant, pair, now),
      ...{ tenant, books: booksOf(n), realmHmacs: vault.lookups(realmId), companyName: `Company ${n}` },
      realmSealed: vault.seal(realmId, { tenant, column: 'realm' }),
    });
    await takeSettings(sql, JSON.stringify(settingsOf(n)), now);
  };
  const tell = progress(`connecting ${companies} companies`);
  let next = 0;
  const connectSome = async (): Promise<void> => {
    while (next < companies) {
      const from = next;
      next = Math.min(companies, from + CONNECTED_TOGETHER);
      await inTransaction(db, async (sql) => {
        for (let n = from; n < Math.min(companies, from + CONNECTED_TOGETHER); n += 1) await connect(sql, n);
      });
      tell(String(next));
    }
  };
  await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, connectSome));
  await db.query('analyze');
  await emulator.become(weather);

  return {
    db,
    dispatcher,
    emulator,
    errors,
    meter,
    /** Takes requests in as the consumer's batches would bring them. */
    take: async (writes: readonly Write[]): Promise<void> => {
      for (let from = 0; from < writes.length; from += INTAKE) {
        const some = writes.slice(from, from + INTAKE);
        const reads = some.map((write) => readRequest(JSON.stringify(requestOf(write)))).filter((read) => read.ok);
        if (reads.length < some.length) throw new Error('a request of the bench cannot be read');
        await inTransaction(db, (sql) => takeRequests(sql, reads));
        dispatcher.wake([...new Set(some.map(({ company }) => tenantOf(company)))]);
        outbox.wake();
      }
    },
    /** When the attempt of a record is stored and leaves, and when its answer is stored; by `performance.now`. */
    timesOf: ({ id }: Write): { readonly sending: Promise<number>; readonly answered: Promise<number> } => {
      const at = { sending: withResolver(), answered: withResolver() };
      steps.set(refOf(id), (step) => {
        at[step].resolve(performance.now());
        if (step === 'answered') steps.delete(refOf(id));
      });
      return { sending: at.sending.promise, answered: at.answered.promise };
    },
    answers: async (): Promise<number> => {
      const { rows } = await db.query<{ n: string }>(`select count(*) as n from answer where outcome = 'synced'`);
      return Number(rows[0]?.n);
    },
    /** Ends at once: what is under way is cut off. */
    close: async (): Promise<void> => {
      await emulator.close();
      await dispatcher.stop();
      await outbox.stop();
      permits.stop();
      await client.close();
      await leaseDb.end();
      await db.end();
      await database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}

function tenantOf(n: number): string {
  return `co-${n}`;
}

function booksOf(n: number): string {
  return `books-${n}`;
}

function refOf(id: string): string {
  return `customer:${id}`;
}

function settingsOf(n: number): SyncSettings {
  return {
    ...{ tenant: tenantOf(n), version: 1, books: booksOf(n), active: true, goLiveAt: '2026-11-01T00:00:00Z' },
    company: { name: `Company ${n}`, timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
    ...{ profile: null, values: DEFAULT_SETTINGS },
  };
}

function requestOf({ company, id }: Write): QboRequest {
  return {
    ...{ tenant: tenantOf(company), ref: refOf(id), revision: 1, books: booksOf(company), kind: 'put', lane: 'live' },
    ...{ resource: 'Customer', occurredAt: '2026-11-20T10:00:00Z', how: { path: 'customer', update: 'changed' } },
    body: JSON.stringify({ DisplayName: `Customer ${id}`, Notes: NOTES }),
  };
}

function withResolver(): { promise: Promise<number>; resolve: (at: number) => void } {
  let resolve: (at: number) => void = () => undefined;
  const promise = new Promise<number>((made) => (resolve = made));
  return { promise, resolve };
}
