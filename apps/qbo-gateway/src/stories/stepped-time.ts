interface Waiting {
  readonly atMs: number;
  readonly run: () => void;
  real: NodeJS.Timeout;
}

/**
 * Time that runs as always and can be stepped forward, for everything in the spec's process: dates and timeouts alike. What
 * a step makes due is run at once, in the order of its moments. Node's own timers, Postgres's clock and monotonic clocks
 * are not moved.
 */
export function steppedTime(): { step(ms: number): Promise<void>; restore(): void } {
  const real = { Date, setTimeout, clearTimeout };
  let aheadMs = 0;
  const now = (): number => real.Date.now() + aheadMs;
  const waiting = new Map<object, Waiting>();

  class SteppedDate extends real.Date {
    constructor(...at: [] | [number, number]) {
      if (at.length === 0) super(now());
      else super(...at);
    }
    static override now(): number {
      return now();
    }
  }
  const later = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): NodeJS.Timeout => {
    const handle = real.setTimeout(() => {
      waiting.delete(handle);
      run(...args);
    }, ms);
    waiting.set(handle, { atMs: now() + ms, run: () => run(...args), real: handle });
    return handle;
  };
  const clear = (handle?: NodeJS.Timeout | string | number): void => {
    const known = typeof handle === 'object' ? waiting.get(handle) : undefined;
    if (typeof handle === 'object') waiting.delete(handle);
    real.clearTimeout(known?.real ?? handle);
  };
  Object.assign(globalThis, { Date: SteppedDate, setTimeout: later, clearTimeout: clear });

  return {
    step: async (ms: number): Promise<void> => {
      aheadMs += ms;
      const due = [...waiting].filter(([, { atMs }]) => atMs <= now()).sort(([, a], [, b]) => a.atMs - b.atMs);
      for (const [handle, { run, real: timer }] of due) {
        if (!waiting.delete(handle)) continue;
        real.clearTimeout(timer);
        run();
      }
      for (const [handle, each] of waiting) {
        if (due.some(([one]) => one === handle)) continue;
        real.clearTimeout(each.real);
        each.real = real.setTimeout(
          () => {
            waiting.delete(handle);
            each.run();
          },
          Math.max(0, each.atMs - now()),
        );
      }
      await new Promise((resolve) => real.setTimeout(resolve, 0));
    },
    restore: () => Object.assign(globalThis, real),
  };
}
