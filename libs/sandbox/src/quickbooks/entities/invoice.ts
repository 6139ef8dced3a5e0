import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { amount, Decimal, pick, present, ref, refValue, sum, text, ZERO } from '../exact';
import type { Posting } from '../ledger';
import { follow } from '../name-list';
import { refuse, refuseMissing } from '../refusal';
import type { Resource, Writing } from '../resource';
import { ADDRESS, choice, date, ENVELOPE, flag, ignored, many, one, ref as refKind, text as textKind } from '../shape';
import { checkCountry } from './customer';
import { addressesOf, checkCurrency, checkCustomFields, checkEmail, dueDate, numberFor } from './invoice-header';
import { LINES, readLines, zeroLines, type InvoiceLines } from './invoice-lines';
import { unapply } from './payment';
import { computeTax, TAX_DETAIL } from './sales-tax';
import type { Tax } from './tax-rates';
import { applicationsOf, checkOpen, lastNote, paymentLinks } from './transaction';

const EMAIL = one({ Address: textKind(100) });

/** quickbooks.md §9.5. */
export const invoice: Resource = {
  name: 'Invoice',
  shape: {
    ...ENVELOPE,
    CustomerRef: refKind,
    DocNumber: textKind(21),
    TxnDate: date,
    DueDate: date,
    ShipDate: date,
    SalesTermRef: refKind,
    Line: LINES,
    TxnTaxDetail: TAX_DETAIL,
    GlobalTaxCalculation: choice('TaxExcluded', 'TaxInclusive', 'NotApplicable'),
    ApplyTaxAfterDiscount: flag,
    BillAddr: one(ADDRESS),
    ShipAddr: one(ADDRESS),
    ShipFromAddr: one(ADDRESS),
    BillEmail: EMAIL,
    BillEmailCc: EMAIL,
    BillEmailBcc: EMAIL,
    EmailStatus: choice('NotSet', 'NeedToSend', 'EmailSent'),
    PrintStatus: choice('NotSet', 'NeedToPrint', 'PrintComplete'),
    PrivateNote: textKind(4000),
    CustomerMemo: one({ value: textKind(1000) }),
    CustomField: many({
      DefinitionId: textKind(20),
      Name: textKind(100),
      Type: choice('StringType'),
      StringValue: textKind(31),
    }),
    AllowOnlinePayment: flag,
    AllowOnlineCreditCardPayment: flag,
    AllowOnlineACHPayment: flag,
    AllowIPNPayment: flag,
    ClassRef: refKind,
    DepartmentRef: refKind,
    CurrencyRef: refKind,
    ShipMethodRef: one({ value: textKind(30), name: ignored }),
    TrackingNum: textKind(31),
    LinkedTxn: ignored,
    Deposit: ignored,
    Balance: ignored,
    TotalAmt: ignored,
    HomeTotalAmt: ignored,
    HomeBalance: ignored,
    InvoiceLink: ignored,
    DeliveryInfo: ignored,
    TaxExemptionRef: ignored,
    RecurDataRef: ignored,
    FreeFormAddress: ignored,
    ExchangeRate: ignored,
  },
  nameList: false,
  sequence: 'transaction',
  queryable: [
    'DocNumber',
    'TxnDate',
    'DueDate',
    'ShipDate',
    'CustomerRef',
    'TotalAmt',
    'Balance',
    'SalesTermRef',
    'EmailStatus',
    'PrintStatus',
  ],
  cdc: true,
  build,
  remove,
  void: voidInvoice,
};

const COPIED = [
  'SalesTermRef',
  'ShipDate',
  'BillEmail',
  'BillEmailCc',
  'BillEmailBcc',
  'PrivateNote',
  'CustomerMemo',
  'CustomField',
  'ClassRef',
  'DepartmentRef',
  'ShipMethodRef',
  'ShipFromAddr',
  'TrackingNum',
] as const;

