import type { TokenPair } from '@qbo-sync/qbo/oauth';

/** One company of the emulator and the right to call it. */
export interface Realm {
  readonly realmId: string;
  readonly pair: TokenPair;
}

const LIFE_MS = 86_400_000;
/** As long as Intuit's are (quickbooks.md §2.3). */
const TOKEN_LENGTH = 600;

/** The n-th company's grant. Both sides work it out: ten thousand companies are connected without a browser. */
export function realmOf(n: number): Realm {
  return {
    realmId: String(9_000_000_000_000_000 + n),
    pair: {
      accessToken: `bench-access-${n}-`.padEnd(TOKEN_LENGTH, 'x'),
      refreshToken: `bench-refresh-${n}-`.padEnd(80, 'x'),
      accessLifeMs: LIFE_MS,
      refreshLifeMs: 100 * LIFE_MS,
    },
  };
}

/** The grant as a line of the emulator's journal. */
export function grantLine(n: number, nowMs: number): string {
  const { realmId, pair } = realmOf(n);
  const id = `grant-${n}`;
  const grant = {
    realm: realmId,
    refreshToken: pair.refreshToken,
    refreshIssuedAt: nowMs,
    refreshExpiresAt: nowMs + pair.refreshLifeMs,
    previous: [],
    revoked: false,
  };
  const access = { grant: id, expiresAt: nowMs + pair.accessLifeMs };
  return JSON.stringify({
    kind: 'oauth',
    patch: { grants: { [id]: grant }, accessTokens: { [pair.accessToken]: access } },
  });
}
