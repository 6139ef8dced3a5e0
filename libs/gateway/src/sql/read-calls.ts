import type { Sql } from './client';

/** Notes a read before it is made. */
export async function insertReadCall(sql: Sql, books: string, at: Date): Promise<string> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into read_call (books, started_at) values ($1, $2) returning id`,
    [books, at],
  );
  return rows[0]?.id ?? '0';
}

/** Its answer came, or it was given up. */
export async function updateReadEnded(sql: Sql, id: string, at: Date): Promise<void> {
  await sql.query(`update read_call set ended_at = $2 where id = $1`, [id, at]);
}

/** Reads that ended since a moment; null: one whose end was not noted. No call takes longer than 90 s. */
export async function selectRecentReads(
  sql: Sql,
  since: Date,
): Promise<{ readonly books: string; readonly endedAt: Date | null }[]> {
  const { rows } = await sql.query<{ books: string; ended_at: Date | null }>(
    `select books, ended_at from read_call
      where started_at > $1::timestamptz - interval '95 seconds' and (ended_at is null or ended_at > $1)`,
    [since],
  );
  return rows.map(({ books, ended_at: endedAt }) => ({ books, endedAt }));
}

export async function deleteReadsBefore(sql: Sql, before: Date): Promise<void> {
  await sql.query(`delete from read_call where started_at < $1`, [before]);
}
