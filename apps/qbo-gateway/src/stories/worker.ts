import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process of the built gateway's kit; what it prints is one JSON value a line. */
export class Worker<Line> {
  readonly lines: Line[] = [];
  readonly process: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(script: string, input: object) {
    this.process = spawn(process.execPath, ['-e', script], {
      env: { ...process.env, WORK: JSON.stringify(input) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#ended = new Promise((resolve) => this.process.once('exit', () => resolve()));
    const { stdout } = this.process;
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.lines.push(JSON.parse(line)));
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  ended(): Promise<void> {
    return this.#ended;
  }
}
