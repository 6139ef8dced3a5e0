import type { Client } from '@qbo-sync/eventstore/pool';

type Reader = Pick<Client, 'query'>;

/** Which company's books. */
export interface Place {
  readonly tenant: string;
  readonly books: string;
}

/** `stopped`: who was reading did not come back. `read_at`: when the last whole reading ended. */
export interface MatchList {
  readonly state: 'none' | 'reading' | 'stopped' | 'read';
  readonly readId: string | null;
  readonly readAt: string | null;
  readonly appliedAt: string | null;
}

/** A reading of which nothing was heard for so long is over. */
const STOPPED_AFTER = '90 seconds';

/** Begins a reading; one that is under way is replaced by it. */
export async function beginReading(client: Reader, { tenant, books }: Place, readId: string): Promise<void> {
  await client.query(
    `insert into match_list (tenant, books, read_id, state, touched_at) values ($1, $2, $3, 'reading', clock_timestamp())
     on conflict (tenant, books) do update set
       read_id = excluded.read_id, state = excluded.state, touched_at = excluded.touched_at`,
    [tenant, books, readId],
  );
}

/**
 * Tells Postgres what a reading has put there: as long as it takes the tables for empty, it reads them whole for each row that
 * a choice or an Apply is of (1 s for 500 of 10,000).
 */
export async function analyze(client: Reader): Promise<void> {
  await client.query('analyze match_record, match_candidate');
}

/** Locks the list for one more page of this reading; false: another one has begun. */
export async function goOnReading(client: Reader, { tenant, books }: Place, readId: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `update match_list set touched_at = clock_timestamp()
      where tenant = $1 and books = $2 and read_id = $3 and state = 'reading'`,
    [tenant, books, readId],
  );
  return rowCount === 1;
}

export async function endReading(client: Reader, { tenant, books }: Place): Promise<void> {
  await client.query(
    `update match_list set state = 'read', read_at = clock_timestamp() where tenant = $1 and books = $2`,
    [tenant, books],
  );
}

/** From now on what is beyond doubt is adopted by itself; the first time counts. */
export async function markApplied(client: Reader, { tenant, books }: Place): Promise<void> {
  await client.query(
    `update match_list set applied_at = coalesce(applied_at, clock_timestamp()) where tenant = $1 and books = $2`,
    [tenant, books],
  );
}

export async function selectList(client: Reader, { tenant, books }: Place): Promise<MatchList> {
  const { rows } = await client.query<{
    state: 'reading' | 'stopped' | 'read';
    read_id: string;
    read_at: Date | null;
    applied_at: Date | null;
  }>(
    `select case when state = 'reading' and touched_at < clock_timestamp() - $3::interval then 'stopped' else state end
              as state,
            read_id, read_at, applied_at
       from match_list where tenant = $1 and books = $2`,
    [tenant, books, STOPPED_AFTER],
  );
  const [row] = rows;
  if (row === undefined) return { state: 'none', readId: null, readAt: null, appliedAt: null };
  return {
    state: row.state,
    readId: row.read_id,
    readAt: row.read_at?.toISOString() ?? null,
    appliedAt: row.applied_at?.toISOString() ?? null,
  };
}
