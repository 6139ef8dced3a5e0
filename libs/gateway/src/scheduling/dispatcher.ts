import type { Database } from '@qbo-sync/eventstore/pool';
import { MOST_PARTS } from '@qbo-sync/qbo/batch';
import { Courier, type ComingWrite } from '../sending/courier';
import { Fenced, Stopped, type Desk, type Step } from '../sending/desk';
import { Agenda } from '../decide/agenda';
import { BACK_OFF, backOffMs, type BackOff } from '../decide/gate';
import { size, takeHeads } from '../decide/lanes';
import { earned, newRetryBudget, spend } from '../decide/retry-budget';
import { giveTurns, type Ask } from '../decide/turns';
import { gather } from '../gather';
import { shardOf } from '../intake';
import { Leases } from './leases';
import { Ledger } from '../sending/ledger';
import { openings } from '../sending/openings';
import { sayOrphans } from '../orphans';
import { NEEDED_TO_SEND_MS, type Company, type Quickbooks } from '../calling/quickbooks';
import { howToRead, readWindows, type Realm } from './realms';
import { workOn } from '../sending/record-work';
import { Roster } from './roster';
import type { GateRow } from '../sql/gates';
import { selectClaimed, wakeForgotten } from '../sql/pending';
import { readSurroundings } from '../sending/surroundings';
import { workOnOpen } from '../sending/unsure-work';

