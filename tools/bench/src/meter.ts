import type { Database } from '@qbo-sync/eventstore/pool';

/** What this process, the gateway among what it runs, has used since a moment. */
export interface Used {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly statements: number;
}

/** Counts every statement of these pools, transactions' own among them, and the process's CPU. */
export class Meter {
  #statements = 0;

  constructor(...pools: readonly Database[]) {
    for (const pool of pools) this.#count(pool);
  }

  #count(pool: Database): void {
    pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...given: unknown[]) => unknown;
      Object.assign(client, {
        query: (...given: unknown[]): unknown => {
          this.#statements += 1;
          return query(...given);
        },
      });
    });
  }

  /** Starts measuring; what it answers tells what was used until it is called. */
  start(): () => Used {
    const [startedAt, cpu, statements] = [performance.now(), process.cpuUsage(), this.#statements];
    return () => {
      const { user, system } = process.cpuUsage(cpu);
      return {
        wallMs: performance.now() - startedAt,
        cpuMs: (user + system) / 1_000,
        statements: this.#statements - statements,
      };
    };
  }
}

/** The value below which that part of all lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
