import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { IntuitOAuth, TokenPair } from '@qbo-sync/qbo/oauth';
import { sayCondition } from '../company/condition';
import { afterInvalidGrant, previousUntil, rotatedUnexpectedly, TRY_AGAIN_MS } from '../decide/grant';
import { selectCompany, updateState, type CompanyRow } from '../sql/companies';
import { updateLost, updateSuspect, updateTokens, type SealedPair } from '../sql/company-tokens';
import { lockRefresh, unlockRefresh } from '../sql/locks';
import type { Vault } from './vault';

/** Refreshed when this part of the access token's life is over (reliability.md §3 I). */
const FRESH_PART = 0.75;

/**
 * `reconnect`: the grant is over. `unavailable`: Intuit does not give a token now; nothing is lost. `books`: those the
 * token opens, so that nothing meant for others goes there.
 */
export type Access =
  | {
      readonly is: 'token';
      readonly token: string;
      readonly realmId: string;
      readonly version: number;
      readonly books: string;
    }
  | { readonly is: 'reconnect' }
  | { readonly is: 'unavailable'; readonly why: string };

/** The token QuickBooks has just refused. `revoked`: it said that the grant itself was taken back. */
export interface RefusedToken {
  readonly version: number;
  readonly revoked: boolean;
}

/** What a person of ours should look at. */
export type TokenAlarm = 'unexpected_rotation';

export interface TokensOptions {
  readonly onAlarm?: (tenant: string, alarm: TokenAlarm) => void;
  /** A condition was said. */
  readonly onCommit?: () => void;
}

/** True once a refresh is due. Pure. */
function refreshDue(issuedAt: Date, accessUntil: Date, now: Date): boolean {
  const life = accessUntil.getTime() - issuedAt.getTime();
  return now.getTime() >= issuedAt.getTime() + life * FRESH_PART;
}

export function sealPair(vault: Vault, tenant: string, pair: TokenPair, now: Date): SealedPair {
  return {
    accessSealed: vault.seal(pair.accessToken, { tenant, column: 'access' }),
    refreshSealed: vault.seal(pair.refreshToken, { tenant, column: 'refresh' }),
    issuedAt: now,
    accessUntil: new Date(now.getTime() + pair.accessLifeMs),
    refreshUntil: new Date(now.getTime() + pair.refreshLifeMs),
  };
}

/**
 * Keeps each company's tokens fresh. One refresh per company at a time: callers of this process share it, other processes
 * wait for the company's lock. Of two refreshes with one token the second ends the grant (reliability.md X4).
 */
export class Tokens {
  readonly #under = new Map<string, Promise<Access>>();

  constructor(
    private readonly db: Database,
    private readonly vault: Vault,
    private readonly oauth: IntuitOAuth,
    private readonly clock: () => Date,
    private readonly options: TokensOptions = {},
  ) {}

  /** A token good for a call now. `refused`: the one that QuickBooks has just refused. */
  async access(tenant: string, refused?: RefusedToken): Promise<Access> {
    const company = await selectCompany(this.db, tenant);
    const ready = this.#ready(company, refused);
    if (ready !== undefined) return ready;
    const under = this.#under.get(tenant);
    if (under !== undefined) return under;
    const refresh = this.#refresh(tenant, refused).finally(() => this.#under.delete(tenant));
    this.#under.set(tenant, refresh);
    return refresh;
  }

