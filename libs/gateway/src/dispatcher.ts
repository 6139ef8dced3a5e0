import type { Database } from '@qbo-sync/eventstore/pool';
import { readActive } from './condition';
import { Fenced, type Desk, type Step } from './desk';
import { BACK_OFF, backOffMs, gate, type BackOff } from './decide/gate';
import { shardOf } from './intake';
import type { Quickbooks } from './quickbooks';
import { workOn } from './record-work';
import { selectOpenAttempts } from './sql/attempts';
import { selectCompanies, type CompanyRow } from './sql/companies';
import { selectHeads, selectNextDue, wakeForgotten } from './sql/pending';
import { takeShards } from './sql/shards';
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
  /** Another process has taken over: this one sends nothing more. */
  readonly onFenced?: () => void;
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
  #epochs = new Map<number, string>();
  #rounds: Promise<void> | undefined;
  #woken = false;
  #rouse: (() => void) | undefined;
  #stopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#desk = {
      db: options.db,
      quickbooks: options.quickbooks,
      clock: options.clock ?? (() => new Date()),
      unsureWaitMs: options.unsureWaitMs,
      backOff: options.backOff ?? BACK_OFF,
      epochOf: (tenant) => this.#epochs.get(shardOf(tenant)) ?? '0',
      onCommit: () => {
        options.onCommit?.();
        this.wake();
      },
      tell: (step) => options.onStep?.(step),
    };
  }

  /** Takes the shards and starts the loop. What it finds open was sent by somebody who is gone. */
  async start(): Promise<void> {
    this.#epochs = await takeShards(this.#options.db, this.#options.owner);
    this.#rounds = this.#loop();
  }

  /** Something may be due: look now. */
  wake(): void {
    this.#woken = true;
    this.#rouse?.();
  }

  /** Ends after what is in flight. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#rouse?.();
    await this.#rounds;
    await Promise.all(this.#tasks);
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
    const companies = await selectCompanies(this.#options.db);
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
        this.#stopped = true;
        this.#options.onFenced?.();
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
