import { money, sum, type Cents } from './cents';
import type { BooksChoices } from './choices';
import type { ExpectedBooks } from './model';
import type { ReadBooks, ReadEntry, ReadLine } from './read-books';
import { depositMoves } from './read-deposits';

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
  const earned = onAccounts([
    ...[...found.invoices, ...found.entries].flatMap(({ lines }) => lines),
    ...depositMoves(found.deposits, choices.undeposited.id),
  ]);
  const waiting = onAccounts(
    found.payments.map(({ depositAccount, amount: paid }) => ({
      accountId: depositAccount ?? choices.undeposited.id,
      amount: paid,
    })),
  );
  const moneyIds = new Set([...expected.money.keys(), ...waiting.keys(), ...[choices.refunds.id]]);
  const special = new Set([choices.discounts.id, choices.tips.id, ...moneyIds]);
  const incomeIds = new Set([...expected.accounts.keys(), ...earned.keys()].filter((id) => !special.has(id)));
  const onAccount = (id: string): Cents => earned.get(id) ?? 0n;
  const entries = (resource: ReadEntry['resource']): number =>
    found.entries.filter((entry) => entry.resource === resource).length;

  const shown = [
    count('Customers', expected.counts.Customer, found.customers.size - baseline.customers),
    count('Items', expected.counts.Item, pricebookItems(found) - baseline.items),
    count('Invoices', expected.counts.Invoice, found.invoices.length),
    count('Payments', expected.counts.Payment, found.payments.length),
    count('Refund receipts', expected.counts.RefundReceipt, entries('RefundReceipt')),
    count('Credit memos', expected.counts.CreditMemo, entries('CreditMemo')),
    count('Journal entries', expected.counts.JournalEntry, entries('JournalEntry')),
    count('Deposits', expected.counts.Deposit, found.deposits.filter(({ byHand }) => !byHand).length),
    count(
      'Order numbers',
      [...expected.invoices.values()].filter(({ orderNumber }) => orderNumber !== '').length,
      found.invoices.filter(({ orderNumber }) => orderNumber !== '').length,
    ),
    amount(
      'Invoices, total',
      sum([...expected.invoices.values()].map(({ total }) => total)),
      sum(found.invoices.map(({ total }) => total)),
    ),
    amount('Sales tax', expected.salesTax, sum([...found.invoices, ...found.entries].map(({ tax }) => tax))),
    amount('Receivables', sum(expected.receivables.values()), sum(receivables(expected, found).found.values())),
    ...[...incomeIds].map((id) => {
      const known = expected.accounts.get(id);
      return amount(`Income: ${known?.name ?? `account ${id}`}`, known?.amount ?? 0n, onAccount(id));
    }),
    amount(`Discounts: ${choices.discounts.name}`, expected.discounts, -onAccount(choices.discounts.id)),
    amount(`Tips: ${choices.tips.name}`, expected.tips, onAccount(choices.tips.id)),
    ...[...moneyIds].map((id) => {
      const known = expected.money.get(id);
      const name = known?.name ?? moneyNames(choices).get(id) ?? `Money on account ${id}`;
      return amount(name, known?.amount ?? 0n, (waiting.get(id) ?? 0n) - onAccount(id));
    }),
    ...monthEndRows(expected, found, moneyIds),
  ];
  const single = [...invoiceRows(expected, found), ...receivableRows(expected, found), ...markerRows(found)].filter(
    differs,
  );
  const rows = [...shown, ...single];
  return { tenant: expected.tenant, rows, differences: rows.filter(differs) };
}

/** The books as QuickBooks' documents say they were at the end of the month's last day. */
function monthEndRows({ atMonthEnd }: ExpectedBooks, found: ReadBooks, moneyIds: ReadonlySet<string>): ComparedRow[] {
  if (atMonthEnd === undefined) return [];
  const until = <Document extends { readonly day: string }>(documents: readonly Document[]): readonly Document[] =>
    documents.filter(({ day }) => day <= atMonthEnd.day);
  const owed =
    sum(until(found.invoices).map(({ total }) => total)) -
    sum(until(found.payments).map(({ amount: paid }) => paid)) +
    sum(until(found.entries).map((entry) => entry.owed));
  const lines = [...until(found.invoices), ...until(found.entries)].flatMap((document) => document.lines);
  const earned = sum(lines.filter(({ accountId }) => !moneyIds.has(accountId)).map((line) => line.amount));
  return [
    amount(`Receivables on ${atMonthEnd.day}`, atMonthEnd.owed, owed),
    amount(`Earned by ${atMonthEnd.day}`, atMonthEnd.earned, earned),
  ];
}

const moneyNames = ({ undeposited, clearing, refunds }: BooksChoices): Map<string, string> =>
  new Map([undeposited, clearing, refunds].map(({ id, name }) => [id, name]));

function onAccounts(lines: readonly ReadLine[]): Map<string, Cents> {
  const sums = new Map<string, Cents>();
  for (const { accountId, amount: moved } of lines) sums.set(accountId, (sums.get(accountId) ?? 0n) + moved);
  return sums;
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
      same(`Invoice ${number}, order number`, want?.orderNumber ?? '', have.map((one) => one.orderNumber).join(', ')),
      same(`Invoice ${number}, dated`, want?.day ?? '', have.map(({ day }) => day).join(', ')),
    ];
  });
}

/**
 * What each customer owes, by QuickBooks' own word. Whose QuickBooks customer it is, the documents tell: our invoices by
 * number, our payments by their payer.
 */
export function receivables(
  expected: Pick<ExpectedBooks, 'invoices' | 'payers'>,
  found: ReadBooks,
): { found: Map<string, Cents>; shared: string[] } {
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
  // Parts of a split payment cannot be told apart by what they say: their invoices tell whose they are.
  for (const payment of found.payments) {
    const [payer, ...others] = expected.payers.get(payment.marker) ?? [];
    if (payer !== undefined && others.length === 0) claim(payment.customer, payer);
  }
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

/** No document of ours stands there twice; a payment once for each customer it is of. */
function markerRows(found: ReadBooks): ComparedRow[] {
  const times = new Map<string, number>();
  const named = [
    ...found.invoices.map(({ marker }) => marker),
    ...found.payments.map(({ marker, customer }) => `${marker} of QuickBooks customer ${customer}`),
    ...found.entries.map(({ resource, marker }) => `${resource} ${marker}`),
    ...found.deposits.map(({ marker }) => `Deposit ${marker}`),
  ];
  for (const name of named) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times].map(([name, n]) => count(`Documents of ${name}`, 1, n));
}

const count = (what: string, expected: number, found: number): ComparedRow => ({
  what,
  expected: String(expected),
  found: String(found),
  difference: String(found - expected),
});

const same = (what: string, expected: string, found: string): ComparedRow => ({
  what,
  expected,
  found,
  difference: expected === found ? '0' : 'differs',
});

export const amount = (what: string, expected: Cents, found: Cents): ComparedRow => ({
  what,
  expected: money(expected),
  found: money(found),
  difference: money(found - expected),
});

export const differs = ({ difference }: ComparedRow): boolean => difference !== '0' && difference !== '0.00';