  /** A session's lock, not a transaction's: Intuit may take longer than a transaction may stand idle. */
  async #refresh(tenant: string, refused: RefusedToken | undefined): Promise<Access> {
    const client = await this.db.connect();
    // Lost while Intuit is asked: the unlock tells of it; without a listener the event itself would end the process.
    const onLost = (): void => undefined;
    client.on('error', onLost);
    const release = (error?: Error): void => {
      client.off('error', onLost);
      client.release(error);
    };
    try {
      await lockRefresh(client, tenant);
      return await this.#refreshAlone(tenant, refused);
    } finally {
      await unlockRefresh(client, tenant).then(
        () => release(),
        (error: Error) => release(error),
      );
    }
  }

  /** What is known without asking Intuit: a fresh token, or one that is old but good while Intuit is not asked yet. */
  #ready(company: CompanyRow | undefined, refused: RefusedToken | undefined): Access | undefined {
    if (company === undefined || company.refreshSealed === null || company.state === 'reconnect')
      return { is: 'reconnect' };
    if (!this.#due(company, refused)) return this.#open(company);
    // QuickBooks' own word that the grant was taken back needs no waiting.
    if (company.nextTryAt === null || company.nextTryAt <= this.clock() || refused?.revoked === true) return undefined;
    return this.#stillGood(company, refused) ?? { is: 'unavailable', why: 'token_not_refreshed' };
  }

  /** The pair is committed before its first use: what is lost after that can be read again. */
  async #refreshAlone(tenant: string, refused: RefusedToken | undefined): Promise<Access> {
    const company = await selectCompany(this.db, tenant);
    const ready = this.#ready(company, refused);
    if (ready !== undefined) return ready;
    if (company === undefined || company.refreshSealed === null) return { is: 'reconnect' };
    return this.#ask(company, company.refreshSealed, refused);
  }

  async #ask(company: CompanyRow, sealed: string, refused: RefusedToken | undefined): Promise<Access> {
    const { tenant } = company;
    const asked = this.vault.open(sealed, { tenant, column: 'refresh' });
    const answer = await this.oauth.refresh(asked);
    const now = this.clock();
    if (answer.is === 'tokens') return this.#store(company, answer.pair, now);
    if (answer.is === 'refused' && answer.code === 'invalid_grant') {
      const { previousSealed, previousUntil: until } = company;
      const lost = sealed === company.refreshSealed && previousSealed !== null && until !== null && until > now;
      return lost ? this.#ask(company, previousSealed, refused) : this.#refused(company, refused, now);
    }
    const lostAt = answer.is === 'noAnswer' ? now : null;
    await updateLost(this.db, tenant, lostAt, new Date(now.getTime() + TRY_AGAIN_MS));
    const why = answer.is === 'refused' ? answer.code : answer.why;
    return this.#stillGood(company, refused) ?? { is: 'unavailable', why };
  }

  async #store(company: CompanyRow, pair: TokenPair, now: Date): Promise<Access> {
    const { tenant, refreshSealed: before } = company;
    const known = before === null ? '' : this.vault.open(before, { tenant, column: 'refresh' });
    const changed = known !== pair.refreshToken;
    const previous = changed && before !== null ? { sealed: before, until: previousUntil(now) } : undefined;
    await inTransaction(this.db, async (client) => {
      const sealed = sealPair(this.vault, tenant, pair, now);
      if (await updateTokens(client, tenant, company.tokenVersion, sealed, previous)) {
        await sayCondition(client, tenant, now);
      }
    });
    if (company.state === 'suspect') this.options.onCommit?.();
    if (rotatedUnexpectedly(company, changed, now)) this.options.onAlarm?.(tenant, 'unexpected_rotation');
    const refreshed = await selectCompany(this.db, tenant);
    return refreshed === undefined ? { is: 'reconnect' } : this.#open(refreshed);
  }

  /** Losing a race looks like a revoked grant (quickbooks.md §2.4), and so does an outage of Intuit's. */
  async #refused(company: CompanyRow, refused: RefusedToken | undefined, now: Date): Promise<Access> {
    const { tenant } = company;
    const stored = await selectCompany(this.db, tenant);
    if (stored !== undefined && stored.tokenVersion !== company.tokenVersion) return this.#open(stored);
    const step = afterInvalidGrant(company, refused?.revoked === true, now);
    await inTransaction(this.db, async (client) => {
      if (step.is === 'over') await updateState(client, tenant, 'reconnect');
      else await updateSuspect(client, tenant, step.since, step.nextTryAt);
      await sayCondition(client, tenant, now);
    });
    this.options.onCommit?.();
    if (step.is === 'over') return { is: 'reconnect' };
    return this.#stillGood(company, refused) ?? { is: 'unavailable', why: 'invalid_grant' };
  }

  /** A quarter of the token's life is left when its refresh is due. */
  #stillGood(company: CompanyRow, refused: RefusedToken | undefined): Access | undefined {
    const { accessUntil } = company;
    if (refused?.version === company.tokenVersion || accessUntil === null || accessUntil <= this.clock())
      return undefined;
    return this.#open(company);
  }

  #due(company: CompanyRow, refused: RefusedToken | undefined): boolean {
    if (refused !== undefined) return company.tokenVersion === refused.version;
    const { issuedAt, accessUntil } = company;
    return issuedAt === null || accessUntil === null || refreshDue(issuedAt, accessUntil, this.clock());
  }

  #open(company: CompanyRow): Access {
    const { tenant, books, accessSealed, realmSealed, tokenVersion: version } = company;
    if (accessSealed === null) return { is: 'reconnect' };
    return {
      is: 'token',
      token: this.vault.open(accessSealed, { tenant, column: 'access' }),
      realmId: this.vault.open(realmSealed, { tenant, column: 'realm' }),
      version,
      books,
    };
  }
}
