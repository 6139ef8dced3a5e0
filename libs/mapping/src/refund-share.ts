import { type Decimal, parseDecimal, sum, toCents, ZERO } from '@qbo-sync/money/decimal';
import { splitByWeight } from '@qbo-sync/money/split';
import type { PostedInvoice } from './posted-invoice';

/** What a refund takes back of each of an invoice's lines, by place, and of its tax. */
export interface RefundShare {
  readonly lines: readonly Decimal[];
  readonly tax: Decimal;
  /** All that was on the invoice: its lines and tax again. */
  readonly whole: boolean;
}

/** One refund of the invoice that reduced the sale: decimal strings. */
export interface SharedRefund {
  readonly id: string;
  readonly amount: string;
  readonly taxAmount?: string;
}

/** What is left of a refunded invoice before one of its refunds, and that refund's share; undefined: more than is left. */
export type Shared = { readonly left: Decimal; readonly share: RefundShare | undefined };

/**
 * The share of one of an invoice's refunds, after those before it (postings.md §9): its tax as it says, else the tax's part
 * of the total; the rest over all lines, discounts too, by amount and largest remainder. The refund that returns the last
 * cent takes what is left.
 */
export function shareOf(invoice: PostedInvoice, refunds: readonly SharedRefund[], refundId: string): Shared {
  const amounts = invoice.lines.map(({ amount }) => parseDecimal(amount));
  const tax = parseDecimal(invoice.tax);
  const total = parseDecimal(invoice.total);
  let left = { lines: amounts, tax };
  for (const refund of refunds) {
    const isAsked = refund.id === refundId;
    const amount = parseDecimal(refund.amount);
    const remaining = sum(left.lines).plus(left.tax);
    if (amount.gt(remaining)) {
      if (isAsked) return { left: remaining, share: undefined };
      continue;
    }
    const isLast = amount.equals(remaining);
    const taken =
      refund.taxAmount === undefined ? toCents(amount.times(tax).dividedBy(total)) : parseDecimal(refund.taxAmount);
    const share = isLast ? left : { lines: spread(amount.minus(taken), amounts), tax: taken };
    if (isAsked) return { left: remaining, share: { ...share, whole: isLast && amount.equals(total) } };
    left = {
      lines: left.lines.map((line, place) => line.minus(share.lines[place] ?? ZERO)),
      tax: left.tax.minus(share.tax),
    };
  }
  return { left: sum(left.lines).plus(left.tax), share: undefined };
}

const spread = (amount: Decimal, lines: readonly Decimal[]): Decimal[] =>
  sum(lines).gt(0) ? splitByWeight(amount, lines) : lines.map(() => ZERO);
