import type { AnswerOutcome } from '@qbo-sync/contracts/sync/answer';
import type { Sql } from './client';
import { joined, joinedJsonOrNull, joinedOrNull, joinedOrOne, numbers, parted } from './joined';

export interface NewAnswer {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  readonly attempt: number;
  readonly books: string;
  readonly outcome: AnswerOutcome;
  readonly code: string | null;
  /** QuickBooks' record, JSON text. */
  readonly record: string | null;
  readonly at: string;
  readonly detail?: string | null;
  readonly holder?: string | null;
  readonly adopted?: true | null;
  readonly intuitTid?: string | null;
  readonly quickbooksId?: string | null;
}

/** Appends answers, each still to be published; their ids, in the order given: `unnest` gives its rows in theirs. */
export async function insertAnswers(sql: Sql, answers: readonly NewAnswer[]): Promise<string[]> {
  if (answers.length === 0) return [];
  type Column = string | boolean | null | undefined;
  const column = (of: (answer: NewAnswer) => Column): string => joined(answers.map((answer) => of(answer) ?? null));
  const rare = (of: (answer: NewAnswer) => Column): string | null =>
    joinedOrNull(answers.map((answer) => of(answer) ?? null));
  const [outcomes, outcome] = joinedOrOne(answers.map((answer) => answer.outcome));
  const { rows } = await sql.query<{ ids: string | null }>({
    name: 'answers',
    text: `with said as (
       insert into answer (tenant, ref, revision, attempt, books, outcome, at, code, detail, holder, adopted, intuit_tid,
                           quickbooks_id, record)
       select tenant, ref, revision, attempt, books, coalesce(outcome, $7), to_timestamp(at), code, detail, holder,
              adopted::boolean, intuit_tid, quickbooks_id, record
         from (select unnest(string_to_array($1, chr(30))) as tenant, unnest(string_to_array($2, chr(30))) as ref,
                      unnest($3::bigint[]) as revision, unnest($4::int[]) as attempt,
                      unnest(string_to_array($5, chr(30))) as books, unnest(string_to_array($6, chr(30))) as outcome,
                      unnest($8::float8[]) as at, unnest(string_to_array($9, chr(30), '')) as code,
                      unnest(string_to_array($10, chr(30), '')) as detail,
                      unnest(string_to_array($11, chr(30), '')) as holder,
                      unnest(string_to_array($12, chr(30), '')) as adopted,
                      unnest(string_to_array($13, chr(30), '')) as intuit_tid,
                      unnest(string_to_array($14, chr(30), '')) as quickbooks_id,
                      unnest(string_to_array($15, repeat(chr(30), 16), '')) as record) as a
       returning id, at
     ), unpublished as (
       insert into unpublished_answer (answer, at) select id, at from said
     )
     select string_agg(s.id::text, chr(30)) as ids from (select id from said order by id) as s`,
    values: [
      column(({ tenant }) => tenant),
      column(({ ref }) => ref),
      numbers(answers.map(({ revision }) => revision)),
      numbers(answers.map(({ attempt }) => attempt)),
      column(({ books }) => books),
      ...[outcomes, outcome],
      numbers(answers.map(({ at }) => Date.parse(at) / 1_000)),
      rare(({ code }) => code),
      rare(({ detail }) => detail),
      rare(({ holder }) => holder),
      rare(({ adopted }) => adopted),
      rare(({ intuitTid }) => intuitTid),
      rare(({ quickbooksId }) => quickbooksId),
      joinedJsonOrNull(answers.map(({ record }) => record)),
    ],
  });
  return parted(rows[0]?.ids ?? null);
}

/** The record of an answer, JSON text; null where it held none, or is not kept any more. */
export async function selectRecord(sql: Sql, id: string): Promise<string | null> {
  const { rows } = await sql.query<{ record: string | null }>(`select record from answer where id = $1`, [id]);
  return rows[0]?.record ?? null;
}

/** An answer nobody was told of yet. */
export interface UnpublishedAnswer extends NewAnswer {
  readonly id: string;
}

interface Row {
  id: string;
  tenant: string;
  ref: string;
  revision: string;
  attempt: number;
  books: string;
  outcome: AnswerOutcome;
  code: string | null;
  record: string | null;
  at: Date;
  detail: string | null;
  holder: string | null;
  adopted: true | null;
  intuit_tid: string | null;
  quickbooks_id: string | null;
}

/** The oldest of them; never by an id cursor: ids are taken before their transaction commits. */
export async function oldestUnpublished(sql: Sql, limit: number): Promise<UnpublishedAnswer[]> {
  const { rows } = await sql.query<Row>(
    `select a.* from unpublished_answer u join answer a on a.id = u.answer and a.at = u.at order by u.answer limit $1`,
    [limit],
  );
  return rows.map(({ revision, at, intuit_tid: intuitTid, quickbooks_id: quickbooksId, ...row }) => ({
    ...row,
    revision: Number(revision),
    at: at.toISOString(),
    intuitTid,
    quickbooksId,
  }));
}

export async function deleteUnpublished(sql: Sql, answers: readonly string[]): Promise<void> {
  if (answers.length === 0) return;
  await sql.query(`delete from unpublished_answer where answer = any($1::bigint[])`, [answers]);
}
