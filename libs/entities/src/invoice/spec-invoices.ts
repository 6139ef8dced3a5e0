import type { TextJson } from '@qbo-sync/contracts/exact-json';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { RAC_1041 } from '@qbo-sync/mapping/invoice.fixtures';
import type { Context } from '../sync/rules';
import { answered, changed, context, given, only, type Story } from '../sync/spec-kit';
import { invoiceRules } from './invoice';
import type { InvoiceRelated } from './invoice-related';

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
  start(change).when(changed('sent', 3, RAC_1041));
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
export const PAID: Invoice = { ...RAC_1041, balance: '0.00', paidOn: '2026-11-25' };
