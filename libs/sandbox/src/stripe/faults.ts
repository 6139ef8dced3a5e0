import { StripeRefusal } from './refusal';

/**
 * What goes wrong on purpose.
 *
 *   rate-limit     429, `Retry-After` where `retryAfterS` says so
 *   server-error   500 of Stripe
 *   not-json       502 of a proxy, HTML
 *   drop           the connection is closed without an answer
 *   forbidden      403: the account no longer lets the key in
 */
export const STRIPE_FAULT_KINDS = ['rate-limit', 'server-error', 'not-json', 'drop', 'forbidden'] as const;

export interface StripeFault {
  readonly kind: (typeof STRIPE_FAULT_KINDS)[number];
  /** How many matching calls it hits; absent: until taken off. */
  readonly times?: number;
  /** How many pass first. */
  readonly after?: number;
  /** Only calls whose address holds this text. */
  readonly contains?: string;
  readonly retryAfterS?: number;
}

export class StripeFaults {
  private standing: { fault: StripeFault; seen: number }[] = [];

  add(fault: StripeFault): void {
    this.standing.push({ fault, seen: 0 });
  }

  clear(): void {
    this.standing = [];
  }

  /** The first fault that hits a call; counts it. */
  hit(address: string): StripeFault | undefined {
    for (const each of this.standing) {
      const { contains, after = 0, times } = each.fault;
      if (contains !== undefined && !address.includes(contains)) continue;
      each.seen += 1;
      if (each.seen > after && (times === undefined || each.seen <= after + times)) return each.fault;
    }
    return undefined;
  }
}

/** The refusal a fault answers with. */
export function faultRefusal({ kind, retryAfterS }: StripeFault, account: string): StripeRefusal {
  if (kind === 'rate-limit') {
    const headers = retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) };
    return new StripeRefusal(429, 'rate_limit', 'Request rate limit exceeded.', undefined, headers);
  }
  return kind === 'forbidden' ? notAllowed(account) : new StripeRefusal(500, undefined, 'An unknown error occurred');
}

export const notAllowed = (account: string): StripeRefusal =>
  new StripeRefusal(
    403,
    'account_invalid',
    `The provided key does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`,
  );
