import type { Sql } from './client';

export interface NewAnswer {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  readonly attempt: number;
  readonly books: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly record: string | null;
  readonly at: string;
}

/** Appends an answer; its id. */
export async function insertAnswer(sql: Sql, answer: NewAnswer): Promise<string> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into answer (tenant, ref, revision, attempt, books, outcome, code, record, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
    [
      answer.tenant,
      answer.ref,
      answer.revision,
      answer.attempt,
      answer.books,
      answer.outcome,
      answer.code,
      answer.record,
      answer.at,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an insert returned no row');
  return row.id;
}

/** The record of an answer, JSON text. */
export async function selectRecord(sql: Sql, id: string): Promise<string | null> {
  const { rows } = await sql.query<{ record: string | null }>(`select record from answer where id = $1`, [id]);
  return rows[0]?.record ?? null;
}
