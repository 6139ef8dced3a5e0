import type { Sql } from './client';

/** Notes that a parent was asked for. False: it was before. */
export async function insertAsked(sql: Sql, books: string, ref: string, at: Date): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into asked (books, ref, at) values ($1, $2, $3) on conflict do nothing`,
    [books, ref, at],
  );
  return rowCount === 1;
}

/** It is linked: whoever asks once it should be gone again asks anew. */
export async function deleteAsked(sql: Sql, books: string, ref: string): Promise<void> {
  await sql.query(`delete from asked where books = $1 and ref = $2`, [books, ref]);
}
