import { Pool } from 'pg';
import type { ClientBase, PoolClient } from 'pg';

/** The connections of one process to its own database. */
export type Database = Pool;
/** One connection, inside or outside a transaction. */
export type Client = PoolClient;

export interface PoolSettings {
  /** Most connections at once. */
  readonly max: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** How long a session may do nothing before Postgres ends it; specs take less. */
  readonly idleSessionMs?: number;
  /**
   * How old a kept plan may be. Postgres plans a named statement for its tables as they are then, and keeps that: one planned
   * while a queue is short reads all of it once it is long. Left out: kept until the table is vacuumed or analyzed.
   */
  readonly plansKeptMs?: number;
  /** Told of a connection that was lost while idle; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void;
  /** Prepares every new connection before it is used. */
  readonly onConnect?: (client: Client) => Promise<void>;
}

const STATEMENT_TIMEOUT_MS = 15_000;
/** A writer that dawdles inside a transaction is cut off: it holds stream heads (scenarios.md 16). */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/**
 * A process that stands still (its machine is gone or frozen) keeps its sessions and what they lock: the relay's lead, a
 * company's refresh. Postgres ends them after this; it is more than the longest wait with a lock in hand (Intuit, 30 s).
 */
const IDLE_SESSION_TIMEOUT_MS = 45_000;
/** Past the server's own limit: the connection is dead and nobody said so. */
const QUERY_TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** A pool that outlives lost connections. Connects lazily: nothing is opened until the first query. */
export function createPool(databaseUrl: string, settings: PoolSettings): Database {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: settings.max,
    application_name: settings.applicationName,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    options: `-c idle_session_timeout=${settings.idleSessionMs ?? IDLE_SESSION_TIMEOUT_MS}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    ...(settings.onConnect === undefined
      ? {}
      : { onConnect: settings.onConnect as (client: ClientBase) => Promise<void> }),
  });
  // Without a listener a connection lost while idle ends the process.
  pool.on('error', (error) => settings.onIdleError?.(error));
  if (settings.plansKeptMs !== undefined) planAnew(pool, settings.plansKeptMs);
  return pool;
}

/** Before a connection is used its plans go, where they are older than that. */
function planAnew(pool: Pool, keptMs: number): void {
  const plannedAtMs = new WeakMap<ClientBase, number>();
  pool.on('acquire', (client) => {
    const nowMs = performance.now();
    const atMs = plannedAtMs.get(client);
    if (atMs !== undefined && nowMs - atMs < keptMs) return;
    plannedAtMs.set(client, nowMs);
    if (atMs === undefined) return;
    // What the connection is used for says what is wrong with it.
    client.query('discard plans').catch(() => undefined);
  });
}
