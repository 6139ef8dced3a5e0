import type { AnswerDay, AnswerTable } from '../decide/answer-days';
import type { Sql } from './client';

/** One process at a time looks after the tables; true until the transaction ends. */
export async function tryLockHouse(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query<{ got: boolean }>(
    `select pg_try_advisory_xact_lock(hashtext('gateway'), hashtext('answer days')) as got`,
  );
  return rows[0]?.got === true;
}

/** The tables that hold answers up to a moment; the one for all else is not among them. */
export async function selectAnswerTables(sql: Sql): Promise<AnswerTable[]> {
  const { rows } = await sql.query<AnswerTable>(
    `select c.relname as name, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''(.+)''\\)'))[1]::timestamptz as until
       from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'answer'::regclass and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'`,
  );
  return rows;
}

/**
 * Makes the table of one day, with the answers of that day that came before it. Waits at most two seconds for whoever is
 * writing: there are other hours, and other days ahead.
 */
export async function createAnswerDay(sql: Sql, { name, from, until }: AnswerDay): Promise<void> {
  const bounds = `from ('${from.toISOString()}') to ('${until.toISOString()}')`;
  await sql.query(`set local lock_timeout = '2s'`);
  await sql.query(`lock table answer_other in access exclusive mode`);
  await sql.query(
    `create table "${name}" (like answer including defaults including constraints including indexes including storage)`,
  );
  await sql.query(
    `with moved as (delete from answer_other where at >= $1 and at < $2 returning *) insert into "${name}" select * from moved`,
    [from, until],
  );
  await sql.query(`alter table answer attach partition "${name}" for values ${bounds}`);
}

/** Whether somebody is still to be told of an answer before this moment. */
export async function hasUnpublishedBefore(sql: Sql, until: Date): Promise<boolean> {
  const { rowCount } = await sql.query(`select from unpublished_answer where at < $1 limit 1`, [until]);
  return (rowCount ?? 0) > 0;
}

/**
 * Drops the bodies of requests up to those that a stretch of answers of a table settled; the last id of the stretch, null
 * at the end. What stays of a request for ever: tenant, ref, revision.
 */
export async function dropBodies(sql: Sql, table: string, afterId: string, limit: number): Promise<string | null> {
  const { rows } = await sql.query<{ last: string | null }>(
    `with stretch as (
       select id, tenant, ref, revision from "${table}" where id > $1 order by id limit $2
     ), dropped as (
       update request r set message = null from stretch s
        where r.tenant = s.tenant and r.ref = s.ref and r.revision <= s.revision and r.message is not null
     )
     select max(id) as last from stretch`,
    [afterId, limit],
  );
  return rows[0]?.last ?? null;
}

/** Drops what was sent within a stretch of time; what stays of an attempt for ever: tenant, books, ref, requestid. */
export async function dropBytes(sql: Sql, from: Date, until: Date): Promise<void> {
  await sql.query(
    `update attempt set bytes = '', fields = '{}'
      where last_sent_at >= $1 and last_sent_at < $2 and closed_at is not null and bytes <> ''`,
    [from, until],
  );
}

/** Waits at most two seconds for whoever reads. */
export async function dropAnswerTable(sql: Sql, table: string): Promise<void> {
  await sql.query(`set local lock_timeout = '2s'`);
  await sql.query(`drop table "${table}"`);
}
