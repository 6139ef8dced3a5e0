import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { ReasonCode } from '@qbo-sync/contracts/reasons';
import { UK, US, withProfile, withValues } from './context.fixtures';
import type { MappingContext } from './document';
import type { InvoiceOptions } from './invoice';
import { invoiceOf, line, RAC_1041 } from './invoice.fixtures';
import { MANUAL } from './invoice-tax-cases.fixtures';

/** One row of the table: what Run a Call says → why nothing is sent. `section` is that of postings.md. */
export interface InvoiceHold {
  readonly section: string;
  readonly says: string;
  readonly invoice: Invoice;
  readonly ctx: MappingContext;
  readonly options?: InvoiceOptions;
  readonly code: ReasonCode;
  readonly params?: Readonly<Record<string, string>>;
}

export const PLAIN = invoiceOf({ lines: [line({ amount: '10.00' })] });
const taxedAt = (...rateIds: readonly string[]): Invoice =>
  invoiceOf({
    lines: rateIds.map((taxRateId) => line({ amount: '100.00', taxable: true, taxRateId })),
    taxes: rateIds.map((taxRateId) => ({ taxRateId, taxableAmount: '100.00', amount: '12.50' })),
  });
const TAXED_NEW = taxedAt('tax_new');
const TAXED_UK: Invoice = { ...TAXED_NEW, currency: 'GBP' };
const TWO_RATES = taxedAt('tax_tx', 'tax_la');

