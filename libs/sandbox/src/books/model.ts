import type { Refund } from '@qbo-sync/contracts/runacall/payment';
import { cents, sum, type Cents } from './cents';
import type { BooksChoices, ChosenAccount } from './choices';
import { livesOf, stopOf, type Data, type Life, type Wire } from './happened';
import { earned, givenBack, paidFrom, waitsIn, type Ledger, type Movement } from './movements';
import { partsOf, type PaymentPart } from './payment-parts';
import { isRemoval, judgeAll, type Judged, type Prediction } from './predictions';

/**
 * What the books must be, worked out from the published events and the settings alone. It knows nothing of how the
 * product maps or decides: this is the accountant's second calculation.
 */
export interface ExpectedInvoice {
  readonly total: Cents;
  readonly tax: Cents;
  readonly balance: Cents;
  readonly customerId: string;
}

export type AccountSums = ReadonlyMap<string, { readonly name: string; readonly amount: Cents }>;

export type Counted = 'Customer' | 'Item' | 'Invoice' | 'Payment' | 'RefundReceipt' | 'JournalEntry' | 'Deposit';

export interface ExpectedBooks {
  readonly tenant: string;
  readonly counts: Readonly<Record<Counted, number>>;
  /** By document number. */
  readonly invoices: ReadonlyMap<string, ExpectedInvoice>;
  /** By Run a Call's customer id: invoices open, less money not applied. */
  readonly receivables: ReadonlyMap<string, Cents>;
  /** Payment id → the customers whose receivables it lowers. */
  readonly payers: ReadonlyMap<string, readonly string[]>;
  /** Income, discounts (negative) and tips, by account id. */
  readonly accounts: AccountSums;
  /** Where money is, by account id. */
  readonly money: AccountSums;
  readonly discounts: Cents;
  readonly tips: Cents;
  readonly salesTax: Cents;
  readonly predictions: ReadonlyMap<string, Prediction>;
}

/** Exemption reasons QuickBooks knows are few; ours are none of them unless named so (quickbooks.md §9.3). */
const KNOWN_EXEMPTIONS: readonly string[] = ['Resale'];
const ITEM_NAME_LENGTH = 100;

/** The model's books of one company. */
export function expectBooks(tenant: string, wires: readonly Wire[], choices: BooksChoices): ExpectedBooks {
  const lives = livesOf(tenant, wires);
  const ledger: Ledger = { lives, choices };
  const of = (noun: Life['noun']): Life[] => [...lives.values()].filter((life) => life.noun === noun);
  const newest = (noun: Life['noun'], id: string): Data | undefined =>
    lives.get(`${noun}:${id}`)?.happenings.at(-1)?.data;
  const customerOf = (invoiceId: string): string | undefined => newest('invoice', invoiceId)?.customerId;

  const invoices = judgeAll(of('invoice'), {
    stop: (event) => stopOf(event),
    warning: ({ data }) => taxWarning(data, choices),
  });
  const standing = [...invoices.values()].flatMap(({ posted }) =>
    posted && posted.change !== 'voided' ? [posted.data] : [],
  );
  const payments = judgeAll(of('payment'), {
    stop: (event) => {
      const unposted = event.data.allocations.some(({ invoiceId }) => invoices.get(invoiceId)?.posted === undefined);
      return stopOf(event) ?? (unposted ? { state: 'waiting', reason: 'parent' } : undefined);
    },
  });
  const held = new Set(
    of('payment').flatMap(({ happenings }) =>
      happenings.filter((event) => stopOf(event) !== undefined).map(({ data }) => data.refundId),
    ),
  );
  const refundsOf = ({ id }: Data): Refund[] =>
    (newest('payment', id)?.refunds ?? []).filter((refund) => refund.status === 'succeeded' && !held.has(refund.id));
  const taken = [...payments.values()].flatMap(({ posted }) =>
    posted && posted.data.voidReason !== 'entered-in-error' ? [posted.data] : [],
  );
  const refunds = taken.flatMap(refundsOf);
  const reduced = refunds.filter(({ effect }) => effect === 'reduce-sale');
  const owedAgain = refunds.filter(({ effect }) => effect !== 'reduce-sale');
  const gone = taken.filter(cameBack);

  const parts = taken.flatMap((payment) => partsOf(payment, customerOf));
  const applied = tally([
    ...parts
      .filter(({ payment }) => !cameBack(payment))
      .flatMap((part) => part.applied.map(({ invoiceId, amount }) => [invoiceId, amount] as const)),
    ...owedAgain.flatMap(({ invoiceId, amount }) =>
      invoiceId === undefined ? [] : [[invoiceId, -cents(amount)] as const],
    ),
  ]);
  const balanceOf = (invoice: Data): Cents => cents(invoice.total) - (applied.get(invoice.id) ?? 0n);
  const back = taken.flatMap((payment) => entriesOf(payment, refundsOf(payment)));
  const receivables = tally([
    ...standing.map(({ customerId, total }) => [customerId, cents(total)] as const),
    ...parts.map(({ customerId, amount }) => [customerId, -amount] as const),
    ...back.map(({ payment, amount }) => [partsOf(payment, customerOf)[0]?.customerId ?? '', amount] as const),
  ]);

  const returned = standing.map((invoice) => {
    const own = reduced.filter(({ invoiceId }) => invoiceId === invoice.id);
    return own.length === 0 ? { movements: [], tax: 0n } : givenBack(invoice, own, ledger);
  });
  const accounts = onAccounts([
    ...standing.flatMap((invoice) => earned(invoice, ledger)),
    ...returned.flatMap(({ movements }) => movements),
  ]);
  const money = onAccounts([
    ...taken.map((payment) => ({ account: waitsIn(payment, choices), amount: cents(payment.amount) })),
    ...gone.map((payment) => ({ account: waitsIn(payment, choices), amount: -cents(payment.amount) })),
    ...refunds.map((refund) => ({ account: paidFrom(refund, choices), amount: -cents(refund.amount) })),
  ]);
  const amountOn = ({ id }: ChosenAccount): Cents => accounts.get(id)?.amount ?? 0n;
  const items = judgeAll(of('item'), {
    warning: ({ data }) => (data.name.length > ITEM_NAME_LENGTH ? 'name_shortened' : undefined),
  });
  const twins = laterTwins(of('customer'));
  const customers = judgeAll(of('customer'), {
    stop: (event) =>
      isRemoval(event) && (receivables.get(event.data.id) ?? 0n) !== 0n
        ? { state: 'waiting', reason: 'owes' }
        : undefined,
    warning: (event) =>
      twins.has(event.data.id) && !isRemoval(event) ? 'name_changed' : exemptWarning(event.data, choices),
  });
  const rates = judgeAll(of('tax-rate'), {
    stop: ({ data }) =>
      choices.mappedRates.includes(data.id) ? undefined : { state: 'waiting', reason: 'tax_unmapped' },
  });
  return {
    tenant,
    counts: {
      Customer: customers.size,
      Item: items.size,
      Invoice: standing.length,
      Payment: parts.length,
      RefundReceipt: reduced.length,
      JournalEntry: back.length,
      Deposit: 0,
    },
    invoices: new Map(
      standing.map((invoice) => [
        invoice.number,
        {
          total: cents(invoice.total),
          tax: cents(invoice.taxTotal),
          balance: balanceOf(invoice),
          customerId: invoice.customerId,
        },
      ]),
    ),
    receivables,
    payers: payersOf(parts),
    accounts,
    money,
    discounts: -amountOn(choices.discounts),
    tips: amountOn(choices.tips),
    salesTax: sum(standing.map(({ taxTotal }) => cents(taxTotal))) - sum(returned.map(({ tax }) => tax)),
    predictions: predictionsOf([customers, items, invoices, payments, rates]),
  };
}

