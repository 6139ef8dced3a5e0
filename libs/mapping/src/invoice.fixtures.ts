import type { Invoice, Line } from '@qbo-sync/contracts/runacall/invoice';
import { json } from './context.fixtures';

const austin = (line1: string, postalCode: string): NonNullable<Invoice['billingAddress']> => ({
  line1,
  city: 'Austin',
  region: 'TX',
  postalCode,
  country: 'US',
});

/** The example of events.md with the addresses and memo of postings.md §6.1. */
export const RAC_1041: Invoice = {
  id: 'inv_1041',
  number: 'RAC-1041',
  customerId: 'cus_88',
  currency: 'USD',
  issuedOn: '2026-11-20',
  dueOn: '2026-12-20',
  lines: [
    {
      id: 'l1',
      kind: 'service',
      itemId: 'itm_ac_tune',
      name: 'AC tune-up',
      quantity: '1',
      unitPrice: '129.00',
      amount: '129.00',
      taxable: true,
      taxRateId: 'tax_tx',
      categoryId: 'cat_maint',
      servicedOn: '2026-11-19',
    },
    {
      id: 'l2',
      kind: 'material',
      itemId: 'itm_filter',
      name: 'Filter 16x25',
      quantity: '2',
      unitPrice: '18.50',
      amount: '37.00',
      taxable: true,
      taxRateId: 'tax_tx',
    },
  ],
  taxes: [{ taxRateId: 'tax_tx', taxableAmount: '166.00', amount: '13.70' }],
  subtotal: '166.00',
  taxTotal: '13.70',
  total: '179.70',
  balance: '179.70',
  customerMemo: 'Thank you',
  internalNote: 'Dog in the yard',
  billingAddress: austin('12 Oak St', '78701'),
  serviceAddress: austin('9 Elm St', '78704'),
  updatedAt: '2026-11-20T16:04:05Z',
};

/** QuickBooks ids of the example company (postings.md). */
export const IDS = {
  'customer:cus_88': '58',
  'item:itm_ac_tune': '11',
  'item:itm_filter': '12',
  'invoice:inv_1041': '238',
  'payment-method:card': '3',
} as const;

/** postings.md §6.1, to the letter. */
export const RAC_1041_BODY = json(`
  {"DocNumber":"RAC-1041","CustomerRef":{"value":"58"},"TxnDate":"2026-11-20","DueDate":"2026-12-20",
   "BillAddr":{"Line1":"12 Oak St","City":"Austin","CountrySubDivisionCode":"TX","PostalCode":"78701"},
   "ShipAddr":{"Line1":"9 Elm St","City":"Austin","CountrySubDivisionCode":"TX","PostalCode":"78704"},
   "EmailStatus":"NotSet","AllowOnlineCreditCardPayment":false,"AllowOnlineACHPayment":false,
   "PrivateNote":"Run a Call inv_1041","CustomerMemo":{"value":"Thank you"},
   "Line":[
    {"Amount":129.00,"DetailType":"SalesItemLineDetail","Description":"AC tune-up",
     "SalesItemLineDetail":{"ItemRef":{"value":"11"},"Qty":1,"UnitPrice":129.00,"ServiceDate":"2026-11-19","TaxCodeRef":{"value":"TAX"}}},
    {"Amount":37.00,"DetailType":"SalesItemLineDetail","Description":"Filter 16x25",
     "SalesItemLineDetail":{"ItemRef":{"value":"12"},"Qty":2,"UnitPrice":18.50,"TaxCodeRef":{"value":"TAX"}}}],
   "TxnTaxDetail":{"TotalTax":13.70}}`);

/** postings.md §6.3, to the letter. */
export const DISCOUNT_LINE = json(`
  {"Amount":16.60,"DetailType":"DiscountLineDetail","Description":"Neighbour discount",
   "DiscountLineDetail":{"PercentBased":false,"DiscountAccountRef":{"value":"86"}}}`);

export const line = (change: Partial<Line> & { amount: string }): Line => ({
  id: 'l9',
  kind: 'service',
  name: 'Labour',
  quantity: '1',
  unitPrice: change.amount,
  taxable: false,
  ...change,
});

/** An invoice of these lines; its sums are made from what is given. */
export function invoiceOf(change: Partial<Invoice> & { lines: Line[] }): Invoice {
  const cents = (text: string | undefined): bigint => BigInt((text ?? '0.00').replace('.', ''));
  const text = (amount: bigint): string => {
    const digits = `${amount < 0n ? -amount : amount}`.padStart(3, '0');
    return `${amount < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  };
  const subtotal = change.lines.reduce((all, { amount }) => all + cents(amount), 0n);
  const tax = (change.taxes ?? []).reduce((all, { amount }) => all + cents(amount), 0n);
  const total = text(subtotal - cents(change.discount?.amount) + tax + cents(change.tip));
  return {
    id: 'inv_7',
    number: 'RAC-7',
    customerId: 'cus_88',
    currency: 'USD',
    issuedOn: '2026-11-20',
    taxes: [],
    subtotal: text(subtotal),
    taxTotal: text(tax),
    total,
    balance: total,
    updatedAt: '2026-11-20T16:04:05Z',
    ...change,
  };
}
