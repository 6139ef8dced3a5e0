import type { FieldHashes } from '../decide/fields';
import type { Sql } from './client';
import { joined, joinedJson, joinedOrNull, parted } from './joined';

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
  /** Its place in the batch it was sent in; with the requestid the key under which it is sent again. Null: sent alone. */
  readonly bid: string | null;
  readonly bytes: string;
  readonly fields: AttemptFields;
  readonly sentAt: Date;
  readonly lastSentAt: Date;
  readonly sends: number;
  /** Its last send's sender has told what it heard; false: it may be on its way, or its sender was lost. */
  readonly heard: boolean;
}

/** What the link shall remember if it succeeds. */
export interface AttemptFields {
  readonly sent: FieldHashes;
  readonly theirs: readonly string[];
  readonly refs: readonly string[];
  readonly generation: number;
}

export type NewAttempt = Omit<AttemptRow, 'id' | 'sentAt' | 'lastSentAt' | 'sends' | 'heard'> & {
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
  bid: string | null;
  bytes: string;
  fields: AttemptFields;
  sent_at: Date;
  last_sent_at: Date;
  act_at: Date | null;
  sends: number;
}

/** Opens attempts, each counted as sent once; in their order. Only ids come back: the rest is what was given. */
export async function insertAttempts(sql: Sql, attempts: readonly NewAttempt[]): Promise<AttemptRow[]> {
  if (attempts.length === 0) return [];
  const column = (of: (attempt: NewAttempt) => string | number): string => joined(attempts.map(of));
  const { rows } = await sql.query<{ ids: string | null }>({
    name: 'attempts',
    text: `with opened as (
       insert into attempt (tenant, books, ref, revision, number, epoch, kind, path, query, requestid, bid, bytes, fields,
                            sent_at, last_sent_at, sends)
       select tenant, books, ref, revision::bigint, number::int, epoch::bigint, kind, path, query::jsonb, requestid, bid,
              bytes, fields::jsonb, at::timestamptz, at::timestamptz, 1
         from unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30)), string_to_array($3, chr(30)),
                     string_to_array($4, chr(30)), string_to_array($5, chr(30)), string_to_array($6, chr(30)),
                     string_to_array($7, chr(30)), string_to_array($8, chr(30)), string_to_array($9, repeat(chr(30), 16)),
                     string_to_array($10, chr(30)), string_to_array($11, chr(30), ''), string_to_array($12, repeat(chr(30), 16)),
                     string_to_array($13, repeat(chr(30), 16)), string_to_array($14, chr(30)))
              as a (tenant, books, ref, revision, number, epoch, kind, path, query, requestid, bid, bytes, fields, at)
       returning id
     )
     select string_agg(o.id::text, chr(30)) as ids from (select id from opened order by id) as o`,
    values: [
      column(({ tenant }) => tenant),
      column(({ books }) => books),
      column(({ ref }) => ref),
      column(({ revision }) => revision),
      column(({ number }) => number),
      column(({ epoch }) => epoch),
      column(({ kind }) => kind),
      column(({ path }) => path),
      joinedJson(attempts.map(({ query }) => JSON.stringify(query))),
      column(({ requestid }) => requestid),
      joinedOrNull(attempts.map(({ bid }) => bid)),
      joinedJson(attempts.map(({ bytes }) => bytes)),
      joinedJson(attempts.map(({ fields }) => JSON.stringify(fields))),
      column(({ at }) => at.toISOString()),
    ],
  });
  const ids = parted(rows[0]?.ids ?? null);
  return attempts.map(({ epoch: _epoch, at, ...attempt }, place) => {
    const id = ids[place];
    if (id === undefined) throw new Error('an insert returned fewer rows than it was given');
    return { ...attempt, id, sentAt: at, lastSentAt: at, sends: 1, heard: false };
  });
}

