/** What Stripe says of a dispute: a customer's bank took a charge's money back, or asks about it. */
export interface StripeDispute {
  /** `dp_…` */
  readonly id: string;
  /** `ch_…`, `py_…`; null where Stripe names none. */
  readonly charge: string | null;
  /** What is disputed, a decimal string in whole units of the currency. */
  readonly amount: string;
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly createdAt: string;
  /** `needs_response`, `under_review`, `won`, `lost`, `prevented`; with `warning_` before: only asked about. */
  readonly status: string;
}
