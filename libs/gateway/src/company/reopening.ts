import type { Sql } from '../sql/client';
import { updateLanesToBacklog, updateReopened } from '../sql/reopened';

/**
 * A company is let through again after an outage, a pause or a time without a connection: what waited is its backlog, so
 * that what happens from now on is not behind it.
 */
export async function reopen(sql: Sql, tenant: string, now: Date): Promise<void> {
  await updateLanesToBacklog(sql, tenant);
  await updateReopened(sql, tenant, now);
}
