import OAuthClient from 'intuit-oauth';

/**
 * The one place that knows intuit-oauth. Its endpoints and its retry policy are static, so they hold for the whole
 * process; its own retries are off, because a repeated POST of a rotating refresh token can end the grant
 * (quickbooks.md §2.4, §2.7). A new client per call: the package's token is mutable and not safe for concurrent use.
 */
export interface OAuthSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl: string;
}

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessLifeMs: number;
  readonly refreshLifeMs: number;
}

/** `refused`: the server said no, `code` is OAuth's (`invalid_grant`). `noAnswer`: it may have rotated the token. */
export type TokenOutcome =
  | { readonly is: 'tokens'; readonly pair: TokenPair }
  | { readonly is: 'refused'; readonly code: string }
  | { readonly is: 'noAnswer'; readonly why: string };

export type RevokeOutcome = { readonly is: 'revoked' } | Exclude<TokenOutcome, { is: 'tokens' }>;

const SCOPE = 'com.intuit.quickbooks.accounting';
const ANSWER_MS = 30_000;
const OAUTH_CODE = /^[a-z_]{1,40}$/;

export class IntuitOAuth {
  readonly #settings: OAuthSettings;

  constructor(settings: OAuthSettings) {
    this.#settings = settings;
    OAuthClient.retryConfig.maxRetries = 0;
    this.#client().setAuthorizeURLs({
      authorizeEndpoint: settings.authorizeUrl,
      tokenEndpoint: settings.tokenUrl,
      revokeEndpoint: settings.revokeUrl,
      // Never called: nobody signs in here by OpenID.
      userInfoEndpoint: settings.tokenUrl,
    });
  }

  /** Where the person's browser goes to connect. `state` comes back to the callback. */
  authorizeUri(state: string): string {
    return this.#client().authorizeUri({ scope: [SCOPE], state });
  }

  /** Exchanges the callback's code. */
  exchange(code: string, realmId: string): Promise<TokenOutcome> {
    const query = new URLSearchParams({ code, realmId });
    return tokens(this.#client().createToken(`${this.#settings.redirectUri}?${query.toString()}`));
  }

  /** One refresh; the caller sees to it that there is only one at a time per grant. */
  refresh(refreshToken: string): Promise<TokenOutcome> {
    return tokens(this.#client().refreshUsingToken(refreshToken));
  }

  /** Ends the whole grant. `refused`: Intuit knows no such grant any more. */
  async revoke(refreshToken: string): Promise<RevokeOutcome> {
    try {
      await within(this.#client().revoke({ refresh_token: refreshToken }));
      return { is: 'revoked' };
    } catch (error) {
      return answeredStatus(error) === 400 ? { is: 'refused', code: 'invalid_grant' } : failed(error);
    }
  }

  #client(): OAuthClient {
    const { clientId, clientSecret, redirectUri } = this.#settings;
    return new OAuthClient({ clientId, clientSecret, redirectUri, environment: 'production', logging: false });
  }
}

interface TokenJson {
  access_token?: unknown;
  refresh_token?: unknown;
  expires_in?: unknown;
  x_refresh_token_expires_in?: unknown;
}

async function tokens(answer: Promise<{ json: unknown }>): Promise<TokenOutcome> {
  try {
    const json = ((await within(answer)).json ?? {}) as TokenJson;
    const { access_token: accessToken, refresh_token: refreshToken } = json;
    if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') {
      return { is: 'noAnswer', why: 'token_answer_unreadable' };
    }
    return {
      is: 'tokens',
      pair: {
        accessToken,
        refreshToken,
        accessLifeMs: seconds(json.expires_in, 3_600),
        refreshLifeMs: seconds(json.x_refresh_token_expires_in, 8_640_000),
      },
    };
  } catch (error) {
    return failed(error);
  }
}

/** The package sets no time limit on its token calls. */
async function within<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('late')), ANSWER_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The package's error → a code. Its messages and its `authResponse` may hold tokens and are dropped here. */
function failed(error: unknown): Exclude<TokenOutcome, { is: 'tokens' }> {
  const { error: code } = (typeof error === 'object' && error !== null ? error : {}) as { error?: unknown };
  const known = typeof code === 'string' && OAUTH_CODE.test(code);
  return known && code.startsWith('invalid_')
    ? { is: 'refused', code }
    : { is: 'noAnswer', why: known ? code : 'no_answer' };
}

/** The HTTP status behind the package's error. */
function answeredStatus(error: unknown): unknown {
  return (error as { authResponse?: { response?: { status?: unknown } } } | null)?.authResponse?.response?.status;
}

function seconds(value: unknown, otherwise: number): number {
  return (typeof value === 'number' && value > 0 ? value : otherwise) * 1000;
}
