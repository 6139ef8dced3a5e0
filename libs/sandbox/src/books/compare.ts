import { money, sum, type Cents } from './cents';
import type { BooksChoices } from './choices';
import type { ExpectedBooks } from './model';
import type { ReadBooks } from './read-books';

/** One row of the table a person reads: all three as text, amounts with two decimals. */
export interface ComparedRow {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly difference: string;
}

export interface Comparison {
  readonly tenant: string;
  /** What is shown: totals and counts, and every single thing that differs. */
  readonly rows: readonly ComparedRow[];
  /** The rows that differ; the books agree when there is none. */
  readonly differences: readonly ComparedRow[];
}

/** How many records QuickBooks already held before the day: they are nobody's business here. */
export interface Baseline {
  readonly customers: number;
  readonly items: number;
}

const HELPER_ITEM = /^Run a Call /;

/** Our own items stand in for lines without one; how many are needed is the product's business. */
export const pricebookItems = (books: ReadBooks): number =>
  [...books.items.values()].filter(({ name }) => !HELPER_ITEM.test(name)).length;

export function compareBooks(
  expected: ExpectedBooks,
  found: ReadBooks,
  choices: BooksChoices,
  baseline: Baseline,
): Comparison {
  const sums = new Map<string, Cents>();
  for (const { accountId, amount } of found.invoices.flatMap(({ lines }) => lines)) {
    sums.set(accountId, (sums.get(accountId) ?? 0n) + amount);
  }
  const onAccount = (id: string): Cents => sums.get(id) ?? 0n;
  const undeposited = found.payments.filter(
    ({ depositAccount }) => (depositAccount ?? choices.undeposited.id) === choices.undeposited.id,
  );
  const clearing = found.payments.filter(({ depositAccount }) => depositAccount === choices.clearing.id);
  const paid = ({ amount }: { amount: Cents }): Cents => amount;
  const special = new Set([choices.discounts.id, choices.tips.id]);
  const incomeIds = new Set([...expected.accounts.keys(), ...sums.keys()].filter((id) => !special.has(id)));

  const shown = [
    count('Customers', expected.counts.Customer, found.customers.size - baseline.customers),
    count('Items', expected.counts.Item, pricebookItems(found) - baseline.items),
    count('Invoices', expected.counts.Invoice, found.invoices.length),
    count('Payments', expected.counts.Payment, found.payments.length),
    amount(
      'Invoices, total',
      sum([...expected.invoices.values()].map(({ total }) => total)),
      sum(found.invoices.map(({ total }) => total)),
    ),
    amount('Sales tax', expected.salesTax, sum(found.invoices.map(({ tax }) => tax))),
    amount('Receivables', sum(expected.receivables.values()), sum(receivables(expected, found).found.values())),
    ...[...incomeIds].map((id) => {
      const known = expected.accounts.get(id);
      return amount(`Income: ${known?.name ?? `account ${id}`}`, known?.amount ?? 0n, onAccount(id));
    }),
    amount(`Discounts: ${choices.discounts.name}`, expected.discounts, -onAccount(choices.discounts.id)),
    amount(`Tips: ${choices.tips.name}`, expected.tips, onAccount(choices.tips.id)),
    amount(choices.undeposited.name, expected.undeposited, sum(undeposited.map(paid))),
    amount(choices.clearing.name, expected.clearing, sum(clearing.map(paid))),
    amount(
      'Payments elsewhere',
      0n,
      sum(found.payments.map(paid)) - sum(undeposited.map(paid)) - sum(clearing.map(paid)),
    ),
  ];
  const single = [...invoiceRows(expected, found), ...receivableRows(expected, found), ...markerRows(found)].filter(
    differs,
  );
  const rows = [...shown, ...single];
  return { tenant: expected.tenant, rows, differences: rows.filter(differs) };
}

/** Every invoice by its number: total, tax, balance. */
function invoiceRows(expected: ExpectedBooks, found: ReadBooks): ComparedRow[] {
  const numbers = new Set([...expected.invoices.keys(), ...found.invoices.map(({ number }) => number)]);
  return [...numbers].flatMap((number) => {
    const want = expected.invoices.get(number);
    const have = found.invoices.filter((invoice) => invoice.number === number);
    const total = (field: 'total' | 'tax' | 'balance'): Cents => sum(have.map((invoice) => invoice[field]));
    return [
      count(`Invoice ${number}`, want === undefined ? 0 : 1, have.length),
      amount(`Invoice ${number}, total`, want?.total ?? 0n, total('total')),
      amount(`Invoice ${number}, tax`, want?.tax ?? 0n, total('tax')),
      amount(`Invoice ${number}, balance`, want?.balance ?? 0n, total('balance')),
    ];
  });
}

/**
 * What each customer owes, by QuickBooks' own word. Whose QuickBooks customer it is, the documents tell: our invoices by
 * number, our payments by their payer.
 */
function receivables(expected: ExpectedBooks, found: ReadBooks): { found: Map<string, Cents>; shared: string[] } {
  const owner = new Map<string, string>();
  const shared: string[] = [];
  const claim = (qboCustomer: string, customerId: string | undefined): void => {
    if (customerId === undefined) return;
    const before = owner.get(qboCustomer);
    if (before !== undefined && before !== customerId)
      shared.push(`QuickBooks customer ${qboCustomer} is ${before} and ${customerId}`);
    owner.set(qboCustomer, customerId);
  };
  for (const invoice of found.invoices) claim(invoice.customer, expected.invoices.get(invoice.number)?.customerId);
  for (const payment of found.payments) claim(payment.customer, expected.payers.get(payment.marker));
  const totals = new Map<string, Cents>();
  for (const [qboCustomer, customerId] of owner) {
    totals.set(customerId, (totals.get(customerId) ?? 0n) + (found.customers.get(qboCustomer)?.balance ?? 0n));
  }
  return { found: totals, shared };
}

function receivableRows(expected: ExpectedBooks, found: ReadBooks): ComparedRow[] {
  const { found: totals, shared } = receivables(expected, found);
  const customers = new Set([...expected.receivables.keys(), ...totals.keys()]);
  return [
    ...[...customers].map((id) =>
      amount(`Receivable of ${id}`, expected.receivables.get(id) ?? 0n, totals.get(id) ?? 0n),
    ),
    ...shared.map((sentence) => count(sentence, 1, 2)),
  ];
}

/** No document of ours stands there twice. */
function markerRows(found: ReadBooks): ComparedRow[] {
  const times = new Map<string, number>();
  for (const { marker } of [...found.invoices, ...found.payments]) times.set(marker, (times.get(marker) ?? 0) + 1);
  return [...times].map(([marker, n]) => count(`Documents of ${marker}`, 1, n));
}

const count = (what: string, expected: number, found: number): ComparedRow => ({
  what,
  expected: String(expected),
  found: String(found),
  difference: String(found - expected),
});

const amount = (what: string, expected: Cents, found: Cents): ComparedRow => ({
  what,
  expected: money(expected),
  found: money(found),
  difference: money(found - expected),
});

const differs = ({ difference }: ComparedRow): boolean => difference !== '0' && difference !== '0.00';
