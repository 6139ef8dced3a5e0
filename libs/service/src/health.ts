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

/** A prober waits no longer: a check that has not answered by then asks something that hangs. */
const ANSWER_WITHIN_MS = 1_500;

/** The checks of one process. A check that throws or hangs is not ok. */
export class Health {
  private readonly checks = new Map<string, Check>();
  /** Asked and not answered yet: whoever probes again waits for the same answer. */
  private readonly asked = new Map<string, Promise<CheckResult>>();
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
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await this.ask(name, check)] as const),
    );
    return {
      ready: !this.stopping && results.every(([, { ok }]) => ok),
      checks: Object.fromEntries(this.stopping ? [...results, ['shutdown', { ok: false }]] : results),
    };
  }

  private ask(name: string, check: Check): Promise<CheckResult> {
    const asked = this.asked.get(name) ?? answerOf(check).finally(() => this.asked.delete(name));
    this.asked.set(name, asked);
    return inTime(asked);
  }
}

async function inTime(answer: Promise<CheckResult>): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, state: 'hangs' }), ANSWER_WITHIN_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

async function answerOf(check: Check): Promise<CheckResult> {
  try {
    return await check();
  } catch {
    return { ok: false, state: 'failed' };
  }
}
