import type { Sql } from './client';

/** A restore that is being recovered from. */
export interface Recovery {
  readonly id: string;
  /** Nothing that happened after this moment is known. */
  readonly restoredTo: Date;
  readonly foundAt: Date;
  /** Where the requests' topic ended then, by its partitions. */
  readonly ends: Readonly<Record<string, string>>;
}

interface Row {
  id: string;
  restored_to: Date;
  found_at: Date;
  ends: Record<string, string>;
}

/** One recovery at a time begins; until the transaction ends. */
export async function lockRecovery(sql: Sql): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtext('gateway'), hashtext('recovery'))`);
}

/** Batches that are being taken in end first, those that come after see what this transaction does; until it ends. */
export async function lockIntake(sql: Sql): Promise<void> {
  await sql.query(`select from partition_offset order by consumer_group, topic, partition for update`);
}

/** The one under way. */
export async function selectRecovery(sql: Sql): Promise<Recovery | undefined> {
  const { rows } = await sql.query<Row>(
    `select id, restored_to, found_at, ends from recovery where done_at is null order by id limit 1`,
  );
  const [row] = rows;
  return row && { id: row.id, restoredTo: row.restored_to, foundAt: row.found_at, ends: row.ends };
}

export async function insertRecovery(
  sql: Sql,
  { restoredTo, foundAt, ends }: Omit<Recovery, 'id'>,
  by: string,
): Promise<void> {
  await sql.query(`insert into recovery (restored_to, found_at, ends, said_by) values ($1, $2, $3, $4)`, [
    restoredTo,
    foundAt,
    JSON.stringify(ends),
    by,
  ]);
}

export async function updateRecovered(sql: Sql, id: string, at: Date): Promise<void> {
  await sql.query(`update recovery set done_at = $2 where id = $1`, [id, at]);
}

/** When the database last knew of a send or an answer: what it does not know was sent later, but for the clocks. */
export async function selectLastMoment(sql: Sql): Promise<Date | null> {
  const { rows } = await sql.query<{ at: Date | null }>(
    `select max(at) as at from (
       (select at from answer order by id desc limit 1)
       union all (select last_sent_at from attempt order by id desc limit 1)
     ) as m`,
  );
  return rows[0]?.at ?? null;
}

/** Whatever is pending may have been sent since. */
export async function suspectPending(sql: Sql, since: Date): Promise<void> {
  await sql.query(`update pending set suspect_since = $1 where suspect_since is null`, [since]);
}

/** What is pending of these refs may have been sent since. */
export async function suspectRefs(
  sql: Sql,
  refs: readonly { readonly tenant: string; readonly ref: string }[],
  since: Date,
): Promise<void> {
  if (refs.length === 0) return;
  await sql.query(
    `update pending p set suspect_since = $3 from unnest($1::text[], $2::text[]) as r (tenant, ref)
      where p.tenant = r.tenant and p.ref = r.ref and p.suspect_since is null`,
    [refs.map(({ tenant }) => tenant), refs.map(({ ref }) => ref), since],
  );
}

/** How many rows are still to be looked for, or to be sent after it. */
export async function countSuspects(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(
    `select count(*)::int as n from pending where suspect_since is not null`,
  );
  return rows[0]?.n ?? 0;
}
