import { randomBytes } from 'node:crypto';
import { DEFAULT_SETTINGS, type SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { CompanyWatch } from '@qbo-sync/gateway/company/company-watch';
import { Dispatcher } from '@qbo-sync/gateway/scheduling/dispatcher';
import { takeRequests, takeSettings } from '@qbo-sync/gateway/intake';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { Permits } from '@qbo-sync/gateway/calling/permits';
import { Quickbooks } from '@qbo-sync/gateway/calling/quickbooks';
import { upsertConnected } from '@qbo-sync/gateway/sql/companies';
import { sealPair, Tokens } from '@qbo-sync/gateway/tokens/tokens';
import { Vault } from '@qbo-sync/gateway/tokens/vault';
import type { QboClient } from '@qbo-sync/qbo/client';
import type { RealmLimits } from '@qbo-sync/qbo/limiter';
import type { IntuitOAuth } from '@qbo-sync/qbo/oauth';
import { Random } from '../world/random';
import { VirtualTime } from '../world/virtual-time';
import { EmulatedQuickbooks } from './emulated-quickbooks';
import { WatchedPools } from './watched-pools';

const DAY = 24 * 3_600_000;

/** What its database holds. */
export const LIMITED_GATEWAY_MIGRATIONS = [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS];

export interface LimitedGatewayOptions {
  readonly databaseUrl: string;
  readonly seed: string;
  readonly limits: RealmLimits;
  readonly tenants: readonly string[];
}

/** The gateway itself over a real Postgres, in virtual time, against the emulated QuickBooks and its exact windows. */
export interface LimitedGateway {
  readonly db: Database;
  readonly time: VirtualTime;
  readonly qbo: EmulatedQuickbooks;
  readonly random: Random;
  readonly errors: string[];
  readonly clock: () => Date;
  /** Connects the companies, and begins. */
  start(): Promise<void>;
  take(requests: readonly QboRequest[]): Promise<void>;
  /** Lets time pass; what is asked of a watched Postgres ends before it does. */
  pass(forMs: number, until?: () => boolean): Promise<boolean>;
  /** Time stands still too while this pool is at work. */
  watch(pool: Database): void;
  close(): Promise<void>;
}

export function openLimitedGateway(options: LimitedGatewayOptions): LimitedGateway {
  const { limits, tenants } = options;
  const vault = new Vault({ current: 'k1', keys: new Map([['k1', randomBytes(32)]]) });
  const random = new Random(options.seed);
  const db = createPool(options.databaseUrl, { max: 8, applicationName: 'limited' });
  const watched = new WatchedPools();
  watched.watch(db);
  // Postgres' own clock must never be ahead of ours.
  const time = new VirtualTime(
    Date.now() + DAY,
    () => random.next(),
    () => watched.quiet(),
  );
  // Before anything that takes its clock when it is made.
  time.install();
  const qbo = new EmulatedQuickbooks(time, random, { limits, tenants });
  const errors: string[] = [];
  const clock = (): Date => new Date();
  const permits = new Permits(limits);
  const client = { send: (call: Parameters<QboClient['send']>[0]) => qbo.send(call) } as unknown as QboClient;
  const tokens = new Tokens(db, vault, {} as IntuitOAuth, clock);
  const watch = new CompanyWatch(db, clock, () => dispatcher.wake());
  const quickbooks = new Quickbooks(client, tokens, permits, watch);
  const dispatcher = new Dispatcher({
    ...{ db, quickbooks, clock, owner: 'limited', unsureWaitMs: 3_000, pollMs: 10_000 },
    ...{ leaseMs: 100 * DAY, leaseTickMs: DAY },
    onError: (error) => errors.push(String(error)),
  });
  const pass = (forMs: number, until: () => boolean = () => false): Promise<boolean> => {
    let over = false;
    time.after(forMs, () => (over = true));
    return time.runUntil(Infinity, () => over || until());
  };
  return {
    ...{ db, time, qbo, random, errors, clock, pass },
    async start() {
      for (const tenant of tenants) await connect({ db, vault, tenant, now: clock() });
      await dispatcher.start();
    },
    async take(requests) {
      const reads = requests.map((request) => ({ request, text: JSON.stringify(request) }));
      await inTransaction(db, (sql) => takeRequests(sql, reads));
      dispatcher.wake([...new Set(requests.map(({ tenant }) => tenant))]);
    },
    watch: (pool) => watched.watch(pool),
    async close() {
      const stopped = dispatcher.stop();
      await pass(600_000);
      await stopped;
      VirtualTime.uninstall();
      permits.stop();
      qbo.close();
      await db.end();
    },
  };
}

async function connect(company: { db: Database; vault: Vault; tenant: string; now: Date }): Promise<void> {
  const { db, vault, tenant, now } = company;
  const pair = {
    ...{ accessToken: `access-${tenant}`, refreshToken: 'r' },
    ...{ accessLifeMs: 100 * DAY, refreshLifeMs: 100 * DAY },
  };
  await upsertConnected(db, {
    ...{ tenant, books: booksOf(tenant), realmHmacs: [tenant], companyName: null },
    realmSealed: vault.seal(tenant, { tenant, column: 'realm' }),
    ...sealPair(vault, tenant, pair, now),
  });
  const settings: SyncSettings = {
    ...{ tenant, version: 1, books: booksOf(tenant), active: true, goLiveAt: '2026-11-01T00:00:00Z' },
    company: { name: 'Oak Plumbing', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
    ...{ profile: null, values: DEFAULT_SETTINGS },
  };
  await inTransaction(db, (sql) => takeSettings(sql, JSON.stringify(settings), now));
}

export function booksOf(tenant: string): string {
  return `bk-${tenant}`;
}
