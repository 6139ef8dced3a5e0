import type { Refund } from '@qbo-sync/contracts/runacall/payment';
import { booksTax, codeChosen, roundingOf } from './books-tax';
import { cents, sum, type Cents } from './cents';
import type { BooksChoices, ChosenAccount, ClosedBooks } from './choices';
import { atDayEnd, type BooksAtDayEnd } from './at-day-end';
import {
  cameBack,
  isOfClosedBooks,
  type DocumentKind,
  type ExpectedDocument,
  invoiceDocuments,
  paymentDocuments,
  refundReceipts,
  type StandingInvoice,
} from './documents';
import { livesOf, newestOf, type Data, type Life, type Wire } from './happened';
import { invoiceStop, isCredited, postedOn } from './invoice-stops';
import type { Ledger, Movement } from './movements';
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
  /** The day it stands under. */
  readonly day: string;
  /** The customer's order; none: empty. */
  readonly orderNumber: string;
}

/** Invoices that stand, and the money that customers gave and did not get back, as Run a Call says them. */
export interface SaidBooks {
  readonly invoices: readonly Data[];
  readonly parts: readonly PaymentPart[];
}

export type AccountSums = ReadonlyMap<string, { readonly name: string; readonly amount: Cents }>;

export type Counted = 'Customer' | 'Item' | 'Deposit' | DocumentKind;

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
  /** As the books stand at the end of the month's last day. */
  readonly atMonthEnd?: BooksAtDayEnd;
  /** What of Run a Call's own words is in the books. */
  readonly said: SaidBooks;
  /** Invoice id → money that came back, which QuickBooks keeps applied since its books are closed (postings.md §8.5). */
  readonly stillApplied: ReadonlyMap<string, Cents>;
  /** The books were closed through a day at an instant (RFC 3339). */
  readonly closed?: ClosedBooks;
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
  const newest = (noun: Life['noun'], id: string): Data | undefined => {
    const life = lives.get(`${noun}:${id}`);
    return life === undefined ? undefined : newestOf(life)?.data;
  };
  const invoiceLife = ({ id }: Data): Life | undefined => lives.get(`invoice:${id}`);
  const customerOf = (invoiceId: string): string | undefined => newest('invoice', invoiceId)?.customerId;

  const invoices = judgeAll(of('invoice'), {
    stop: (event, isPosted) =>
      invoiceStop(event, isPosted, {
        life: invoiceLife(event.data),
        customer: newest('customer', event.data.customerId),
        choices,
      }),
    warning: ({ data }) => taxWarning(data, choices),
    ...(choices.numbering === 'quickbooks' ? { unshown: ['number'] } : {}),
  });
  const stood = [...invoices.values()].flatMap(({ posted, firstPosted = posted }): StandingInvoice[] =>
    posted === undefined ||
    firstPosted === undefined ||
    (posted.change === 'voided' && !isCredited(posted.data, choices))
      ? []
      : [
          {
            invoice: { ...posted.data, number: newest('invoice', posted.data.id)?.number ?? posted.data.number },
            day: postedOn(firstPosted.data, invoiceLife(posted.data), choices),
            ...(posted.change === 'voided' ? { creditedOn: posted.data.voidedOn ?? '' } : {}),
          },
        ],
  );
  const payments = judgeAll(of('payment'), {
    stop: ({ data }) => {
      const missing = data.allocations.some(({ invoiceId }) => invoices.get(invoiceId)?.isHeld !== false);
      return missing ? { state: 'waiting', reason: 'parent' } : undefined;
    },
    warning: (event) => (cameBack(event.data) && isOfClosedBooks(event, choices) ? 'two_open_items' : undefined),
  });
  const refundsOf = ({ id }: Data): Refund[] =>
    (newest('payment', id)?.refunds ?? []).filter((refund) => refund.status === 'succeeded');
  const taken = [...payments.values()].flatMap(({ posted }) =>
    posted === undefined || posted.data.voidReason === 'entered-in-error'
      ? []
      : [{ payment: posted.data, refunds: refundsOf(posted.data) }],
  );
  const refunds = taken.flatMap((one) => one.refunds);
  const reducing = ({ id }: Data): Refund[] =>
    refunds.filter(({ effect, invoiceId }) => effect === 'reduce-sale' && invoiceId === id);
  const documents: ExpectedDocument[] = [
    ...stood.flatMap((one) => invoiceDocuments(one, ledger)),
    ...taken.flatMap((one) => paymentDocuments(one, choices, customerOf)),
    ...stood.flatMap(({ invoice }) => refundReceipts(invoice, reducing(invoice), ledger)),
  ];
  const parts = taken.flatMap(({ payment }) => partsOf(payment, customerOf));
  const keptLines = parts.filter(({ payment }) => cameBack(payment) && keepsLines(payment, payments, choices));
  const applied = tally([
    ...[...parts.filter(({ payment }) => !cameBack(payment)), ...keptLines].flatMap((part) =>
      part.applied.map(({ invoiceId, amount }) => [invoiceId, amount] as const),
    ),
    ...refunds.flatMap(({ effect, invoiceId, amount }) =>
      effect === 'reduce-sale' || invoiceId === undefined ? [] : [[invoiceId, -cents(amount)] as const],
    ),
  ]);
  const balanceOf = ({ invoice, creditedOn }: StandingInvoice): Cents =>
    creditedOn === undefined ? cents(invoice.total) - (applied.get(invoice.id) ?? 0n) : 0n;
  const receivables = tally(documents.map(({ customerId, owed }) => [customerId, owed] as const));
  const accounts = onAccounts(documents.flatMap((document) => document.earned));
  const money = onAccounts(documents.flatMap((document) => document.money));
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
      ...countsOf(documents),
      Deposit: 0,
    },
    invoices: new Map(
      stood.map((one) => [
        one.invoice.number,
        {
          total: cents(one.invoice.total),
          tax: booksTax(one.invoice, choices),
          balance: balanceOf(one),
          customerId: one.invoice.customerId,
          day: one.day,
          orderNumber: one.invoice.poNumber ?? '',
        },
      ]),
    ),
    receivables,
    payers: payersOf(parts),
    accounts,
    money,
    discounts: -amountOn(choices.discounts),
    tips: amountOn(choices.tips),
    salesTax: sum(documents.map(({ tax }) => tax)),
    ...(choices.monthEnd === undefined ? {} : { atMonthEnd: atDayEnd(documents, choices.monthEnd) }),
    said: {
      invoices: stood.map((one) => saidOf(one, newest('invoice', one.invoice.id), invoices)),
      parts: taken.flatMap(({ payment, refunds: own }) =>
        cameBack(payment) ? [] : partsOf(payment, customerOf).map((part) => lessReturned(part, own)),
      ),
    },
    stillApplied: tally(
      keptLines.flatMap((part) => part.applied.map(({ invoiceId, amount }) => [invoiceId, amount] as const)),
    ),
    ...(choices.closed === undefined ? {} : { closed: choices.closed }),
    predictions: predictionsOf([customers, items, invoices, payments, rates]),
  };
}

