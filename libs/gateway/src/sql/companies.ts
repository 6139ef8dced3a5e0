import type { ConnectionState } from '@qbo-sync/contracts/sync/activity';
import type { Trouble } from '../decide/gate';
import type { Sql } from './client';

/** One tenant bound to one QuickBooks company: its books. Tokens and realm id are sealed. */
export interface CompanyRow {
  readonly tenant: string;
  readonly books: string;
  readonly realmSealed: string;
  readonly accessSealed: string | null;
  readonly refreshSealed: string | null;
  readonly tokenVersion: number;
  readonly issuedAt: Date | null;
  readonly accessUntil: Date | null;
  /** The refresh token before this one, while Intuit still takes it. */
  readonly previousSealed: string | null;
  readonly previousUntil: Date | null;
  /** Since when the refresh token has its value, and how long it lives unless it is used. */
  readonly refreshSince: Date | null;
  readonly refreshUntil: Date | null;
  /** A refresh of this value was not answered: Intuit may have made another. */
  readonly lostAt: Date | null;
  /** Since when Intuit refuses the grant, and when it is asked again. */
  readonly suspectSince: Date | null;
  readonly nextTryAt: Date | null;
  readonly state: ConnectionState;
  readonly companyName: string | null;
  readonly connectedAt: Date | null;
  readonly firstConnectedAt: Date;
  readonly trouble: Trouble | null;
  readonly troubleSince: Date | null;
  readonly retryAt: Date | null;
  /** In a row, of the trouble there is. */
  readonly failures: number;
  /** The condition last said. */
  readonly said: string | null;
  /** What QuickBooks last said of the person who connected, or of the access: its code. */
  readonly refusal: string | null;
  readonly refusedAt: Date | null;
  /** When it was last let through again after a trouble or a pause, and how many rows waited then. */
  readonly reopenedAt: Date | null;
  readonly reopenedWith: number | null;
}

interface Row {
  tenant: string;
  books: string;
  realm_sealed: string;
  access_sealed: string | null;
  refresh_sealed: string | null;
  token_version: string;
  issued_at: Date | null;
  access_until: Date | null;
  previous_sealed: string | null;
  previous_until: Date | null;
  refresh_since: Date | null;
  refresh_until: Date | null;
  lost_at: Date | null;
  suspect_since: Date | null;
  next_try_at: Date | null;
  state: ConnectionState;
  company_name: string | null;
  connected_at: Date | null;
  first_connected_at: Date;
  trouble: Trouble | null;
  trouble_since: Date | null;
  retry_at: Date | null;
  failures: number;
  said: string | null;
  refusal: string | null;
  refused_at: Date | null;
  reopened_at: Date | null;
  reopened_with: number | null;
}

export async function selectCompanies(sql: Sql): Promise<CompanyRow[]> {
  const { rows } = await sql.query<Row>(`select * from company order by tenant`);
  return rows.map(rowOf);
}

export async function selectCompany(sql: Sql, tenant: string): Promise<CompanyRow | undefined> {
  const { rows } = await sql.query<Row>(`select * from company where tenant = $1`, [tenant]);
  return rows[0] && rowOf(rows[0]);
}

/** The same, and nobody else writes it until the transaction ends. */
export async function lockCompany(sql: Sql, tenant: string): Promise<CompanyRow | undefined> {
  const { rows } = await sql.query<Row>(`select * from company where tenant = $1 for update`, [tenant]);
  return rows[0] && rowOf(rows[0]);
}

/** The tenant a QuickBooks company is bound to, by any of the realm's keyed hashes. */
export async function selectRealmOwner(sql: Sql, realmHmacs: readonly string[]): Promise<string | undefined> {
  const { rows } = await sql.query<{ tenant: string }>(`select tenant from company where realm_hmacs && $1::text[]`, [
    realmHmacs,
  ]);
  return rows[0]?.tenant;
}

export interface Connected {
  readonly tenant: string;
  readonly books: string;
  readonly realmHmacs: readonly string[];
  readonly realmSealed: string;
  readonly accessSealed: string;
  readonly refreshSealed: string;
  readonly issuedAt: Date;
  readonly accessUntil: Date;
  readonly refreshUntil?: Date;
  readonly companyName: string | null;
}

