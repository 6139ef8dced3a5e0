import type { Client, Database } from './pool';

/** Serialization failure and deadlock: Postgres asks for the whole transaction again. */
const TRY_AGAIN = new Set(['40001', '40P01']);
const MAX_TRIES = 10;
const BASE_DELAY_MS = 10;

/**
 * Runs `work` in one READ COMMITTED transaction and returns its result once that is committed. The whole is run again,
 * after a random pause, on a serialization failure or deadlock; so `work` must have no effect outside the database.
 * Any other error, a lost connection too, rolls back and surfaces.
 */
export async function inTransaction<Result>(
  database: Database,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await once(database, work);
    } catch (error) {
      if (tried >= MAX_TRIES || !isTryAgain(error)) throw error;
      await pause(Math.random() * BASE_DELAY_MS * 2 ** Math.min(tried, 6));
    }
  }
}

/** Runs `work` within a transaction and takes back all it stored and locked; what it found out is returned. */
export async function takenBack<Result>(client: Client, work: () => Promise<Result>): Promise<Result> {
  await client.query('savepoint taken_back');
  const result = await work();
  await client.query('rollback to savepoint taken_back');
  return result;
}

async function once<Result>(database: Database, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = await database.connect();
  // A connection lost between two queries is told by this event alone; the next query then says so too.
  let lost: Error | undefined;
  const onLost = (error: Error): void => {
    lost = error;
  };
  client.on('error', onLost);
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      lost ??= failure;
    });
    throw error;
  } finally {
    client.off('error', onLost);
    client.release(lost);
  }
}

function isTryAgain(error: unknown): boolean {
  return error instanceof Error && 'code' in error && TRY_AGAIN.has(String(error.code));
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
