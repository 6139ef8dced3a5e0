import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * A company's bearer token is `<id>.<HMAC-SHA256 of the id under the operator's token>`: the same whenever it is asked
 * for, and nothing secret is stored. It names its company, so that another company's token is told from no token.
 */
export function companyToken(operatorToken: string, company: string): string {
  return `${company}.${createHmac('sha256', operatorToken).update(`company:${company}`).digest('base64url')}`;
}

export type Caller = { readonly kind: 'operator' } | { readonly kind: 'company'; readonly company: string };

/** Who sends this bearer token; undefined: nobody we know. */
export function readToken(operatorToken: string, token: string): Caller | undefined {
  if (equal(token, operatorToken)) return { kind: 'operator' };
  const company = token.slice(0, Math.max(token.indexOf('.'), 0));
  if (company === '' || !equal(token, companyToken(operatorToken, company))) return undefined;
  return { kind: 'company', company };
}

/** Equal, in a time that tells nothing of where they differ. */
function equal(left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