function keepsLines({ id }: Data, payments: ReadonlyMap<string, Judged>, choices: BooksChoices): boolean {
  const posted = payments.get(id)?.posted;
  return posted !== undefined && isOfClosedBooks(posted, choices);
}

/** An invoice in Run a Call's newest words, but for words that were stopped; one that is taken back is owed no more. */
function saidOf(
  { invoice, creditedOn }: StandingInvoice,
  newest: Data | undefined,
  judged: ReadonlyMap<string, Judged>,
): Data {
  if (creditedOn !== undefined) return { ...invoice, balance: '0.00' };
  const isStopped = judged.get(invoice.id)?.isStopped === true;
  return isStopped ? invoice : (newest ?? invoice);
}

/** Credit that went back to the customer is money no more. */
function lessReturned(part: PaymentPart, refunds: readonly Refund[]): PaymentPart {
  const returned = refunds.filter(({ effect }) => effect === 'return-credit');
  const rest = part.amount - sum(part.applied.map(({ amount }) => amount));
  return rest > 0n ? { ...part, amount: part.amount - sum(returned.map(({ amount }) => cents(amount))) } : part;
}

const countsOf = (documents: readonly ExpectedDocument[]): Record<DocumentKind, number> => {
  const count = (wanted: DocumentKind): number => documents.filter(({ kind }) => kind === wanted).length;
  return {
    Invoice: count('Invoice'),
    Payment: count('Payment'),
    RefundReceipt: count('RefundReceipt'),
    CreditMemo: count('CreditMemo'),
    JournalEntry: count('JournalEntry'),
  };
};

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
  if (cents(invoice.taxTotal) === 0n) return undefined;
  if (roundingOf(invoice, choices) !== 0n) return 'rounded';
  if (codeChosen(invoice, choices) !== undefined) return undefined;
  const charged = invoice.taxes.filter(({ amount }) => cents(amount) !== 0n);
  if (charged.some(({ taxRateId }) => !choices.mappedRates.includes(taxRateId))) return 'tax_fallback';
  return choices.taxedBy === 'automated' && charged.length > 1 ? 'tax_split' : undefined;
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
