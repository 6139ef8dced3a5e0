import { cents, percentOf, sum, type Cents } from './cents';
import type { BooksChoices } from './choices';
import type { Data } from './happened';

type TaxChoices = Pick<BooksChoices, 'taxedBy' | 'parts' | 'chosen'>;

/**
 * The tax QuickBooks puts on an invoice (postings.md §6.4): ours where it takes our total; else that of the codes, each of
 * their rates rounded by itself.
 */
export function booksTax(invoice: Data, choices: TaxChoices): Cents {
  const { taxedBy, parts = {} } = choices;
  const said = cents(invoice.taxTotal);
  if (taxedBy === 'automated' || said === 0n) return said;
  const code = codeChosen(invoice, choices);
  if (code !== undefined) {
    const taxed = sum(invoice.taxes.map(({ taxableAmount }) => cents(taxableAmount)));
    return sum((parts[code] ?? []).map((percentage) => percentOf(taxed, percentage)));
  }
  return sum(
    invoice.taxes.flatMap(({ taxRateId, taxableAmount, amount }) =>
      parts[taxRateId] === undefined
        ? [cents(amount)]
        : parts[taxRateId].map((percentage) => percentOf(cents(taxableAmount), percentage)),
    ),
  );
}

/** The rate whose code a person chose for the whole invoice, if one did. */
export function codeChosen({ id }: Data, { chosen = {} }: Pick<BooksChoices, 'chosen'>): string | undefined {
  return /^code (.+)$/.exec(chosen[`invoice:${id}`] ?? '')?.[1];
}

/** What a rounding line adds to an invoice whose total in QuickBooks is cents off (postings.md §1.4). */
export const roundingOf = (invoice: Data, choices: TaxChoices): Cents =>
  cents(invoice.taxTotal) - booksTax(invoice, choices);
