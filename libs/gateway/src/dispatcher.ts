import type { Database } from '@qbo-sync/eventstore/pool';
import { readActive } from './condition';
import { Courier } from './courier';
import { Fenced, type Desk, type Step } from './desk';
import { Agenda } from './decide/agenda';
import { BACK_OFF, backOffMs, gate, isConnected, type BackOff } from './decide/gate';
import { size, takeHeads } from './decide/lanes';
import { gateUnder, nextOutage, NO_OUTAGE } from './decide/outage';
import { earned, newRetryBudget, spend } from './decide/retry-budget';
import { giveTurns, type Ask } from './decide/turns';
import { gather } from './gather';
import { shardOf } from './intake';
import { Leases } from './leases';
import { Ledger } from './ledger';
import { sayOrphans } from './orphans';
import type { Quickbooks } from './quickbooks';
import { howToRead, newRealm, readWindows, type Realm } from './realms';
import { workOn } from './record-work';
import { selectRecentCalls } from './sql/attempts';
import { selectCompanies, type CompanyRow } from './sql/companies';
import { selectClaimed, selectNextDue, wakeForgotten } from './sql/pending';
import { workOnOpen } from './unsure-work';

export interface DispatcherOptions {
  readonly db: Database;
  readonly quickbooks: Quickbooks;
  readonly owner: string;
  /** QBO_UNSURE_WAIT_MS: after this long a create that is not to be found was not made. */
  readonly unsureWaitMs: number;
  readonly clock?: () => Date;
  readonly backOff?: BackOff;
  readonly pollMs?: number;
  /** Messages were stored: publish them. */
  readonly onCommit?: () => void;
  readonly onStep?: (step: Step) => void;
  /** Told of every failure of ours; holds neither a name nor an amount. */
  readonly onError?: (error: unknown, where: { readonly tenant: string; readonly ref: string }) => void;
  /** Another process has taken the shard: this one sends nothing more for it. */
  readonly onFenced?: (shard: number) => void;
  /** How long a shard is leased for; specs take less. */
  readonly leaseMs?: number;
  /** How often leases are looked at. */
  readonly leaseTickMs?: number;
}

/** Rows being worked on at once, in one realm and in all: what is prepared waits for a permit in memory. */
const MOST_PER_REALM = 200;
const MOST = 400;
/** Rows a realm may start before the next one's turn. */
const QUANTUM = 10;
/** Calls older than this are outside every window of QuickBooks', jitter on the way included. */
const REMEMBERED_MS = 62_000;
const POLL_MS = 2_000;
/** How often waits are looked for that nobody ended (a process that died before it could). */
const SWEEP_MS = 30_000;

interface Task {
  readonly tenant: string;
  readonly ref: string;
  readonly run: () => Promise<void>;
}

