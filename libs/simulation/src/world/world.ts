import { createHash } from 'node:crypto';
import type { MemoryClient, MemoryPool, Pace } from '../postgres/database';
import { FaultPlan } from './faults';
import { Random } from './random';
import { VirtualTime } from './virtual-time';

/** A process: it can be frozen, and killed at any point at which it waits for something. */
export interface Actor {
  readonly name: string;
  alive: boolean;
  frozenUntilMs: number;
  readonly pools: MemoryPool[];
  onKilled: () => void;
}

/** What never comes: a dead process waits for it. */
export const NEVER = new Promise<never>(() => undefined);

const START_MS = Date.UTC(2026, 10, 20, 16, 0, 0);
const FREEZE_MS = 40_000;
const FLUSH_AT = 1 << 16;
/** A seed that goes on for longer goes round in circles. */
const MOST_STEPS = 40_000;

const brief = new Map<string, string>();

/** A statement's beginning, on one line. */
function briefly(sql: string): string {
  const known = brief.get(sql) ?? sql.replace(/\s+/g, ' ').slice(0, 60);
  brief.set(sql, known);
  return known;
}

/** Time, chance, faults and the trace of one seed. */
export class World {
  readonly random: Random;
  readonly faults: FaultPlan;
  readonly time: VirtualTime;
  readonly failures: string[] = [];
  readonly lines: string[] = [];
  private readonly hash = createHash('sha256');
  /** Of the trace, not yet in its hash. */
  private untold = '';
  /** Processes that were killed at least once. */
  readonly killed = new Set<string>();
  steps = 0;

  constructor(
    readonly seed: string,
    private readonly verbose = false,
  ) {
    this.random = new Random(seed);
    this.faults = new FaultPlan(new Random(`${seed}/faults`));
    const jitter = new Random(`${seed}/jitter`);
    this.time = new VirtualTime(START_MS, () => jitter.next());
  }

  trace(line: string): void {
    const full = `${this.time.nowMs - START_MS} ${line}\n`;
    if (this.verbose) this.lines.push(full.trimEnd());
    this.untold += full;
    if (this.untold.length > FLUSH_AT) this.flush();
  }

  traceHash(): string {
    this.flush();
    return this.hash.copy().digest('hex').slice(0, 16);
  }

  private flush(): void {
    this.hash.update(this.untold);
    this.untold = '';
  }

  fail(what: string): void {
    if (this.failures.includes(what)) return;
    this.trace(`FAILED ${what}`);
    this.failures.push(what);
  }

  kill(actor: Actor): void {
    if (!actor.alive) return;
    actor.alive = false;
    this.killed.add(actor.name);
    this.trace(`killed ${actor.name}`);
    for (const pool of actor.pools) pool.kill();
    actor.onKilled();
  }

  /** A step of a process: it takes its time, and may be its last. */
  async pass(actor: Actor, delayMs: number): Promise<void> {
    this.steps += 1;
    if (this.steps > MOST_STEPS) {
      this.fail(`not at rest after ${MOST_STEPS} steps`);
      return NEVER;
    }
    if (!actor.alive) return NEVER;
    if (this.faults.strikes('crash', 0.0008)) {
      this.kill(actor);
      return NEVER;
    }
    if (
      actor.frozenUntilMs <= this.time.nowMs &&
      actor.name.startsWith('gateway') &&
      this.faults.strikes('freeze', 0.0006)
    ) {
      actor.frozenUntilMs = this.time.nowMs + FREEZE_MS;
      this.trace(`froze ${actor.name}`);
    }
    await this.time.sleep(delayMs + Math.max(0, actor.frozenUntilMs - this.time.nowMs));
    if (!actor.alive) return NEVER;
  }

  /** How fast, and how well, a process's database answers. */
  paceOf(actor: Actor): Pace {
    const lost = (client: MemoryClient, code: string): never => {
      client.drop();
      throw Object.assign(new Error('the connection was lost'), { code });
    };
    return {
      step: async (client, sql) => {
        await this.pass(actor, this.random.chance(0.02) ? this.random.between(20, 400) : this.random.between(0, 3));
        if (client.isDead) return NEVER;
        if (this.faults.strikes('database lost', 0.002)) lost(client, '57P01');
        this.trace(`${actor.name} ${briefly(sql)}`);
      },
      done: async (client, sql) => {
        if (sql === 'commit') {
          if (this.faults.strikes('commit answer lost', 0.006)) lost(client, '08006');
          if (this.faults.strikes('crash', 0.002)) {
            this.kill(actor);
            return NEVER;
          }
        }
        return client.isDead ? NEVER : Promise.resolve();
      },
      now: () => new Date(this.time.nowMs),
    };
  }
}
