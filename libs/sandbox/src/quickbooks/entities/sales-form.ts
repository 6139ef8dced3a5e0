import type { ExactJson, ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { amount, type Decimal, pick, ref, sum, text, ZERO } from '../exact';
import type { Posting } from '../ledger';
import { follow } from '../name-list';
import { refuse, refuseMissing } from '../refusal';
import type { Writing } from '../resource';
import { ADDRESS, choice, flag, ignored, many, one, ref as refKind, text as textKind, type Shape } from '../shape';
import { checkCountry } from './customer';
import { addressesOf, checkCurrency, checkCustomFields, checkEmail, numberFor } from './sales-header';
import { LINES, readLines, zeroLines, type SalesLines } from './sales-lines';
import { computeTax, TAX_DETAIL } from './sales-tax';
import type { Tax } from './tax-rates';
import { TRANSACTION, checkOpen, lastNote, openDay } from './transaction';

const EMAIL = one({ Address: textKind(100) });

/** What every sales form may hold: invoices, credit memos, refund receipts, estimates (quickbooks.md §9.5, §9.7). */
export const SALES_FORM: Shape = {
  ...TRANSACTION,
  CustomerRef: refKind,
  DocNumber: textKind(21),
  Line: LINES,
  TxnTaxDetail: TAX_DETAIL,
  ApplyTaxAfterDiscount: flag,
  BillAddr: one(ADDRESS),
  ShipAddr: one(ADDRESS),
  ShipFromAddr: one(ADDRESS),
  BillEmail: EMAIL,
  BillEmailCc: EMAIL,
  BillEmailBcc: EMAIL,
  EmailStatus: choice('NotSet', 'NeedToSend', 'EmailSent'),
  PrintStatus: choice('NotSet', 'NeedToPrint', 'PrintComplete'),
  CustomerMemo: one({ value: textKind(1000) }),
  CustomField: many({
    DefinitionId: textKind(20),
    Name: textKind(100),
    Type: choice('StringType'),
    StringValue: textKind(31),
  }),
  ClassRef: refKind,
  DepartmentRef: refKind,
  LinkedTxn: ignored,
  Balance: ignored,
  HomeBalance: ignored,
  TaxExemptionRef: ignored,
  RecurDataRef: ignored,
  FreeFormAddress: ignored,
};

const COPIED = [
  'BillEmail',
  'BillEmailCc',
  'BillEmailBcc',
  'PrivateNote',
  'CustomerMemo',
  'CustomField',
  'ClassRef',
  'DepartmentRef',
  'ShipFromAddr',
] as const;

type Fields = Record<string, ExactJson | undefined>;

/** What a sales form sells, and what its record shows of it. */
export interface Sale {
  lines: SalesLines;
  tax: Tax;
  /** Never negative. */
  total: Decimal;
  fields: Fields;
}

/** Lines, tax and total of a sales form. */
export function readSale(writing: Writing, customer: ExactObject, addresses: ExactObject = {}): Sale {
  const { draft, current, wanted, input } = writing;
  const lines = readLines(draft, wanted, current);
  const tax = computeTax(draft, lines, {
    wanted: { ...wanted, ...addresses },
    input,
    customer,
    update: current !== undefined,
  });
  const total = sum(tax.net).minus(lines.discount.amount).plus(tax.total);
  if (total.isNegative()) refuse('2290', 'Negative Amount : Transaction amount must be 0 or greater.', 'TotalAmt');
  const subtotal = { Amount: amount(lines.subtotal), DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} };
  const fields = {
    Line: [...lines.records, subtotal],
    TxnTaxDetail: tax.detail,
    GlobalTaxCalculation: draft.company.profile.country === 'US' ? undefined : wanted['GlobalTaxCalculation'],
    ApplyTaxAfterDiscount: wanted['ApplyTaxAfterDiscount'] ?? false,
    TotalAmt: amount(total),
    CurrencyRef: ref(draft.company.profile.currency),
  };
  return { lines, tax, total, fields };
}

/** A sale with its head: whose, when, under which number, where to. */
export interface SalesForm extends Sale {
  customer: ExactObject;
  txnDate: string;
}

/** Reads a sales form that posts. `customer` is empty where a form may have none. */
export function readSalesForm(writing: Writing, needsCustomer: boolean): SalesForm {
  const { draft, current, wanted, input } = writing;
  const customer =
    follow(draft, wanted['CustomerRef'], 'Customer', 'CustomerRef') ??
    (needsCustomer ? refuseMissing('CustomerRef') : {});
  const txnDate = openDay(draft, wanted, current);
  checkCurrency(draft, wanted);
  checkCustomFields(draft, wanted);
  checkEmail(wanted);
  for (const key of ['BillAddr', 'ShipAddr'] as const) checkCountry(input[key], key);
  const addresses = addressesOf(draft, writing, customer);
  const sale = readSale(writing, customer, addresses);
  const id = text(customer['Id']);
  const fields = {
    ...pick(wanted, COPIED),
    DocNumber: numberFor(writing),
    TxnDate: txnDate,
    CustomerRef: id === undefined ? undefined : { value: id, name: text(customer['DisplayName']) ?? '' },
    ...addresses,
    ...sale.fields,
    EmailStatus: wanted['EmailStatus'] ?? 'NotSet',
    PrintStatus: wanted['PrintStatus'] ?? 'NeedToPrint',
  };
  return { ...sale, fields, customer, txnDate };
}

/** Cr income by item, Cr tax by agency, Dr discounts; all turned round by -1: what is taken back. */
export function salesPostings({ lines, tax }: Sale, sign: 1 | -1): Posting[] {
  const sold = [
    ...(lines.discount.account === undefined
      ? []
      : [{ account: lines.discount.account, amount: lines.discount.amount }]),
    ...lines.sales.map((line, index) => ({ account: line.account, amount: (tax.net[index] ?? ZERO).negated() })),
    ...tax.payable.map((share) => ({ account: share.account, amount: share.amount.negated() })),
  ];
  return sold.map((posting) => ({ ...posting, amount: posting.amount.times(sign) }));
}

/** The record of a voided sales form: every amount zero, its row and number kept (quickbooks.md §9.2). */
export function voidedForm(draft: Draft, current: ExactObject): ExactObject {
  checkOpen(draft, text(current['TxnDate']));
  const detail = current['TxnTaxDetail'] === undefined ? {} : { TxnTaxDetail: { TotalTax: amount(ZERO) } };
  return {
    ...current,
    ...detail,
    Line: zeroLines(current),
    TotalAmt: amount(ZERO),
    LinkedTxn: [],
    PrivateNote: lastNote(current),
  };
}
