import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { until } from './until';

/** What `npm start` writes to stack.json. */
export interface StackFile {
  readonly kafkaBrokers: string;
  readonly databaseUrl: string;
  readonly services: Readonly<
    Record<string, { readonly url: string; readonly pid: number; readonly databaseUrl?: string; readonly log: string }>
  >;
  readonly sandbox: {
    readonly quickbooksUrl: string;
    readonly adminUrl: string;
    readonly stripeUrl: string;
    readonly stripeAdminUrl: string;
  };
  readonly operatorToken: string;
  readonly companies: readonly { readonly id: string; readonly token: string }[];
}

const root = path.resolve(__dirname, '../../..');

/**
 * The local stack as a new user starts it, from the built tools, in a folder of its own: its own Postgres, Kafka and
 * emulated QuickBooks, whatever servers the specs run against.
 */
export class LocalStack {
  private child: ChildProcess | undefined;
  private day: ChildProcess | undefined;
  private printed = '';
  readonly dir = mkdtempSync(path.join(root, '.local', 'whole-path-'));

  constructor(private readonly env: NodeJS.ProcessEnv = {}) {}

  /** Runs `npm start -- <args>` in the background; resolves when the stack is up. */
  async start(...args: string[]): Promise<StackFile> {
    this.spawn(args);
    await until(() => this.printed.includes('Console API') || this.hasEnded(), {
      timeoutMs: 120_000,
      what: 'the stack to come up',
    });
    if (this.hasEnded()) throw new Error(`the stack did not come up:\n${this.output}`);
    return this.file();
  }

  /** Runs `npm start -- <args>` to its end; the exit code. */
  async run(...args: string[]): Promise<number> {
    const child = this.spawn(args);
    return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  }

  /** What it printed, both streams. */
  get output(): string {
    return this.printed;
  }

  /** stack.json as it is now: pids change with restarts. */
  file(): StackFile {
    return JSON.parse(readFileSync(path.join(this.dir, 'stack.json'), 'utf8')) as StackFile;
  }

  /** The process of a part as it is now, Postgres and Kafka too; a part that was started again has another. */
  pidOf(part: string): number {
    const records = JSON.parse(readFileSync(path.join(this.dir, 'pids.json'), 'utf8')) as {
      name: string;
      pid: number;
    }[];
    const record = records.find(({ name }) => name === part);
    if (record === undefined) throw new Error(`${part} is no part of this stack`);
    return record.pid;
  }

  /** A part that dies from now on is not started again before it is let go. */
  holdDown(part: string): void {
    mkdirSync(this.heldDown(), { recursive: true });
    writeFileSync(this.heldDown(part), '');
  }

  letGo(part: string): void {
    rmSync(this.heldDown(part), { force: true });
  }

  logOf(service: string): string {
    return readFileSync(path.join(this.dir, 'logs', `${service}.log`), 'utf8');
  }

  /** The folder of the sandbox's own state (day-result.json, companies.json). */
  get sandboxDir(): string {
    return path.join(this.dir, 'sandbox');
  }

  /** What a `select count(*)` gives in a service's own database. */
  async count(service: string, sql: string): Promise<number> {
    const client = new Client({ connectionString: this.file().services[service]?.databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ count: string }>(sql);
      return Number(rows[0]?.count ?? 0);
    } finally {
      await client.end();
    }
  }

  /** Plays the field-service day against the running stack. */
  playDay(env: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> {
    const { services, kafkaBrokers, operatorToken, sandbox } = this.file();
    const child = spawn(process.execPath, [path.join(root, 'apps/sandbox/dist/day/main.js')], {
      cwd: root,
      env: {
        ...process.env,
        KAFKA_BROKERS: kafkaBrokers,
        CONSOLE_URL: services['console']?.url,
        GATEWAY_URL: services['gateway']?.url,
        OPERATOR_TOKEN: operatorToken,
        STATE_DIR: this.sandboxDir,
        SANDBOX_ADMIN_URL: sandbox.adminUrl,
        STRIPE_ADMIN_URL: sandbox.stripeAdminUrl,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.day = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    return new Promise((resolve) => child.once('exit', (code) => resolve({ code: code ?? 1, output })));
  }

  /** Ctrl-C, also to a day that has not ended, then throws the state away. */
  async stop(): Promise<void> {
    this.day?.kill('SIGKILL');
    const child = this.child;
    if (child !== undefined && !this.hasEnded()) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await ended;
    }
    await this.run('--reset');
    rmSync(this.dir, { recursive: true, force: true });
  }

  private heldDown(...part: string[]): string {
    return path.join(this.dir, 'held-down', ...part);
  }

  private hasEnded(): boolean {
    return this.child !== undefined && (this.child.exitCode !== null || this.child.signalCode !== null);
  }

  private spawn(args: readonly string[]): ChildProcess {
    const { DATABASE_URL: _database, KAFKA_BROKERS: _kafka, ...inherited } = process.env;
    const child = spawn(process.execPath, [path.join(root, 'tools/local-stack/dist/main.js'), ...args], {
      cwd: root,
      env: { ...inherited, ...this.env, QBO_SYNC_LOCAL_DIR: this.dir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.printed += chunk.toString('utf8')));
    this.child = child;
    return child;
  }
}
