import {
  allowance,
  closed,
  ended,
  fullness,
  rebuilt,
  REALM_LIMITS,
  started,
  throttled,
  underWay,
  unsent,
  UNUSED,
  type Allowance,
  type CallKind,
  type RealmLimits,
  type RealmUse,
} from '@qbo-sync/qbo/limiter';

/** The right to one call, taken before it is made. */
export interface Permit {
  readonly realm: string;
  readonly kind: CallKind;
  /** It has been used, or given back. */
  spent: boolean;
}

/** Makes every call to QuickBooks wait for its realm's permit: the dispatcher's and the people's reads alike. */
export class Permits {
  readonly #uses = new Map<string, RealmUse>();
  readonly #queues = new Map<string, { kind: CallKind; go: (permit: Permit) => void }[]>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #onFree: ((realm: string) => void)[] = [];
  #calls = 0;

  constructor(
    readonly limits: RealmLimits = REALM_LIMITS,
    private readonly now: () => number = Date.now,
  ) {}

  /** Told whenever a realm may have room again after a call. */
  onFree(free: (realm: string) => void): void {
    this.#onFree.push(free);
  }

  /** What is known of the calls made before this process held the realm. */
  restore(realm: string, calls: Readonly<Record<CallKind, readonly number[]>>): void {
    this.#uses.set(realm, rebuilt(this.#use(realm), calls, this.limits, this.now()));
  }

  /** Calls of either kind that may be under way beside those that are. */
  free(realm: string): number {
    return Math.max(0, this.limits.concurrent - underWay(this.#use(realm)) - this.#queue(realm).length);
  }

  /** Calls of all realms under way. */
  calls(): number {
    return this.#calls;
  }

  /** How many calls of a kind may start now, after those that wait, with `spared` of the window left to others. */
  room(realm: string, kind: CallKind, spared = 0): Allowance {
    const allowed = allowance(this.#use(realm), kind, this.limits, this.now(), spared);
    const before = this.#queue(realm).filter((each) => each.kind === kind).length;
    return { ...allowed, now: Math.max(0, Math.min(allowed.now - before, this.free(realm))) };
  }

  /** Calls of a kind under way. */
  underWay(realm: string, kind: CallKind): number {
    return this.#use(realm).kinds[kind].inFlight;
  }

  /** Of all realms: the fullest window of each kind, the least share of a limit left to us, the most calls at once. */
  extremes(): { readonly used: Readonly<Record<CallKind, number>>; readonly share: number; readonly underWay: number } {
    const found = { used: { single: 0, batch: 0 }, share: 1, underWay: 0 };
    for (const use of this.#uses.values()) {
      for (const kind of ['single', 'batch'] as const) {
        const { used, share } = fullness(use, kind, this.limits, this.now());
        found.used[kind] = Math.max(found.used[kind], used);
        found.share = Math.min(found.share, share);
      }
      found.underWay = Math.max(found.underWay, underWay(use));
    }
    return found;
  }

  /** Takes a permit that `room` has shown. */
  take(realm: string, kind: CallKind): Permit {
    this.#uses.set(realm, started(this.#use(realm), kind));
    this.#calls += 1;
    return { realm, kind, spent: false };
  }

  /** Gives back a permit that was not used. */
  giveBack(permit: Permit): void {
    if (permit.spent) return;
    permit.spent = true;
    this.#calls -= 1;
    this.#uses.set(permit.realm, unsent(this.#use(permit.realm), permit.kind));
    this.#freed(permit.realm);
  }

  /** The permit for one call, once its realm has room. */
  next(realm: string, kind: CallKind): Promise<Permit> {
    return new Promise((go) => {
      this.#queue(realm).push({ kind, go });
      this.#admit(realm);
    });
  }

  /** Runs a call under its permit; counted from its end. */
  async use<T>(permit: Permit, call: () => Promise<T>): Promise<T> {
    const { realm, kind } = permit;
    permit.spent = true;
    try {
      return await call();
    } finally {
      this.#calls -= 1;
      this.#uses.set(realm, ended(this.#use(realm), kind, this.limits, this.now()));
      this.#freed(realm);
    }
  }

  /** The realm was throttled. */
  refused(realm: string, kind: CallKind, untilMs: number): void {
    this.#uses.set(realm, throttled(this.#use(realm), kind, this.limits, this.now(), untilMs));
  }

  /** The realm's quota is used up: nothing goes, and its share of the limits is not in doubt. */
  close(realm: string, untilMs: number): void {
    this.#uses.set(realm, closed(this.#use(realm), untilMs));
  }

  /** The company's gate lets a call through again: a quota may have been raised before its pause was over. */
  open(realm: string): void {
    this.#uses.set(realm, { ...this.#use(realm), closedUntilMs: 0 });
    this.#admit(realm);
  }

  /** True while nothing may start: what holds a permit from before does not use it either. */
  isClosed(realm: string): boolean {
    return this.now() < this.#use(realm).closedUntilMs;
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #freed(realm: string): void {
    this.#admit(realm);
    for (const free of this.#onFree) free(realm);
  }

  /** The first of each kind that has room goes; a batch without room holds no single up. */
  #admit(realm: string): void {
    const queue = this.#queue(realm);
    let againAtMs = Infinity;
    for (const waiting of [...queue]) {
      const allowed = allowance(this.#use(realm), waiting.kind, this.limits, this.now());
      if (allowed.now === 0) {
        againAtMs = Math.min(againAtMs, allowed.againAtMs ?? Infinity);
        continue;
      }
      queue.splice(queue.indexOf(waiting), 1);
      waiting.go(this.take(realm, waiting.kind));
    }
    if (againAtMs === Infinity || this.#timers.has(realm)) return;
    const again = (): void => {
      this.#timers.delete(realm);
      this.#admit(realm);
    };
    this.#timers.set(realm, setTimeout(again, Math.max(1, againAtMs - this.now())));
  }

  #use(realm: string): RealmUse {
    return this.#uses.get(realm) ?? UNUSED;
  }

  #queue(realm: string): { kind: CallKind; go: (permit: Permit) => void }[] {
    const queue = this.#queues.get(realm) ?? [];
    this.#queues.set(realm, queue);
    return queue;
  }
}