/** Stores a connection; books and the first connection's moment stay those of the first time. */
export async function upsertConnected(sql: Sql, company: Connected): Promise<void> {
  await sql.query(
    `insert into company as c (tenant, books, realm_hmacs, realm_sealed, access_sealed, refresh_sealed, token_version,
                               issued_at, access_until, state, company_name, connected_at, first_connected_at,
                               refresh_since, refresh_until)
     values ($1, $2, $3, $4, $5, $6, 1, $7, $8, 'connected', $9, $7, $7, $7, $10)
     on conflict (tenant) do update
        set realm_hmacs = excluded.realm_hmacs, realm_sealed = excluded.realm_sealed,
            access_sealed = excluded.access_sealed, refresh_sealed = excluded.refresh_sealed,
            token_version = c.token_version + 1, issued_at = excluded.issued_at, access_until = excluded.access_until,
            state = 'connected', company_name = excluded.company_name, connected_at = excluded.connected_at,
            refresh_since = excluded.refresh_since, refresh_until = excluded.refresh_until, previous_sealed = null,
            previous_until = null, lost_at = null, suspect_since = null, next_try_at = null,
            refusal = null, refused_at = null, trouble = null, trouble_since = null, retry_at = null, failures = 0`,
    [
      company.tenant,
      company.books,
      company.realmHmacs,
      company.realmSealed,
      company.accessSealed,
      company.refreshSealed,
      company.issuedAt,
      company.accessUntil,
      company.companyName,
      company.refreshUntil ?? null,
    ],
  );
}

/** Companies with a text that another key than `keyId` sealed. */
export async function selectSealedByOthers(sql: Sql, keyId: string, limit: number): Promise<CompanyRow[]> {
  const { rows } = await sql.query<Row>(
    `select * from company
      where exists (select from unnest(array[realm_sealed, access_sealed, refresh_sealed, previous_sealed]) as t (sealed)
                     where sealed is not null and split_part(sealed, '.', 2) <> $1)
         or not exists (select from unnest(realm_hmacs) as h (hmac) where split_part(hmac, '.', 1) = $1)
      order by tenant limit $2`,
    [keyId, limit],
  );
  return rows.map(rowOf);
}

/** The tokens go; books, links and the realm's binding stay. */
export async function updateDisconnected(sql: Sql, tenant: string): Promise<void> {
  await sql.query(
    `update company set access_sealed = null, refresh_sealed = null, previous_sealed = null, previous_until = null,
                        lost_at = null, suspect_since = null, next_try_at = null, refresh_until = null,
                        token_version = token_version + 1, state = 'none',
                        trouble = null, trouble_since = null, retry_at = null, failures = 0
      where tenant = $1`,
    [tenant],
  );
}

export async function updateState(sql: Sql, tenant: string, state: ConnectionState): Promise<void> {
  await sql.query(`update company set state = $2, trouble = null, retry_at = null, failures = 0 where tenant = $1`, [
    tenant,
    state,
  ]);
}

/** Notes a trouble, counting failures in a row of the same one. */
export async function updateTrouble(
  sql: Sql,
  tenant: string,
  trouble: Trouble,
  retryAt: Date | null,
  now: Date,
): Promise<void> {
  await sql.query(
    `update company set failures = case when trouble = $2 then failures + 1 else 1 end,
                        trouble_since = case when trouble = $2 then trouble_since else $4 end,
                        trouble = $2, retry_at = $3
      where tenant = $1`,
    [tenant, trouble, retryAt, now],
  );
}

/** QuickBooks answered: whatever trouble there was is over. True: there was one. */
export async function clearTrouble(sql: Sql, tenant: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update company set trouble = null, trouble_since = null, retry_at = null, failures = 0
      where tenant = $1 and trouble is not null`,
    [tenant],
  );
  return (rowCount ?? 0) > 0;
}

export async function updateSaid(sql: Sql, tenant: string, said: string): Promise<void> {
  await sql.query(`update company set said = $2 where tenant = $1`, [tenant, said]);
}

function rowOf(row: Row): CompanyRow {
  return {
    tenant: row.tenant,
    books: row.books,
    realmSealed: row.realm_sealed,
    accessSealed: row.access_sealed,
    refreshSealed: row.refresh_sealed,
    tokenVersion: Number(row.token_version),
    issuedAt: row.issued_at,
    accessUntil: row.access_until,
    previousSealed: row.previous_sealed,
    previousUntil: row.previous_until,
    refreshSince: row.refresh_since,
    refreshUntil: row.refresh_until,
    lostAt: row.lost_at,
    suspectSince: row.suspect_since,
    nextTryAt: row.next_try_at,
    state: row.state,
    companyName: row.company_name,
    connectedAt: row.connected_at,
    firstConnectedAt: row.first_connected_at,
    trouble: row.trouble,
    troubleSince: row.trouble_since,
    retryAt: row.retry_at,
    failures: row.failures,
    said: row.said,
    refusal: row.refusal,
    refusedAt: row.refused_at,
    reopenedAt: row.reopened_at,
    reopenedWith: row.reopened_with,
  };
}
