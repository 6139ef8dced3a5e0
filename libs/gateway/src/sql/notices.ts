import type { Sql } from './client';

/** Postgres takes fewer bytes than this in one notice. */
export const NOTICE_BYTES = 8_000;

const CHANNEL = 'gateway_requests';

/** From now on the session is told every notice of the gateways over this database, its own too. */
export async function listen(sql: Sql): Promise<void> {
  await sql.query(`listen ${CHANNEL}`);
}

/** Tells every session that listens; never inside another transaction, whose commit would wait for all that notify. */
export async function notify(sql: Sql, payload: string): Promise<void> {
  await sql.query(`select pg_notify($1, $2)`, [CHANNEL, payload]);
}
