import type { Database } from '@qbo-sync/eventstore/pool';
import { MOST_PARTS } from '@qbo-sync/qbo/batch';
import { Courier } from '../sending/courier';
import type { Desk, Step } from '../sending/desk';
import { Agenda } from '../decide/agenda';
import { BACK_OFF, type BackOff } from '../decide/gate';
import { giveTurns, type Ask } from '../decide/turns';
import { gather } from '../gather';
import { shardOf } from '../intake';
import { Leases } from './leases';
import { Ledger } from '../sending/ledger';
import { openings } from '../sending/openings';
import { sayOrphans } from '../orphans';
import type { Company, Quickbooks } from '../calling/quickbooks';
import { changed, howToRead, readWindows, type Realm } from './realms';
import { Roster } from './roster';
import { selectToldOf } from '../feed/sql-changes';
import { selectHolders } from '../sql/links';
import { claimHeads } from '../sql/claiming';
import type { HeadRow } from '../sql/heads';
import { wakeForgotten } from '../sql/waiting';
import { readSurroundings } from '../sending/surroundings';
import { Rounds } from '../rounds';
import { Starter } from './starter';
import { UnderWay } from './under-way';

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

/** Rows being worked on at once: what is prepared waits for a permit in memory. */
const MOST = 4_000;
/** Heads of one statement, as many as the ledger settles in one transaction. */
const CLAIMED = 1_000;
/** Windows read by one round: while their rows are worked on, the next ones are read. */
const READ = 50;
/** Rows a realm may start before the next one's turn: what fills a batch. */
const QUANTUM = MOST_PARTS;
const POLL_MS = 2_000;
const NONE: ReadonlyMap<HeadRow, string> = new Map();
/** How often waits are looked for that nobody ended (a process that died before it could). */
const SWEEP_MS = 30_000;

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
  /** Those of them whose windows are to be read by a later round. */
  readonly #unread = new Set<string>();
  readonly #agenda = new Agenda();
  #first: string | null = null;
  /** Every company in need is to be looked at, or these. */
  #lookAtAll = true;
  #looks = new Set<string>();
  /** Rows that are to be tried again by themselves. */
  readonly #dues = new Agenda();
  readonly #underWay: UnderWay;
  readonly #starter: Starter;
  readonly #leases: Leases;
  readonly #rounds: Rounds;
  readonly #pollMs: number;
  #lookedAtMs = 0;
  #sweptAtMs = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#courier = new Courier(options.quickbooks.permits);
    options.quickbooks.permits.onFree((books) => this.#free(books));
    this.#leases = new Leases({
      ...{ db: options.leaseDb ?? options.db, owner: options.owner },
      ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
      ...(options.leaseTickMs === undefined ? {} : { tickMs: options.leaseTickMs }),
      idle: (shard) => this.#underWay.isIdle(shard),
      onChange: () => this.wake(),
      onError: (error) => options.onError?.(error, { tenant: '', ref: '' }),
    });
    this.#underWay = new UnderWay({
      courier: this.#courier,
      onEnded: (tenant) => this.#rouseFor(tenant),
      onLater: (tenant, atMs) => this.#dues.add(tenant, atMs),
      onFenced: (shard, epoch) => {
        this.#leases.lost(shard, epoch);
        options.onFenced?.(shard);
      },
      onError: (error, where) => options.onError?.(error, where),
    });
    const clock = options.clock ?? (() => new Date());
    this.#roster = new Roster({
      ...{ db: options.db, permits: options.quickbooks.permits, leases: this.#leases, clock },
      isBusy: (tenant) => this.#underWay.of(tenant).size > 0,
    });
    this.#desk = {
      db: options.db,
      quickbooks: options.quickbooks,
      courier: this.#courier,
      open: openings(options.db),
      ledger: new Ledger(options.db, (tenant) => this.wake([tenant])),
      claim: gather((heads) => claimHeads(options.db, heads), CLAIMED),
      around: gather((rows) => readSurroundings(options.db, rows)),
      holderOf: gather((records) => selectHolders(options.db, records)),
      isToldOf: gather((versions) => selectToldOf(options.db, versions)),
      clock,
      unsureWaitMs: options.unsureWaitMs,
      backOff: options.backOff ?? BACK_OFF,
      epochOf: (tenant) => this.#leases.epochOf(shardOf(tenant)),
      onCommit: (tenant) => this.#committed(tenant),
      onChange: (tenant, again) => {
        const realm = this.#roster.realm(tenant);
        if (realm !== undefined) changed(realm);
        if (again !== undefined) this.#dues.add(tenant, Date.now() + again.getTime() - clock().getTime());
        this.#committed(tenant);
      },
      tell: (step) => options.onStep?.(step),
    };
    this.#starter = new Starter({
      ...{ desk: this.#desk, quickbooks: options.quickbooks, courier: this.#courier },
      ...{ leases: this.#leases, underWay: this.#underWay },
      onLater: (tenant, atMs) => this.#agenda.add(tenant, atMs),
    });
    this.#pollMs = options.pollMs ?? POLL_MS;
    this.#rounds = new Rounds({
      everyMs: this.#pollMs,
      round: () => this.#round(),
      restMs: () => this.#restMs(),
      onError: (error) => {
        this.#lookAtAll = true;
        options.onError?.(error, { tenant: '', ref: '' });
      },
    });
  }

  /** Takes its share of the shards and starts the loop. What it finds open was sent by somebody who is gone. */
  async start(): Promise<void> {
    await this.#leases.start();
    this.#rounds.start();
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
    this.#rounds.wake();
  }

  /** Something of this company's connection, trouble or settings is another than before. */
  changed(tenant: string): void {
    this.#looks.add(tenant);
    this.#rounds.wake();
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
    await this.#rounds.stop();
    this.#courier.stop();
    await this.#leases.stop(this.#underWay.ended());
  }

  async #round(): Promise<void> {
    if (Date.now() - this.#sweptAtMs >= SWEEP_MS) {
      await wakeForgotten(this.#options.db);
      if (await sayOrphans(this.#options.db, this.#desk.clock())) this.#options.onCommit?.();
      this.#sweptAtMs = Date.now();
    }
    if (this.#lookAtAll || Date.now() - this.#lookedAtMs >= this.#pollMs) {
      this.#lookedAtMs = Date.now();
      await this.#look('all');
    } else if (this.#looks.size > 0) {
      await this.#look([...this.#looks]);
    }
    this.#assign(await this.#read());
  }

  /** Gates read anew, and the windows behind them. */
  async #look(at: 'all' | readonly string[]): Promise<void> {
    this.#looks.clear();
    if (at === 'all') this.#lookAtAll = false;
    const found = at === 'all' ? await this.#roster.lookAtAll() : await this.#roster.look(at);
    for (const tenant of found) this.#ready.add(tenant);
  }

  /** The windows of realms that are ready, as far as they are not known and something may start. */
  async #read(): Promise<ReadonlyMap<HeadRow, string>> {
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
    this.#unread.clear();
    const room = this.#underWay.count() < MOST ? READ : 0;
    for (const tenant of this.#ready) {
      const realm = this.#roster.realm(tenant);
      if (realm === undefined || realm.gate.most === 'none') continue;
      const how = howToRead(realm, now.getTime());
      if (how === 'not') continue;
      if (how !== 'anew' && how !== 'on') this.#agenda.add(tenant, how.atMs);
      else if (anew.length + on.length >= room) this.#unread.add(tenant);
      else (how === 'anew' ? anew : on).push(realm);
    }
    // Who was read is the last to be read again.
    for (const { company } of [...anew, ...on]) {
      this.#ready.delete(company.tenant);
      this.#ready.add(company.tenant);
    }
    if (room > 0 && this.#unread.size > 0) this.#rounds.wake();
    if (anew.length + on.length === 0) return NONE;
    const epochs = [...anew, ...on].map(({ company }) => this.#desk.epochOf(company.tenant));
    const claimed = await readWindows(this.#options.db, anew, on, now, (realm, lane) => this.#atOnce(realm, lane));
    // What is under way here is open too, and whoever sent it takes its next step.
    for (const realm of anew) {
      const busy = this.#underWay.of(realm.company.tenant);
      if (busy.size > 0) realm.open = realm.open.filter(({ ref }) => !busy.has(ref));
    }
    // Lost and taken back meanwhile: others may have worked on what was read.
    const isOurs = [...anew, ...on].every(({ company }, place) => this.#desk.epochOf(company.tenant) === epochs[place]);
    return isOurs ? claimed : NONE;
  }

  /** What a realm of which nothing is under way may start of a lane, up to what fills a batch. */
  #atOnce({ company, gate }: Realm, lane: HeadRow['lane']): number {
    if (gate.most !== 'limit' || this.#underWay.of(company.tenant).size > 0) return 0;
    return Math.min(QUANTUM, this.#courier.room(company.books, lane).now);
  }

  #assign(claimed: ReadonlyMap<HeadRow, string>): void {
    const asks: Ask[] = [];
    for (const tenant of this.#ready) {
      const realm = this.#roster.realm(tenant);
      const wants = realm === undefined ? 0 : this.#starter.wants(realm);
      if (wants > 0) asks.push({ tenant, wants });
      else if (!this.#unread.has(tenant)) this.#ready.delete(tenant);
    }
    const { given, next } = giveTurns(asks, MOST - this.#underWay.count(), QUANTUM, this.#first);
    this.#first = next;
    for (const [tenant, count] of given) {
      const realm = this.#roster.realm(tenant);
      if (realm !== undefined) this.#starter.start(realm, count, claimed);
    }
  }

  #committed(tenant: string): void {
    this.#options.onCommit?.();
    this.#rouseFor(tenant);
  }

  #free(books: string): void {
    const tenant = this.#roster.tenantOf(books);
    if (tenant !== undefined) this.#rouseFor(tenant);
  }

  #rouseFor(tenant: string): void {
    this.#ready.add(tenant);
    this.#rounds.wake();
  }

  /** Until the next moment: of a realm's window, of a row's or a company's next try, of the next look. */
  #restMs(): number {
    const nowMs = Date.now();
    const inMs = (agenda: Agenda): number => (agenda.nextMs() ?? Infinity) - nowMs;
    const gateInMs = this.#roster.gateAtMs() - this.#desk.clock().getTime();
    return Math.max(
      1,
      Math.min(this.#lookedAtMs + this.#pollMs - nowMs, gateInMs, inMs(this.#dues), inMs(this.#agenda)),
    );
  }
}
