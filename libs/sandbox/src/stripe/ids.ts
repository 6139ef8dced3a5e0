import { createHash } from 'node:crypto';

const LENGTH = 24;

/** Stripe's ids: a prefix and 24 characters. The same account and count make the same one. */
export function stripeId(prefix: string, account: string, count: number): string {
  const hash = createHash('sha256').update(`${account}:${prefix}:${count}`).digest('base64');
  return `${prefix}_${hash.replace(/[+/=]/g, '0').slice(0, LENGTH)}`;
}