/** Money that came and went back: failed or returned (postings.md §8.5). */
const cameBack = ({ voidReason }: Data): boolean => voidReason === 'failed' || voidReason === 'returned';

/** Journal entries of a payment: the money that went back without shrinking a sale is owed again. */
function entriesOf(payment: Data, refunds: readonly Refund[]): { readonly payment: Data; readonly amount: Cents }[] {
  const owed = refunds.filter(({ effect }) => effect !== 'reduce-sale');
  return [...(cameBack(payment) ? [payment.amount] : []), ...owed.map(({ amount }) => amount)].map((amount) => ({
    payment,
    amount: cents(amount),
  }));
}

function payersOf(parts: readonly PaymentPart[]): Map<string, string[]> {
  const payers = new Map<string, string[]>();
  for (const { payment, customerId } of parts) payers.set(payment.id, [...(payers.get(payment.id) ?? []), customerId]);
  return payers;
}

function predictionsOf(groups: readonly ReadonlyMap<string, Judged>[]): Map<string, Prediction> {
  return new Map(groups.flatMap((group) => [...group.values()].flatMap(({ predictions }) => predictions)));
}

function onAccounts(movements: readonly Movement[]): Map<string, { name: string; amount: Cents }> {
  const accounts = new Map<string, { name: string; amount: Cents }>();
  for (const { account, amount } of movements) {
    accounts.set(account.id, { name: account.name, amount: (accounts.get(account.id)?.amount ?? 0n) + amount });
  }
  return accounts;
}

function taxWarning(invoice: Data, choices: BooksChoices): string | undefined {
  if (choices.taxedBy !== 'automated' || cents(invoice.taxTotal) === 0n) return undefined;
  if (invoice.taxes.some(({ taxRateId }) => !choices.mappedRates.includes(taxRateId))) return 'tax_fallback';
  return invoice.taxes.length > 1 ? 'tax_split' : undefined;
}

function exemptWarning(customer: Data, choices: BooksChoices): string | undefined {
  if (!customer.taxExempt || choices.taxedBy !== 'automated') return undefined;
  return KNOWN_EXEMPTIONS.includes(customer.taxExemptReason ?? '') ? undefined : 'exempt_reason';
}

/** Customers whose name one published earlier carries already: QuickBooks keeps one of each name. */
function laterTwins(customers: readonly Life[]): Set<string> {
  const names = new Set<string>();
  const later = new Set<string>();
  for (const { id, happenings } of customers) {
    const name = (happenings.at(-1)?.data.displayName ?? '').toLowerCase();
    if (names.has(name)) later.add(id);
    names.add(name);
  }
  return later;
}

function tally(entries: readonly (readonly [string, Cents])[]): Map<string, Cents> {
  const totals = new Map<string, Cents>();
  for (const [key, amount] of entries) totals.set(key, (totals.get(key) ?? 0n) + amount);
  return totals;
}
