import { allStandings } from '@qbo-sync/gateway/company/standing';
import type { RealmLimits } from '@qbo-sync/qbo/limiter';
import type { Random } from '../world/random';
import { customerRequest } from './record-requests';
import { openLimitedGateway } from './limited-gateway';

const MINUTE = 60_000;
/** How often each company is asked when it will be done. */
const ASKED_PER_MINUTE = 6;

export interface OutageOptions {
  readonly databaseUrl: string;
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
  const { limits, companies, outageMs } = options;
  const names = Array.from({ length: companies }, (_, n) => `co-${n}`);
  const gateway = openLimitedGateway({ ...options, tenants: names });
  const { db, time, qbo, random, errors, clock, pass } = gateway;
  const backAtMs = time.nowMs + outageMs;
  qbo.downUntilMs = backAtMs;
  const arrived = new Map<string, { readonly tenant: string; readonly atMs: number }>();
  const arrive = async (tenants: readonly string[]): Promise<void> => {
    const atMs = time.nowMs;
    const asked = tenants.map((tenant, index) => ({
      tenant,
      id: `n${arrived.size + index + 1}`,
      lane: 'live' as const,
    }));
    await gateway.take(asked.map((one) => customerRequest(one, `${one.tenant}/${one.id}`)));
    for (const { tenant, id } of asked) arrived.set(`${tenant}/${id}`, { tenant, atMs });
  };

  try {
    await gateway.start();
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
    await gateway.close();
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