/**
 * The loop that brings pending rows to QuickBooks:
 *
 *   wake, commit, permit free, moment come ─▶ ready realms ─▶ their windows read ─▶ turns ─▶ rows worked on, one per ref
 *   poll, or anything of a company changed ─▶ every company and its gate looked at        └▶ each ends in a committed step
 *
 * It keeps nothing that is not in the database, so a new one over the same database goes on where this one was killed.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #desk: Desk;
  readonly #courier: Courier;
  readonly #realms = new Map<string, Realm>();
  readonly #tenantOf = new Map<string, string>();
  /** Realms that may have something to start. */
  readonly #ready = new Set<string>();
  readonly #agenda = new Agenda();
  #outage = NO_OUTAGE;
  #retries = newRetryBudget(Date.now());
  #first: string | null = null;
  /** Every company is to be looked at. */
  #look = true;
  /** When a row or a company is to be tried again by itself. */
  #dueAtMs = Infinity;
  readonly #busy = new Map<string, Set<string>>();
  readonly #failures = new Map<string, { count: number; until: number }>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #leases: Leases;
  #rounds: Promise<void> | undefined;
  #woken = false;
  #rouse: (() => void) | undefined;
  #stopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#courier = new Courier(options.quickbooks.permits);
    options.quickbooks.permits.onFree((books) => this.#free(books));
    this.#leases = new Leases({
      ...{ db: options.db, owner: options.owner },
      ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
      ...(options.leaseTickMs === undefined ? {} : { tickMs: options.leaseTickMs }),
      idle: (shard) => ![...this.#busy].some(([tenant, refs]) => refs.size > 0 && shardOf(tenant) === shard),
      onChange: () => this.wake(),
      onError: (error) => options.onError?.(error, { tenant: '', ref: '' }),
    });
    this.#desk = {
      db: options.db,
      quickbooks: options.quickbooks,
      courier: this.#courier,
      ledger: new Ledger(options.db),
      claim: gather((keys) => selectClaimed(options.db, keys)),
      clock: options.clock ?? (() => new Date()),
      unsureWaitMs: options.unsureWaitMs,
      backOff: options.backOff ?? BACK_OFF,
      epochOf: (tenant) => this.#leases.epochOf(shardOf(tenant)),
      onCommit: (tenant) => {
        options.onCommit?.();
        const realm = this.#realms.get(tenant);
        if (realm !== undefined && realm.stale === 'no') realm.stale = 'soon';
        this.#rouseFor(tenant);
      },
      tell: (step) => options.onStep?.(step),
    };
  }

  /** Takes its share of the shards and starts the loop. What it finds open was sent by somebody who is gone. */
  async start(): Promise<void> {
    await this.#leases.start();
    this.#rounds = this.#loop();
  }

  /** Requests of these tenants were stored; without them: anything may have changed, look at every company. */
  wake(tenants?: readonly string[]): void {
    if (tenants === undefined) this.#look = true;
    for (const tenant of tenants ?? []) {
      const realm = this.#realms.get(tenant);
      if (realm !== undefined) realm.stale = 'now';
      this.#ready.add(tenant);
    }
    this.#rouseAll();
  }

  /** True while this process may send for the tenant, and what it sends now is on its way before the lease is over. */
  maySend(tenant: string, forMs: number): boolean {
    return this.#leases.maySend(shardOf(tenant), forMs);
  }

  /** How many shards are held here. */
  shardsHeld(): number {
    return this.#leases.held();
  }

  /** True while QuickBooks as a whole is taken to be down: one company alone asks. */
  isOutage(): boolean {
    return this.#outage.asks !== null;
  }

  /** Ends after what is in flight; shards that are idle go to others at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#rouse?.();
    await this.#rounds;
    await this.#leases.stop(Promise.all(this.#tasks));
  }

  async #loop(): Promise<void> {
    let swept = 0;
    let lookedAt = 0;
    const pollMs = this.#options.pollMs ?? POLL_MS;
    while (!this.#stopped) {
      this.#woken = false;
      let restMs = pollMs;
      try {
        if (Date.now() - swept >= SWEEP_MS) {
          await wakeForgotten(this.#options.db);
          if (await sayOrphans(this.#options.db, this.#desk.clock())) this.#options.onCommit?.();
          swept = Date.now();
        }
        if (this.#look || Date.now() - lookedAt >= pollMs || this.#desk.clock().getTime() >= this.#dueAtMs) {
          this.#look = false;
          this.#dueAtMs = Infinity;
          lookedAt = Date.now();
          await this.#lookAtAll();
        }
        await this.#round();
        restMs = await this.#restMs(lookedAt + pollMs - Date.now());
      } catch (error) {
        this.#look = true;
        this.#options.onError?.(error, { tenant: '', ref: '' });
      }
      await this.#rest(restMs);
    }
  }

  /** Every company whose shard is held here, with its gate; windows are read anew. */
  async #lookAtAll(): Promise<void> {
    const { db } = this.#options;
    const now = this.#desk.clock();
    const all = await selectCompanies(db);
    const held = all.filter(({ tenant }) => this.#leases.holds(shardOf(tenant)));
    const tenants = held.map(({ tenant }) => tenant);
    const active = await readActive(db, tenants);
    await this.#remember(held.filter(({ tenant }) => !this.#realms.has(tenant)));
    const health = (company: CompanyRow) => ({
      tenant: company.tenant,
      failures: company.trouble === 'qbo_down' ? company.failures : 0,
      retryAt: company.retryAt,
    });
    this.#outage = nextOutage(this.#outage, held.filter(({ state }) => isConnected(state)).map(health));
    const here = new Set(tenants);
    for (const tenant of this.#realms.keys()) if (!here.has(tenant)) this.#realms.delete(tenant);
    for (const company of held) {
      const { tenant, books } = company;
      const own = gate({ ...company, active: active.get(tenant) ?? null }, now);
      const open = gateUnder(this.#outage, health(company), own);
      const realm = this.#realms.get(tenant) ?? newRealm(company, open);
      Object.assign(realm, { company, gate: open, stale: 'now' });
      this.#realms.set(tenant, realm);
      this.#tenantOf.set(books, tenant);
      this.#ready.add(tenant);
    }
  }

  /** Realms that are new here were called by somebody before: their windows are not empty. */
  async #remember(companies: readonly CompanyRow[]): Promise<void> {
    if (companies.length === 0) return;
    const now = this.#desk.clock();
    const calls = await selectRecentCalls(this.#options.db, new Date(now.getTime() - REMEMBERED_MS));
    for (const { books } of companies) {
      const of = (batch: boolean): number[] =>
        calls
          .filter((call) => call.books === books && call.batch === batch)
          .map(({ answeredAt }) => (answeredAt ?? now).getTime());
      if (calls.some((call) => call.books === books)) {
        this.#options.quickbooks.permits.restore(books, { single: of(false), batch: of(true) });
      }
    }
  }

  async #round(): Promise<void> {
    const now = this.#desk.clock();
    for (const tenant of this.#agenda.due(Date.now())) this.#ready.add(tenant);
    const anew: Realm[] = [];
    const on: Realm[] = [];
    for (const tenant of this.#ready) {
      const realm = this.#realms.get(tenant);
      if (realm === undefined || realm.gate.most === 'none') continue;
      const how = howToRead(realm, now.getTime());
      if (how === 'anew') anew.push(realm);
      else if (how === 'on') on.push(realm);
      else if (how !== 'not') this.#agenda.add(tenant, how.atMs);
    }
    if (anew.length + on.length > 0) await readWindows(this.#options.db, anew, on, now);
    this.#assign();
  }

  #assign(): void {
    const asks: Ask[] = [];
    for (const tenant of this.#ready) {
      const realm = this.#realms.get(tenant);
      const wants = realm === undefined ? 0 : this.#wants(realm);
      if (wants > 0) asks.push({ tenant, wants });
      else this.#ready.delete(tenant);
    }
    const { given, next } = giveTurns(asks, MOST - this.#tasks.size, QUANTUM, this.#first);
    this.#first = next;
    for (const [tenant, count] of given) {
      const realm = this.#realms.get(tenant);
      if (realm !== undefined) this.#startSome(realm, count);
    }
  }

  /** How many rows of a realm may start; what is not ready now comes back by a commit, a free permit or its moment. */
  #wants(realm: Realm): number {
    const { tenant, books } = realm.company;
    const busy = this.#busy.get(tenant)?.size ?? 0;
    if (!this.#leases.holds(shardOf(tenant)) || realm.gate.most === 'none') return 0;
    if (realm.gate.most === 'one') return busy > 0 ? 0 : 1;
    const has = realm.open.length + size(realm.lanes);
    if (has === 0) return 0;
    const room = this.#courier.room(books);
    if (room.now === 0 && room.againAtMs !== undefined) this.#agenda.add(tenant, room.againAtMs);
    return Math.max(0, Math.min(has, room.now, MOST_PER_REALM - busy));
  }

  #startSome(realm: Realm, count: number): void {
    const { company } = realm;
    // Writes do not tell whether the month's reads are used up.
    if (realm.gate.most === 'one' && company.trouble === 'quota') {
      this.#options.quickbooks.permits.open(company.books);
      for (const probe of this.#probes(company)) this.#start(company, probe);
      return;
    }
    const may = ({ tenant, ref }: { readonly tenant: string; readonly ref: string }): boolean =>
      !(this.#busy.get(tenant)?.has(ref) ?? false) && !this.#pausing(tenant, ref);
    let left = count;
    while (left > 0 && realm.open.length > 0) {
      const [attempt, ...others] = realm.open;
      realm.open = others;
      if (attempt === undefined || !may(attempt) || !this.#affords(realm, attempt.sends > 1)) continue;
      this.#start(company, { ...attempt, run: () => workOnOpen(this.#desk, company, attempt) });
      left -= 1;
    }
    const { heads, lanes } = takeHeads(
      realm.lanes,
      left,
      (head) => may(head) && this.#affords(realm, head.attempts > 0),
    );
    realm.lanes = lanes;
    for (const head of heads) this.#start(company, { ...head, run: () => workOn(this.#desk, company, head) });
    if (realm.gate.most === 'one' && left - heads.length > 0) {
      for (const probe of this.#probes(company)) this.#start(company, probe);
    }
  }

  /** Whether the retry budget allows this one; if not, the realm's window is read again once it does. */
  #affords(realm: Realm, again: boolean): boolean {
    const nowMs = Date.now();
    if (!again) {
      this.#retries = earned(this.#retries, nowMs);
      return true;
    }
    const spent = spend(this.#retries, nowMs);
    if (spent.may) {
      this.#retries = spent.budget;
      return true;
    }
    realm.stale = 'now';
    this.#agenda.add(realm.company.tenant, spent.atMs);
    return false;
  }

  /** A trouble ends by itself even where nothing waits. That a subscription has ended shows on writes alone. */
  #probes(company: CompanyRow): Task[] {
    const { tenant, trouble } = company;
    return trouble === 'subscription' ? [] : [{ tenant, ref: '', run: () => this.#options.quickbooks.probe(company) }];
  }

  #start(company: CompanyRow, task: Task): void {
    const { tenant, books } = company;
    const { ref } = task;
    const busy = this.#busy.get(tenant) ?? new Set<string>();
    this.#busy.set(tenant, busy);
    busy.add(ref);
    this.#courier.coming(books, ref);
    const running = this.#run(task).finally(() => {
      busy.delete(ref);
      if (busy.size === 0) this.#busy.delete(tenant);
      this.#courier.gone(books, ref);
      this.#tasks.delete(running);
      this.#rouseFor(tenant);
    });
    this.#tasks.add(running);
  }

  async #run(task: Task): Promise<void> {
    const key = `${task.tenant}:${task.ref}`;
    try {
      await task.run();
      this.#failures.delete(key);
    } catch (error) {
      if (error instanceof Fenced) {
        this.#leases.lost(error.shard);
        this.#options.onFenced?.(error.shard);
        return;
      }
      // A fault of ours or of the database: the row stays, others go on, this one later.
      const count = (this.#failures.get(key)?.count ?? 0) + 1;
      this.#failures.set(key, { count, until: Date.now() + backOffMs(count, Math.random()) });
      this.#options.onError?.(error, task);
    }
  }

  #pausing(tenant: string, ref: string): boolean {
    const failed = this.#failures.get(`${tenant}:${ref}`);
    return failed !== undefined && failed.until > Date.now();
  }

  #free(books: string): void {
    const tenant = this.#tenantOf.get(books);
    if (tenant !== undefined) this.#rouseFor(tenant);
  }

  #rouseFor(tenant: string): void {
    this.#ready.add(tenant);
    this.#rouseAll();
  }

  #rouseAll(): void {
    this.#woken = true;
    this.#rouse?.();
  }

  /** Until the next moment: of a realm's window, of a row's or a company's next try, of the next look. */
  async #restMs(pollMs: number): Promise<number> {
    const now = this.#desk.clock();
    if (this.#woken) return 0;
    const due = await selectNextDue(this.#options.db, now);
    const dueInMs = due === null ? Infinity : due.getTime() - now.getTime();
    this.#dueAtMs = due?.getTime() ?? Infinity;
    const agendaInMs = (this.#agenda.nextMs() ?? Infinity) - Date.now();
    return Math.max(1, Math.min(pollMs, dueInMs, agendaInMs));
  }

  async #rest(forMs: number): Promise<void> {
    if (this.#woken || this.#stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, forMs);
      this.#rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#rouse = undefined;
  }
}