export interface DispatcherOptions {
  readonly db: Database;
  /** For leases alone, so that they never wait for a connection; absent: `db`. */
  readonly leaseDb?: Database;
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
const MOST = 4_000;
/** Rows a realm may start before the next one's turn: what fills a batch. */
const QUANTUM = MOST_PARTS;
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
 *   poll, or anything of a company changed ─▶ its gate read (roster.ts)                   └▶ each ends in a committed step
 *
 * It keeps nothing that is not in the database, so a new one over the same database goes on where this one was killed.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #desk: Desk;
  readonly #courier: Courier;
  readonly #roster: Roster;
  /** Realms that may have something to start. */
  readonly #ready = new Set<string>();
  readonly #agenda = new Agenda();
  #retries = newRetryBudget(Date.now());
  #first: string | null = null;
  /** Every company in need is to be looked at, or these. */
  #lookAtAll = true;
  #looks = new Set<string>();
  /** Rows that are to be tried again by themselves. */
  readonly #dues = new Agenda();
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
      ...{ db: options.leaseDb ?? options.db, owner: options.owner },
      ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
      ...(options.leaseTickMs === undefined ? {} : { tickMs: options.leaseTickMs }),
      idle: (shard) => ![...this.#busy].some(([tenant, refs]) => refs.size > 0 && shardOf(tenant) === shard),
      onChange: () => this.wake(),
      onError: (error) => options.onError?.(error, { tenant: '', ref: '' }),
    });
    const clock = options.clock ?? (() => new Date());
    this.#roster = new Roster({
      ...{ db: options.db, permits: options.quickbooks.permits, leases: this.#leases, clock },
      isBusy: (tenant) => this.#busy.has(tenant),
    });
    this.#desk = {
      db: options.db,
      quickbooks: options.quickbooks,
      courier: this.#courier,
      open: openings(options.db),
      ledger: new Ledger(options.db, (tenant) => this.wake([tenant])),
      claim: gather((keys) => selectClaimed(options.db, keys)),
      around: gather((rows) => readSurroundings(options.db, rows)),
      clock,
      unsureWaitMs: options.unsureWaitMs,
      backOff: options.backOff ?? BACK_OFF,
      epochOf: (tenant) => this.#leases.epochOf(shardOf(tenant)),
      onCommit: (tenant, again) => {
        options.onCommit?.();
        const realm = this.#roster.realm(tenant);
        if (realm !== undefined && realm.stale === 'no') realm.stale = 'soon';
        if (again !== undefined) this.#dues.add(tenant, Date.now() + again.getTime() - clock().getTime());
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
    if (tenants === undefined) this.#lookAtAll = true;
    for (const tenant of tenants ?? []) {
      const realm = this.#roster.realm(tenant);
      if (realm === undefined) this.#looks.add(tenant);
      else realm.stale = 'now';
      this.#ready.add(tenant);
    }
    this.#rouseAll();
  }

  /** Something of this company's connection, trouble or settings is another than before. */
  changed(tenant: string): void {
    this.#looks.add(tenant);
    this.#rouseAll();
  }

  /** True while this process may send for the company, and what it sends now is on its way before the lease is over. */
  maySend({ tenant, epoch }: Company, forMs: number): boolean {
    return this.#leases.maySend(shardOf(tenant), forMs, epoch);
  }

  /** True while the company's work is done here. */
  holds(tenant: string): boolean {
    return this.#leases.holds(shardOf(tenant));
  }

  /** How many shards are held here. */
  shardsHeld(): number {
    return this.#leases.held();
  }

  /** True while QuickBooks as a whole is taken to be down: one company alone asks. */
  isOutage(): boolean {
    return this.#roster.isOutage();
  }

  /** Ends after what is in flight, what waits in line is left to others; shards that are idle go to others at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#rouse?.();
    await this.#rounds;
    this.#courier.stop();
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
        if (this.#lookAtAll || Date.now() - lookedAt >= pollMs) {
          lookedAt = Date.now();
          await this.#look('all');
        } else if (this.#looks.size > 0) {
          await this.#look([...this.#looks]);
        }
        await this.#round();
        restMs = this.#restMs(lookedAt + pollMs - Date.now());
      } catch (error) {
        this.#lookAtAll = true;
        this.#options.onError?.(error, { tenant: '', ref: '' });
      }
      await this.#rest(restMs);
    }
  }

  /** Gates read anew, and the windows behind them. */
  async #look(at: 'all' | readonly string[]): Promise<void> {
    this.#looks.clear();
    if (at === 'all') this.#lookAtAll = false;
    const found = at === 'all' ? await this.#roster.lookAtAll() : await this.#roster.look(at);
    for (const tenant of found) this.#ready.add(tenant);
  }

  async #round(): Promise<void> {
    const now = this.#desk.clock();
    for (const tenant of this.#agenda.due(Date.now())) this.#ready.add(tenant);
    for (const tenant of this.#dues.due(Date.now())) {
      const realm = this.#roster.realm(tenant);
      if (realm !== undefined) realm.stale = 'now';
      this.#ready.add(tenant);
    }
    if (now.getTime() >= this.#roster.gateAtMs()) for (const tenant of this.#roster.regate()) this.#ready.add(tenant);
    const anew: Realm[] = [];
    const on: Realm[] = [];
    for (const tenant of this.#ready) {
      const realm = this.#roster.realm(tenant);
      if (realm === undefined || realm.gate.most === 'none') continue;
      const how = howToRead(realm, now.getTime());
      if (how === 'anew') anew.push(realm);
      else if (how === 'on') on.push(realm);
      else if (how !== 'not') this.#agenda.add(tenant, how.atMs);
    }
    if (anew.length + on.length > 0) await readWindows(this.#options.db, anew, on, now);
    // What is under way here is open too, and whoever sent it takes its next step.
    for (const realm of anew) {
      const busy = this.#busy.get(realm.company.tenant);
      if (busy !== undefined) realm.open = realm.open.filter(({ ref }) => !busy.has(ref));
    }
    this.#assign();
  }

  #assign(): void {
    const asks: Ask[] = [];
    for (const tenant of this.#ready) {
      const realm = this.#roster.realm(tenant);
      const wants = realm === undefined ? 0 : this.#wants(realm);
      if (wants > 0) asks.push({ tenant, wants });
      else this.#ready.delete(tenant);
    }
    const { given, next } = giveTurns(asks, MOST - this.#tasks.size, QUANTUM, this.#first);
    this.#first = next;
    for (const [tenant, count] of given) {
      const realm = this.#roster.realm(tenant);
      if (realm !== undefined) this.#startSome(realm, count);
    }
  }

  /** How many rows of a realm may start; what is not ready now comes back by a commit, a free permit or its moment. */
  #wants(realm: Realm): number {
    const { lanes, open } = realm;
    const { tenant, books } = realm.company;
    const busy = this.#busy.get(tenant)?.size ?? 0;
    // What would be given up for want of a lease is not begun.
    if (!this.#leases.holds(shardOf(tenant), NEEDED_TO_SEND_MS) || realm.gate.most === 'none') return 0;
    if (realm.gate.most === 'one') return busy > 0 ? 0 : 1;
    const room = (lane: 'live' | 'backlog', has: number): number => {
      if (has === 0) return 0;
      const { now, againAtMs } = this.#courier.room(books, lane);
      if (now === 0 && againAtMs !== undefined) this.#agenda.add(tenant, againAtMs);
      return now;
    };
    const has = open.length + lanes.backlog.length;
    const backlog = Math.max(0, Math.min(has, room('backlog', has), MOST_PER_REALM - busy));
    const live = room('live', lanes.live.length);
    const more = Math.max(0, Math.min(lanes.live.length, live, MOST_PER_REALM + QUANTUM - busy));
    return Math.min(backlog + more, Math.max(backlog, live));
  }

  #startSome(realm: Realm, count: number): void {
    const { company } = realm;
    // Writes do not tell whether the month's reads are used up.
    if (realm.gate.most === 'one' && company.trouble === 'quota') {
      this.#options.quickbooks.permits.open(company.books);
      for (const probe of this.#probes(company)) this.#start(company, probe);
      return;
    }
    const { tenant } = company;
    const may = ({ ref }: { readonly ref: string }): boolean =>
      !(this.#busy.get(tenant)?.has(ref) ?? false) && !this.#pausing(tenant, ref);
    let left = count;
    const isProbe = realm.gate.most === 'one';
    // A part of a batch is no probe while anything else is: by itself it uses up one of the window's batches.
    if (isProbe) realm.open = realm.open.toSorted((a, b) => Number(a.bid !== null) - Number(b.bid !== null));
    let backlog = isProbe ? count : Math.min(count, this.#courier.room(company.books, 'backlog').now);
    while (backlog > 0 && realm.open.length > 0) {
      const [attempt, ...others] = realm.open;
      if (isProbe && attempt?.bid !== null && size(realm.lanes) > 0) break;
      realm.open = others;
      if (attempt === undefined || !may(attempt) || !this.#affords(realm, attempt.sends > 1)) continue;
      const run = this.#begun(company, (desk, own) => workOnOpen(desk, own, attempt));
      this.#start(company, { ...attempt, run }, { lane: 'backlog', bound: attempt.bid && attempt.requestid });
      left -= 1;
      backlog -= 1;
    }
    const { heads, lanes } = takeHeads(
      realm.lanes,
      { all: left, backlog },
      (head) => may(head) && this.#affords(realm, head.attempts > 0),
    );
    realm.lanes = lanes;
    for (const head of heads) {
      const run = this.#begun(company, (desk, own) => workOn(desk, own, head));
      this.#start(company, { ...head, run }, { lane: head.lane, bound: null });
    }
    if (isProbe && left - heads.length > 0) {
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
  #probes(company: GateRow): Task[] {
    const { tenant, trouble } = company;
    return trouble === 'subscription' ? [] : [{ tenant, ref: '', run: () => this.#options.quickbooks.probe(company) }];
  }

  #start(company: GateRow, task: Task, write: ComingWrite = { lane: 'live', bound: null }): void {
    const { tenant, books } = company;
    const { ref } = task;
    const busy = this.#busy.get(tenant) ?? new Set<string>();
    this.#busy.set(tenant, busy);
    busy.add(ref);
    this.#courier.coming(books, ref, write);
    const running = this.#run(task).finally(() => {
      busy.delete(ref);
      if (busy.size === 0) this.#busy.delete(tenant);
      this.#courier.gone(books, ref);
      this.#tasks.delete(running);
      this.#rouseFor(tenant);
    });
    this.#tasks.add(running);
  }

  /** What is begun now is sent and committed under the epoch of now: a shard lost and taken back is not the same. */
  #begun(company: Realm['company'], work: (desk: Desk, company: Company) => Promise<void>): () => Promise<void> {
    return () => {
      const epoch = this.#desk.epochOf(company.tenant);
      return work({ ...this.#desk, epochOf: () => epoch }, { ...company, epoch });
    };
  }

  async #run(task: Task): Promise<void> {
    const key = `${task.tenant}:${task.ref}`;
    try {
      await task.run();
      this.#failures.delete(key);
    } catch (error) {
      if (error instanceof Stopped) return;
      if (error instanceof Fenced) {
        this.#leases.lost(error.shard, error.epoch);
        this.#options.onFenced?.(error.shard);
        return;
      }
      // A fault of ours or of the database: the row stays, others go on, this one later.
      const count = (this.#failures.get(key)?.count ?? 0) + 1;
      const until = Date.now() + backOffMs(count, Math.random());
      this.#failures.set(key, { count, until });
      this.#dues.add(task.tenant, until);
      this.#options.onError?.(error, task);
    }
  }

  #pausing(tenant: string, ref: string): boolean {
    const failed = this.#failures.get(`${tenant}:${ref}`);
    return failed !== undefined && failed.until > Date.now();
  }

  #free(books: string): void {
    const tenant = this.#roster.tenantOf(books);
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
  #restMs(pollMs: number): number {
    if (this.#woken) return 0;
    const nowMs = Date.now();
    const inMs = (agenda: Agenda): number => (agenda.nextMs() ?? Infinity) - nowMs;
    const gateInMs = this.#roster.gateAtMs() - this.#desk.clock().getTime();
    return Math.max(1, Math.min(pollMs, gateInMs, inMs(this.#dues), inMs(this.#agenda)));
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
