import type { Sql } from './client';

/** Keeps the hash of a state until it is used or runs out. */
export async function insertState(sql: Sql, stateHash: string, tenant: string, until: Date): Promise<void> {
  await sql.query(`insert into oauth_state (state_hash, tenant, until) values ($1, $2, $3)`, [
    stateHash,
    tenant,
    until,
  ]);
}

/** Takes a state, once; the tenant it was made for, or undefined. Those that ran out go with it. */
export async function takeState(sql: Sql, stateHash: string, now: Date): Promise<string | undefined> {
  const { rows } = await sql.query<{ state_hash: string; tenant: string; until: Date }>(
    `delete from oauth_state where state_hash = $1 or until < $2 returning state_hash, tenant, until`,
    [stateHash, now],
  );
  return rows.find((row) => row.state_hash === stateHash && row.until >= now)?.tenant;
}
