import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { json, UK, US, withProfile, withValues } from './context.fixtures';
import type { MappingContext } from './document';
import type { InvoiceOptions } from './invoice';
import { DISCOUNT_LINE, invoiceOf, line } from './invoice.fixtures';

/** One row of the table: what Run a Call says → the exact body. `section` is that of postings.md. */
export interface InvoiceCase {
  readonly section: string;
  readonly says: string;
  readonly invoice: Invoice;
  readonly ctx: MappingContext;
  readonly options?: InvoiceOptions;
  /** The whole body, to the character. */
  readonly body: string;
  readonly warnings?: readonly string[];
}

export const HEAD =
  '{"DocNumber":"RAC-7","CustomerRef":{"value":{"$ref":"customer:cus_88"}},"TxnDate":"2026-11-20",' +
  '"EmailStatus":"NotSet","AllowOnlineCreditCardPayment":false,"AllowOnlineACHPayment":false,"PrivateNote":"Run a Call inv_7",';

export const us = (lines: string, tail = '', before = '', head = HEAD): string =>
  json(`${head}${before}"Line":[${lines}]${tail === '' ? '' : ','}${tail}}`);
export const uk = (lines: string): string => json(`${HEAD}"GlobalTaxCalculation":"TaxExcluded","Line":[${lines}]}`);

export const taxed = { taxable: true, taxRateId: 'tax_tx' } as const;
export const sale = (amount: string, text: string, ref: string, code: string, qty = '1', price = amount): string =>
  `{"Amount":${amount},"DetailType":"SalesItemLineDetail","Description":"${text}","SalesItemLineDetail":` +
  `{"ItemRef":{"value":{"$ref":"${ref}"}},"Qty":${qty},"UnitPrice":${price},"TaxCodeRef":{"value":"${code}"}}}`;

export const TWO_TAXED = [
  line({ amount: '129.00', name: 'AC tune-up', itemId: 'itm_ac_tune', ...taxed }),
  line({ amount: '37.00', name: 'Filter 16x25', itemId: 'itm_filter', quantity: '2', unitPrice: '18.50', ...taxed }),
];
export const TWO_TAXED_LINES =
  sale('129.00', 'AC tune-up', 'item:itm_ac_tune', 'TAX') +
  ',' +
  sale('37.00', 'Filter 16x25', 'item:itm_filter', 'TAX', '2', '18.50');

const standard = { taxable: true, taxRateId: 'tax_20' } as const;
const reduced = { taxable: true, taxRateId: 'tax_5' } as const;
export const ukInvoice = (change: Parameters<typeof invoiceOf>[0]): Invoice =>
  invoiceOf({ currency: 'GBP', ...change });

