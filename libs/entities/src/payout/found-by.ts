import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import { type PartKind, readPart } from '@qbo-sync/mapping/payout-part';

/** What a balance transaction is in its payout, and by what the record of ours behind it is found. */
export interface FoundBy {
  /** `itself`: the payout's own; `unknown`: not posted, the whole payout is held for it. */
  readonly kind: PartKind | 'itself' | 'unknown';
  /** Stripe's id of the charge or refund, which Run a Call names in a payment. */
  readonly stripeId?: string;
  /** The stream itself, where Stripe's id is ours: of another payout. */
  readonly ref?: string;
}

export function foundBy(transaction: StripeTransaction, payout: StripePayout): FoundBy {
  const reading = readPart(transaction, payout);
  if (reading.is !== 'part') return { kind: reading.is };
  const { kind, source, charge } = reading.part;
  switch (kind) {
    case 'charge':
    case 'refund':
    case 'refund_failure':
      return source === null ? { kind } : { kind, stripeId: source };
    // What went back is the payment's own: Stripe names it like a refund, Run a Call does not name it.
    case 'charge_failure':
      return charge === null ? { kind } : { kind, stripeId: charge };
    case 'payout_reversal':
    case 'earlier_payout':
      return source === null ? { kind } : { kind, ref: `payout:${source}` };
    case 'dispute':
    case 'dispute_reversal':
    case 'account_fee':
      return { kind };
  }
}
