import type { Sql } from './client';

/** Keeps what QuickBooks said of the person who connected, until somebody connects again. */
export async function updateRefusal(sql: Sql, tenant: string, code: string, at: Date): Promise<void> {
  await sql.query(`update company set refusal = $2, refused_at = $3 where tenant = $1`, [tenant, code, at]);
}
