import {
  allowance,
  closed,
  ended,
  REALM_LIMITS,
  started,
  UNUSED,
  type RealmLimits,
  type RealmUse,
} from '@qbo-sync/qbo/limiter';

/** Makes every call to QuickBooks wait for its realm's permit: the dispatcher's and the people's reads alike. */
export class Permits {
  readonly #limits: RealmLimits;
  readonly #uses = new Map<string, RealmUse>();
  readonly #queues = new Map<string, (() => void)[]>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(limits: RealmLimits = REALM_LIMITS) {
    this.#limits = limits;
  }

  /** Runs a call once its realm has room; counted from its end. */
  async run<T>(realm: string, call: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.#queue(realm).push(resolve);
      this.#admit(realm);
    });
    try {
      return await call();
    } finally {
      this.#uses.set(realm, ended(this.#use(realm), this.#limits, Date.now()));
      this.#admit(realm);
    }
  }

  /** The realm was throttled. */
  close(realm: string, untilMs: number): void {
    this.#uses.set(realm, closed(this.#use(realm), untilMs));
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #admit(realm: string): void {
    const queue = this.#queue(realm);
    const allowed = allowance(this.#use(realm), this.#limits, Date.now());
    for (const go of queue.splice(0, allowed.now)) {
      this.#uses.set(realm, started(this.#use(realm)));
      go();
    }
    if (queue.length === 0 || allowed.againAtMs === undefined || this.#timers.has(realm)) return;
    const again = (): void => {
      this.#timers.delete(realm);
      this.#admit(realm);
    };
    this.#timers.set(realm, setTimeout(again, Math.max(1, allowed.againAtMs - Date.now())));
  }

  #use(realm: string): RealmUse {
    return this.#uses.get(realm) ?? UNUSED;
  }

  #queue(realm: string): (() => void)[] {
    const queue = this.#queues.get(realm) ?? [];
    this.#queues.set(realm, queue);
    return queue;
  }
}
