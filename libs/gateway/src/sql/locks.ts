import type { Sql } from './client';

/** Waits for a company's refresh lock; held by this connection until `unlockRefresh`. */
export async function lockRefresh(sql: Sql, tenant: string): Promise<void> {
  await sql.query(`select pg_advisory_lock(hashtext('refresh'), hashtext($1))`, [tenant]);
}

export async function unlockRefresh(sql: Sql, tenant: string): Promise<void> {
  await sql.query(`select pg_advisory_unlock(hashtext('refresh'), hashtext($1))`, [tenant]);
}

/** Two connections to the same QuickBooks company wait for each other, until the transaction ends. */
export async function lockRealm(sql: Sql, realmHmac: string): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtext('realm'), hashtext($1))`, [realmHmac]);
}
