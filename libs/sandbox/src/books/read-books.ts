import { readNumbersAsText, type TextObject } from '@qbo-sync/contracts/exact-json';
import { sum, type Cents } from './cents';
import { readDeposits, type ReadDeposit } from './read-deposits';
import { centsAt, listAt, markerOf, objectAt, refAt, textAt } from './read-record';

/**
 * Reads one company's books the way every app may: by QuickBooks' own queries, numbers by their text (quickbooks.md §6).
 *
 * `read` answers a query with QuickBooks' raw JSON body.
 */
export type ReadQuery = (query: string) => Promise<string>;

/** A void puts "Voided" in front of its private note. */
const VOIDED = /^Voided/;
/** What our rounding lines say (postings.md §1.4). */
const ROUNDING = 'Rounding';
const PAGE = 500;

export interface ReadLine {
  readonly accountId: string;
  readonly amount: Cents;
}

export interface ReadInvoice {
  readonly qboId: string;
  readonly marker: string;
  readonly number: string;
  readonly day: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly customer: string;
  readonly total: Cents;
  readonly tax: Cents;
  readonly balance: Cents;
  /** The customer's own, in the company's field for it. */
  readonly orderNumber: string;
  /** A line closes what QuickBooks' total lacked (postings.md §1.4). */
  readonly isRounded: boolean;
  readonly lines: readonly ReadLine[];
}

export interface ReadPayment {
  readonly qboId: string;
  readonly marker: string;
  readonly day: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly customer: string;
  readonly amount: Cents;
  /** Absent: QuickBooks' own Undeposited Funds. */
  readonly depositAccount: string | undefined;
}

/** A document of ours that is neither invoice nor payment, as what it moves: credits are positive. */
export interface ReadEntry {
  readonly resource: 'RefundReceipt' | 'CreditMemo' | 'JournalEntry';
  readonly marker: string;
  readonly day: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** What customers owe by it. */
  readonly owed: Cents;
  readonly lines: readonly ReadLine[];
  readonly tax: Cents;
}

export interface ReadBooks {
  readonly customers: ReadonlyMap<string, { readonly name: string; readonly balance: Cents }>;
  readonly items: ReadonlyMap<string, { readonly name: string; readonly incomeAccount: string | undefined }>;
  /** Ours, not voided. */
  readonly invoices: readonly ReadInvoice[];
  readonly payments: readonly ReadPayment[];
  readonly entries: readonly ReadEntry[];
  /** Of Stripe's payouts, also those that a person entered by hand. */
  readonly deposits: readonly ReadDeposit[];
}

