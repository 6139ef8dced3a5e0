/** What `/health/ready` asks: consumer, pool, settings read. A check answers at once or within its own short time. */
export interface CheckResult {
  readonly ok: boolean;
  /** A fixed word: `rebuilding`, `catching_up`. */
  readonly state?: string;
}
export type Check = () => CheckResult | Promise<CheckResult>;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

/** The checks of one process. A check that throws is not ok. */
export class Health {
  private readonly checks = new Map<string, Check>();
  private stopping = false;

  /** Adds a check under a name of its own. */
  add(name: string, check: Check): void {
    if (this.checks.has(name)) throw new Error(`health check ${name} is added twice`);
    this.checks.set(name, check);
  }

  /** From now on the process is not ready: it is shutting down. */
  stop(): void {
    this.stopping = true;
  }

  async readiness(): Promise<Readiness> {
    const results = await Promise.all([...this.checks].map(async ([name, check]) => [name, await ask(check)] as const));
    return {
      ready: !this.stopping && results.every(([, { ok }]) => ok),
      checks: Object.fromEntries(this.stopping ? [...results, ['shutdown', { ok: false }]] : results),
    };
  }
}

async function ask(check: Check): Promise<CheckResult> {
  try {
    return await check();
  } catch {
    return { ok: false, state: 'failed' };
  }
}
