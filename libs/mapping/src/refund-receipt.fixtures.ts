import type { Payment, Refund } from '@qbo-sync/contracts/runacall/payment';
import { json, type Postings, UK, US, withProfile, withValues } from './context.fixtures';
import type { Mapped, MappingContext } from './document';
import { PAY_500 } from './payment.fixtures';
import type { PostedInvoice } from './posted-invoice';
import { refundOf } from './refund';
import { toRefundReceipt } from './refund-receipt';
import { shareOf } from './refund-share';

export interface RefundCase {
  readonly section: string;
  readonly says: string;
  readonly payment?: Payment;
  /** All refunds of the invoice that count; the last is mapped. */
  readonly refunds: readonly Refund[];
  readonly posted: PostedInvoice;
  readonly ctx?: MappingContext;
  readonly rounding?: string;
  readonly body: string;
  readonly posts: Postings;
}

/** QuickBooks' answer to invoice RAC-1041 of postings.md §6.1, numbers as text. */
export const POSTED_RECORD = {
  Id: '238',
  DocNumber: 'RAC-1041',
  TotalAmt: '179.70',
  ApplyTaxAfterDiscount: false,
  TxnTaxDetail: {
    TotalTax: '13.70',
    TxnTaxCodeRef: { value: '5' },
    TaxLine: [
      {
        Amount: '13.70',
        DetailType: 'TaxLineDetail',
        TaxLineDetail: {
          TaxRateRef: { value: '9' },
          PercentBased: true,
          TaxPercent: '8.25',
          NetAmountTaxable: '166.00',
        },
      },
    ],
  },
  Line: [
    {
      Id: '1',
      Amount: '129.00',
      DetailType: 'SalesItemLineDetail',
      Description: 'AC tune-up',
      SalesItemLineDetail: { ItemRef: { value: '11' }, Qty: '1', UnitPrice: '129.00', TaxCodeRef: { value: 'TAX' } },
    },
    {
      Id: '2',
      Amount: '37.00',
      DetailType: 'SalesItemLineDetail',
      Description: 'Filter 16x25',
      SalesItemLineDetail: { ItemRef: { value: '12' }, Qty: '2', UnitPrice: '18.50', TaxCodeRef: { value: 'TAX' } },
    },
    { DetailType: 'DescriptionOnly', Description: 'Thank you', DescriptionLineDetail: {} },
    { Amount: '166.00', DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} },
  ],
};

export const POSTED: PostedInvoice = {
  number: 'RAC-1041',
  total: '179.70',
  tax: '13.70',
  lines: [
    {
      kind: 'sale',
      amount: '129.00',
      text: 'AC tune-up',
      item: '11',
      quantity: '1',
      unitPrice: '129.00',
      taxCode: 'TAX',
    },
    {
      kind: 'sale',
      amount: '37.00',
      text: 'Filter 16x25',
      item: '12',
      quantity: '2',
      unitPrice: '18.50',
      taxCode: 'TAX',
    },
  ],
  taxCode: '5',
  taxRate: '9',
  taxPercent: '8.25',
  taxAfterDiscount: false,
};

/** Neighbour discount of 16.60 after tax, and a tip of 10.00. */
const DISCOUNTED: PostedInvoice = {
  ...POSTED,
  total: '173.10',
  lines: [
    ...POSTED.lines,
    { kind: 'discount', amount: '-16.60', text: 'Neighbour discount', account: '86' },
    { kind: 'sale', amount: '10.00', text: 'Tip', item: '20', quantity: '1', unitPrice: '10.00', taxCode: 'NON' },
  ],
};
const SOLD_IN_UK: PostedInvoice = {
  number: 'RAC-9',
  total: '199.20',
  tax: '33.20',
  lines: POSTED.lines.map((line) => ({ ...line, taxCode: '6' })),
};

export const RE_77: Refund = {
  id: 're_77',
  amount: '50.00',
  refundedOn: '2026-12-03',
  method: 'card',
  effect: 'reduce-sale',
  invoiceId: 'inv_1041',
  processorRefundId: 're_77',
  status: 'succeeded',
};
const CASH: Refund = { ...RE_77, id: 're_78', amount: '129.70', method: 'cash' };
const { processorRefundId: _stripes, ...FROM_THE_TILL } = CASH;
const TILL = withValues(US, { 'payments.refundAccount': { id: '35', name: 'Checking' } });
const MANUAL = withProfile(US, { taxMode: 'manual_us' });

