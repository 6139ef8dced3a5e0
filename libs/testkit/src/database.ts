import { createHash, randomUUID } from 'node:crypto';
import { Client, Pool } from 'pg';

/** The same shape as the event store's; testkit may not import it. */
export interface TestMigration {
  readonly name: string;
  readonly sql: string;
}

export interface TestDatabase {
  readonly url: string;
  readonly pool: Pool;
  /** Ends the pool and drops the database. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Of the spec, for people who look into the server. */
  readonly name: string;
  readonly migrations: readonly TestMigration[];
}

/** The server the specs use: `DATABASE_URL`. */
function serverUrl(): string {
  const url = process.env['DATABASE_URL'];
  if (url === undefined || url === '') throw new Error('Specs on Postgres need DATABASE_URL');
  return url;
}

/**
 * A database of its own for one spec file, cloned from a template that is migrated once per list of migrations and
 * process run.
 */
export async function testDatabase({ name, migrations }: TestDatabaseOptions): Promise<TestDatabase> {
  const template = await ensureTemplate(migrations);
  const database = `t_${name
    .replace(/[^a-z0-9]+/gi, '_')
    .toLowerCase()
    .slice(0, 30)}_${randomUUID().slice(0, 8)}`;
  await onServer(async (client) => {
    await client.query(`create database "${database}" template "${template}" strategy file_copy`);
  });
  return opened(database, name);
}

/**
 * A copy of a database as it stands, in use or not: its connections are cut for that moment. It is a backup in the middle
 * of whatever goes on there.
 */
export async function copyDatabase(url: string): Promise<TestDatabase> {
  const source = new URL(url).pathname.slice(1);
  const database = `${source.slice(0, 50)}_${randomUUID().slice(0, 8)}`;
  await onServer(async (client) => {
    await client.query(`alter database "${source}" allow_connections false`);
    try {
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [source]);
      // Waits by itself for connections that are ending.
      await client.query(`create database "${database}" template "${source}"`);
    } finally {
      await client.query(`alter database "${source}" allow_connections true`);
    }
  });
  return opened(database, 'copy');
}

function opened(database: string, name: string): TestDatabase {
  const url = urlOf(database);
  const pool = new Pool({ connectionString: url, max: 10, application_name: name });
  // Specs cut connections on purpose.
  pool.on('error', () => undefined);
  return {
    url,
    pool,
    drop: async () => {
      await pool.end();
      await onServer(async (client) => {
        await client.query(`drop database if exists "${database}" with (force)`);
      });
    },
  };
}

/** The template's name is the hash of what is in it, so that runs share it and a changed migration makes another. */
async function ensureTemplate(migrations: readonly TestMigration[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 16);
  const template = `template_${hash}`;
  await onServer(async (client) => {
    // Spec files run in several workers at once: one of them builds, the others wait.
    await client.query('select pg_advisory_lock(hashtext($1))', [template]);
    const known = await client.query('select from pg_database where datname = $1', [template]);
    if (known.rowCount === 1) return;
    const building = `${template}_building`;
    await client.query(`drop database if exists "${building}" with (force)`);
    await client.query(`create database "${building}"`);
    await runIn(building, migrations);
    await client.query(`alter database "${building}" rename to "${template}"`);
  });
  return template;
}

async function runIn(database: string, migrations: readonly TestMigration[]): Promise<void> {
  await withClient(urlOf(database), async (client) => {
    for (const migration of migrations) await client.query(migration.sql);
  });
}

function onServer(work: (client: Client) => Promise<void>): Promise<void> {
  return withClient(serverUrl(), work);
}

async function withClient(connectionString: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  return url.toString();
}
