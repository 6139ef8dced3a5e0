import type { ComingWrite, Courier } from '../sending/courier';
import { backOffMs } from '../decide/gate';
import { Fenced, Stopped } from '../sending/desk';
import { shardOf } from '../intake';
import type { Company } from '../calling/quickbooks';

/** Work on one row; an empty ref: on none, it only asks whether QuickBooks answers. */
export interface Task {
  readonly tenant: string;
  readonly ref: string;
  readonly run: () => Promise<void>;
}

export interface UnderWayOptions {
  readonly courier: Courier;
  readonly onEnded: (tenant: string) => void;
  /** A row failed for a fault of ours; it is to be tried again then. */
  readonly onLater: (tenant: string, atMs: number) => void;
  readonly onFenced: (shard: number, epoch: string) => void;
  /** Told of every failure of ours; holds neither a name nor an amount. */
  readonly onError: (error: unknown, where: { readonly tenant: string; readonly ref: string }) => void;
}

const NONE: ReadonlySet<string> = new Set();

/** The rows this process works on, each once at a time, and those that rest after a fault of ours. */
export class UnderWay {
  readonly #refs = new Map<string, Set<string>>();
  readonly #failures = new Map<string, { count: number; until: number }>();
  readonly #tasks = new Set<Promise<void>>();

  constructor(private readonly options: UnderWayOptions) {}

  /** Refs of a tenant. */
  of(tenant: string): ReadonlySet<string> {
    return this.#refs.get(tenant) ?? NONE;
  }

  /** Of all tenants. */
  count(): number {
    return this.#tasks.size;
  }

  isIdle(shard: number): boolean {
    return ![...this.#refs.keys()].some((tenant) => shardOf(tenant) === shard);
  }

  /** True unless the row is worked on, or rests. */
  mayStart(tenant: string, ref: string): boolean {
    const failed = this.#failures.get(`${tenant}:${ref}`);
    return !this.of(tenant).has(ref) && (failed === undefined || failed.until <= Date.now());
  }

  start({ tenant, books }: Company, task: Task, write: ComingWrite): void {
    const { courier, onEnded } = this.options;
    const { ref } = task;
    const refs = this.#refs.get(tenant) ?? new Set<string>();
    this.#refs.set(tenant, refs);
    refs.add(ref);
    courier.coming(books, ref, write);
    const running = this.#run(task).finally(() => {
      refs.delete(ref);
      if (refs.size === 0) this.#refs.delete(tenant);
      courier.gone(books, ref);
      this.#tasks.delete(running);
      onEnded(tenant);
    });
    this.#tasks.add(running);
  }

  /** Ends when nothing is under way that is now. */
  async ended(): Promise<void> {
    await Promise.all(this.#tasks);
  }

  async #run(task: Task): Promise<void> {
    const { onFenced, onLater, onError } = this.options;
    const key = `${task.tenant}:${task.ref}`;
    try {
      await task.run();
      this.#failures.delete(key);
    } catch (error) {
      if (error instanceof Stopped) return;
      if (error instanceof Fenced) return onFenced(error.shard, error.epoch);
      // A fault of ours or of the database: the row stays, others go on, this one later.
      const count = (this.#failures.get(key)?.count ?? 0) + 1;
      const until = Date.now() + backOffMs(count, Math.random());
      this.#failures.set(key, { count, until });
      onLater(task.tenant, until);
      onError(error, task);
    }
  }
}
