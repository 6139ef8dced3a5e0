import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Grant, OAuthPatch } from './journal';

const ACCOUNTING_SCOPE = 'com.intuit.quickbooks.accounting';
const DAY_MS = 86_400_000;
const CODE_LIFE_MS = 10 * 60_000;
const REFRESH_LIFE_S = 8_726_400;

export interface OAuthSettings {
  clientId: string;
  clientSecret: string;
  /** Registered addresses; empty = any https address or any on localhost. */
  redirectUris: readonly string[];
  accessTokenLifeS: number;
  /** True: the refresh token's value changes at every refresh, not only after 24 hours. */
  rotateAlways: boolean;
  /** How long a replaced refresh token still works. */
  previousTokenLifeMs: number;
  /** True: using one refresh token twice at once ends the grant, as Intuit warns it may (quickbooks.md §2.4). */
  reuseRevokes: boolean;
}

/** Refreshes of one company's tokens: answered, refused, lost to another at the same time, made with the replaced token. */
export interface TokenCounters {
  refreshed: number;
  refused: number;
  atOnce: number;
  previous: number;
}

export interface OAuthAnswer {
  status: number;
  body: Record<string, unknown>;
}

/**
 * Intuit's OAuth 2.0 (quickbooks.md §2): the n-th authorize ever connects the n-th company.
 *
 *   code ──once──▶ grant { refresh token, previous ones } ──▶ access tokens (1 h)
 *   refresh token: new value at the first refresh after 24 h; the old one dies 24 h later; of two at the same time one loses
 */
export class OAuth {
  private authorizations = 0;
  private nextRealm: string | null = null;
  private readonly codes = new Map<string, NonNullable<OAuthPatch['codes']>[string]>();
  private readonly grants = new Map<string, Grant>();
  private readonly accessTokens = new Map<string, { grant: string; expiresAt: number }>();
  private readonly refreshing = new Set<string>();
  private readonly grantsOfRealm = new Map<string, Set<string>>();
  /** Of every refresh token that ever was. */
  private readonly grantOfToken = new Map<string, string>();
  /** Grants whose token was used twice at once, until the winner has its answer. */
  private readonly reused = new Set<string>();
  private readonly counters = new Map<string, TokenCounters>();
  private falselyInvalid: { realm: string | null; until: number } | null = null;

  constructor(
    readonly settings: OAuthSettings,
    private readonly realms: () => readonly string[],
    private readonly now: () => number,
    private readonly store: (patch: OAuthPatch) => void,
  ) {}

  apply(patch: OAuthPatch): void {
    this.authorizations = patch.authorizations ?? this.authorizations;
    if (patch.nextRealm !== undefined) this.nextRealm = patch.nextRealm;
    for (const [code, value] of Object.entries(patch.codes ?? {})) this.codes.set(code, value);
    for (const [id, grant] of Object.entries(patch.grants ?? {})) {
      this.grants.set(id, grant);
      this.grantsOfRealm.set(grant.realm, (this.grantsOfRealm.get(grant.realm) ?? new Set()).add(id));
      for (const token of [grant.refreshToken, ...grant.previous.map((old) => old.token)])
        this.grantOfToken.set(token, id);
    }
    for (const [token, value] of Object.entries(patch.accessTokens ?? {})) this.accessTokens.set(token, value);
  }

  /** The next authorize connects this company, whatever its turn. */
  setNextRealm(realm: string): void {
    this.change({ nextRealm: realm });
  }

  /** Where `/connect/oauth2` sends the browser, or why it cannot. */
  authorize(query: URLSearchParams): { redirect: string } | { problem: string } {
    const redirectUri = query.get('redirect_uri') ?? '';
    if (query.get('client_id') !== this.settings.clientId) return { problem: 'invalid client_id' };
    if (!this.isRegistered(redirectUri)) return { problem: 'The redirect_uri query parameter value is invalid.' };
    const target = new URL(redirectUri);
    const state = query.get('state');
    if (query.get('response_type') !== 'code') return { problem: 'response_type must be code' };
    if (state === null || state === '') return { problem: 'state is required' };
    target.searchParams.set('state', state);
    if (!(query.get('scope') ?? '').split(/[ +]/).includes(ACCOUNTING_SCOPE)) {
      target.searchParams.set('error', 'invalid_scope');
      return { redirect: target.href };
    }
    const realms = this.realms();
    const realm = this.nextRealm ?? realms[this.authorizations % realms.length] ?? '';
    const code = `XAB1${randomBytes(23).toString('hex')}`;
    this.change({
      authorizations: this.nextRealm === null ? this.authorizations + 1 : this.authorizations,
      nextRealm: null,
      codes: { [code]: { realm, redirectUri, expiresAt: this.now() + CODE_LIFE_MS } },
    });
    target.searchParams.set('code', code);
    target.searchParams.set('realmId', realm);
    return { redirect: target.href };
  }

