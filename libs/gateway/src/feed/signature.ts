import { createHmac, timingSafeEqual } from 'node:crypto';

const DIGEST_BYTES = 32;
const BASE64_OF_DIGEST = /^[A-Za-z0-9+/]{43}=$/;

/**
 * True when `signature` (header `intuit-signature`) is the base64 HMAC-SHA256 of the raw body under one of the live
 * verifier tokens (quickbooks.md §8.3). Every token is compared, each in constant time; two live while they rotate.
 */
export function isSigned(raw: Uint8Array, signature: string | undefined, tokens: readonly string[]): boolean {
  const given = Buffer.alloc(DIGEST_BYTES);
  const wellFormed =
    signature !== undefined && isCanonical(signature) && given.write(signature, 'base64') === DIGEST_BYTES;
  let right = false;
  for (const token of tokens) {
    const same = timingSafeEqual(createHmac('sha256', token).update(raw).digest(), given);
    right = same || right;
  }
  return wellFormed && right;
}

/** The verifier tokens of a setting: one, or two with a comma while they rotate. */
export function verifierTokens(setting: string): readonly string[] {
  return setting
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');
}

/** The last character of a digest's base64 carries two bits that say nothing: only one spelling is taken. */
function isCanonical(signature: string): boolean {
  return BASE64_OF_DIGEST.test(signature) && Buffer.from(signature, 'base64').toString('base64') === signature;
}
