import type { ConnectionState } from '@qbo-sync/contracts/sync/activity';
import type { Sql } from './client';

/** How a tenant's last try to connect stands, while it is not connected by it. */
export async function upsertConnecting(sql: Sql, tenant: string, state: ConnectionState, at: Date): Promise<void> {
  await sql.query(
    `insert into connecting (tenant, state, at) values ($1, $2, $3)
     on conflict (tenant) do update set state = excluded.state, at = excluded.at`,
    [tenant, state, at],
  );
}

export async function deleteConnecting(sql: Sql, tenant: string): Promise<void> {
  await sql.query(`delete from connecting where tenant = $1`, [tenant]);
}

export async function selectConnecting(sql: Sql, tenant: string, since: Date): Promise<ConnectionState | undefined> {
  const { rows } = await sql.query<{ state: ConnectionState }>(
    `select state from connecting where tenant = $1 and (state <> 'connecting' or at >= $2)`,
    [tenant, since],
  );
  return rows[0]?.state;
}
