import type { Sql } from './client';

/** What waits for a company goes to the backlog's lane, each row in its place in line. */
export async function updateLanesToBacklog(sql: Sql, tenant: string): Promise<void> {
  await sql.query(`update pending set lane = 'backlog' where tenant = $1 and lane = 'live'`, [tenant]);
}

/** Notes when a company was let through again, and over how many rows. */
export async function updateReopened(sql: Sql, tenant: string, at: Date): Promise<void> {
  await sql.query(
    `update company
        set reopened_at = $2, reopened_with = (select count(*)::int from pending p where p.tenant = $1 and p.since <= $2)
      where tenant = $1`,
    [tenant, at],
  );
}