export const INVOICE_HOLDS: readonly InvoiceHold[] = [
  {
    section: '1.3',
    says: 'lines are not the subtotal',
    invoice: { ...PLAIN, subtotal: '10.01' },
    ctx: US,
    code: 'arithmetic',
    params: { n: 'RAC-7', a: '10.00', b: '0.00', c: '0.00', d: '0.00', e: '10.00' },
  },
  {
    section: '1.3',
    says: 'taxes are not the tax total',
    invoice: { ...RAC_1041, taxes: [{ taxRateId: 'tax_tx', taxableAmount: '166.00', amount: '13.69' }] },
    ctx: US,
    code: 'arithmetic',
  },
  {
    section: '1.3',
    says: 'the parts are not the total',
    invoice: { ...PLAIN, total: '10.01' },
    ctx: US,
    code: 'arithmetic',
  },
  { section: '1.3', says: 'the tip counts', invoice: { ...PLAIN, tip: '1.00' }, ctx: US, code: 'arithmetic' },
  {
    section: '1.3',
    says: 'an amount is not quantity × price',
    invoice: { ...PLAIN, lines: [line({ amount: '10.00', unitPrice: '9.99' })] },
    ctx: US,
    code: 'arithmetic',
  },
  {
    section: '1.3',
    says: 'a negative line that is no discount',
    invoice: invoiceOf({ lines: [line({ amount: '-10.00' }), line({ amount: '20.00' })] }),
    ctx: US,
    code: 'arithmetic',
  },
  {
    section: '1.3',
    says: 'a note with an amount',
    invoice: invoiceOf({ lines: [line({ kind: 'note', amount: '10.00' })] }),
    ctx: US,
    code: 'arithmetic',
  },
  {
    section: '1.3',
    says: 'a negative discount',
    invoice: invoiceOf({ lines: [line({ amount: '10.00' })], discount: { amount: '-1.00' } }),
    ctx: US,
    code: 'arithmetic',
  },
  {
    section: '1.3',
    says: 'a rate named twice',
    invoice: invoiceOf({
      lines: [line({ amount: '10.00', taxable: true, taxRateId: 'tax_tx' })],
      taxes: [
        { taxRateId: 'tax_tx', taxableAmount: '5.00', amount: '0.41' },
        { taxRateId: 'tax_tx', taxableAmount: '5.00', amount: '0.41' },
      ],
    }),
    ctx: US,
    code: 'arithmetic',
  },
  {
    section: '1.5',
    says: 'paid without a day',
    invoice: { ...PLAIN, balance: '0.00' },
    ctx: US,
    code: 'date_missing',
    params: { doc: 'RAC-7' },
  },
  {
    section: '1.5',
    says: 'closed books',
    invoice: PLAIN,
    ctx: withProfile(US, { bookCloseDate: '2026-11-20' }),
    code: 'closed_period',
    params: { doc: 'RAC-7', d: '2026-11-20', c: '2026-11-20' },
  },
  {
    section: '1.10',
    says: 'another currency',
    invoice: { ...PLAIN, currency: 'CAD' },
    ctx: US,
    code: 'currency',
    params: { n: 'RAC-7', cur: 'CAD', home: 'USD' },
  },
  {
    section: '6.5',
    says: '22 characters',
    invoice: { ...PLAIN, number: 'RAC-123456789012345678' },
    ctx: US,
    code: 'number_long',
    params: { n: 'RAC-123456789012345678', k: '22' },
  },
  {
    section: '2',
    says: 'tax off with tax',
    invoice: RAC_1041,
    ctx: withProfile(US, { taxMode: 'off' }),
    code: 'tax_off',
    params: { n: 'RAC-1041', t: '13.70' },
  },
  {
    section: '6.4',
    says: 'rate not mapped, no default',
    invoice: TAXED_UK,
    ctx: UK,
    code: 'tax_unmapped',
    params: { r: 'New rate' },
  },
  {
    section: '6.4',
    says: 'no code for untaxed lines',
    invoice: { ...PLAIN, currency: 'GBP' },
    ctx: withValues(UK, { 'tax.untaxedCode': null }),
    code: 'untaxed_code',
  },
  {
    section: '6.3',
    says: 'no tips account',
    invoice: invoiceOf({ lines: [line({ amount: '10.00' })], tip: '2.00' }),
    ctx: withValues(US, { 'invoices.tipsAccount': null }),
    code: 'tip_account',
    params: { n: 'RAC-7' },
  },
  {
    section: '6.3',
    says: 'discount above the subtotal',
    invoice: invoiceOf({ lines: [line({ amount: '10.00' })], discount: { amount: '10.01' } }),
    ctx: US,
    code: 'discount_large',
    params: { n: 'RAC-7' },
  },
  {
    section: '3',
    says: 'no discounts account',
    invoice: invoiceOf({ lines: [line({ amount: '10.00' })], discount: { amount: '1.00' } }),
    ctx: withProfile(US, { defaultDiscountAccount: null }),
    code: 'account_missing',
    params: { setting: 'invoices.discountsAccount' },
  },
  {
    section: '3',
    says: 'no discounts account for a line discount',
    invoice: invoiceOf({ lines: [line({ amount: '10.00' }), line({ kind: 'discount', amount: '-1.00' })] }),
    ctx: withProfile(US, { defaultDiscountAccount: null }),
    code: 'account_missing',
    params: { setting: 'invoices.discountsAccount' },
  },
  {
    section: '3',
    says: 'no default income account',
    invoice: PLAIN,
    ctx: withValues(US, { 'items.defaultIncomeAccount': null }),
    code: 'account_missing',
    params: { setting: 'items.defaultIncomeAccount' },
  },
  {
    section: '6.5',
    says: 'our numbers, custom transaction numbers off: QuickBooks would ignore them',
    invoice: PLAIN,
    ctx: withProfile(US, { customTxnNumbers: false }),
    code: 'numbers_off',
    params: { n: 'RAC-7' },
  },
  {
    section: '6.4',
    says: 'US manual, two rates',
    invoice: TWO_RATES,
    ctx: MANUAL,
    code: 'two_rates',
    params: { n: 'RAC-7', a: 'Austin, TX', b: 'Los Angeles' },
  },
  {
    section: '6.4',
    says: 'US manual, rate not mapped, no default',
    invoice: TAXED_NEW,
    ctx: MANUAL,
    code: 'tax_unmapped',
    params: { r: 'New rate' },
  },
  {
    section: '7',
    says: 'the family "To classify" has no code for a rate nobody knows',
    invoice: {
      ...TAXED_UK,
      lines: [line({ amount: '100.00', taxable: true, taxRateId: 'tax_unknown' })],
      taxes: [{ taxRateId: 'tax_unknown', taxableAmount: '100.00', amount: '12.50' }],
    },
    ctx: withValues(UK, { 'tax.defaultCode': { id: 'to_classify', name: 'To classify' } }),
    code: 'tax_unmapped',
    params: { r: 'tax_unknown' },
  },
  {
    section: '1.5',
    says: 'closed books: the day it is posted on counts, not the day of issue',
    invoice: { ...PLAIN, balance: '0.00', paidOn: '2027-01-12' },
    ctx: withProfile(US, { bookCloseDate: '2027-01-31' }),
    options: { postedOn: { day: '2027-01-12', why: 'paid' } },
    code: 'closed_period',
    params: { doc: 'RAC-7', d: '2027-01-12', c: '2027-01-31' },
  },
];
