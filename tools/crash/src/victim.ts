import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { until } from '@qbo-sync/testkit/until';

const root = path.resolve(__dirname, '../../..');
const OWN_NAMES = path.resolve(__dirname, '../own-names.cjs');
const CRASH_POINTS = path.resolve(__dirname, '../crash-points.cjs');

/** A stopping process has 20 s; a starting one as long as a machine that others use may need. */
const ENDS_WITHIN_MS = 90_000;
const UP_WITHIN_MS = 180_000;

/** Where a process is to end itself, and how. */
export interface Crash {
  /** `K11`. */
  readonly point: string;
  readonly nth: number;
  readonly signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP';
  /** Text in the keys of what it is about. */
  readonly about: string;
}

export interface VictimOptions {
  /** `qbo-gateway`: the folder below apps. */
  readonly app: string;
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
  readonly log: string;
  readonly crash?: Crash;
}

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Those that live; none outlives this process. */
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** One built process of the product; what it says on descriptor 3 is its word that it stood at the point. */
export class Victim {
  private readonly child: ChildProcess;
  private readonly said: string[] = [];
  private readonly ended: Promise<End>;
  private end: End | undefined;

  constructor(private readonly options: VictimOptions) {
    const { app, env, log, crash } = options;
    const output = openSync(log, 'a', 0o600);
    const armed =
      crash === undefined
        ? {}
        : { CRASH_AT: `${crash.point}:${crash.nth}`, CRASH_SIGNAL: crash.signal, CRASH_ABOUT: crash.about };
    const main = path.join(root, 'apps', app, 'dist', 'main.js');
    this.child = spawn(
      process.execPath,
      ['--max-semi-space-size=1', '--require', OWN_NAMES, '--require', CRASH_POINTS, main],
      {
        cwd: root,
        env: { PATH: process.env['PATH'], ...env, ...armed },
        stdio: ['ignore', output, output, 'pipe'],
      },
    );
    closeSync(output);
    living.add(this.child);
    createInterface({ input: this.child.stdio[3] as Readable }).on('line', (line) => this.said.push(line));
    // `close` comes after what it said was read.
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.end = { code, signal };
        living.delete(this.child);
        resolve(this.end);
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  get url(): string {
    return this.options.url;
  }

  get log(): string {
    return readFileSync(this.options.log, 'utf8');
  }

  /** True once the process said that it stands where it was to end itself. */
  stood(stands = 'here'): boolean {
    const { crash } = this.options;
    return this.said.some((line) => {
      const said = JSON.parse(line) as { point: string; stands: string; pid: number };
      return said.point === crash?.point && said.stands === stands && said.pid === this.pid;
    });
  }

  isReady(): Promise<boolean> {
    return fetch(`${this.options.url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
      async (answer) => (await answer.arrayBuffer(), answer.ok),
      () => false,
    );
  }

  async ready(): Promise<void> {
    await until(async () => this.end !== undefined || (await this.isReady()), {
      timeoutMs: UP_WITHIN_MS,
      what: `${this.options.app} to be ready`,
      everyMs: 30,
    });
    if (this.end !== undefined) throw new Error(`${this.options.app} ended at its start:\n${tail(this.log)}`);
  }

  /** Waits for its end by itself; how it ended. */
  async ends(): Promise<End> {
    await until(() => this.end !== undefined, {
      timeoutMs: ENDS_WITHIN_MS,
      what: `${this.options.app} to end at ${this.options.crash?.point ?? 'a signal'}`,
    });
    return this.ended;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.end === undefined) this.child.kill(signal);
  }

  /** Ends it gracefully; by force when it is over time. */
  async stop(): Promise<void> {
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), ENDS_WITHIN_MS);
    await this.ended;
    clearTimeout(timer);
  }
}

function tail(log: string): string {
  return log.trimEnd().split('\n').slice(-15).join('\n');
}
