import type { Sql } from './client';
import type { CompanyRow } from './companies';

export interface SealedPair {
  readonly accessSealed: string;
  readonly refreshSealed: string;
  readonly issuedAt: Date;
  readonly accessUntil: Date;
  readonly refreshUntil: Date;
}

/** The value before a new one, kept as long as Intuit takes it. */
export interface Previous {
  readonly sealed: string;
  readonly until: Date;
}

/**
 * Stores a refreshed pair before its first use. `previous`: given when the refresh token has another value than before.
 * False: another has written the tokens meanwhile.
 */
export async function updateTokens(
  sql: Sql,
  tenant: string,
  version: number,
  pair: SealedPair,
  previous: Previous | undefined,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update company set access_sealed = $3, refresh_sealed = $4, issued_at = $5, access_until = $6, refresh_until = $7,
                        token_version = token_version + 1, lost_at = null, suspect_since = null, next_try_at = null,
                        previous_sealed = coalesce($8, previous_sealed), previous_until = coalesce($9, previous_until),
                        refresh_since = case when $8::text is null then refresh_since else $5 end,
                        state = case when state = 'suspect' then 'connected' else state end
      where tenant = $1 and token_version = $2`,
    [
      tenant,
      version,
      pair.accessSealed,
      pair.refreshSealed,
      pair.issuedAt,
      pair.accessUntil,
      pair.refreshUntil,
      previous?.sealed ?? null,
      previous?.until ?? null,
    ],
  );
  return rowCount === 1;
}

/** A refresh gave nothing and is tried again. `at`: it was not answered, so the value may be another by then. */
export async function updateLost(sql: Sql, tenant: string, at: Date | null, nextTryAt: Date): Promise<void> {
  await sql.query(`update company set lost_at = coalesce(lost_at, $2), next_try_at = $3 where tenant = $1`, [
    tenant,
    at,
    nextTryAt,
  ]);
}

/** Intuit refused the grant; it is asked again before it counts as over. */
export async function updateSuspect(sql: Sql, tenant: string, since: Date, nextTryAt: Date): Promise<void> {
  await sql.query(
    `update company set suspect_since = $2, next_try_at = $3, state = case when state = 'connected' then 'suspect' else state end
      where tenant = $1`,
    [tenant, since, nextTryAt],
  );
}

/** Sealed texts of one company, as they stand under a version of its tokens. */
export interface SealedTexts {
  readonly realmSealed: string;
  readonly accessSealed: string | null;
  readonly refreshSealed: string | null;
  readonly previousSealed: string | null;
}

/** Stores what was sealed anew, unless the tokens have changed meanwhile. */
export async function updateSealed(
  sql: Sql,
  company: CompanyRow,
  sealed: SealedTexts,
  realmHmacs: readonly string[],
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update company set realm_sealed = $3, access_sealed = $4, refresh_sealed = $5, previous_sealed = $6, realm_hmacs = $7
      where tenant = $1 and token_version = $2 and realm_sealed = $8`,
    [
      company.tenant,
      company.tokenVersion,
      sealed.realmSealed,
      sealed.accessSealed,
      sealed.refreshSealed,
      sealed.previousSealed,
      realmHmacs,
      company.realmSealed,
    ],
  );
  return rowCount === 1;
}
