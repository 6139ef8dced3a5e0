import { type Decimal, ZERO } from '@qbo-sync/money/decimal';
import { FEE_LABELS } from './payout-part';

/** QuickBooks' most lines of one transaction (quickbooks.md §1.3). */
export const DEPOSIT_LINE_LIMIT = 10_000;

export interface DepositSplit {
  /** How many deposits there are. */
  readonly of: number;
  /** The deposit, from 1, that takes this part. Parts are handed in in one and the same order each time. */
  place(part: { readonly net: Decimal; readonly lines: number }): number;
  /** What the deposits come to, in their order. */
  totals(): readonly Decimal[];
}

/**
 * Deals a payout's parts over as few deposits as QuickBooks' line limit allows; nearly always one. No deposit can be
 * negative, so money goes to the deposit that has least so far and what takes money away to the one that has most. Each
 * part's fees stay with it. Only counts and sums are kept. `widest`: most lines of one part, the charge of a payment
 * over several customers. Throws when more lines come than were announced.
 */
export function depositSplit(lines: number, widest: number, limit: number = DEPOSIT_LINE_LIMIT): DepositSplit {
  const room = limit - FEE_LABELS.size;
  // A part is never torn apart: up to `widest - 1` lines of a deposit may stay empty.
  const of = Math.max(1, lines <= room ? 1 : Math.ceil(lines / (room - widest + 1)));
  const deposits = Array.from({ length: of }, () => ({ lines: 0, total: ZERO }));
  return {
    of,
    place(part) {
      const isMoney = part.net.gte(0);
      let best: number | undefined;
      for (const [index, { lines: taken, total }] of deposits.entries()) {
        if (taken + part.lines > room) continue;
        const than = best === undefined ? undefined : deposits[best]?.total;
        if (than === undefined || (isMoney ? total.lt(than) : total.gt(than))) best = index;
      }
      const chosen = best === undefined ? undefined : deposits[best];
      if (best === undefined || chosen === undefined) throw new Error('more lines than were announced');
      chosen.lines += part.lines;
      chosen.total = chosen.total.plus(part.net);
      return best + 1;
    },
    totals: () => deposits.map(({ total }) => total),
  };
}
