import { cents, percentOf, sum, type Cents } from './cents';
import type { BooksChoices } from './choices';
import type { Data } from './happened';

/**
 * The tax QuickBooks puts on an invoice (postings.md §6.4): ours where it takes our total; else that of the codes, each of
 * their rates rounded by itself.
 */
export function booksTax(invoice: Data, { taxedBy, parts = {} }: Pick<BooksChoices, 'taxedBy' | 'parts'>): Cents {
  const said = cents(invoice.taxTotal);
  if (taxedBy === 'automated' || said === 0n) return said;
  return sum(
    invoice.taxes.flatMap(({ taxRateId, taxableAmount, amount }) =>
      parts[taxRateId] === undefined
        ? [cents(amount)]
        : parts[taxRateId].map((percentage) => percentOf(cents(taxableAmount), percentage)),
    ),
  );
}

/** What a rounding line adds to an invoice whose total in QuickBooks is cents off (postings.md §1.4). */
export const roundingOf = (invoice: Data, choices: Pick<BooksChoices, 'taxedBy' | 'parts'>): Cents =>
  cents(invoice.taxTotal) - booksTax(invoice, choices);