function build(writing: Writing): ExactObject {
  const { draft, id, current, wanted, input } = writing;
  const customer = follow(draft, wanted['CustomerRef'], 'Customer', 'CustomerRef') ?? refuseMissing('CustomerRef');
  const txnDate = text(wanted['TxnDate']) ?? draft.today();
  checkOpen(draft, txnDate, text(current?.['TxnDate']));
  checkCurrency(draft, wanted);
  checkCustomFields(draft, wanted);
  checkEmail(wanted);
  for (const key of ['BillAddr', 'ShipAddr'] as const) checkCountry(input[key], key);
  const addresses = addressesOf(draft, writing, customer);
  const lines = readLines(draft, wanted, current);
  const tax = computeTax(draft, lines, {
    wanted: { ...wanted, ...addresses },
    input,
    customer,
    update: current !== undefined,
  });
  const net = sum(tax.net);
  const total = net.minus(lines.discount.amount).plus(tax.total);
  if (total.isNegative()) refuse('2290', 'Negative Amount : Transaction amount must be 0 or greater.', 'TotalAmt');
  const paid = settlePaid(draft, id, customer, current, total);
  const docNumber = numberFor(writing);
  const fields = present({
    ...pick(wanted, COPIED),
    DocNumber: docNumber,
    TxnDate: txnDate,
    DueDate: text(wanted['DueDate']) ?? dueDate(draft, wanted, txnDate),
    CustomerRef: { value: text(customer['Id']) ?? '', name: text(customer['DisplayName']) ?? '' },
    ...addresses,
    Line: [
      ...lines.records,
      { Amount: amount(lines.subtotal), DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} },
    ],
    TxnTaxDetail: tax.detail,
    GlobalTaxCalculation: draft.company.profile.country === 'US' ? undefined : wanted['GlobalTaxCalculation'],
    ApplyTaxAfterDiscount: wanted['ApplyTaxAfterDiscount'] ?? false,
    TotalAmt: amount(total),
    Balance: amount(total.minus(paid)),
    CurrencyRef: ref(draft.company.profile.currency),
    LinkedTxn: current === undefined ? [] : paymentLinks(applicationsOf(draft, id)),
    EmailStatus: wanted['EmailStatus'] ?? 'NotSet',
    PrintStatus: wanted['PrintStatus'] ?? 'NeedToPrint',
    AllowOnlinePayment: wanted['AllowOnlinePayment'] ?? false,
    AllowOnlineCreditCardPayment: wanted['AllowOnlineCreditCardPayment'] ?? false,
    AllowOnlineACHPayment: wanted['AllowOnlineACHPayment'] ?? false,
    AllowIPNPayment: wanted['AllowIPNPayment'] ?? false,
  });
  draft.post(`Invoice/${id}`, postings(draft, text(customer['Id']) ?? '', lines, tax, total));
  return draft.save('Invoice', id, fields);
}

/** Dr receivables, Dr discounts, Cr income by item, Cr sales tax. */
function postings(draft: Draft, customerId: string, lines: InvoiceLines, tax: Tax, total: Decimal): Posting[] {
  return [
    { account: receivablesAccount(draft), amount: total, customer: customerId },
    ...(lines.discount.account === undefined
      ? []
      : [{ account: lines.discount.account, amount: lines.discount.amount }]),
    ...lines.sales.map((line, index) => ({ account: line.account, amount: (tax.net[index] ?? ZERO).negated() })),
    ...tax.payable.map((share) => ({ account: share.account, amount: share.amount.negated() })),
  ];
}

export function receivablesAccount(draft: Draft): string {
  const account = draft
    .all('Account')
    .find((candidate) => candidate['AccountType'] === 'Accounts Receivable' && candidate['Active'] !== false);
  if (account === undefined) throw new Error('the company has no receivables account');
  return text(account['Id']) ?? '';
}

/** What stays paid on the invoice; shortens its last payments, or refuses, when the new total is below them. */
function settlePaid(
  draft: Draft,
  id: string,
  customer: ExactObject,
  current: ExactObject | undefined,
  total: Decimal,
): Decimal {
  if (current === undefined) return ZERO;
  const applications = applicationsOf(draft, id);
  const paid = sum(applications.map((application) => application.amount));
  if (paid.greaterThan(0) && refValue(current['CustomerRef']) !== customer['Id']) {
    refuse('6130', 'The customer of a transaction with payments cannot be changed.', 'CustomerRef');
  }
  if (paid.lessThanOrEqualTo(total)) return paid;
  if (draft.company.switches.loweredBelowPaid === 'refuse') {
    refuse(
      '6000',
      'Business Validation Error: The transaction amount cannot be less than the amount already paid.',
      'TotalAmt',
    );
  }
  let excess = paid.minus(total);
  for (const application of applications.reverse()) {
    const cut = Decimal.min(excess, application.amount);
    if (cut.greaterThan(0)) unapply(draft, application.payment, id, cut);
    excess = excess.minus(cut);
  }
  return total;
}

/** Refused while paid, or unapplied first: production and documentation differ (quickbooks.md §9.2). */
function voidInvoice(draft: Draft, current: ExactObject): ExactObject {
  const id = text(current['Id']) ?? '';
  checkOpen(draft, text(current['TxnDate']));
  releasePayments(draft, id, draft.company.switches.voidPaidInvoice, 'voided');
  draft.post(`Invoice/${id}`, []);
  const detail = current['TxnTaxDetail'] === undefined ? {} : { TxnTaxDetail: { TotalTax: amount(ZERO) } };
  return draft.save('Invoice', id, {
    ...current,
    ...detail,
    Line: zeroLines(current),
    TotalAmt: amount(ZERO),
    Balance: amount(ZERO),
    LinkedTxn: [],
    PrivateNote: lastNote(current),
  });
}

function remove(draft: Draft, current: ExactObject): void {
  const id = text(current['Id']) ?? '';
  checkOpen(draft, text(current['TxnDate']));
  releasePayments(draft, id, 'refuse', 'deleted');
  draft.post(`Invoice/${id}`, []);
  draft.remove('Invoice', id);
}

function releasePayments(draft: Draft, id: string, how: 'refuse' | 'unapply', what: string): void {
  const applications = applicationsOf(draft, id);
  if (applications.length > 0 && how === 'refuse') {
    refuse('6000', `Business Validation Error: A paid transaction cannot be ${what}. Remove its payments first.`, 'Id');
  }
  for (const application of applications) unapply(draft, application.payment, id, application.amount);
}
