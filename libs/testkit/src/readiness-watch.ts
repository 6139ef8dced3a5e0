const EVERY_MS = 250;
const ANSWER_WITHIN_MS = 10_000;

interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean }>>;
}

/** Asks services again and again whether they are alive and ready, and remembers who said no, and to which check. */
export class ReadinessWatch {
  /** Services that did not answer, or said that they are not alive. */
  readonly dead = new Set<string>();
  /** Service → the checks that failed, each with how often. */
  private readonly failed = new Map<string, Map<string, number>>();
  private readonly rounds: Promise<unknown>;
  private ended = false;

  constructor(services: readonly (readonly [name: string, url: string])[]) {
    this.rounds = Promise.all(services.map(([name, url]) => this.watch(name, url)));
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.rounds;
  }

  /** Services that said of a check that it is not ok. */
  unready(check: string): string[] {
    return [...this.failed].filter(([, checks]) => checks.has(check)).map(([service]) => service);
  }

  /** How often a check was said not to be ok. */
  times(check: string): number {
    return [...this.failed.values()].reduce((sum, checks) => sum + (checks.get(check) ?? 0), 0);
  }

  private async watch(name: string, url: string): Promise<void> {
    while (!this.ended) {
      try {
        const [live, ready] = await Promise.all([ask(`${url}/health/live`), ask(`${url}/health/ready`)]);
        if (!live.ok) this.dead.add(name);
        if (ready.status === 503) this.note(name, (await ready.json()) as Readiness);
      } catch {
        this.dead.add(name);
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  private note(name: string, { checks }: Readiness): void {
    const counts = this.failed.get(name) ?? new Map<string, number>();
    this.failed.set(name, counts);
    for (const [check, { ok }] of Object.entries(checks)) if (!ok) counts.set(check, (counts.get(check) ?? 0) + 1);
  }
}

export async function isReady(url: string): Promise<boolean> {
  const response = await ask(`${url}/health/ready`);
  await response.arrayBuffer();
  return response.ok;
}

const ask = (url: string): Promise<Response> => fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
