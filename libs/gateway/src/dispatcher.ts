import type { Database } from '@qbo-sync/eventstore/pool';
import { readActive } from './condition';
import { Fenced, type Desk, type Step } from './desk';
import { BACK_OFF, backOffMs, gate, type BackOff } from './decide/gate';
import { shardOf } from './intake';
import { Leases } from './leases';
import type { Quickbooks } from './quickbooks';
import { workOn } from './record-work';
import { selectOpenAttempts } from './sql/attempts';
import { selectCompanies, type CompanyRow } from './sql/companies';
import { selectHeads, selectNextDue, wakeForgotten } from './sql/pending';
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
}

/** In flight per company (quickbooks.md §3.1). */
const MOST_PER_COMPANY = 10;
/** Rows looked at per company and round. */
const WINDOW = 50;
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
 *   wake or poll ─▶ companies whose gate is open ─▶ open attempts due, then heads ─▶ up to 10 in flight per company,
 *   one per ref ─▶ each ends in a committed step ─▶ wake
 *
 * It keeps nothing that is not in the database, so a new one over the same database goes on where this one was killed.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #desk: Desk;
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
    this.#leases = new Leases({
      ...{ db: options.db, owner: options.owner },
      ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
      idle: (shard) => ![...this.#busy].some(([tenant, refs]) => refs.size > 0 && shardOf(tenant) === shard),
      onChange: () => this.wake(),
      onError: (error) => options.onError?.(error, { tenant: '', ref: '' }),
    });
    this.#desk = {
      db: options.db,
      quickbooks: options.quickbooks,
      clock: options.clock ?? (() => new Date()),
      unsureWaitMs: options.unsureWaitMs,
      backOff: options.backOff ?? BACK_OFF,
      epochOf: (tenant) => this.#leases.epochOf(shardOf(tenant)),
      onCommit: () => {
        options.onCommit?.();
        this.wake();
      },
      tell: (step) => options.onStep?.(step),
    };
  }

  /** Takes its share of the shards and starts the loop. What it finds open was sent by somebody who is gone. */
  async start(): Promise<void> {
    await this.#leases.start();
    this.#rounds = this.#loop();
  }

  /** Something may be due: look now. */
  wake(): void {
    this.#woken = true;
    this.#rouse?.();
  }

  /** True while this process may send for the tenant, and what it sends now is on its way before the lease is over. */
  maySend(tenant: string, forMs: number): boolean {
    return this.#leases.maySend(shardOf(tenant), forMs);
  }

  /** How many shards are held here. */
  shardsHeld(): number {
    return this.#leases.held();
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
    while (!this.#stopped) {
      this.#woken = false;
      let restMs = this.#options.pollMs ?? POLL_MS;
      try {
        if (Date.now() - swept >= SWEEP_MS) {
          await wakeForgotten(this.#options.db);
          swept = Date.now();
        }
        await this.#round();
        restMs = await this.#restMs(restMs);
      } catch (error) {
        this.#options.onError?.(error, { tenant: '', ref: '' });
      }
      await this.#rest(restMs);
    }
  }

  async #round(): Promise<void> {
    const now = this.#desk.clock();
    const all = await selectCompanies(this.#options.db);
    const companies = all.filter(({ tenant }) => this.#leases.holds(shardOf(tenant)));
    const active = await readActive(
      this.#options.db,
      companies.map(({ tenant }) => tenant),
    );
    const gates = companies.map((company) => ({
      company,
      ...gate({ ...company, active: active.get(company.tenant) ?? null }, now),
    }));
    const open = gates.filter(({ most }) => most !== 'none');
    const byTenant = new Map(open.map((each) => [each.company.tenant, each]));
    const tenants = (all: boolean): string[] =>
      open.filter((each) => each.all === all).map(({ company }) => company.tenant);
    const attempts = await selectOpenAttempts(this.#options.db, [...byTenant.keys()], now);
    const heads = [
      ...(await selectHeads(this.#options.db, tenants(true), { all: true, each: WINDOW }, now)),
      ...(await selectHeads(this.#options.db, tenants(false), { all: false, each: WINDOW }, now)),
    ];
    const tasks = (company: CompanyRow): Task[] => [
      ...attempts
        .filter(({ tenant }) => tenant === company.tenant)
        .map((attempt) => ({ ...attempt, run: () => workOnOpen(this.#desk, company, attempt) })),
      ...heads
        .filter(({ tenant }) => tenant === company.tenant)
        .map((head) => ({ ...head, run: () => workOn(this.#desk, company, head) })),
    ];
    for (const { company, most } of open) {
      if (most === 'limit') this.#fill(company, MOST_PER_COMPANY, tasks(company));
      else this.#fill(company, 1, [...tasks(company), ...this.#probes(company)]);
    }
  }

  /** A trouble ends by itself even where nothing waits. That a subscription has ended shows on writes alone. */
  #probes(company: CompanyRow): Task[] {
    const { tenant, trouble } = company;
    return trouble === 'subscription' ? [] : [{ tenant, ref: '', run: () => this.#options.quickbooks.probe(company) }];
  }

  #fill(company: CompanyRow, most: number, tasks: readonly Task[]): void {
    const busy = this.#busy.get(company.tenant) ?? new Set<string>();
    this.#busy.set(company.tenant, busy);
    for (const task of tasks) {
      if (busy.size >= most) return;
      if (busy.has(task.ref) || this.#pausing(task)) continue;
      busy.add(task.ref);
      const running = this.#run(task).finally(() => {
        busy.delete(task.ref);
        this.#tasks.delete(running);
        this.wake();
      });
      this.#tasks.add(running);
    }
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

  #pausing({ tenant, ref }: Task): boolean {
    const failed = this.#failures.get(`${tenant}:${ref}`);
    return failed !== undefined && failed.until > Date.now();
  }

  async #restMs(pollMs: number): Promise<number> {
    const now = this.#desk.clock();
    const due = await selectNextDue(this.#options.db, now);
    return due === null ? pollMs : Math.min(pollMs, Math.max(1, due.getTime() - now.getTime()));
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
