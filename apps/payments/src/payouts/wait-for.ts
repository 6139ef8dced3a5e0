import type { StripeFailure } from '@qbo-sync/stripe/failure';

const RETRY_MS = { first: 2_000, most: 10 * 60_000, forPerson: 5 * 60_000 };

/** How long to wait after a failure: as Stripe asks, longer where a person has to do something, else doubling. */
export function waitFor({ class: kind, retryAfterMs }: StripeFailure, tries: number): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  if (kind !== 'retry' && kind !== 'rate_limit') return RETRY_MS.forPerson;
  return Math.min(RETRY_MS.first * 2 ** Math.min(tries - 1, 10), RETRY_MS.most);
}