  private isRegistered(redirectUri: string): boolean {
    if (!URL.canParse(redirectUri)) return false;
    if (this.settings.redirectUris.length > 0) return this.settings.redirectUris.includes(redirectUri);
    const { protocol, hostname } = new URL(redirectUri);
    return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  }

  /** True when the Basic header carries the app's id and secret. */
  isClient(authorization: string | undefined): boolean {
    const expected = Buffer.from(
      `Basic ${Buffer.from(`${this.settings.clientId}:${this.settings.clientSecret}`).toString('base64')}`,
    );
    const given = Buffer.from(authorization ?? '');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  /**
   * The token endpoint. `pause` stands for the time the work takes: a second refresh of the same token that comes meanwhile loses.
   */
  async token(form: URLSearchParams, pause: () => Promise<void>): Promise<OAuthAnswer> {
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return this.exchange(form.get('code') ?? '', form.get('redirect_uri') ?? '');
      case 'refresh_token':
        return this.refreshOnce(form.get('refresh_token') ?? '', pause);
      default:
        return { status: 400, body: { error: 'unsupported_grant_type' } };
    }
  }

  private exchange(code: string, redirectUri: string): OAuthAnswer {
    const known = this.codes.get(code);
    const usable =
      known !== undefined &&
      known.usedAt === undefined &&
      known.expiresAt > this.now() &&
      known.redirectUri === redirectUri;
    if (!usable)
      return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid authorization code' } };
    const id = randomBytes(8).toString('hex');
    const grant: Grant = { ...this.newRefreshToken(), realm: known.realm, previous: [], revoked: false };
    this.change({ codes: { [code]: { ...known, usedAt: this.now() } }, grants: { [id]: grant } });
    return this.issue(id, grant);
  }

  /** Of two refreshes with the same token at the same time one loses, and may take the winner with it (quickbooks.md §2.4). */
  private async refreshOnce(token: string, pause: () => Promise<void>): Promise<OAuthAnswer> {
    const id = this.grantOfToken.get(token) ?? '';
    const counters = this.countersOf(this.grants.get(id)?.realm ?? '');
    if (this.refreshing.has(token)) {
      counters.atOnce += 1;
      if (this.settings.reuseRevokes) this.reused.add(id);
      return INVALID_GRANT;
    }
    this.refreshing.add(token);
    try {
      await pause();
      const answer = this.isFalselyInvalid(this.grants.get(id)?.realm) ? INVALID_GRANT : this.refresh(id, token);
      counters[answer.status === 200 ? 'refreshed' : 'refused'] += 1;
      return answer;
    } finally {
      this.refreshing.delete(token);
      const grant = this.grants.get(id);
      if (this.reused.delete(id) && grant !== undefined) this.change({ grants: { [id]: { ...grant, revoked: true } } });
    }
  }

  private refresh(id: string, token: string): OAuthAnswer {
    const now = this.now();
    const grant = this.grants.get(id);
    if (grant === undefined || grant.revoked) return INVALID_GRANT;
    const isCurrent = grant.refreshToken === token && grant.refreshExpiresAt > now;
    const isPrevious = grant.previous.some((previous) => previous.token === token && previous.diesAt > now);
    if (!isCurrent && !isPrevious) return INVALID_GRANT;
    if (isPrevious) this.countersOf(grant.realm).previous += 1;
    const renewed = this.renew(grant, isCurrent, now);
    this.change({ grants: { [id]: renewed } });
    return this.issue(id, renewed);
  }

  /** Answers every refresh of a company, or of all, with `invalid_grant` for so long, though the grant lives. */
  refuseFalsely(realm: string | null, forMs: number): void {
    this.falselyInvalid = { realm, until: this.now() + forMs };
  }

