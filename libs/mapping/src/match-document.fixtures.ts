import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Match } from './match';
import type { WantedInvoice, WantedPayment, WantedReturn } from './match-document';

export interface DocumentMatchCase {
  readonly section: string;
  readonly says: string;
  readonly records: readonly TextObject[];
  /** After a send of unknown outcome. */
  readonly unsure?: boolean;
  readonly match: Match;
}

const section = '12';
const is = (group: Match['group'], why: Match['why'], ...candidates: string[]): Match => ({ group, why, candidates });
const NONE = is('new', 'nothing_alike');

export const INVOICE: WantedInvoice = {
  id: 'inv_7',
  customerId: '58',
  total: '179.70',
  date: '2026-11-20',
  number: 'RAC-1041',
};
const invoice = (more: TextObject = {}): TextObject => ({
  Id: '238',
  DocNumber: 'RAC-1041',
  CustomerRef: { value: '58' },
  TotalAmt: '179.7',
  TxnDate: '2026-11-20',
  ...more,
});

export const INVOICE_CASES: readonly DocumentMatchCase[] = [
  {
    section,
    says: 'exact: our marker, whatever else differs',
    records: [invoice({ DocNumber: '9', TotalAmt: '1', PrivateNote: 'Voided Run a Call inv_7' })],
    match: is('exact', 'marker', '238'),
  },
  {
    section,
    says: 'new: inv_7 is a prefix of inv_70',
    records: [invoice({ DocNumber: '9', PrivateNote: 'Run a Call inv_70' })],
    match: NONE,
  },
  {
    section,
    says: 'exact: the marker stands after that of another',
    records: [invoice({ DocNumber: '9', PrivateNote: 'Run a Call inv_70, Run a Call inv_7 x' })],
    match: is('exact', 'marker', '238'),
  },
  {
    section,
    says: 'exact: after an unknown outcome, number, customer, total and date equal',
    records: [invoice()],
    unsure: true,
    match: is('exact', 'as_sent', '238'),
  },
  {
    section,
    says: 'likely: the same without a send of ours (backfill)',
    records: [invoice()],
    match: is('likely', 'number_customer_total', '238'),
  },
  {
    section,
    says: 'likely: after an unknown outcome, on another day',
    records: [invoice({ TxnDate: '2026-11-21' })],
    unsure: true,
    match: is('likely', 'number_customer_total', '238'),
  },
  {
    section,
    says: 'conflict: the number of another customer',
    records: [invoice({ CustomerRef: { value: '61' } })],
    match: is('conflict', 'number_of_another', '238'),
  },
  {
    section,
    says: 'conflict: the number with another total',
    records: [invoice({ TotalAmt: '179.71' })],
    unsure: true,
    match: is('conflict', 'number_of_another', '238'),
  },
  {
    section,
    says: 'conflict: two of the number, both as sent',
    records: [invoice(), invoice({ Id: '239' })],
    unsure: true,
    match: is('conflict', 'several', '238', '239'),
  },
  {
    section,
    says: 'exact: the marked one of two',
    records: [invoice(), invoice({ Id: '239', PrivateNote: 'Run a Call inv_7' })],
    match: is('exact', 'marker', '239'),
  },
  { section, says: 'new: another number', records: [invoice({ DocNumber: 'RAC-1042' })], match: NONE },
];

export const PAYMENT: WantedPayment = {
  id: 'pay_50',
  customerId: '58',
  total: '179.70',
  date: '2026-11-25',
  reference: 'xBkL2eZvKYlo2C4nM1aN0',
  invoiceIds: ['238'],
};
const linked = (TxnType: string, TxnId: string): TextObject => ({ Line: [{ LinkedTxn: [{ TxnId, TxnType }] }] });
const payment = (more: TextObject = {}): TextObject => ({
  Id: '154',
  CustomerRef: { value: '58' },
  TotalAmt: '179.70',
  TxnDate: '2026-11-25',
  ...more,
});

