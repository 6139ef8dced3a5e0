import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import { parseDecimal, sum } from '@qbo-sync/money/decimal';

/**
 * What a balance transaction is in the payout's deposit (postings.md §10.2).
 *
 *   charge, refund, charge_failure   a line per record of ours that holds the money, on its account or linked
 *   refund_failure                   a refund that came to nothing: a line on the account it had left
 *   dispute, dispute_reversal        a line on the disputes account
 *   account_fee                      a line on the fees account with Stripe's text
 *   payout_reversal                  a failed payout's money, back in the balance
 *   earlier_payout                   a manual or instant payout before this one, which a person had posted whole (§10.4)
 */
export type PartKind =
  | 'charge'
  | 'refund'
  | 'refund_failure'
  | 'charge_failure'
  | 'dispute'
  | 'dispute_reversal'
  | 'account_fee'
  | 'payout_reversal'
  | 'earlier_payout';

/** Kinds whose money sits in a record of ours, found by `source`. */
export const SITTING_KINDS: ReadonlySet<PartKind> = new Set([
  'charge',
  'refund',
  'refund_failure',
  'charge_failure',
  'payout_reversal',
  'earlier_payout',
]);

export type PayoutPart = StripeTransaction & { readonly kind: PartKind };

interface PartRow {
  readonly category: string;
  readonly kind: PartKind;
  readonly types: readonly string[];
  /** The sign its amount has; another one is not what the category means. */
  readonly sign?: 1 | -1;
}

/** Stripe names a transaction's meaning twice: both have to be known (docs.stripe.com/reports/reporting-categories). */
const PART_TABLE: readonly PartRow[] = [
  { category: 'charge', types: ['charge', 'payment'], kind: 'charge', sign: 1 },
  { category: 'refund', types: ['refund', 'payment_refund'], kind: 'refund', sign: -1 },
  { category: 'refund_failure', types: ['refund_failure'], kind: 'refund_failure', sign: 1 },
  { category: 'charge_failure', types: ['payment_failure_refund'], kind: 'charge_failure', sign: -1 },
  { category: 'dispute', types: ['adjustment'], kind: 'dispute', sign: -1 },
  { category: 'dispute_reversal', types: ['adjustment'], kind: 'dispute_reversal', sign: 1 },
  { category: 'fee', types: ['stripe_fee', 'application_fee', 'adjustment'], kind: 'account_fee' },
  { category: 'payout_reversal', types: ['payout_failure'], kind: 'payout_reversal', sign: 1 },
  { category: 'payout', types: ['payout'], kind: 'earlier_payout', sign: -1 },
];

/** Kinds of a line's fee that go to the fees account, and what their line is called. */
export const FEE_LABELS: ReadonlyMap<string, string> = new Map([
  ['stripe_fee', 'Stripe processing fees'],
  ['application_fee', 'Application fees'],
  ['payment_method_passthrough_fee', 'Payment method fees'],
  ['tax', 'Tax on Stripe fees'],
]);

export type PartReading =
  | { readonly is: 'part'; readonly part: PayoutPart }
  /** The payout's own transaction, which Stripe lists among its parts. */
  | { readonly is: 'itself' }
  /** Not posted: the whole payout is held, naming it. */
  | { readonly is: 'unknown'; readonly category: string };

/** What one balance transaction is in this payout. */
export function readPart(transaction: StripeTransaction, payout: StripePayout): PartReading {
  const { type, category, source, currency, converted, fee, fees, amount, net } = transaction;
  if (type === 'payout' && source === payout.id) return { is: 'itself' };
  if (currency !== payout.currency || converted)
    return { is: 'unknown', category: `${words(category)} in another currency` };
  const row = PART_TABLE.find((each) => each.category === category && each.types.includes(type));
  const gross = parseDecimal(amount);
  const hasSign = row?.sign === undefined || gross.times(row.sign).gt(0);
  if (row === undefined || !hasSign) return { is: 'unknown', category: words(category) };
  const strange = fees.find(({ kind }) => !FEE_LABELS.has(kind));
  if (strange !== undefined) return { is: 'unknown', category: `fee (${words(strange.kind)})` };
  const adds =
    sum(fees.map((each) => parseDecimal(each.amount))).equals(parseDecimal(fee)) &&
    gross.minus(parseDecimal(fee)).equals(parseDecimal(net)) &&
    [gross, ...fees.map((each) => parseDecimal(each.amount))].every((each) => each.decimalPlaces() <= 2);
  if (!adds) return { is: 'unknown', category: `${words(category)} that does not add up` };
  return { is: 'part', part: { ...transaction, kind: row.kind } };
}

/** Stripe's word for a person: `partial_capture_reversal` → `partial capture reversal`. */
const words = (category: string): string => category.replace(/_/g, ' ');
