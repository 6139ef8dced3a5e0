import { cents, money, sum, type Cents } from './cents';
import { receivables } from './compare';
import type { Invariant } from './invariants';
import type { ExpectedBooks } from './model';
import type { ReadBooks, ReadInvoice } from './read-books';

/** Up to so much is closed by a rounding line, its tax may differ by it (postings.md §1.4). */
const PENNIES = 5n;

/**
 * Invariants 1, 2 and 6 of postings.md §14 for one company: QuickBooks' records against Run a Call's own words (totals and
 * balances as its events say them), whatever the model reckons.
 */
export function invoiceInvariants(expected: ExpectedBooks, found: ReadBooks): Invariant[] {
  return [invoicesAsSaid(expected, found), receivablesAsSaid(expected, found), outsideClosedBooks(expected, found)];
}

/** 1. Total, tax and balance of each invoice. */
function invoicesAsSaid({ said, stillApplied }: ExpectedBooks, { invoices }: ReadBooks): Invariant {
  const wrong = said.invoices.flatMap((invoice): string[] => {
    const [only, ...others] = invoices.filter(({ marker }) => marker === invoice.id);
    if (only === undefined || others.length > 0) return [`${invoice.number} is there ${1 + others.length} times`];
    const rounded = cents(invoice.taxTotal) - only.tax;
    const taxIsRight = rounded === 0n || (only.isRounded && rounded <= PENNIES && -rounded <= PENNIES);
    return [
      ...differs(invoice.number, 'total', cents(invoice.total), only.total),
      ...(taxIsRight ? [] : differs(invoice.number, 'tax', cents(invoice.taxTotal), only.tax)),
      ...differs(
        invoice.number,
        'balance',
        cents(invoice.balance) - (stillApplied.get(invoice.id) ?? 0n),
        only.balance,
      ),
    ];
  });
  const strangers = invoices.filter(({ marker }) => said.invoices.every(({ id }) => id !== marker)).map(unexpected);
  return {
    number: 1,
    says: 'Invoices: total, tax and balance are Run a Call’s',
    checked: invoices.length,
    broken: [...wrong, ...strangers],
  };
}

const unexpected = ({ number }: ReadInvoice): string => `${number} is in the books, and Run a Call does not say so`;

/** 2. What each customer owes: their invoices' balances, less money that is allocated to none of them. */
function receivablesAsSaid(expected: ExpectedBooks, found: ReadBooks): Invariant {
  const { said } = expected;
  const inBooks = new Set(said.invoices.map(({ id }) => id));
  const owed = new Map<string, Cents>();
  const add = (customer: string, amount: Cents): void => void owed.set(customer, (owed.get(customer) ?? 0n) + amount);
  for (const { customerId, balance } of said.invoices) add(customerId, cents(balance));
  for (const { customerId, amount, applied } of said.parts) {
    const allocated = applied.filter(({ invoiceId }) => inBooks.has(invoiceId));
    add(customerId, -(amount - sum(allocated.map((one) => one.amount))));
  }
  const { found: balances } = receivables(expected, found);
  const customers = [...new Set([...owed.keys(), ...balances.keys()])];
  return {
    number: 2,
    says: 'Customers owe their invoices’ balances less unallocated money',
    checked: customers.length,
    broken: customers.flatMap((id) => differs(id, 'receivable', owed.get(id) ?? 0n, balances.get(id) ?? 0n)),
  };
}

/** 6. Nothing of ours was dated into closed books after they were closed. */
function outsideClosedBooks({ closed }: ExpectedBooks, found: ReadBooks): Invariant {
  const documents = [...found.invoices, ...found.payments, ...found.entries];
  return {
    number: 6,
    says: 'Nothing is dated in a closed period, once it is closed',
    checked: documents.length,
    broken:
      closed === undefined
        ? []
        : documents
            .filter(({ day, createdAt }) => day <= closed.through && Date.parse(createdAt) > Date.parse(closed.at))
            .map(({ marker, day, createdAt }) => `${marker} is dated ${day}, made ${createdAt}`),
  };
}

function differs(of: string, what: string, expected: Cents, found: Cents): string[] {
  return expected === found ? [] : [`${of}, ${what}: ${money(expected)} in Run a Call, ${money(found)} in the books`];
}
