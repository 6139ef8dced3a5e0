interface Due {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

const REAL = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  random: Math.random,
  now: performance.now.bind(performance),
};

/**
 * The only clock there is while a seed runs: `Date`, timers and `Math.random` of the whole process are its own. Nothing
 * happens at the same time: what is due is run one after the other, and what it set off comes to an end before the next.
 */
export class VirtualTime {
  private readonly heap: Due[] = [];
  private order = 0;
  nowMs: number;

  constructor(
    startMs: number,
    private readonly random: () => number,
    /** Ends once nothing goes on any more; only then the clock moves. By default promises alone are waited for. */
    private readonly settle: () => Promise<void> = settled,
  ) {
    this.nowMs = startMs;
  }

  at(at: number, run: () => void): Due {
    const due: Due = { at: Math.max(at, this.nowMs), order: (this.order += 1), run };
    this.heap.push(due);
    this.rise(this.heap.length - 1);
    return due;
  }

  /** Goes on by so much at once; what became due by it runs next. */
  step(byMs: number): void {
    this.nowMs += byMs;
  }

  after(delayMs: number, run: () => void): Due {
    return this.at(this.nowMs + delayMs, run);
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** Runs what is due until `until` says so after a step, or the clock would pass `limitMs`. True: `until` said so. */
  async runUntil(limitMs: number, until: () => boolean, everySteps = 1): Promise<boolean> {
    await Promise.resolve();
    for (let step = 0; ; step += 1) {
      await this.settle();
      if (step % everySteps === 0 && until()) return true;
      if ((this.heap[0]?.at ?? Infinity) > limitMs) return until();
      const next = this.take();
      if (next === undefined) return until();
      // What a step went past is late, and runs now.
      this.nowMs = Math.max(this.nowMs, next.at);
      const { run } = next;
      next.run = undefined;
      run?.();
    }
  }

  install(): void {
    const nowMs = (): number => this.nowMs;
    class VirtualDate extends REAL.Date {
      constructor(...parts: readonly unknown[]) {
        if (parts.length === 0) super(nowMs());
        else super(...(parts as [number]));
      }
      static override now(): number {
        return nowMs();
      }
      static override [Symbol.hasInstance](value: unknown): boolean {
        return (
          typeof value === 'object' &&
          value !== null &&
          REAL.Date.prototype.isPrototypeOf.call(REAL.Date.prototype, value)
        );
      }
    }
    const handle = (due: Due) => ({ due, unref: () => undefined, ref: () => undefined });
    type Handle = ReturnType<typeof handle>;
    const cancel = (one: Handle | undefined): void => {
      if (one !== undefined) one.due.run = undefined;
    };
    const repeat = (run: () => void, everyMs: number): Handle => {
      const again = handle({ at: 0, order: 0, run });
      const tick = (): void => {
        const due = this.after(everyMs, () => {
          tick();
          run();
        });
        Object.assign(again, { due });
      };
      tick();
      return again;
    };
    Object.assign(globalThis, {
      Date: VirtualDate,
      setTimeout: (run: () => void, delayMs = 0) => handle(this.after(Math.max(1, delayMs), run)),
      clearTimeout: cancel,
      setInterval: repeat,
      clearInterval: cancel,
    });
    Math.random = this.random;
    performance.now = nowMs;
  }

  static uninstall(): void {
    const { random, now, ...globals } = REAL;
    Object.assign(globalThis, globals);
    Math.random = random;
    performance.now = now;
  }

  private take(): Due | undefined {
    for (;;) {
      const [first] = this.heap;
      if (first === undefined) return undefined;
      const last = this.heap.pop() as Due;
      if (this.heap.length > 0) {
        this.heap[0] = last;
        this.sink(0);
      }
      if (first.run !== undefined) return first;
    }
  }

  private before(a: Due, b: Due): boolean {
    return a.at !== b.at ? a.at < b.at : a.order < b.order;
  }

  private rise(from: number): void {
    for (let at = from; at > 0;) {
      const up = (at - 1) >> 1;
      const [child, parent] = [this.heap[at] as Due, this.heap[up] as Due];
      if (!this.before(child, parent)) return;
      this.heap[at] = parent;
      this.heap[up] = child;
      at = up;
    }
  }

  private sink(from: number): void {
    for (let at = from; ;) {
      const left = 2 * at + 1;
      let least = at;
      for (const child of [left, left + 1]) {
        if (child < this.heap.length && this.before(this.heap[child] as Due, this.heap[least] as Due)) least = child;
      }
      if (least === at) return;
      [this.heap[at], this.heap[least]] = [this.heap[least] as Due, this.heap[at] as Due];
      at = least;
    }
  }
}

/** All promises that can go on have gone on: the queue of ticks comes after that of promises, once we are in the latter. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
