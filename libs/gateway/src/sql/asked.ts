import type { Sql } from './client';

/** Notes that a parent was asked for. False: it was before. */
export async function insertAsked(sql: Sql, books: string, ref: string, at: Date): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into asked (books, ref, at) values ($1, $2, $3) on conflict do nothing`,
    [books, ref, at],
  );
  return rowCount === 1;
}

/** These are linked: whoever asks once one of them should be gone again asks anew. */
export async function deleteAsked(
  sql: Sql,
  linked: readonly { readonly books: string; readonly ref: string }[],
): Promise<void> {
  if (linked.length === 0) return;
  await sql.query(
    `delete from asked a using unnest($1::text[], $2::text[]) as l (books, ref) where a.books = l.books and a.ref = l.ref`,
    [linked.map(({ books }) => books), linked.map(({ ref }) => ref)],
  );
}