  private isFalselyInvalid(realm: string | undefined): boolean {
    const window = this.falselyInvalid;
    return window !== null && window.until > this.now() && (window.realm === null || window.realm === realm);
  }

  /** By realm, since the start; tokens nobody knows under the empty one. */
  tokenCounters(): Record<string, TokenCounters> {
    return Object.fromEntries(this.counters);
  }

  private countersOf(realm: string): TokenCounters {
    const known = this.counters.get(realm) ?? { refreshed: 0, refused: 0, atOnce: 0, previous: 0 };
    this.counters.set(realm, known);
    return known;
  }

  private renew(grant: Grant, isCurrent: boolean, now: number): Grant {
    const rotates = isCurrent && (this.settings.rotateAlways || now - grant.refreshIssuedAt >= DAY_MS);
    if (!rotates) return { ...grant, refreshExpiresAt: now + REFRESH_LIFE_S * 1000 };
    return {
      ...grant,
      ...this.newRefreshToken(),
      previous: [
        ...grant.previous.filter((old) => old.diesAt > now),
        { token: grant.refreshToken, diesAt: now + this.settings.previousTokenLifeMs },
      ],
    };
  }

  private newRefreshToken(): Pick<Grant, 'refreshToken' | 'refreshIssuedAt' | 'refreshExpiresAt'> {
    const now = this.now();
    return {
      refreshToken: `RT1-${randomBytes(60).toString('base64url')}`,
      refreshIssuedAt: now,
      refreshExpiresAt: now + REFRESH_LIFE_S * 1000,
    };
  }

  private issue(grantId: string, grant: Grant): OAuthAnswer {
    const accessToken = `eyJ${randomBytes(450).toString('base64url')}`;
    const life = this.settings.accessTokenLifeS;
    this.change({ accessTokens: { [accessToken]: { grant: grantId, expiresAt: this.now() + life * 1000 } } });
    return {
      status: 200,
      body: {
        token_type: 'bearer',
        access_token: accessToken,
        refresh_token: grant.refreshToken,
        expires_in: life,
        x_refresh_token_expires_in: REFRESH_LIFE_S,
      },
    };
  }

  /** Ends the whole grant an access or refresh token belongs to; false when the token is none. */
  revoke(token: string): boolean {
    const byAccess = this.accessTokens.get(token)?.grant;
    for (const [id, grant] of this.grants) {
      const isOwn =
        id === byAccess || grant.refreshToken === token || grant.previous.some((previous) => previous.token === token);
      if (!isOwn || grant.revoked) continue;
      this.change({ grants: { [id]: { ...grant, revoked: true } } });
      return true;
    }
    return false;
  }

  /** True when the app may work in a company's books: only then Intuit tells it of changes. */
  isConnected(realm: string): boolean {
    return [...(this.grantsOfRealm.get(realm) ?? [])].some((id) => this.grants.get(id)?.revoked === false);
  }

  /** As if the user had disconnected the app inside QuickBooks. */
  disconnect(realm: string): void {
    for (const [id, grant] of this.grants)
      if (grant.realm === realm) this.change({ grants: { [id]: { ...grant, revoked: true } } });
  }

  /** Makes every access token of a company, or of all, expire now. */
  expireAccessTokens(realm?: string): void {
    for (const [token, value] of this.accessTokens) {
      if (realm === undefined || this.grants.get(value.grant)?.realm === realm) {
        this.change({ accessTokens: { [token]: { ...value, expiresAt: 0 } } });
      }
    }
  }

  /** The company a bearer token is for, or why it opens none. */
  check(bearer: string | undefined): { realm: string } | { problem: string } {
    if (bearer === undefined || bearer.length < 20 || bearer.length > 5000)
      return { problem: 'Malformed bearer token: too short or too long' };
    const known = this.accessTokens.get(bearer);
    const grant = known === undefined ? undefined : this.grants.get(known.grant);
    if (known === undefined || grant === undefined) return { problem: 'Invalid token' };
    if (grant.revoked) return { problem: 'Token revoked' };
    if (known.expiresAt <= this.now()) return { problem: 'Token expired' };
    return { realm: grant.realm };
  }

  private change(patch: OAuthPatch): void {
    this.store(patch);
    this.apply(patch);
  }
}

const INVALID_GRANT: OAuthAnswer = { status: 400, body: { error: 'invalid_grant' } };
