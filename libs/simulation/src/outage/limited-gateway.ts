import { DEFAULT_SETTINGS, type SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { CompanyWatch } from '@qbo-sync/gateway/company/company-watch';
import { Dispatcher } from '@qbo-sync/gateway/scheduling/dispatcher';
import { takeRequests, takeSettings } from '@qbo-sync/gateway/intake';
import { Permits } from '@qbo-sync/gateway/calling/permits';
import { Quickbooks } from '@qbo-sync/gateway/calling/quickbooks';
import { upsertConnected } from '@qbo-sync/gateway/sql/companies';
import { sealPair, Tokens } from '@qbo-sync/gateway/tokens/tokens';
import type { Vault } from '@qbo-sync/gateway/tokens/vault';
import type { QboClient } from '@qbo-sync/qbo/client';
import type { RealmLimits } from '@qbo-sync/qbo/limiter';
import type { IntuitOAuth } from '@qbo-sync/qbo/oauth';
import { Random } from '../world/random';
import { VirtualTime } from '../world/virtual-time';
import { LimitedQuickbooks } from './limited-quickbooks';
import { WatchedPool } from './watched-pool';

const DAY = 24 * 3_600_000;

/** The gateway itself over a real Postgres, in virtual time, against QuickBooks' exact limits. */
export interface LimitedGateway {
  readonly db: Database;
  readonly time: VirtualTime;
  readonly qbo: LimitedQuickbooks;
  readonly random: Random;
  readonly errors: string[];
  readonly clock: () => Date;
  connect(tenant: string): Promise<void>;
  start(): Promise<void>;
  /** Asks for one customer each, named `tenant/id`; the names. */
  ask(tenants: readonly string[], lane: QboRequest['lane']): Promise<readonly string[]>;
  /** Lets time pass; what is asked of Postgres by us ends before it does. */
  pass(forMs: number, until?: () => boolean): Promise<boolean>;
  close(): Promise<void>;
}

export function openLimitedGateway(options: {
  readonly databaseUrl: string;
  readonly vault: Vault;
  readonly seed: string;
  readonly limits: RealmLimits;
}): LimitedGateway {
  const { limits, vault } = options;
  const random = new Random(options.seed);
  const db = createPool(options.databaseUrl, { max: 8, applicationName: 'limited' });
  const watched = new WatchedPool(db);
  // Postgres' own clock must never be ahead of ours.
  const time = new VirtualTime(
    Date.now() + DAY,
    () => random.next(),
    () => watched.quiet(),
  );
  // Before anything that takes its clock when it is made.
  time.install();
  const qbo = new LimitedQuickbooks(time, random, limits);
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
  let asked = 0;
  const pass = (forMs: number, until: () => boolean = () => false): Promise<boolean> => {
    let over = false;
    time.after(forMs, () => (over = true));
    return time.runUntil(Infinity, () => over || until());
  };
  return {
    ...{ db, time, qbo, random, errors, clock, pass },
    start: async () => {
      await dispatcher.start();
    },
    async ask(tenants, lane) {
      const reads = tenants.map((tenant) => {
        const id = `n${(asked += 1)}`;
        const request: QboRequest = {
          ...{ tenant, ref: `customer:${id}`, revision: 1, books: `bk-${tenant}`, kind: 'put', lane },
          ...{ resource: 'Customer', occurredAt: new Date().toISOString() },
          how: { path: 'customer', update: 'changed' },
          body: JSON.stringify({ DisplayName: `${tenant}/${id}` }),
          find: { where: [['DisplayName', `${tenant}/${id}`]], agree: ['DisplayName'], adopt: false },
        };
        return { request, text: JSON.stringify(request), name: `${tenant}/${id}` };
      });
      await inTransaction(db, (sql) => takeRequests(sql, reads));
      dispatcher.wake([...new Set(tenants)]);
      return reads.map(({ name }) => name);
    },
    async connect(tenant) {
      const now = clock();
      const pair = {
        ...{ accessToken: `access-${tenant}`, refreshToken: 'r' },
        ...{ accessLifeMs: 100 * DAY, refreshLifeMs: 100 * DAY },
      };
      await upsertConnected(db, {
        ...{ tenant, books: `bk-${tenant}`, realmHmacs: [tenant], companyName: null },
        realmSealed: vault.seal(tenant, { tenant, column: 'realm' }),
        ...sealPair(vault, tenant, pair, now),
      });
      const settings: SyncSettings = {
        ...{ tenant, version: 1, books: `bk-${tenant}`, active: true, goLiveAt: '2026-11-01T00:00:00Z' },
        company: { name: 'Oak Plumbing', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
        ...{ profile: null, values: DEFAULT_SETTINGS },
      };
      await inTransaction(db, (sql) => takeSettings(sql, JSON.stringify(settings), now));
    },
    async close() {
      const stopped = dispatcher.stop();
      await pass(600_000);
      await stopped;
      VirtualTime.uninstall();
      permits.stop();
      await db.end();
    },
  };
}
