import { DEFAULT_SETTINGS, type SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { createPool } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { CompanyWatch } from '@qbo-sync/gateway/company/company-watch';
import { Dispatcher } from '@qbo-sync/gateway/scheduling/dispatcher';
import { takeRequests, takeSettings } from '@qbo-sync/gateway/intake';
import { Permits } from '@qbo-sync/gateway/calling/permits';
import { Quickbooks } from '@qbo-sync/gateway/calling/quickbooks';
import { upsertConnected } from '@qbo-sync/gateway/sql/companies';
import { allStandings } from '@qbo-sync/gateway/company/standing';
import { sealPair, Tokens } from '@qbo-sync/gateway/tokens/tokens';
import type { Vault } from '@qbo-sync/gateway/tokens/vault';
import type { QboClient } from '@qbo-sync/qbo/client';
import type { RealmLimits } from '@qbo-sync/qbo/limiter';
import type { IntuitOAuth } from '@qbo-sync/qbo/oauth';
import { Random } from '../world/random';
import { VirtualTime } from '../world/virtual-time';
import { LimitedQuickbooks } from './limited-quickbooks';
import { WatchedPool } from './watched-pool';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** How often each company is asked when it will be done. */
const ASKED_PER_MINUTE = 6;

export interface OutageOptions {
  readonly databaseUrl: string;
  readonly vault: Vault;
  readonly seed: string;
  readonly companies: number;
  /** Records of the n-th company that come while QuickBooks is down. */
  readonly missed: (company: number, random: Random) => number;
  readonly limits: RealmLimits;
  readonly outageMs: number;
}

/** A record that came while the backlog of its company may still have drained. */
export interface Live {
  readonly tenant: string;
  readonly tookMs: number;
  /** Of what its company had missed was still to be written when it was. */
  readonly overtook: number;
}

/** What a company sent of what was missed before its first window was over. */
export interface FirstWindow {
  readonly tenant: string;
  readonly missed: number;
  readonly singles: number;
  readonly batches: number;
  /** Records in those batches. */
  readonly parts: number;
}

/** What one company was told of its drain, and when it was over. */
export interface Told {
  readonly tenant: string;
  readonly saidAtMs: number;
  readonly saidToEndAtMs: number;
  readonly endedAtMs: number;
  /** Since QuickBooks was back. */
  readonly afterMs: number;
}

export interface OutageDay {
  readonly records: number;
  readonly lost: number;
  readonly twice: readonly string[];
  readonly calls: number;
  readonly throttled: number;
  readonly unanswered: number;
  /** From QuickBooks' return until the last of what was missed was written. */
  readonly drainedMs: number;
  readonly live: readonly Live[];
  readonly firstWindows: readonly FirstWindow[];
  readonly told: readonly Told[];
  readonly conditionsSaid: number;
  readonly errors: readonly string[];
}

/**
 * QuickBooks does not answer for hours while a field-service day goes on in many companies, then it does: the gateway
 * itself over a real Postgres, in virtual time, against QuickBooks' exact limits.
 *
 *   ──down──────────────────────▶│──back: what was missed drains, what comes now goes first──▶ nothing waits
 *     records come, none is sent │   again and again each company is asked when it will be done
 */
export async function outageDay(options: OutageOptions): Promise<OutageDay> {
  const { limits, companies, vault, outageMs } = options;
  const random = new Random(options.seed);
  const db = createPool(options.databaseUrl, { max: 8, applicationName: 'outage' });
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
    ...{ db, quickbooks, clock, owner: 'outage', unsureWaitMs: 3_000, pollMs: 10_000 },
    ...{ leaseMs: 100 * DAY, leaseTickMs: DAY },
    onError: (error) => errors.push(String(error)),
  });
  const backAtMs = time.nowMs + outageMs;
  qbo.downUntilMs = backAtMs;
  const arrived = new Map<string, { readonly tenant: string; readonly atMs: number }>();
  let revision = 0;
  const arrive = async (tenants: readonly string[]): Promise<void> => {
    const reads = tenants.map((tenant) => {
      const id = `n${(revision += 1)}`;
      const request: QboRequest = {
        ...{ tenant, ref: `customer:${id}`, revision: 1, books: `bk-${tenant}`, kind: 'put', lane: 'live' },
        ...{ resource: 'Customer', occurredAt: new Date().toISOString(), how: { path: 'customer', update: 'changed' } },
        body: JSON.stringify({ DisplayName: `${tenant}/${id}` }),
        find: { where: [['DisplayName', `${tenant}/${id}`]], agree: ['DisplayName'], adopt: false },
      };
      arrived.set(`${tenant}/${id}`, { tenant, atMs: time.nowMs });
      return { request, text: JSON.stringify(request) };
    });
    await inTransaction(db, (sql) => takeRequests(sql, reads));
    dispatcher.wake([...new Set(tenants)]);
  };
  /** Lets time pass; what is asked of Postgres by us ends before it does. */
  const pass = (forMs: number, until: () => boolean = () => false): Promise<boolean> => {
    let over = false;
    time.after(forMs, () => (over = true));
    return time.runUntil(Infinity, () => over || until());
  };

  try {
    const names = Array.from({ length: companies }, (_, n) => `co-${n}`);
    for (const tenant of names) await connect(tenant);
    await dispatcher.start();
    const plan = planned(names, options, random);
    for (const tenants of plan) {
      if (tenants.length > 0) await arrive(tenants);
      await pass(MINUTE);
      time.step(outageMs / plan.length - MINUTE);
    }
    const said = async (): Promise<{ tenant: string; etaSeconds: number; atMs: number | null }[]> =>
      (await allStandings(db, limits, clock())).flatMap(({ tenant, drain }) =>
        drain === null
          ? []
          : [{ tenant, etaSeconds: drain.etaSeconds, atMs: drain.at === null ? null : Date.parse(drain.at) }],
      );
    const missed = new Map(arrived);
    const isBack = (): boolean => [...missed.keys()].every((name) => qbo.writtenAt.has(name));
    const saidLater: { tenant: string; saidAtMs: number; saidToEndAtMs: number; upTo: ReadonlySet<string> }[] = [];
    for (let step = 0; !isBack() && step < 24 * 60 * ASKED_PER_MINUTE; step += 1) {
      if (step % ASKED_PER_MINUTE === 2) await arrive(names.filter((_, n) => n % 10 === 0 || random.chance(0.2)));
      for (const { tenant, atMs } of await said()) {
        if (atMs === null) continue;
        const upTo = new Set(
          [...arrived].filter(([name, one]) => one.tenant === tenant && !qbo.writtenAt.has(name)).map(([name]) => name),
        );
        saidLater.push({ tenant, saidAtMs: time.nowMs, saidToEndAtMs: atMs, upTo });
      }
      await pass(MINUTE / ASKED_PER_MINUTE, isBack);
    }
    const all = (): boolean => [...arrived.keys()].every((name) => qbo.writtenAt.has(name));
    await pass(10 * MINUTE, all);
    const last = (some: Iterable<string>): number =>
      Math.max(...[...some].map((name) => qbo.writtenAt.get(name) ?? Infinity));
    const { rows } = await db.query<{ n: number }>(
      `select count(*)::int as n from unpublished_message where value like '%"kind":"company"%'`,
    );
    return {
      records: arrived.size,
      lost: [...arrived.keys()].filter((name) => !qbo.writtenAt.has(name)).length,
      twice: qbo.twice(),
      ...qbo.counts,
      drainedMs: last(missed.keys()) - backAtMs,
      live: [...arrived]
        .filter(([name]) => !missed.has(name))
        .map(([name, { tenant, atMs }]) => {
          const writtenAt = qbo.writtenAt.get(name) ?? Infinity;
          const later = [...missed].filter(
            ([other, one]) => one.tenant === tenant && (qbo.writtenAt.get(other) ?? 0) > writtenAt,
          );
          return { tenant, tookMs: writtenAt - atMs, overtook: later.length };
        }),
      firstWindows: names.map((tenant) => {
        const calls = qbo.taken.get(tenant) ?? [];
        const within = calls.filter(({ atMs }) => atMs < (calls[0]?.atMs ?? 0) + limits.windowMs);
        const batches = within.filter(({ parts }) => parts > 0);
        return {
          ...{ tenant, singles: within.length - batches.length, batches: batches.length },
          missed: [...missed.values()].filter((one) => one.tenant === tenant).length,
          parts: batches.reduce((sum, { parts }) => sum + parts, 0),
        };
      }),
      told: saidLater.map(({ upTo, ...one }) => ({ ...one, afterMs: one.saidAtMs - backAtMs, endedAtMs: last(upTo) })),
      conditionsSaid: rows[0]?.n ?? 0,
      errors,
    };
  } finally {
    const stopped = dispatcher.stop();
    await pass(10 * MINUTE);
    await stopped;
    VirtualTime.uninstall();
    permits.stop();
    await db.end();
  }

  async function connect(tenant: string): Promise<void> {
    const now = clock();
    const pair = {
      accessToken: `access-${tenant}`,
      refreshToken: 'r',
      accessLifeMs: 100 * DAY,
      refreshLifeMs: 100 * DAY,
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
  }
}

/** For each step of the outage, the companies a record comes for. */
function planned(names: readonly string[], { missed, outageMs }: OutageOptions, random: Random): string[][] {
  const steps: string[][] = Array.from({ length: Math.ceil(outageMs / (30 * MINUTE)) }, () => []);
  names.forEach((tenant, n) => {
    for (let left = missed(n, random); left > 0; left -= 1) steps[random.between(0, steps.length - 1)]?.push(tenant);
  });
  return steps;
}
