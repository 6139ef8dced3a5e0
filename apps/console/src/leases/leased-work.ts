import type { Log } from '@qbo-sync/service/log';

const EVERY_MS = 1_000;

/** The lease went to another process, or this one stops: what it has in hand is left to the next. */
export class LetGo extends Error {}

/** One kind of work that stands in the database, of which a process has some while its leases last. */
export interface Leases<Work extends { readonly id: string }> {
  /** Keeps what is this process' already, and takes what nobody has. */
  lease(): Promise<readonly Work[]>;
  /** Gives up all of it: another process goes on at once. */
  release(): Promise<void>;
  /** One step; one that throws is begun again, and so is work of which something is left. */
  step(work: Work): Promise<void>;
}

/** Looks every second for work that nobody does, and does it, each piece by one step at a time. */
export class LeasedWork<Work extends { readonly id: string }> {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private readonly inHand = new Map<string, Promise<void>>();
  private isStopped = false;

  /** `of`: the name of the work in the log. */
  constructor(
    private readonly of: string,
    private readonly leases: Leases<Work>,
    private readonly log: Log,
  ) {}

  get stopped(): boolean {
    return this.isStopped;
  }

  start(): void {
    this.timer = setInterval(() => this.wake(), EVERY_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.looking;
    await Promise.all(this.inHand.values());
    await this.leases.release().catch(() => undefined);
  }

  /** There may be something to do. */
  wake(): void {
    if (this.isStopped) return;
    this.looking ??= this.look()
      .catch((err: unknown) => this.log.warn({ err, work: this.of }, 'could not look for work; trying again'))
      .finally(() => {
        this.looking = undefined;
      });
  }

  /** Keeps the leases of what is in hand, and begins a step of each that is not. */
  private async look(): Promise<void> {
    for (const work of await this.leases.lease()) {
      if (this.inHand.has(work.id) || this.isStopped) continue;
      const step = this.leases
        .step(work)
        .catch((err: unknown) => {
          if (err instanceof LetGo) return;
          this.log.warn({ err, work: this.of, id: work.id }, 'could not go on with it; trying again');
        })
        .finally(() => this.inHand.delete(work.id));
      this.inHand.set(work.id, step);
    }
  }
}