const receipt = (
  fields: { id?: string; account?: string; number?: string; method?: string; name?: string; start?: string },
  lines: readonly string[],
  tail: string,
) =>
  json(`
  {"CustomerRef":{"value":{"$ref":"invoice:inv_1041","at":"CustomerRef.value"}},"TxnDate":"2026-12-03",
   "DepositToAccountRef":{"value":"${fields.account ?? '91'}"},"DocNumber":"${fields.number ?? 'RAC-1041-R1'}",
   "PaymentRefNum":"${fields.id ?? 're_77'}","PaymentMethodRef":{"value":{"$ref":"payment-method:${fields.method ?? 'card'}"}},
   "PrivateNote":"Run a Call ${fields.id ?? 're_77'} of pay_500, ${fields.name ?? 'RAC-1041'}",${fields.start ?? ''}
   "Line":[${lines.join(',')}]${tail}}`);
const sale = (amount: string, text: string, item: string, code = 'TAX', quantity = '1', price = amount) =>
  `{"Amount":${amount},"DetailType":"SalesItemLineDetail","Description":"Refund: ${text}","SalesItemLineDetail":{"ItemRef":{"value":"${item}"},"Qty":${quantity},"UnitPrice":${price},"TaxCodeRef":{"value":"${code}"}}}`;

