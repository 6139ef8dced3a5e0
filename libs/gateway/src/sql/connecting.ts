import type { ConnectionState } from '@qbo-sync/contracts/sync/activity';
import type { Sql } from './client';
import type { SealedPair } from './company-tokens';

/** How a tenant's last try to connect stands, while it is not connected by it. */
export async function upsertConnecting(sql: Sql, tenant: string, state: ConnectionState, at: Date): Promise<void> {
  await sql.query(
    `insert into connecting (tenant, state, at) values ($1, $2, $3)
     on conflict (tenant) do update
        set state = excluded.state, at = excluded.at, realm_hmacs = null, realm_sealed = null, access_sealed = null,
            refresh_sealed = null, issued_at = null, access_until = null, refresh_until = null, company_name = null`,
    [tenant, state, at],
  );
}

/** A QuickBooks company a person said yes to, which is not the one the books are bound to. */
export interface Offered extends SealedPair {
  readonly realmHmacs: readonly string[];
  readonly realmSealed: string;
  readonly companyName: string | null;
}

/** Keeps the other company's grant for a fresh start. */
export async function upsertOffered(sql: Sql, tenant: string, offered: Offered, at: Date): Promise<void> {
  await sql.query(
    `insert into connecting (tenant, state, at, realm_hmacs, realm_sealed, access_sealed, refresh_sealed, issued_at,
                             access_until, refresh_until, company_name)
     values ($1, 'other_company', $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (tenant) do update
        set state = excluded.state, at = excluded.at, realm_hmacs = excluded.realm_hmacs,
            realm_sealed = excluded.realm_sealed, access_sealed = excluded.access_sealed,
            refresh_sealed = excluded.refresh_sealed, issued_at = excluded.issued_at,
            access_until = excluded.access_until, refresh_until = excluded.refresh_until,
            company_name = excluded.company_name`,
    [
      tenant,
      at,
      offered.realmHmacs,
      offered.realmSealed,
      offered.accessSealed,
      offered.refreshSealed,
      offered.issuedAt,
      offered.accessUntil,
      offered.refreshUntil,
      offered.companyName,
    ],
  );
}

export async function deleteConnecting(sql: Sql, tenant: string): Promise<void> {
  await sql.query(`delete from connecting where tenant = $1`, [tenant]);
}

/** A try that was begun counts from `since` on; how one ended, until the next. */
export async function selectConnecting(sql: Sql, tenant: string, since: Date): Promise<ConnectionState | undefined> {
  const { rows } = await sql.query<{ state: ConnectionState }>(
    `select state from connecting where tenant = $1 and (state <> 'connecting' or at >= $2)`,
    [tenant, since],
  );
  return rows[0]?.state;
}

/** The other company a person may start afresh with, if it was offered after `since`; nobody else takes it meanwhile. */
export async function selectOffered(sql: Sql, tenant: string, since: Date): Promise<Offered | undefined> {
  const { rows } = await sql.query<Offered>(
    `select realm_hmacs as "realmHmacs", realm_sealed as "realmSealed", access_sealed as "accessSealed",
            refresh_sealed as "refreshSealed", issued_at as "issuedAt", access_until as "accessUntil",
            refresh_until as "refreshUntil", company_name as "companyName"
       from connecting where tenant = $1 and at >= $2 and refresh_sealed is not null for update`,
    [tenant, since],
  );
  return rows[0];
}

/** A kept grant's sealed texts. */
export type OfferedTexts = Pick<Offered, 'realmHmacs' | 'realmSealed' | 'accessSealed' | 'refreshSealed'> & {
  readonly tenant: string;
};

/** Kept grants of which another key than `keyId` sealed something. */
export async function selectOfferedByOthers(sql: Sql, keyId: string, limit: number): Promise<OfferedTexts[]> {
  const { rows } = await sql.query<OfferedTexts>(
    `select tenant, realm_hmacs as "realmHmacs", realm_sealed as "realmSealed", access_sealed as "accessSealed",
            refresh_sealed as "refreshSealed"
       from connecting
      where refresh_sealed is not null
        and (exists (select from unnest(array[realm_sealed, access_sealed, refresh_sealed]) as t (sealed)
                      where split_part(sealed, '.', 2) <> $1)
             or not exists (select from unnest(realm_hmacs) as h (hmac) where split_part(hmac, '.', 1) = $1))
      order by tenant limit $2`,
    [keyId, limit],
  );
  return rows;
}

/** Stores what was sealed anew, unless another try to connect came between. */
export async function updateOfferedSealed(sql: Sql, before: OfferedTexts, anew: OfferedTexts): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update connecting set realm_hmacs = $3, realm_sealed = $4, access_sealed = $5, refresh_sealed = $6
      where tenant = $1 and refresh_sealed = $2`,
    [before.tenant, before.refreshSealed, anew.realmHmacs, anew.realmSealed, anew.accessSealed, anew.refreshSealed],
  );
  return rowCount === 1;
}