export const PAYMENT_CASES: readonly DocumentMatchCase[] = [
  {
    section,
    says: 'exact: our marker',
    records: [payment({ PrivateNote: 'Run a Call pay_50 ch_3Q7' })],
    match: is('exact', 'marker', '154'),
  },
  {
    section,
    says: 'new: pay_50 is a prefix of pay_500',
    records: [payment({ PrivateNote: 'Run a Call pay_500 ch_3Q7' })],
    match: NONE,
  },
  {
    section,
    says: 'new: the marker on another part of the split, another customer’s',
    records: [payment({ CustomerRef: { value: '61' }, PrivateNote: 'Run a Call pay_50' })],
    match: NONE,
  },
  {
    section,
    says: 'exact: after an unknown outcome, reference, customer, amount and date equal',
    records: [payment({ PaymentRefNum: 'xBkL2eZvKYlo2C4nM1aN0' })],
    unsure: true,
    match: is('exact', 'as_sent', '154'),
  },
  {
    section,
    says: 'new: the same without a send of ours',
    records: [payment({ PaymentRefNum: 'xBkL2eZvKYlo2C4nM1aN0' })],
    match: NONE,
  },
  {
    section,
    says: 'likely: customer, amount, same invoice, three days later',
    records: [payment({ TxnDate: '2026-11-28', ...linked('Invoice', '238') })],
    match: is('likely', 'customer_amount_invoice', '154'),
  },
  {
    section,
    says: 'conflict: the same four days later',
    records: [payment({ TxnDate: '2026-11-29', ...linked('Invoice', '238') })],
    match: is('conflict', 'paid_by_another', '154'),
  },
  {
    section,
    says: 'conflict: our invoice is paid by another amount',
    records: [payment({ TotalAmt: '100', ...linked('Invoice', '238') })],
    match: is('conflict', 'paid_by_another', '154'),
  },
  {
    section,
    says: 'conflict: two that could be it',
    records: [payment(linked('Invoice', '238')), payment({ Id: '155', ...linked('Invoice', '238') })],
    match: is('conflict', 'several', '154', '155'),
  },
  {
    section,
    says: 'new: it pays a credit memo of that id',
    records: [payment(linked('CreditMemo', '238'))],
    match: NONE,
  },
];

export const REFUND: WantedReturn = {
  id: 're_77',
  customerId: '58',
  total: '50.00',
  date: '2026-12-03',
  number: 'RAC-1041-R1',
};
const receipt = (more: TextObject = {}): TextObject => ({
  Id: '300',
  CustomerRef: { value: '58' },
  TotalAmt: '50',
  TxnDate: '2026-12-03',
  ...more,
});
const MARKED = { PrivateNote: 'Run a Call re_77 of pay_500, RAC-1041' };

export const RETURN_CASES: readonly DocumentMatchCase[] = [
  {
    section,
    says: 'exact: our marker and number',
    records: [receipt({ DocNumber: 'RAC-1041-R1', ...MARKED })],
    match: is('exact', 'marker', '300'),
  },
  {
    section,
    says: 'conflict: our marker under another number',
    records: [receipt({ DocNumber: '17', ...MARKED })],
    match: is('conflict', 'number_differs', '300'),
  },
  {
    section,
    says: 'conflict: our number on another’s',
    records: [receipt({ DocNumber: 'RAC-1041-R1' })],
    match: is('conflict', 'number_of_another', '300'),
  },
  {
    section,
    says: 'likely: customer and amount, three days before',
    records: [receipt({ TxnDate: '2026-11-30' })],
    match: is('likely', 'customer_amount', '300'),
  },
  { section, says: 'new: four days before', records: [receipt({ TxnDate: '2026-11-29' })], match: NONE },
  { section, says: 'new: another amount', records: [receipt({ TotalAmt: '50.01' })], match: NONE },
];
