import type { TextJson } from '@qbo-sync/contracts/exact-json';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { Context } from '../sync/rules';
import { answered, changed, context, given, only, type Story } from '../sync/spec-kit';
import { invoiceRules } from './invoice';
import type { InvoiceRelated } from './invoice-related';

/** The example of events.md. */
export const invoice: Invoice = {
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
  serviceAddress: { line1: '9 Elm St', city: 'Austin', region: 'TX', postalCode: '78704', country: 'US' },
  updatedAt: '2026-11-20T16:04:05Z',
};
export const ref = 'invoice:inv_1041';
export const MARIA = { name: 'Maria Lopez', taxExempt: false };
export const related = (change: Partial<InvoiceRelated> = {}): InvoiceRelated => ({
  customer: MARIA,
  items: {},
  ...change,
});
export type InvoiceStory = Story<InvoiceRelated>;
export const start = (change: Partial<Context<InvoiceRelated>> = {}): InvoiceStory =>
  given(invoiceRules, ref, context(related(), change));
export const sent = (change: Partial<Context<InvoiceRelated>> = {}): InvoiceStory =>
  start(change).when(changed('sent', 3, invoice));
export const record = (total: string, tax: string): Readonly<Record<string, TextJson>> => ({
  Id: '238',
  DocNumber: 'RAC-1041',
  TxnDate: '2026-11-20',
  TotalAmt: total,
  TxnTaxDetail: { TotalTax: tax },
});
/** In QuickBooks, to the cent. */
export const posted = (change: Partial<Context<InvoiceRelated>> = {}): InvoiceStory => {
  const story = sent(change);
  return story.when(answered(story, { record: record('179.70', '13.70') }));
};
export const bodyOf = (story: InvoiceStory): string => only(story.events, 'PushRequested').personal.body;
export const PAID: Invoice = { ...invoice, balance: '0.00', paidOn: '2026-11-25' };