/** Open attempts whose next step is due; `act_at` null is at once. */
export async function selectOpenAttempts(sql: Sql, tenants: readonly string[], now: Date): Promise<AttemptRow[]> {
  if (tenants.length === 0) return [];
  const { rows } = await sql.query<Row>({
    name: 'attempts open',
    text: `select id, tenant, books, ref, revision, number, kind, path, query, requestid, bid, bytes, fields, sent_at,
                  last_sent_at, act_at, sends
             from attempt
            where closed_at is null and tenant = any(string_to_array($1, chr(30))) and (act_at is null or act_at <= $2)
            order by id`,
    values: [joined(tenants), now],
  });
  return rows.map(rowOf);
}

/** An attempt, if it is still open. */
export async function selectOpenAttempt(sql: Sql, id: string): Promise<AttemptRow | undefined> {
  const { rows } = await sql.query<Row>(`select * from attempt where id = $1 and closed_at is null`, [id]);
  return rows[0] && rowOf(rows[0]);
}

/** Counts resends before they are made. */
export async function updateResent(sql: Sql, ids: readonly string[], at: Date): Promise<void> {
  await sql.query(
    `update attempt set sends = sends + 1, last_sent_at = $2, act_at = null where id = any($1::bigint[])`,
    [ids, at],
  );
}

/** One call made since a moment: when it was answered at the latest; null while that is not known. */
export interface RecentCall {
  readonly books: string;
  readonly batch: boolean;
  readonly answeredAt: Date | null;
}

/** Calls that attempts tell of. Parts of one batch are one call, an attempt sent twice is two. No call takes longer than 90 s. */
export async function selectRecentCalls(sql: Sql, since: Date): Promise<RecentCall[]> {
  const { rows } = await sql.query<{ books: string; batch: boolean; answered_at: Date | null; sends: number }>(
    `select books, bid is not null as batch,
            max(case when sent_at > $1::timestamptz - interval '95 seconds' then sends else 1 end) as sends,
            case when bool_or(closed_at is null) then null else max(closed_at) end as answered_at
       from attempt
      where last_sent_at > $1::timestamptz - interval '95 seconds' and (closed_at is null or closed_at > $1)
      group by books, requestid, bid is not null, case when bid is null then id end`,
    [since],
  );
  return rows.flatMap(({ books, batch, sends, answered_at: answeredAt }) =>
    Array.from({ length: Math.max(1, sends) }, () => ({ books, batch, answeredAt })),
  );
}

/**
 * When the open attempt is looked at next; `uncount`: the last send is known not to have reached QuickBooks' books;
 * `sentBy`: it was sent by then. It was stored before it was sent, perhaps long before.
 */
export async function updateActAt(
  sql: Sql,
  id: string,
  { actAt, uncount, sentBy }: { readonly actAt: Date; readonly uncount: boolean; readonly sentBy: Date },
): Promise<void> {
  await sql.query(
    `update attempt set act_at = $2, sends = sends - $3::int, last_sent_at = $4
      where id = $1`,
    [id, actAt, uncount ? 1 : 0, sentBy],
  );
}

export interface Closing {
  readonly id: string;
  readonly outcome: string;
  readonly at: Date;
}

/** Closes attempts that are open still. */
export async function closeAttempts(sql: Sql, closings: readonly Closing[]): Promise<void> {
  if (closings.length === 0) return;
  await sql.query({
    name: 'attempts closed',
    text: `update attempt a set closed_at = c.at::timestamptz, outcome = c.outcome
             from unnest(string_to_array((select $1), chr(30)), string_to_array((select $2), chr(30)),
                         string_to_array((select $3), chr(30))) as c (id, outcome, at)
            where a.id = c.id::bigint and a.closed_at is null`,
    values: [
      joined(closings.map(({ id }) => id)),
      joined(closings.map(({ outcome }) => outcome)),
      joined(closings.map(({ at }) => at.toISOString())),
    ],
  });
}

function rowOf(row: Row): AttemptRow {
  const { sent_at: sentAt, last_sent_at: lastSentAt, act_at: actAt, ...rest } = row;
  return { ...rest, revision: Number(row.revision), sentAt, lastSentAt, heard: actAt !== null };
}
