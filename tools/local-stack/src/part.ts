import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { end, recordOf, type ProcessRecord } from './process-record';

/** One process of the stack: how it is started, and when it counts as up. */
export interface PartSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly stopSignal?: NodeJS.Signals;
  /** True once it serves. Asked until `readyWithinMs` has passed. */
  readonly isReady: () => Promise<boolean>;
  readonly readyWithinMs: number;
}

/** A running part, in a process group of its own, its output appended to its log. */
export class Part {
  private child: ChildProcess;
  record: ProcessRecord;
  stopping = false;

  constructor(
    readonly spec: PartSpec,
    private readonly onExit: (part: Part, how: string) => void,
  ) {
    this.child = this.spawn();
    this.record = recordOf(spec.name, this.child.pid ?? -1);
  }

  private spawn(): ChildProcess {
    const log = openSync(this.spec.log, 'a', 0o600);
    const child = spawn(this.spec.command, this.spec.args, {
      cwd: this.spec.cwd,
      env: this.spec.env,
      detached: true,
      stdio: ['ignore', log, log],
      ...(this.spec.uid === undefined ? {} : { uid: this.spec.uid }),
      ...(this.spec.gid === undefined ? {} : { gid: this.spec.gid }),
    });
    closeSync(log);
    child.on('error', (error) => this.onExit(this, error.message));
    child.on('exit', (code, signal) => this.onExit(this, signal ?? `exit code ${code}`));
    return child;
  }

  /** The same command with the same environment again. */
  respawn(): void {
    this.child = this.spawn();
    this.record = recordOf(this.spec.name, this.child.pid ?? -1);
  }

  /** Throws with the last lines of its log when it is not up in time or died on the way. */
  async ready(): Promise<void> {
    const deadline = Date.now() + this.spec.readyWithinMs;
    while (Date.now() < deadline) {
      if (await this.spec.isReady().catch(() => false)) return;
      if (this.child.exitCode !== null || this.child.signalCode !== null) break;
      await sleep(50);
    }
    throw new Error(`${this.spec.name} did not come up.\n${lastLines(this.spec.log, 15)}`);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await end(this.record, 20_000, this.spec.stopSignal ?? 'SIGTERM');
  }
}

export function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '(no log)';
  }
}
