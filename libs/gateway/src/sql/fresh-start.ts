import type { Sql } from './client';
import type { Offered } from './connecting';

/** Binds a tenant to another QuickBooks company under new books; links of the old books stay with those. */
export async function updateBooks(sql: Sql, tenant: string, books: string, offered: Offered, now: Date): Promise<void> {
  await sql.query(
    `update company set books = $2, realm_hmacs = $3, realm_sealed = $4, access_sealed = $5, refresh_sealed = $6,
                        issued_at = $7, access_until = $8, refresh_until = $9, refresh_since = $7, company_name = $10,
                        token_version = token_version + 1, state = 'connected', connected_at = $11,
                        first_connected_at = $11, previous_sealed = null, previous_until = null, lost_at = null,
                        suspect_since = null, next_try_at = null, trouble = null, trouble_since = null, retry_at = null,
                        failures = 0, said = null, refusal = null, refused_at = null
      where tenant = $1`,
    [
      tenant,
      books,
      offered.realmHmacs,
      offered.realmSealed,
      offered.accessSealed,
      offered.refreshSealed,
      offered.issuedAt,
      offered.accessUntil,
      offered.refreshUntil,
      offered.companyName,
      now,
    ],
  );
}

/** What was pending for the old books, as it is to be answered. */
export interface TakenBack {
  readonly tenant: string;
  readonly ref: string;
  readonly revision: number;
  readonly attempt: number;
  readonly books: string;
}

/** Takes back what waits for a tenant's other books. */
export async function deletePendingOfOthers(sql: Sql, tenant: string, books: string): Promise<TakenBack[]> {
  const { rows } = await sql.query<TakenBack & { revision: string }>(
    `delete from pending where tenant = $1 and books <> $2
     returning tenant, ref, revision, attempts + 1 as attempt, books`,
    [tenant, books],
  );
  return rows.map((row) => ({ ...row, revision: Number(row.revision) }));
}

/** Nothing that was sent to the old books is taken up again. */
export async function closeAttemptsOfOthers(sql: Sql, tenant: string, books: string, at: Date): Promise<void> {
  await sql.query(
    `update attempt set closed_at = $3, outcome = 'cancelled' where tenant = $1 and books <> $2 and closed_at is null`,
    [tenant, books, at],
  );
}
