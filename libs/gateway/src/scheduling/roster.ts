import type { Database } from '@qbo-sync/eventstore/pool';
import { gate, isConnected, throttledUntil, type Gate } from '../decide/gate';
import { gateUnder, nextOutage, NO_OUTAGE, type RealmHealth } from '../decide/outage';
import { shardOf } from '../intake';
import type { Leases } from './leases';
import type { Permits } from '../calling/permits';
import { isLow, newRealm, type Realm } from './realms';
import { selectRecentCalls } from '../sql/attempts';
import { selectGates, selectGatesInNeed, selectTenants, type GateRow } from '../sql/gates';
import { selectRecentReads } from '../sql/read-calls';
import { SHARDS } from '../sql/shards';

/** Calls older than this are outside every window of QuickBooks', jitter on the way included. */
const REMEMBERED_MS = 62_000;

/** A window that is not low is read anew so often: another process may have stored what stands before its place. */
const REREAD_MS = 10_000;

export interface RosterOptions {
  readonly db: Database;
  readonly permits: Permits;
  readonly leases: Pick<Leases, 'holds' | 'epochOf'>;
  readonly clock: () => Date;
  /** Something of the tenant is under way here. */
  readonly isBusy: (tenant: string) => boolean;
}

/**
 * The companies for which this process has something to do, each with its gate. One for which nothing waits is not held:
 * it is looked up when a request comes for it, so that ten thousand idle ones cost nothing.
 *
 *   request stored, row or settings changed ──▶ its gate read
 *   poll ────────────────────────────────────▶ gates of all in need read; those that need nothing any more go
 */
export class Roster {
  readonly #realms = new Map<string, Realm>();
  readonly #tenantOf = new Map<string, string>();
  /** Under which epoch each shard's calls of before were taken into its realms' windows. */
  readonly #remembered = new Map<number, string>();
  #outage = NO_OUTAGE;
  #gateAtMs = Infinity;

  constructor(private readonly options: RosterOptions) {}

  realm(tenant: string): Realm | undefined {
    return this.#realms.get(tenant);
  }

  tenantOf(books: string): string | undefined {
    return this.#tenantOf.get(books);
  }

  /** True while QuickBooks as a whole is taken to be down: one company alone asks. */
  isOutage(): boolean {
    return this.#outage.asks !== null;
  }

  /** Reads the gates of these companies; answers those that are held here. */
  async look(tenants: readonly string[]): Promise<string[]> {
    const held = tenants.filter((tenant) => this.#holds(tenant));
    if (held.length === 0) return [];
    await this.#remember();
    return this.#take(await selectGates(this.options.db, held), () => 'now');
  }

  /** Reads the gates of all companies in need; answers all that are held here. */
  async lookAtAll(): Promise<string[]> {
    await this.#remember();
    const rows = (await selectGatesInNeed(this.options.db)).filter(({ tenant }) => this.#holds(tenant));
    const inNeed = new Set(rows.map(({ tenant }) => tenant));
    for (const [tenant, realm] of this.#realms) {
      // Whom a request has come for meanwhile stays.
      const isDone = !inNeed.has(tenant) && realm.stale === 'no' && !this.options.isBusy(tenant);
      if (isDone || !this.#holds(tenant)) this.#realms.delete(tenant);
    }
    const nowMs = this.options.clock().getTime();
    this.#take(rows, (realm) => {
      if (isLow(realm)) return 'now';
      return realm.stale === 'no' && nowMs >= realm.readAtMs + REREAD_MS ? 'soon' : realm.stale;
    });
    return [...this.#realms.keys()];
  }

  /** When the next pause of a company ends, by the clock; {@link regate} then. */
  gateAtMs(): number {
    return this.#gateAtMs;
  }

  /** Works every gate out again: a moment has come. Answers those that are another than before. */
  regate(): string[] {
    const now = this.options.clock();
    const realms = [...this.#realms.values()];
    const connected = realms.filter(({ company }) => isConnected(company.state)).map(({ company }) => health(company));
    this.#outage = nextOutage(this.#outage, connected, now.getTime());
    const moments = [this.#outage.fromMs, ...realms.flatMap(({ company }) => company.retryAt?.getTime() ?? [])];
    this.#gateAtMs = moments.filter((at) => at > now.getTime()).reduce((next, at) => Math.min(next, at), Infinity);
    return realms.flatMap((realm) => {
      const open = this.#gateOf(realm.company, now);
      if (isSame(open, realm.gate)) return [];
      Object.assign(realm, { gate: open, stale: 'now' });
      return [realm.company.tenant];
    });
  }

  #take(rows: readonly GateRow[], staleOf: (known: Realm) => Realm['stale']): string[] {
    const now = this.options.clock();
    let troubled = this.isOutage();
    for (const company of rows) {
      const { tenant, books } = company;
      const open = this.#gateOf(company, now);
      const realm = this.#realms.get(tenant);
      troubled ||= company.trouble !== null || (realm !== undefined && realm.company.trouble !== null);
      this.#tenantOf.set(books, tenant);
      // Another process was refused: what is under way to QuickBooks here goes no more either.
      const restsUntil = throttledUntil(company, now.getTime());
      if (restsUntil !== null) this.options.permits.close(books, restsUntil.getTime());
      if (realm === undefined) this.#realms.set(tenant, newRealm(company, open));
      else Object.assign(realm, { company, gate: open, stale: isSame(open, realm.gate) ? staleOf(realm) : 'now' });
    }
    const tenants = rows.map(({ tenant }) => tenant);
    return troubled ? [...tenants, ...this.regate()] : tenants;
  }

  #gateOf(company: GateRow, now: Date): Gate {
    return gateUnder(this.#outage, health(company), gate(company, now), now.getTime());
  }

  #holds(tenant: string): boolean {
    return this.options.leases.holds(shardOf(tenant));
  }

  /** Realms of a shard that is new here were called by somebody before: their windows are not empty. */
  async #remember(): Promise<void> {
    const { db, leases, permits } = this.options;
    const fresh = new Map<number, string>();
    for (let shard = 0; shard < SHARDS; shard += 1) {
      const epoch = leases.epochOf(shard);
      if (leases.holds(shard) && this.#remembered.get(shard) !== epoch) fresh.set(shard, epoch);
    }
    if (fresh.size === 0) return;
    const now = this.options.clock();
    const since = new Date(now.getTime() - REMEMBERED_MS);
    const reads = await selectRecentReads(db, since);
    const calls = [
      ...(await selectRecentCalls(db, since)),
      ...reads.map(({ books, endedAt }) => ({ books, batch: false, answeredAt: endedAt })),
    ];
    const tenants = await selectTenants(db, [...new Set(calls.map(({ books }) => books))]);
    for (const [books, tenant] of tenants) {
      if (!fresh.has(shardOf(tenant))) continue;
      const of = (batch: boolean): number[] =>
        calls
          .filter((call) => call.books === books && call.batch === batch)
          .map(({ answeredAt }) => (answeredAt ?? now).getTime());
      permits.restore(books, { single: of(false), batch: of(true) });
    }
    for (const [shard, epoch] of fresh) this.#remembered.set(shard, epoch);
  }
}

function health({ tenant, trouble, failures, retryAt }: GateRow): RealmHealth {
  return { tenant, failures: trouble === 'qbo_down' ? failures : 0, retryAt };
}

function isSame(one: Gate, other: Gate): boolean {
  return one.most === other.most && one.all === other.all;
}
