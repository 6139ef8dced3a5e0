import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { amount, pick, present, text, ZERO } from '../exact';
import type { Resource, Writing } from '../resource';
import { date, flag, ignored, one, ref as refKind, text as textKind } from '../shape';
import { autoApplyToInvoice } from './auto-apply';
import { applicationsOf, paymentLinks } from './open-items';
import { dueDate } from './sales-header';
import { readSalesForm, SALES_FORM, salesPostings, voidedForm } from './sales-form';
import { releasePayments, settleApplied } from './settle';
import { standardAccount } from './standard-accounts';
import { removeTransaction } from './transaction';

/** quickbooks.md §9.5. */
export const invoice: Resource = {
  name: 'Invoice',
  shape: {
    ...SALES_FORM,
    DueDate: date,
    ShipDate: date,
    SalesTermRef: refKind,
    AllowOnlinePayment: flag,
    AllowOnlineCreditCardPayment: flag,
    AllowOnlineACHPayment: flag,
    AllowIPNPayment: flag,
    ShipMethodRef: one({ value: textKind(30), name: ignored }),
    TrackingNum: textKind(31),
    Deposit: ignored,
    InvoiceLink: ignored,
    DeliveryInfo: ignored,
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

const COPIED = ['SalesTermRef', 'ShipDate', 'ShipMethodRef', 'TrackingNum'] as const;
const ONLINE = [
  'AllowOnlinePayment',
  'AllowOnlineCreditCardPayment',
  'AllowOnlineACHPayment',
  'AllowIPNPayment',
] as const;

/** Dr receivables, Dr discounts, Cr income by item, Cr sales tax. */
function build(writing: Writing): ExactObject {
  const { draft, id, current, wanted } = writing;
  const form = readSalesForm(writing, true);
  const customer = text(form.customer['Id']) ?? '';
  const paid = settleApplied(draft, 'Invoice', current, customer, form.total);
  const fields = present({
    ...pick(wanted, COPIED),
    ...form.fields,
    DueDate: text(wanted['DueDate']) ?? dueDate(draft, wanted, form.txnDate),
    Balance: amount(form.total.minus(paid)),
    LinkedTxn: current === undefined ? [] : paymentLinks(applicationsOf(draft, 'Invoice', id)),
    ...Object.fromEntries(ONLINE.map((flagged) => [flagged, wanted[flagged] ?? false])),
  });
  const receivables = text(standardAccount(draft, 'AccountsReceivable')['Id']) ?? '';
  draft.post(`Invoice/${id}`, [{ account: receivables, amount: form.total, customer }, ...salesPostings(form, 1)]);
  const record = draft.save('Invoice', id, fields);
  if (current === undefined) autoApplyToInvoice(draft, id);
  return record;
}

/** Refused while paid, or unapplied first: production and documentation differ (quickbooks.md §9.2). */
function voidInvoice(draft: Draft, current: ExactObject): ExactObject {
  const id = text(current['Id']) ?? '';
  const voided = voidedForm(draft, current);
  releasePayments(draft, 'Invoice', id, draft.company.switches.voidPaidInvoice, 'voided');
  draft.post(`Invoice/${id}`, []);
  return draft.save('Invoice', id, { ...voided, Balance: amount(ZERO) });
}

function remove(draft: Draft, current: ExactObject): void {
  const id = text(current['Id']) ?? '';
  releasePayments(draft, 'Invoice', id, 'refuse', 'deleted');
  removeTransaction(draft, 'Invoice', current);
}
