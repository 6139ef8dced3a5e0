import type { Refund } from '@qbo-sync/contracts/runacall/payment';
import { cents, divideHalfUp, sum, type Cents } from './cents';

/** What a refund takes back of an invoice: of each of its amounts, by place, and of its tax. */
export interface RefundShare {
  readonly parts: readonly Cents[];
  readonly tax: Cents;
}

/** An invoice as far as a refund shares it out: its line amounts, discounts and tip among them. */
export interface Refunded {
  readonly amounts: readonly Cents[];
  readonly tax: Cents;
}

/**
 * What each of an invoice's refunds takes, in their order (postings.md §9): the tax by its share of the total unless the
 * refund says it, never more of either than is left; the rest over what is left with the largest remainder; the refund that returns the last cent takes what
 * is left.
 */
export function shareRefunds({ amounts, tax }: Refunded, refunds: readonly Refund[]): RefundShare[] {
  const total = sum(amounts) + tax;
  let left = { parts: [...amounts], tax };
  return refunds.map((refund) => {
    const amount = cents(refund.amount);
    const isLast = amount === sum(left.parts) + left.tax;
    const sale = sum(left.parts);
    const part = divideHalfUp(amount * tax, total);
    const most = part < left.tax ? part : left.tax;
    const taken =
      refund.taxAmount !== undefined ? cents(refund.taxAmount) : most > amount - sale ? most : amount - sale;
    const share = isLast
      ? left
      : { parts: sale === 0n ? amounts.map(() => 0n) : spread(amount - taken, left.parts, sale), tax: taken };
    left = { parts: left.parts.map((part, place) => part - (share.parts[place] ?? 0n)), tax: left.tax - share.tax };
    return share;
  });
}

/** Whole cents over the amounts by their size; the cents left over go to the largest remainders, the first of equals. */
function spread(amount: Cents, amounts: readonly Cents[], net: Cents): Cents[] {
  const exact = amounts.map((part) => amount * part);
  const parts = exact.map((share) => floor(share, net));
  const byRemainder = exact
    .map((share, place) => ({ place, remainder: share - floor(share, net) * net }))
    .sort((a, b) => (a.remainder === b.remainder ? a.place - b.place : a.remainder > b.remainder ? -1 : 1));
  const over = Number(amount - sum(parts));
  for (const { place } of byRemainder.slice(0, over)) parts[place] = (parts[place] ?? 0n) + 1n;
  return parts;
}

function floor(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}