export const REFUND_CASES: readonly RefundCase[] = [
  {
    section: '9',
    says: 'the example: 50.00 of 179.70 over both lines, its share of the tax',
    refunds: [RE_77],
    posted: POSTED,
    body: receipt(
      {},
      [sale('35.89', 'AC tune-up', '11'), sale('10.30', 'Filter 16x25', '12')],
      ',"TxnTaxDetail":{"TotalTax":3.81}',
    ),
    posts: { 'Service revenue': '46.19', Tax: '3.81', 'Stripe clearing': '-50.00' },
  },
  {
    section: '9',
    says: 'all of it: the lines and the tax again',
    refunds: [{ ...RE_77, amount: '179.70' }],
    posted: POSTED,
    body: receipt(
      {},
      [sale('129.00', 'AC tune-up', '11'), sale('37.00', 'Filter 16x25', '12', 'TAX', '2', '18.50')],
      ',"TxnTaxDetail":{"TotalTax":13.70}',
    ),
    posts: { 'Service revenue': '166.00', Tax: '13.70', 'Stripe clearing': '-179.70' },
  },
  {
    section: '9',
    says: 'a tax that the refund says itself',
    refunds: [{ ...RE_77, taxAmount: '0.00' }],
    posted: POSTED,
    body: receipt(
      {},
      [sale('38.86', 'AC tune-up', '11', 'NON'), sale('11.14', 'Filter 16x25', '12', 'NON')],
      ',"TxnTaxDetail":{"TotalTax":0.00}',
    ),
    posts: { 'Service revenue': '50.00', 'Stripe clearing': '-50.00' },
  },
  {
    section: '6.4',
    says: 'outside the US, a refund without tax: the code for untaxed lines, or QuickBooks would add tax to it',
    payment: { ...PAY_500, currency: 'GBP' },
    refunds: [{ ...RE_77, taxAmount: '0.00' }],
    posted: SOLD_IN_UK,
    ctx: UK,
    body: receipt(
      { number: 'RAC-9-R1', name: 'RAC-9', start: '"GlobalTaxCalculation":"TaxExcluded",' },
      [sale('38.86', 'AC tune-up', '11', '10'), sale('11.14', 'Filter 16x25', '12', '10')],
      '',
    ),
    posts: { 'Service revenue': '50.00', 'Stripe clearing': '-50.00' },
  },
  {
    section: '9',
    says: 'the last one takes what is left; from the till it leaves the account for offline refunds',
    refunds: [RE_77, FROM_THE_TILL],
    posted: POSTED,
    ctx: TILL,
    body: receipt(
      { id: 're_78', account: '35', number: 'RAC-1041-R2', method: 'cash' },
      [sale('93.11', 'AC tune-up', '11'), sale('26.70', 'Filter 16x25', '12')],
      ',"TxnTaxDetail":{"TotalTax":9.89}',
    ),
    posts: { 'Service revenue': '119.81', Tax: '9.89', Checking: '-129.70' },
  },
  {
    section: '9',
    says: 'a discount and a tip among the lines have their share too',
    refunds: [RE_77],
    posted: DISCOUNTED,
    body: receipt(
      { start: '"ApplyTaxAfterDiscount":false,' },
      [
        sale('37.26', 'AC tune-up', '11'),
        sale('10.69', 'Filter 16x25', '12'),
        '{"Amount":4.80,"DetailType":"DiscountLineDetail","Description":"Refund: Neighbour discount","DiscountLineDetail":{"PercentBased":false,"DiscountAccountRef":{"value":"86"}}}',
        sale('2.89', 'Tip', '20', 'NON'),
      ],
      ',"TxnTaxDetail":{"TotalTax":3.96}',
    ),
    posts: {
      ...{ 'Service revenue': '47.95', 'Discounts given': '-4.80', 'Tips payable': '2.89' },
      ...{ Tax: '3.96', 'Stripe clearing': '-50.00' },
    },
  },
  {
    section: '6.4',
    says: 'US manual: the invoice’s code, with its one rate',
    refunds: [RE_77],
    posted: POSTED,
    ctx: MANUAL,
    body: receipt(
      {},
      [sale('35.89', 'AC tune-up', '11'), sale('10.30', 'Filter 16x25', '12')],
      `,"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"5"},"TotalTax":3.81,"TaxLine":[{"Amount":3.81,"DetailType":"TaxLineDetail",
       "TaxLineDetail":{"TaxRateRef":{"value":"9"},"PercentBased":true,"TaxPercent":8.25,"NetAmountTaxable":46.19}}]}`,
    ),
    posts: { 'Service revenue': '46.19', Tax: '3.81', 'Stripe clearing': '-50.00' },
  },
  {
    section: '6.4',
    says: 'outside the US: the code of each line, and no header',
    payment: { ...PAY_500, currency: 'GBP' },
    refunds: [{ ...RE_77, amount: '60.00' }],
    posted: SOLD_IN_UK,
    ctx: UK,
    body: receipt(
      { number: 'RAC-9-R1', name: 'RAC-9', start: '"GlobalTaxCalculation":"TaxExcluded",' },
      [sale('38.86', 'AC tune-up', '11', '6'), sale('11.14', 'Filter 16x25', '12', '6')],
      '',
    ),
    posts: { 'Service revenue': '50.00', Tax: '10.00', 'Stripe clearing': '-60.00' },
  },
  {
    section: '1.4',
    says: 'a cent that QuickBooks’ tax lacks: one untaxed line',
    payment: { ...PAY_500, currency: 'GBP' },
    refunds: [{ ...RE_77, amount: '60.00' }],
    posted: SOLD_IN_UK,
    ctx: UK,
    rounding: '0.01',
    body: receipt(
      { number: 'RAC-9-R1', name: 'RAC-9', start: '"GlobalTaxCalculation":"TaxExcluded",' },
      [
        sale('38.86', 'AC tune-up', '11', '6'),
        sale('11.14', 'Filter 16x25', '12', '6'),
        '{"Amount":0.01,"DetailType":"SalesItemLineDetail","Description":"Rounding","SalesItemLineDetail":{"ItemRef":{"value":{"$ref":"item:helper.rounding.79"}},"Qty":1,"UnitPrice":0.01,"TaxCodeRef":{"value":"10"}}}',
      ],
      '',
    ),
    posts: { 'Service revenue': '50.01', Tax: '10.00', 'Stripe clearing': '-60.01' },
  },
];

/** What a case becomes, or why nothing. */
export function receiptOf({
  payment = PAY_500,
  refunds,
  posted,
  ctx = US,
  rounding,
}: Omit<RefundCase, 'section' | 'says' | 'body' | 'posts'>): Mapped {
  const refund = refunds.at(-1);
  if (refund === undefined) throw new Error('no refund');
  const share = shareOf(posted, refunds, refund.id);
  if ('left' in share) throw new Error('more than is left');
  return toRefundReceipt(
    refundOf({ ...payment, refunds: [...refunds] }, refund),
    {
      ...{ invoiceId: 'inv_1041', invoice: posted, share, place: refunds.length },
      ...(rounding === undefined ? {} : { rounding }),
    },
    ctx,
  );
}
