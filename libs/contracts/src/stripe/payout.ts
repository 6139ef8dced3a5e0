/**
 * What Stripe says of one payout and of each balance transaction in it (events.md, Stripe), read by the stripe kit.
 * Amounts are decimal strings in whole units of the currency, never minor units; what left the Stripe balance is
 * negative.
 */
export interface StripePayout {
  /** `po_…` */
  readonly id: string;
  /** What reaches the bank; negative where Stripe debits it. */
  readonly amount: string;
  /** ISO 4217, upper case. */
  readonly currency: string;
  /** The day it reaches the bank. */
  readonly arrivalDate: string;
  readonly createdAt: string;
  /** `pending`, `in_transit`, `paid`, `failed`, `canceled` */
  readonly status: string;
  /** Made by Stripe's schedule: only such a payout can be itemised. */
  readonly automatic: boolean;
  /** `standard`, `instant` */
  readonly method: string;
  /** `in_progress`, `completed`, `not_applicable` */
  readonly reconciliationStatus: string;
  /** When its money was back, once its status is `failed`. */
  readonly failedAt?: string;
}

export interface StripeFee {
  /** `stripe_fee`, `application_fee`, `tax`, … */
  readonly kind: string;
  /** Positive when charged. */
  readonly amount: string;
}

export interface StripeTransaction {
  /** `txn_…` */
  readonly id: string;
  readonly type: string;
  readonly category: string;
  readonly currency: string;
  /** Gross. `net` = `amount` − `fee`. */
  readonly amount: string;
  readonly fee: string;
  readonly fees: readonly StripeFee[];
  readonly net: string;
  /** `ch_…`, `py_…`, `re_…`, `pyr_…`, `dp_…`, `po_…`; null for fees of the account. */
  readonly source: string | null;
  /** The charge behind a refund or a dispute. */
  readonly charge: string | null;
  readonly description: string | null;
  /** The customer paid in another currency and Stripe converted it. */
  readonly converted: boolean;
}
