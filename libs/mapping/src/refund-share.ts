import { Decimal, parseDecimal, sum, toCents, ZERO } from '@qbo-sync/money/decimal';
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

/** What is left of a refunded invoice. */
type Left = Pick<RefundShare, 'lines' | 'tax'>;

/** A refund takes more than is left before it: of all, of the tax, or of what is not tax. */
export interface OverShared {
  readonly of: 'all' | 'tax' | 'sale';
  readonly asked: Decimal;
  readonly left: Decimal;
}

/**
 * The share of one of an invoice's refunds, after those before it (postings.md §9): its tax as it says, else the tax's part
 * of the total, as far as both sides have so much left; the rest over what is left of all lines, discounts too, by amount
 * and largest remainder. The refund that returns the last cent takes what is left.
 */
export function shareOf(
  invoice: PostedInvoice,
  refunds: readonly SharedRefund[],
  refundId: string,
): RefundShare | OverShared {
  const amounts = invoice.lines.map(({ amount }) => parseDecimal(amount));
  const tax = parseDecimal(invoice.tax);
  const total = parseDecimal(invoice.total);
  let left: Left = { lines: amounts, tax };
  for (const refund of refunds) {
    const isAsked = refund.id === refundId;
    const over = overShared(refund, left);
    if (over !== undefined) {
      if (isAsked) return over;
      continue;
    }
    const amount = parseDecimal(refund.amount);
    const isLast = amount.equals(sum(left.lines).plus(left.tax));
    const taken =
      refund.taxAmount === undefined
        ? within(toCents(amount.times(tax).dividedBy(total)), amount, left)
        : parseDecimal(refund.taxAmount);
    const share = isLast ? left : { lines: spread(amount.minus(taken), left.lines), tax: taken };
    if (isAsked) return { ...share, whole: isLast && amount.equals(total) };
    left = {
      lines: left.lines.map((line, place) => line.minus(share.lines[place] ?? ZERO)),
      tax: left.tax.minus(share.tax),
    };
  }
  throw new Error('not one of the refunds');
}

function overShared({ amount, taxAmount }: SharedRefund, left: Left): OverShared | undefined {
  const all = parseDecimal(amount);
  const sale = sum(left.lines);
  const remaining = sale.plus(left.tax);
  if (all.gt(remaining)) return { of: 'all', asked: all, left: remaining };
  // The last one takes what is left, whatever it says.
  if (taxAmount === undefined || all.equals(remaining)) return undefined;
  const tax = parseDecimal(taxAmount);
  if (tax.gt(left.tax) || tax.gt(all)) return { of: 'tax', asked: tax, left: Decimal.min(left.tax, all) };
  return all.minus(tax).gt(sale) ? { of: 'sale', asked: all.minus(tax), left: sale } : undefined;
}

/** The tax's part, where refunds before it took other parts than theirs: neither side gives more than it has. */
const within = (tax: Decimal, amount: Decimal, left: Left): Decimal =>
  Decimal.max(Decimal.min(tax, left.tax), amount.minus(sum(left.lines)));

const spread = (amount: Decimal, lines: readonly Decimal[]): Decimal[] =>
  sum(lines).gt(0) ? splitByWeight(amount, lines) : lines.map(() => ZERO);