export const INVOICE_CASES: readonly InvoiceCase[] = [
  {
    section: '6.2',
    says: '1 note',
    invoice: invoiceOf({
      lines: [
        line({ amount: '10.00' }),
        line({ kind: 'note', amount: '0.00', name: 'Second floor', description: 'Ring twice' }),
      ],
    }),
    ctx: US,
    body: us(
      sale('10.00', 'Labour', 'item:helper.sales.79', 'NON') +
        ',{"DetailType":"DescriptionOnly","Description":"Second floor\\nRing twice","DescriptionLineDetail":{}}',
      '"TxnTaxDetail":{"TotalTax":0.00}',
    ),
  },
  {
    section: '6.2',
    says: '2 membership kind: its own item, else the helper',
    invoice: invoiceOf({
      lines: [
        line({ kind: 'membership', amount: '19.00', name: 'Gold plan', itemId: 'itm_gold' }),
        line({ kind: 'membership', amount: '29.00', name: 'Extra unit' }),
      ],
    }),
    ctx: US,
    body: us(
      sale('19.00', 'Gold plan', 'item:itm_gold', 'NON') +
        ',' +
        sale('29.00', 'Extra unit', 'item:helper.membership.83', 'NON'),
      '"TxnTaxDetail":{"TotalTax":0.00}',
    ),
  },
  {
    section: '6.2',
    says: '2 subscription invoice: every priced line',
    invoice: invoiceOf({
      membershipId: 'mem_1',
      lines: [line({ amount: '19.00', name: 'Monthly visit', itemId: 'itm_visit' })],
    }),
    ctx: US,
    body: us(sale('19.00', 'Monthly visit', 'item:helper.membership.83', 'NON'), '"TxnTaxDetail":{"TotalTax":0.00}'),
  },
  {
    section: '6.2',
    says: '2 subscription invoice: an item whose own account is the memberships account',
    invoice: invoiceOf({
      membershipId: 'mem_1',
      lines: [line({ amount: '19.00', name: 'Monthly visit', itemId: 'itm_visit' })],
    }),
    ctx: withValues(US, { 'invoices.membershipAccount': null }),
    body: us(sale('19.00', 'Monthly visit', 'item:itm_visit', 'NON'), '"TxnTaxDetail":{"TotalTax":0.00}'),
  },
  {
    section: '6.2',
    says: "2 a member's job is no subscription",
    invoice: invoiceOf({
      membershipId: 'mem_1',
      jobId: 'job_1',
      lines: [line({ amount: '19.00', name: 'Visit', itemId: 'itm_visit' })],
    }),
    ctx: US,
    body: us(sale('19.00', 'Visit', 'item:itm_visit', 'NON'), '"TxnTaxDetail":{"TotalTax":0.00}'),
  },
  {
    section: '6.2',
    says: "4 no item: the category's account, else the default",
    invoice: invoiceOf({
      lines: [
        line({ amount: '1.00', categoryId: 'cat_install' }),
        line({ amount: '2.00', categoryId: 'cat_maint' }),
        line({ amount: '3.00' }),
      ],
    }),
    ctx: US,
    body: us(
      sale('1.00', 'Labour', 'item:helper.sales.82', 'NON') +
        ',' +
        sale('2.00', 'Labour', 'item:helper.sales.79', 'NON') +
        ',' +
        sale('3.00', 'Labour', 'item:helper.sales.79', 'NON'),
      '"TxnTaxDetail":{"TotalTax":0.00}',
    ),
  },
  {
    section: '4',
    says: 'items switched off: the helper stands in',
    invoice: invoiceOf({ lines: [line({ amount: '1.00', itemId: 'itm_visit', categoryId: 'cat_install' })] }),
    ctx: withValues(US, { 'items.push': false }),
    body: us(sale('1.00', 'Labour', 'item:helper.sales.82', 'NON'), '"TxnTaxDetail":{"TotalTax":0.00}'),
  },
  {
    section: '6.3',
    says: 'line discount',
    invoice: invoiceOf({
      lines: [
        line({ amount: '100.00', ...taxed }),
        line({ kind: 'discount', amount: '-10.00', name: 'Loyalty', ...taxed }),
        line({ kind: 'discount', amount: '-5.00', name: 'Goodwill' }),
      ],
      taxes: [{ taxRateId: 'tax_tx', taxableAmount: '90.00', amount: '7.43' }],
    }),
    ctx: US,
    body: us(
      sale('100.00', 'Labour', 'item:helper.sales.79', 'TAX') +
        ',' +
        sale('-10.00', 'Loyalty', 'item:helper.discount.86', 'TAX') +
        ',' +
        sale('-5.00', 'Goodwill', 'item:helper.discount.86', 'NON'),
      '"TxnTaxDetail":{"TotalTax":7.43}',
    ),
  },
  {
    section: '6.3',
    says: 'invoice discount, US, before tax',
    invoice: invoiceOf({
      lines: TWO_TAXED,
      discount: { amount: '16.60', description: 'Neighbour discount' },
      taxes: [{ taxRateId: 'tax_tx', taxableAmount: '149.40', amount: '12.33' }],
    }),
    ctx: US,
    body: us(
      `${TWO_TAXED_LINES},${DISCOUNT_LINE}`,
      '"TxnTaxDetail":{"TotalTax":12.33}',
      '"ApplyTaxAfterDiscount":true,',
    ),
  },
  {
    section: '6.3',
    says: 'invoice discount, US, after tax',
    invoice: invoiceOf({
      lines: TWO_TAXED,
      discount: { amount: '16.60', description: 'Neighbour discount' },
      taxes: [{ taxRateId: 'tax_tx', taxableAmount: '166.00', amount: '13.70' }],
    }),
    ctx: US,
    body: us(
      `${TWO_TAXED_LINES},${DISCOUNT_LINE}`,
      '"TxnTaxDetail":{"TotalTax":13.70}',
      '"ApplyTaxAfterDiscount":false,',
    ),
  },
  {
    section: '6.3',
    says: 'invoice discount, US, AllowDiscount false: negative lines per treatment',
    invoice: invoiceOf({
      lines: [...TWO_TAXED, line({ amount: '34.00', name: 'Permit' })],
      discount: { amount: '20.00' },
      taxes: [{ taxRateId: 'tax_tx', taxableAmount: '149.40', amount: '12.33' }],
    }),
    ctx: withProfile(US, { allowDiscount: false }),
    body: us(
      `${TWO_TAXED_LINES},${sale('34.00', 'Permit', 'item:helper.sales.79', 'NON')},` +
        `${sale('-16.60', 'Discount', 'item:helper.discount.86', 'TAX')},${sale('-3.40', 'Discount', 'item:helper.discount.86', 'NON')}`,
      '"TxnTaxDetail":{"TotalTax":12.33}',
    ),
  },
  {
    section: '6.3',
    says: 'invoice discount, non-US: split by code, largest remainder',
    invoice: ukInvoice({
      lines: [
        line({ amount: '100.00', ...standard }),
        line({ amount: '100.00', ...reduced }),
        line({ amount: '100.00' }),
      ],
      discount: { amount: '10.00', description: 'Ten off' },
      taxes: [
        { taxRateId: 'tax_20', taxableAmount: '96.66', amount: '19.33' },
        { taxRateId: 'tax_5', taxableAmount: '96.67', amount: '4.83' },
      ],
    }),
    ctx: UK,
    body: uk(
      ['6', '7', '10'].map((code) => sale('100.00', 'Labour', 'item:helper.sales.79', code)).join(',') +
        `,${sale('-3.34', 'Ten off', 'item:helper.discount.86', '6')},${sale('-3.33', 'Ten off', 'item:helper.discount.86', '7')},` +
        sale('-3.33', 'Ten off', 'item:helper.discount.86', '10'),
    ),
  },
  {
    section: '6.3',
    says: 'invoice discount, non-US, after tax: one untaxed line',
    invoice: ukInvoice({
      lines: [line({ amount: '100.00', ...standard })],
      discount: { amount: '10.00' },
      taxes: [{ taxRateId: 'tax_20', taxableAmount: '100.00', amount: '20.00' }],
    }),
    ctx: UK,
    body: uk(
      sale('100.00', 'Labour', 'item:helper.sales.79', '6') +
        ',' +
        sale('-10.00', 'Discount', 'item:helper.discount.86', '10'),
    ),
  },
  {
    section: '6.3',
    says: 'tip, US',
    invoice: invoiceOf({ lines: [line({ amount: '10.00' })], tip: '5.00' }),
    ctx: US,
    body: us(
      sale('10.00', 'Labour', 'item:helper.sales.79', 'NON') + ',' + sale('5.00', 'Tip', 'item:helper.tip.95', 'NON'),
      '"TxnTaxDetail":{"TotalTax":0.00}',
    ),
  },
  {
    section: '6.3',
    says: 'tip, non-US',
    invoice: ukInvoice({
      lines: [line({ amount: '10.00', ...standard })],
      tip: '5.00',
      taxes: [{ taxRateId: 'tax_20', taxableAmount: '10.00', amount: '2.00' }],
    }),
    ctx: UK,
    body: uk(
      sale('10.00', 'Labour', 'item:helper.sales.79', '6') + ',' + sale('5.00', 'Tip', 'item:helper.tip.95', '10'),
    ),
  },
  {
    section: '6.4',
    says: 'AST, rate not mapped, no default: post and warn',
    invoice: invoiceOf({
      lines: [line({ amount: '100.00', taxable: true, taxRateId: 'tax_new' })],
      taxes: [{ taxRateId: 'tax_new', taxableAmount: '100.00', amount: '8.00' }],
    }),
    ctx: US,
    body: us(sale('100.00', 'Labour', 'item:helper.sales.79', 'TAX'), '"TxnTaxDetail":{"TotalTax":8.00}'),
    warnings: ['tax_fallback'],
  },
  {
    section: '6.4',
    says: 'AST, rate not mapped, default code',
    invoice: invoiceOf({
      lines: [line({ amount: '100.00', taxable: true, taxRateId: 'tax_new' })],
      taxes: [{ taxRateId: 'tax_new', taxableAmount: '100.00', amount: '8.00' }],
    }),
    ctx: withValues(US, { 'tax.defaultCode': { id: '44', name: 'To classify 8%' } }),
    body: us(
      sale('100.00', 'Labour', 'item:helper.sales.79', 'TAX'),
      '"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"44"},"TotalTax":8.00}',
    ),
    warnings: ['tax_fallback'],
  },
  {
    section: '6.4',
    says: 'AST, two rates: fine, warned',
    invoice: invoiceOf({
      lines: [line({ amount: '100.00', ...taxed }), line({ amount: '50.00', taxable: true, taxRateId: 'tax_new' })],
      taxes: [
        { taxRateId: 'tax_tx', taxableAmount: '100.00', amount: '8.25' },
        { taxRateId: 'tax_new', taxableAmount: '50.00', amount: '4.00' },
      ],
    }),
    ctx: US,
    body: us(
      sale('100.00', 'Labour', 'item:helper.sales.79', 'TAX') +
        ',' +
        sale('50.00', 'Labour', 'item:helper.sales.79', 'TAX'),
      '"TxnTaxDetail":{"TotalTax":12.25}',
    ),
    warnings: ['tax_fallback', 'tax_split'],
  },
  {
    section: '6.4',
    says: 'taxTotal 0 in AST: all lines NON',
    invoice: invoiceOf({
      lines: [line({ amount: '100.00', ...taxed })],
      taxes: [{ taxRateId: 'tax_tx', taxableAmount: '100.00', amount: '0.00' }],
    }),
    ctx: US,
    body: us(sale('100.00', 'Labour', 'item:helper.sales.79', 'NON'), '"TxnTaxDetail":{"TotalTax":0.00}'),
  },
  {
    section: '6.4',
    says: 'taxTotal 0 outside the US: the untaxed code',
    invoice: ukInvoice({ lines: [line({ amount: '100.00', ...standard })] }),
    ctx: UK,
    body: uk(sale('100.00', 'Labour', 'item:helper.sales.79', '10')),
  },
  {
    section: '6.4',
    says: 'non-US, two rates and an untaxed line',
    invoice: ukInvoice({
      lines: [line({ amount: '100.00', ...standard }), line({ amount: '50.00', ...reduced }), line({ amount: '7.00' })],
      taxes: [
        { taxRateId: 'tax_20', taxableAmount: '100.00', amount: '20.00' },
        { taxRateId: 'tax_5', taxableAmount: '50.00', amount: '2.50' },
      ],
    }),
    ctx: UK,
    body: uk(
      sale('100.00', 'Labour', 'item:helper.sales.79', '6') +
        ',' +
        sale('50.00', 'Labour', 'item:helper.sales.79', '7') +
        ',' +
        sale('7.00', 'Labour', 'item:helper.sales.79', '10'),
    ),
  },
  {
    section: '6.4',
    says: 'non-US, rate not confirmed: the default code, warned',
    invoice: ukInvoice({
      lines: [line({ amount: '100.00', taxable: true, taxRateId: 'tax_new' })],
      taxes: [{ taxRateId: 'tax_new', taxableAmount: '100.00', amount: '12.50' }],
    }),
    ctx: withValues(UK, { 'tax.defaultCode': { id: '44', name: 'To classify 12.5%' } }),
    body: uk(sale('100.00', 'Labour', 'item:helper.sales.79', '44')),
    warnings: ['tax_fallback'],
  },
  {
    section: '2',
    says: 'tax off, untaxed invoice, US',
    invoice: invoiceOf({ lines: [line({ amount: '10.00' })] }),
    ctx: withProfile(US, { taxMode: 'off' }),
    body: json(`${HEAD}"Line":[{"Amount":10.00,"DetailType":"SalesItemLineDetail","Description":"Labour",
      "SalesItemLineDetail":{"ItemRef":{"value":{"$ref":"item:helper.sales.79"}},"Qty":1,"UnitPrice":10.00}}]}`),
  },
  {
    section: '2',
    says: 'tax off, untaxed invoice, outside the US',
    invoice: ukInvoice({ lines: [line({ amount: '10.00' })] }),
    ctx: withProfile(UK, { taxMode: 'off' }),
    body: json(`${HEAD}"GlobalTaxCalculation":"NotApplicable","Line":[{"Amount":10.00,"DetailType":"SalesItemLineDetail","Description":"Labour",
      "SalesItemLineDetail":{"ItemRef":{"value":{"$ref":"item:helper.sales.79"}},"Qty":1,"UnitPrice":10.00}}]}`),
  },
  {
    section: '6.1',
    says: 'exact quantities and prices',
    invoice: invoiceOf({ lines: [line({ amount: '4.11', quantity: '0.333', unitPrice: '12.3456' })] }),
    ctx: US,
    body: us(
      sale('4.11', 'Labour', 'item:helper.sales.79', 'NON', '0.333', '12.3456'),
      '"TxnTaxDetail":{"TotalTax":0.00}',
    ),
  },
];