/** All pages of a resource. */
export async function queryAll(read: ReadQuery, resource: string, where = ''): Promise<TextObject[]> {
  const all: TextObject[] = [];
  for (;;) {
    const query = `select * from ${resource}${where} startposition ${all.length + 1} maxresults ${PAGE}`;
    const response = objectAt(readNumbersAsText(await read(query)), 'QueryResponse');
    const page = listAt(response, resource);
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

export async function readBooks(read: ReadQuery): Promise<ReadBooks> {
  const everyone = ' where Active in (true, false)';
  const customers = await queryAll(read, 'Customer', everyone);
  const items = await queryAll(read, 'Item', everyone);
  const invoices = await queryAll(read, 'Invoice');
  const payments = await queryAll(read, 'Payment');
  const receipts = await queryAll(read, 'RefundReceipt');
  const memos = await queryAll(read, 'CreditMemo');
  const entries = await queryAll(read, 'JournalEntry');
  const deposits = await queryAll(read, 'Deposit');
  const itemAccounts = new Map(
    items.map((item) => [
      textAt(item, 'Id'),
      { name: textAt(item, 'Name'), incomeAccount: refAt(item, 'IncomeAccountRef') },
    ]),
  );
  const incomeAccount = (item: string): string | undefined => itemAccounts.get(item)?.incomeAccount;
  return {
    customers: new Map(
      customers.map((customer) => [
        textAt(customer, 'Id'),
        { name: textAt(customer, 'DisplayName'), balance: centsAt(customer, 'Balance') },
      ]),
    ),
    items: itemAccounts,
    invoices: invoices.filter(isOurs).map((invoice) => invoiceOf(invoice, incomeAccount)),
    payments: payments.filter(isOurs).map((payment) => ({
      qboId: textAt(payment, 'Id'),
      marker: markerOf(payment),
      day: textAt(payment, 'TxnDate'),
      createdAt: createdAt(payment),
      customer: refAt(payment, 'CustomerRef') ?? '',
      amount: centsAt(payment, 'TotalAmt'),
      depositAccount: refAt(payment, 'DepositToAccountRef'),
    })),
    entries: [
      ...receipts.filter(isOurs).map((receipt) => receiptOf(receipt, incomeAccount)),
      ...memos.filter(isOurs).map((memo) => memoOf(memo, incomeAccount)),
      ...entries.filter(isOurs).map(entryOf),
    ],
    deposits: readDeposits(deposits),
  };
}

/** Takes its lines back from where they had been earned; what it pays comes off the account it is paid from. */
function receiptOf(receipt: TextObject, incomeAccount: (item: string) => string | undefined): ReadEntry {
  const paid = { accountId: refAt(receipt, 'DepositToAccountRef') ?? 'unknown', amount: centsAt(receipt, 'TotalAmt') };
  const lines = listAt(receipt, 'Line').flatMap((line) => lineOf(line, incomeAccount));
  return {
    resource: 'RefundReceipt',
    marker: markerOf(receipt),
    day: textAt(receipt, 'TxnDate'),
    createdAt: createdAt(receipt),
    owed: 0n,
    lines: [paid, ...lines.map(({ accountId, amount }) => ({ accountId, amount: -amount }))],
    tax: -centsAt(objectAt(receipt, 'TxnTaxDetail'), 'TotalTax'),
  };
}

/** Takes its lines back, and is owed no more. */
function memoOf(memo: TextObject, incomeAccount: (item: string) => string | undefined): ReadEntry {
  const lines = listAt(memo, 'Line').flatMap((line) => lineOf(line, incomeAccount));
  return {
    resource: 'CreditMemo',
    marker: markerOf(memo),
    day: textAt(memo, 'TxnDate'),
    createdAt: createdAt(memo),
    owed: -centsAt(memo, 'TotalAmt'),
    lines: lines.map(({ accountId, amount }) => ({ accountId, amount: -amount })),
    tax: -centsAt(objectAt(memo, 'TxnTaxDetail'), 'TotalTax'),
  };
}

function entryOf(entry: TextObject): ReadEntry {
  const lines = listAt(entry, 'Line').map((line) => {
    const detail = objectAt(line, 'JournalEntryLineDetail');
    const amount = centsAt(line, 'Amount');
    const credit = textAt(detail, 'PostingType') === 'Debit' ? -amount : amount;
    const isOwed = textAt(objectAt(detail, 'Entity'), 'Type') === 'Customer';
    return { isOwed, accountId: refAt(detail, 'AccountRef') ?? 'unknown', amount: credit };
  });
  return {
    resource: 'JournalEntry',
    marker: markerOf(entry),
    day: textAt(entry, 'TxnDate'),
    createdAt: createdAt(entry),
    owed: -sum(lines.filter(({ isOwed }) => isOwed).map(({ amount }) => amount)),
    lines: lines.filter(({ isOwed }) => !isOwed),
    tax: 0n,
  };
}

function invoiceOf(invoice: TextObject, incomeAccount: (item: string) => string | undefined): ReadInvoice {
  return {
    qboId: textAt(invoice, 'Id'),
    marker: markerOf(invoice),
    number: textAt(invoice, 'DocNumber'),
    day: textAt(invoice, 'TxnDate'),
    createdAt: createdAt(invoice),
    customer: refAt(invoice, 'CustomerRef') ?? '',
    total: centsAt(invoice, 'TotalAmt'),
    tax: centsAt(objectAt(invoice, 'TxnTaxDetail'), 'TotalTax'),
    balance: centsAt(invoice, 'Balance'),
    orderNumber: textAt(listAt(invoice, 'CustomField')[0] ?? {}, 'StringValue'),
    isRounded: listAt(invoice, 'Line').some(({ Description }) => Description === ROUNDING),
    lines: listAt(invoice, 'Line').flatMap((line) => lineOf(line, incomeAccount)),
  };
}

/** A line's account: what QuickBooks says, else its item's (postings.md §13). Discounts take away. */
function lineOf(line: TextObject, incomeAccount: (item: string) => string | undefined): ReadLine[] {
  const amount = centsAt(line, 'Amount');
  if (line['DetailType'] === 'SalesItemLineDetail') {
    const detail = objectAt(line, 'SalesItemLineDetail');
    const accountId = refAt(detail, 'ItemAccountRef') ?? incomeAccount(refAt(detail, 'ItemRef') ?? '') ?? 'unknown';
    return [{ accountId, amount }];
  }
  if (line['DetailType'] === 'DiscountLineDetail') {
    return [
      { accountId: refAt(objectAt(line, 'DiscountLineDetail'), 'DiscountAccountRef') ?? 'unknown', amount: -amount },
    ];
  }
  return [];
}

const createdAt = (record: TextObject): string => textAt(objectAt(record, 'MetaData'), 'CreateTime');

function isOurs(record: TextObject): boolean {
  const voided = VOIDED.test(textAt(record, 'PrivateNote')) && centsAt(record, 'TotalAmt') === 0n;
  return markerOf(record) !== '' && !voided;
}
