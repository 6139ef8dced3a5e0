import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, Part, type PartSpec } from './part';
import { end, isRunning, readRecords, writeRecords } from './process-record';

/**
 * Starts parts in order, keeps them up, stops them in reverse.
 *
 *   starting ──ready──▶ up ──dies──▶ named with its last lines ──▶ started again with the same environment
 *                        │                ├─ held down ─▶ not before it is let go
 *                        │                └─ more than 5 deaths in a minute ─▶ everything stops, exit 1
 *                        └──stop()──▶ ended (its group gets the signal), newest first
 *
 * Every pid with its start time stands in `pids.json`, so that the next start ends what a killed starter left behind.
 */
const RESTARTS_PER_MINUTE = 5;
const LOOK_AGAIN_MS = 50;

export interface SupervisorOptions {
  readonly pidFile: string;
  readonly say: (text: string) => void;
  /** A part keeps dying: nothing more can be done. */
  readonly giveUp: (why: string) => void;
  /** A part has another pid now. */
  readonly changed: () => void;
  /** True while a part that died is to stay down: an outage lasts as long as somebody wants it to. */
  readonly isHeldDown?: (name: string) => boolean;
}

export class Supervisor {
  private readonly parts: Part[] = [];
  private readonly deaths = new Map<string, number[]>();
  private stopping = false;

  constructor(private readonly options: SupervisorOptions) {}

  /** Starts parts side by side and waits for all of them. */
  async start(specs: readonly PartSpec[]): Promise<void> {
    const started = specs.map((spec) => new Part(spec, (part, how) => this.onExit(part, how)));
    this.parts.push(...started);
    this.record();
    await Promise.all(started.map((part) => part.ready()));
  }

  pidOf(name: string): number | undefined {
    return this.parts.find((part) => part.spec.name === name)?.record.pid;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    for (const part of this.parts) part.stopping = true;
    const apps = this.parts.filter((part) => !isInfrastructure(part)).reverse();
    await Promise.all(apps.map((part) => part.stop()));
    for (const part of this.parts.filter(isInfrastructure).reverse()) await part.stop();
    writeRecords(this.options.pidFile, []);
  }

  private onExit(part: Part, how: string): void {
    if (part.stopping || this.stopping) return;
    const now = Date.now();
    const deaths = [...(this.deaths.get(part.spec.name) ?? []).filter((at) => now - at < 60_000), now];
    this.deaths.set(part.spec.name, deaths);
    this.options.say(`✗ ${part.spec.name} died (${how}). Its last lines:\n${lastLines(part.spec.log, 8)}`);
    if (deaths.length > RESTARTS_PER_MINUTE) {
      this.stopping = true;
      this.options.giveUp(`${part.spec.name} died ${deaths.length} times in a minute`);
      return;
    }
    void this.pause(part, deaths.length === 1 ? 0 : 500).then(() => this.again(part));
  }

  private async pause({ spec }: Part, forMs: number): Promise<void> {
    await sleep(forMs);
    while (!this.stopping && this.options.isHeldDown?.(spec.name) === true) await sleep(LOOK_AGAIN_MS);
  }

  private again(part: Part): void {
    if (part.stopping || this.stopping) return;
    part.respawn();
    this.record();
    this.options.changed();
    part.ready().then(
      () => this.options.say(`✓ ${part.spec.name} is up again`),
      (error: Error) => this.options.say(`✗ ${error.message}`),
    );
  }

  private record(): void {
    writeRecords(
      this.options.pidFile,
      this.parts.map((part) => part.record),
    );
  }
}

const isInfrastructure = (part: Part): boolean => part.spec.name === 'postgres' || part.spec.name === 'kafka';

/** Ends the processes a killed starter left behind; their number. */
export async function endLeftovers(pidFile: string): Promise<number> {
  const left = readRecords(pidFile).filter(isRunning);
  await Promise.all(
    left.map((record) =>
      end(record, record.name === 'postgres' ? 10_000 : 5_000, record.name === 'postgres' ? 'SIGINT' : 'SIGTERM'),
    ),
  );
  writeRecords(pidFile, []);
  return left.length;
}
