import type { FieldHashes } from '../decide/fields';
import type { Sql } from './client';

/** One send to QuickBooks, stored before it: its bytes and requestid are the same at every resend. */
export interface AttemptRow {
  readonly id: string;
  readonly tenant: string;
  readonly books: string;
  readonly ref: string;
  readonly revision: number;
  /** Of this revision: 1, 2 … */
  readonly number: number;
  readonly kind: 'create' | 'update' | 'remove';
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly requestid: string;
  readonly bytes: string;
  readonly fields: AttemptFields;
  readonly sentAt: Date;
  readonly lastSentAt: Date;
  readonly sends: number;
}

/** What the link shall remember if it succeeds. */
export interface AttemptFields {
  readonly sent: FieldHashes;
  readonly theirs: readonly string[];
  readonly refs: readonly string[];
  readonly generation: number;
}

export type NewAttempt = Omit<AttemptRow, 'id' | 'sentAt' | 'lastSentAt' | 'sends'> & {
  readonly epoch: string;
  readonly at: Date;
};

interface Row {
  id: string;
  tenant: string;
  books: string;
  ref: string;
  revision: string;
  number: number;
  kind: AttemptRow['kind'];
  path: string;
  query: Record<string, string>;
  requestid: string;
  bytes: string;
  fields: AttemptFields;
  sent_at: Date;
  last_sent_at: Date;
  sends: number;
}

/** Opens an attempt, counted as sent once. */
export async function insertAttempt(sql: Sql, attempt: NewAttempt): Promise<AttemptRow> {
  const { rows } = await sql.query<Row>(
    `insert into attempt (tenant, books, ref, revision, number, epoch, kind, path, query, requestid, bytes, fields,
                          sent_at, last_sent_at, sends)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, 1) returning *`,
    [
      attempt.tenant,
      attempt.books,
      attempt.ref,
      attempt.revision,
      attempt.number,
      attempt.epoch,
      attempt.kind,
      attempt.path,
      JSON.stringify(attempt.query),
      attempt.requestid,
      attempt.bytes,
      JSON.stringify(attempt.fields),
      attempt.at,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an insert returned no row');
  return rowOf(row);
}

/** Open attempts whose next step is due; `act_at` null is at once. */
export async function selectOpenAttempts(sql: Sql, tenants: readonly string[], now: Date): Promise<AttemptRow[]> {
  if (tenants.length === 0) return [];
  const { rows } = await sql.query<Row>(
    `select * from attempt
      where closed_at is null and tenant = any($1::text[]) and (act_at is null or act_at <= $2) order by id`,
    [tenants, now],
  );
  return rows.map(rowOf);
}

/** An attempt, if it is still open. */
export async function selectOpenAttempt(sql: Sql, id: string): Promise<AttemptRow | undefined> {
  const { rows } = await sql.query<Row>(`select * from attempt where id = $1 and closed_at is null`, [id]);
  return rows[0] && rowOf(rows[0]);
}

/** Counts a resend before it is made. */
export async function updateResent(sql: Sql, id: string, at: Date): Promise<void> {
  await sql.query(`update attempt set sends = sends + 1, last_sent_at = $2, act_at = null where id = $1`, [id, at]);
}

/** When the open attempt is looked at next; `uncount`: the last send is known not to have reached QuickBooks' books. */
export async function updateActAt(sql: Sql, id: string, actAt: Date, uncount: boolean): Promise<void> {
  await sql.query(`update attempt set act_at = $2, sends = sends - $3::int where id = $1`, [
    id,
    actAt,
    uncount ? 1 : 0,
  ]);
}

export async function closeAttempt(sql: Sql, id: string, outcome: string, at: Date): Promise<void> {
  await sql.query(`update attempt set closed_at = $3, outcome = $2 where id = $1 and closed_at is null`, [
    id,
    outcome,
    at,
  ]);
}

function rowOf(row: Row): AttemptRow {
  const { sent_at: sentAt, last_sent_at: lastSentAt, ...rest } = row;
  return { ...rest, revision: Number(row.revision), sentAt, lastSentAt };
}
