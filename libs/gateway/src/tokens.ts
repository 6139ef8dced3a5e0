import type { Database } from '@qbo-sync/eventstore/pool';
import type { IntuitOAuth, TokenPair } from '@qbo-sync/qbo/oauth';
import { selectCompany, updateTokens, type CompanyRow, type SealedPair } from './sql/companies';
import { lockRefresh, unlockRefresh } from './sql/locks';
import type { Vault } from './vault';

/** Refreshed when this part of the access token's life is over (reliability.md §3 I). */
const FRESH_PART = 0.75;

/** `reconnect`: the grant is over. `unavailable`: Intuit does not answer; nothing is lost. */
export type Access =
  | { readonly is: 'token'; readonly token: string; readonly realmId: string; readonly version: number }
  | { readonly is: 'reconnect' }
  | { readonly is: 'unavailable'; readonly why: string };

/** True once a refresh is due. Pure. */
export function refreshDue(issuedAt: Date, accessUntil: Date, now: Date): boolean {
  const life = accessUntil.getTime() - issuedAt.getTime();
  return now.getTime() >= issuedAt.getTime() + life * FRESH_PART;
}

export function sealPair(vault: Vault, tenant: string, pair: TokenPair, now: Date): SealedPair {
  return {
    accessSealed: vault.seal(pair.accessToken, { tenant, column: 'access' }),
    refreshSealed: vault.seal(pair.refreshToken, { tenant, column: 'refresh' }),
    issuedAt: now,
    accessUntil: new Date(now.getTime() + pair.accessLifeMs),
  };
}

/**
 * Keeps each company's tokens fresh. One refresh per company at a time: callers of this process share it, other processes
 * wait for the company's row. Of two refreshes with one token the second ends the grant (reliability.md X4).
 */
export class Tokens {
  readonly #under = new Map<string, Promise<Access>>();

  constructor(
    private readonly db: Database,
    private readonly vault: Vault,
    private readonly oauth: IntuitOAuth,
    private readonly clock: () => Date,
  ) {}

  /** A token good for a call now. `refused`: the version of the one that QuickBooks has just refused. */
  async access(tenant: string, refused?: number): Promise<Access> {
    const company = await selectCompany(this.db, tenant);
    if (company === undefined || company.refreshSealed === null) return { is: 'reconnect' };
    if (!this.#due(company, refused)) return this.#open(company);
    const under = this.#under.get(tenant);
    if (under !== undefined) return under;
    const refresh = this.#refresh(tenant, refused).finally(() => this.#under.delete(tenant));
    this.#under.set(tenant, refresh);
    return refresh;
  }

  /** A session's lock, not a transaction's: Intuit may take longer than a transaction may stand idle. */
  async #refresh(tenant: string, refused: number | undefined): Promise<Access> {
    const client = await this.db.connect();
    try {
      await lockRefresh(client, tenant);
      return await this.#refreshAlone(tenant, refused);
    } finally {
      await unlockRefresh(client, tenant).then(
        () => client.release(),
        (error: Error) => client.release(error),
      );
    }
  }

  /** The pair is committed before its first use: what is lost after that can be read again. */
  async #refreshAlone(tenant: string, refused: number | undefined): Promise<Access> {
    const company = await selectCompany(this.db, tenant);
    if (company === undefined || company.refreshSealed === null) return { is: 'reconnect' };
    if (!this.#due(company, refused)) return this.#open(company);
    const answer = await this.oauth.refresh(this.vault.open(company.refreshSealed, { tenant, column: 'refresh' }));
    if (answer.is === 'noAnswer') return { is: 'unavailable', why: answer.why };
    if (answer.is === 'refused') return this.#refused(company, answer.code);
    await updateTokens(this.db, tenant, sealPair(this.vault, tenant, answer.pair, this.clock()));
    const refreshed = await selectCompany(this.db, tenant);
    return refreshed === undefined ? { is: 'reconnect' } : this.#open(refreshed);
  }

  /** Losing a race looks like a revoked grant (quickbooks.md §2.4): only an unchanged row means that it is over. */
  async #refused(company: CompanyRow, code: string): Promise<Access> {
    if (code !== 'invalid_grant') return { is: 'unavailable', why: code };
    const now = await selectCompany(this.db, company.tenant);
    return now !== undefined && now.tokenVersion !== company.tokenVersion ? this.#open(now) : { is: 'reconnect' };
  }

  #due(company: CompanyRow, refused: number | undefined): boolean {
    if (refused !== undefined) return company.tokenVersion === refused;
    const { issuedAt, accessUntil } = company;
    return issuedAt === null || accessUntil === null || refreshDue(issuedAt, accessUntil, this.clock());
  }

  #open(company: CompanyRow): Access {
    const { tenant, accessSealed, realmSealed, tokenVersion: version } = company;
    if (accessSealed === null) return { is: 'reconnect' };
    return {
      is: 'token',
      token: this.vault.open(accessSealed, { tenant, column: 'access' }),
      realmId: this.vault.open(realmSealed, { tenant, column: 'realm' }),
      version,
    };
  }
}
