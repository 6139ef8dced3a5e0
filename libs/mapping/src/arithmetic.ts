import type { Invoice, Line } from '@qbo-sync/contracts/runacall/invoice';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import type { Reason } from '@qbo-sync/contracts/reasons';
import { type Decimal, formatAmount, parseAmount, parseDecimal, sum, toCents } from '@qbo-sync/money/decimal';

/** What must add up before anything is sent (events.md Data, postings.md §1.3). */

/** The sums of an invoice, read once. */
export interface InvoiceSums {
  readonly lines: Decimal;
  readonly discount: Decimal;
  readonly tax: Decimal;
  readonly tip: Decimal;
  readonly total: Decimal;
}

export function sumsOf(invoice: Invoice): InvoiceSums {
  return {
    lines: sum(invoice.lines.map((line) => parseDecimal(line.amount))),
    discount: parseAmount(invoice.discount?.amount),
    tax: parseDecimal(invoice.taxTotal),
    tip: parseAmount(invoice.tip),
    total: parseDecimal(invoice.total),
  };
}

/**
 * `arithmetic` when the invoice does not add up: a line's amount is not quantity × unit price, or is negative without
 * being a discount; the lines are not the subtotal; the taxes are not the tax total, or name a rate twice; subtotal −
 * discount + tax + tip is not the total.
 */
export function checkInvoice(invoice: Invoice): Reason | undefined {
  const { lines, discount, tax, tip, total } = sumsOf(invoice);
  const rates = new Set(invoice.taxes.map(({ taxRateId }) => taxRateId));
  const adds =
    invoice.lines.every(lineAdds) &&
    lines.equals(parseDecimal(invoice.subtotal)) &&
    discount.gte(0) &&
    tip.gte(0) &&
    rates.size === invoice.taxes.length &&
    sum(invoice.taxes.map(({ amount }) => parseDecimal(amount))).equals(tax) &&
    lines.minus(discount).plus(tax).plus(tip).equals(total);
  if (adds) return undefined;
  return {
    code: 'arithmetic',
    params: {
      n: invoice.number,
      a: formatAmount(lines),
      b: formatAmount(discount),
      c: formatAmount(tax),
      d: formatAmount(tip),
      e: formatAmount(total),
    },
  };
}

function lineAdds(line: Line): boolean {
  const amount = parseDecimal(line.amount);
  const product = toCents(parseDecimal(line.quantity).times(parseDecimal(line.unitPrice)));
  if (line.kind === 'note') return amount.isZero();
  return amount.equals(product) && (line.kind === 'discount' || amount.gte(0));
}

/** `over_allocated` when the allocations are more than the payment, or one of them is negative. */
export function checkPayment(payment: Payment): Reason | undefined {
  const allocations = payment.allocations.map(({ amount }) => parseDecimal(amount));
  const allocated = sum(allocations.filter((amount) => amount.gt(0)));
  if (allocated.lte(parseDecimal(payment.amount)) && allocations.every((amount) => amount.gte(0))) return undefined;
  return {
    code: 'over_allocated',
    params: { p: payment.id, a: formatAmount(allocated), b: formatAmount(parseDecimal(payment.amount)) },
  };
}
