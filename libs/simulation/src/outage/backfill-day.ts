import { UNDER_WAY } from '@qbo-sync/contracts/internal/backfill';
import type { Vault } from '@qbo-sync/gateway/tokens/vault';
import type { RealmLimits } from '@qbo-sync/qbo/limiter';
import { openLimitedGateway } from './limited-gateway';

const MINUTE = 60_000;
const TENANT = 'acme';
/** How often the console looks what came to rest and hands over as much. */
const LOOKS_MS = 1_000;
/** From QuickBooks' answer until the log's row says so, and the console sees it. */
const TOLD_MS = 3_000;
const LIVE_EVERY_MS = 20_000;
const PARTS = 30;

export interface BackfillOptions {
  readonly databaseUrl: string;
  readonly vault: Vault;
  readonly seed: string;
  readonly records: number;
  readonly limits: RealmLimits;
  /** Records under way at once, as a share of what the console lets be: smaller limits need fewer. */
  readonly underWay?: number;
}

export interface BackfillDay {
  readonly tookMs: number;
  /** Of what QuickBooks' limits allow, from the first window's end to the last record. */
  readonly share: number;
  readonly throttled: number;
  readonly twice: readonly string[];
  readonly lost: number;
  /** How long each live record waited. */
  readonly liveMs: readonly number[];
  readonly errors: readonly string[];
}

/**
 * A backfill hands over as the console does, so many under way at once, while something live happens every 20 s.
 *
 *   handed over ─▶ the gateway's backlog ─▶ written ─3 s─▶ come to rest ─▶ as many more
 */
export async function backfillDay(options: BackfillOptions): Promise<BackfillDay> {
  const { records, limits, underWay = UNDER_WAY.documents } = options;
  const gateway = openLimitedGateway(options);
  const { time, qbo, errors, pass } = gateway;
  try {
    await gateway.connect(TENANT);
    await gateway.start();
    const startedAtMs = time.nowMs;
    const open = new Set<string>();
    const old = new Set<string>();
    const live = new Map<string, number>();
    let nextLiveAtMs = startedAtMs + LIVE_EVERY_MS;
    for (;;) {
      const told = time.nowMs - TOLD_MS;
      for (const name of open) if ((qbo.writtenAt.get(name) ?? Infinity) <= told) open.delete(name);
      const more = Math.min(underWay - open.size, records - old.size);
      if (more > 0) {
        for (const name of await gateway.ask(Array<string>(more).fill(TENANT), 'backlog')) {
          open.add(name);
          old.add(name);
        }
      }
      if (open.size === 0) break;
      if (time.nowMs >= nextLiveAtMs) {
        const atMs = time.nowMs;
        for (const name of await gateway.ask([TENANT], 'live')) live.set(name, atMs);
        nextLiveAtMs += LIVE_EVERY_MS;
      }
      await pass(LOOKS_MS);
    }
    await pass(MINUTE, () => [...live.keys()].every((name) => qbo.writtenAt.has(name)));
    const written = [...old].map((name) => qbo.writtenAt.get(name) ?? Infinity);
    const lastAtMs = Math.max(...written);
    const afterFirst = startedAtMs + limits.windowMs;
    const later = written.filter((at) => at > afterFirst).length;
    const perWindow = limits.perWindow.single + limits.perWindow.batch * PARTS;
    return {
      tookMs: lastAtMs - startedAtMs,
      share: later / (((lastAtMs - afterFirst) / limits.windowMs) * perWindow),
      throttled: qbo.counts.throttled,
      twice: qbo.twice(),
      lost: [...old, ...live.keys()].filter((name) => !qbo.writtenAt.has(name)).length,
      liveMs: [...live].map(([name, atMs]) => (qbo.writtenAt.get(name) ?? Infinity) - atMs),
      errors,
    };
  } finally {
    await gateway.close();
  }
}
