import { UK, US, withProfile, withValues } from './context.fixtures';
import { type InvoiceCase, sale, taxed, TWO_TAXED, TWO_TAXED_LINES, uk, ukInvoice, us } from './invoice-cases.fixtures';
import { invoiceOf, line } from './invoice.fixtures';

/** One code per invoice: its codes hold one rate, two rates. */
export const MANUAL = withProfile(
  withValues(US, {
    'tax.rates': [
      ...US.values['tax.rates'],
      { rateId: 'tax_la', name: 'Los Angeles', percentage: '9.5', code: { id: '7', name: 'LA' }, state: 'confirmed' },
      { rateId: 'tax_new', name: 'New rate', percentage: '12.5', state: 'not_mapped' },
    ],
  }),
  {
    taxMode: 'manual_us',
    taxCodes: [
      { id: '5', custom: false, rate: { id: '9', percentage: '8.25' } },
      { id: '7', custom: false },
    ],
  },
);

const labour = (code: string, amount = '100.00'): string => sale(amount, 'Labour', 'item:helper.sales.79', code);
const oneRate = (rateId: string, amount: string) => ({
  lines: [line({ amount: '100.00', taxable: true, taxRateId: rateId })],
  taxes: [{ taxRateId: rateId, taxableAmount: '100.00', amount }],
});
const TAX_LINE = (amount: string, net: string): string =>
  `"TaxLine":[{"Amount":${amount},"DetailType":"TaxLineDetail","TaxLineDetail":{"TaxRateRef":{"value":"9"},` +
  `"PercentBased":true,"TaxPercent":8.25,"NetAmountTaxable":${net}}}]`;

export const INVOICE_TAX_CASES: readonly InvoiceCase[] = [
  {
    section: '6.4',
    says: 'US manual: the code, the total, and the line of the one rate it holds',
    invoice: invoiceOf({
      lines: [...TWO_TAXED, line({ amount: '34.00', name: 'Permit' })],
      taxes: [{ taxRateId: 'tax_tx', taxableAmount: '166.00', amount: '13.70' }],
    }),
    ctx: MANUAL,
    body: us(
      `${TWO_TAXED_LINES},${sale('34.00', 'Permit', 'item:helper.sales.79', 'NON')}`,
      `"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"5"},"TotalTax":13.70,${TAX_LINE('13.70', '166.00')}}`,
    ),
  },
  {
    section: '6.4',
    says: 'US manual: a code of several rates splits by itself, no tax line is sent',
    invoice: invoiceOf(oneRate('tax_la', '9.50')),
    ctx: MANUAL,
    body: us(labour('TAX'), '"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"7"},"TotalTax":9.50}'),
  },
  {
    section: '6.4',
    says: 'US manual, taxTotal 0: all NON, no header',
    invoice: invoiceOf({ lines: [line({ amount: '100.00', ...taxed })] }),
    ctx: MANUAL,
    body: us(labour('NON')),
  },
  {
    section: '6.4',
    says: 'US manual: a line whose rate charges nothing is NON',
    invoice: invoiceOf({
      lines: [line({ amount: '100.00', ...taxed }), line({ amount: '50.00', taxable: true, taxRateId: 'tax_zero' })],
      taxes: [
        { taxRateId: 'tax_tx', taxableAmount: '100.00', amount: '8.25' },
        { taxRateId: 'tax_zero', taxableAmount: '50.00', amount: '0.00' },
      ],
    }),
    ctx: MANUAL,
    body: us(
      `${labour('TAX')},${labour('NON', '50.00')}`,
      `"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"5"},"TotalTax":8.25,${TAX_LINE('8.25', '100.00')}}`,
    ),
  },
  {
    section: '6.4',
    says: 'US manual, rate not mapped: the default code, warned',
    invoice: invoiceOf(oneRate('tax_new', '12.50')),
    ctx: withValues(MANUAL, { 'tax.defaultCode': { id: '44', name: 'Unsorted' } }),
    body: us(labour('TAX'), '"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"44"},"TotalTax":12.50}'),
    warnings: ['tax_fallback'],
  },
  {
    section: '7',
    says: 'US manual, rate not mapped: the family "To classify" at its percentage',
    invoice: invoiceOf(oneRate('tax_new', '12.50')),
    ctx: withValues(MANUAL, { 'tax.defaultCode': { id: 'to_classify', name: 'To classify' } }),
    body: us(labour('TAX'), '"TxnTaxDetail":{"TxnTaxCodeRef":{"value":{"$ref":"tax-code:12.5"}},"TotalTax":12.50}'),
    warnings: ['tax_fallback'],
  },
  {
    section: '6.4',
    says: 'US manual, two rates: the code a person picked',
    invoice: invoiceOf({
      lines: [line({ amount: '100.00', ...taxed }), line({ amount: '100.00', taxable: true, taxRateId: 'tax_la' })],
      taxes: [
        { taxRateId: 'tax_tx', taxableAmount: '100.00', amount: '8.25' },
        { taxRateId: 'tax_la', taxableAmount: '100.00', amount: '9.50' },
      ],
    }),
    ctx: MANUAL,
    options: { taxCode: '5' },
    body: us(
      `${labour('TAX')},${labour('TAX')}`,
      `"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"5"},"TotalTax":17.75,${TAX_LINE('17.75', '200.00')}}`,
    ),
  },
  {
    section: '6.3',
    says: 'US manual: a discount line before tax',
    invoice: invoiceOf({
      lines: [line({ amount: '100.00', ...taxed })],
      discount: { amount: '10.00' },
      taxes: [{ taxRateId: 'tax_tx', taxableAmount: '90.00', amount: '7.43' }],
    }),
    ctx: MANUAL,
    body: us(
      `${labour('TAX')},{"Amount":10.00,"DetailType":"DiscountLineDetail","DiscountLineDetail":{"PercentBased":false,` +
        `"DiscountAccountRef":{"value":"86"}}}`,
      `"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"5"},"TotalTax":7.43,${TAX_LINE('7.43', '90.00')}}`,
      '"ApplyTaxAfterDiscount":true,',
    ),
  },
  {
    section: '6.3',
    says: 'US manual, before tax, and a tip: negative lines, or QuickBooks would spread the discount over the tip',
    invoice: invoiceOf({
      lines: [line({ amount: '100.00', ...taxed }), line({ amount: '100.00' })],
      discount: { amount: '10.00' },
      taxes: [{ taxRateId: 'tax_tx', taxableAmount: '95.00', amount: '7.84' }],
      tip: '5.00',
    }),
    ctx: MANUAL,
    body: us(
      `${labour('TAX')},${labour('NON')},${sale('-5.00', 'Discount', 'item:helper.discount.86', 'TAX')},` +
        `${sale('-5.00', 'Discount', 'item:helper.discount.86', 'NON')},${sale('5.00', 'Tip', 'item:helper.tip.95', 'NON')}`,
      `"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"5"},"TotalTax":7.84,${TAX_LINE('7.84', '95.00')}}`,
    ),
  },
  {
    section: '6.3',
    says: 'US manual: a discount line after tax, and a tip that is NON',
    invoice: invoiceOf({
      lines: [line({ amount: '100.00', ...taxed })],
      discount: { amount: '10.00' },
      taxes: [{ taxRateId: 'tax_tx', taxableAmount: '100.00', amount: '8.25' }],
      tip: '5.00',
    }),
    ctx: MANUAL,
    body: us(
      `${labour('TAX')},{"Amount":10.00,"DetailType":"DiscountLineDetail","DiscountLineDetail":{"PercentBased":false,` +
        `"DiscountAccountRef":{"value":"86"}}},${sale('5.00', 'Tip', 'item:helper.tip.95', 'NON')}`,
      `"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"5"},"TotalTax":8.25,${TAX_LINE('8.25', '100.00')}}`,
      '"ApplyTaxAfterDiscount":false,',
    ),
  },
  {
    section: '6.3',
    says: 'US manual, AllowDiscount false: negative lines per treatment',
    invoice: invoiceOf({
      lines: [line({ amount: '100.00', ...taxed }), line({ amount: '100.00' })],
      discount: { amount: '10.00' },
      taxes: [{ taxRateId: 'tax_tx', taxableAmount: '95.00', amount: '7.84' }],
    }),
    ctx: withProfile(MANUAL, { allowDiscount: false }),
    body: us(
      `${labour('TAX')},${labour('NON')},${sale('-5.00', 'Discount', 'item:helper.discount.86', 'TAX')},` +
        sale('-5.00', 'Discount', 'item:helper.discount.86', 'NON'),
      `"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"5"},"TotalTax":7.84,${TAX_LINE('7.84', '95.00')}}`,
    ),
  },
  {
    section: '6.4',
    says: "AST: the company's own rate is named beside the total",
    invoice: invoiceOf(oneRate('tax_tx', '8.25')),
    ctx: withProfile(US, { taxCodes: [{ id: '5', custom: true }] }),
    body: us(labour('TAX'), '"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"5"},"TotalTax":8.25}'),
  },
  {
    section: '7',
    says: 'AST: no invoice waits for a code of the family "To classify"',
    invoice: invoiceOf(oneRate('tax_new', '12.50')),
    ctx: withValues(US, {
      'tax.rates': MANUAL.values['tax.rates'],
      'tax.defaultCode': { id: 'to_classify', name: 'To classify' },
    }),
    body: us(labour('TAX'), '"TxnTaxDetail":{"TotalTax":12.50}'),
    warnings: ['tax_fallback'],
  },
  {
    section: '7',
    says: 'non-US, rate not mapped: the family "To classify" at its percentage',
    invoice: ukInvoice(oneRate('tax_new', '12.50')),
    ctx: withValues(UK, { 'tax.defaultCode': { id: 'to_classify', name: 'To classify' } }),
    body: uk(labour('X').replace('"TaxCodeRef":{"value":"X"}', '"TaxCodeRef":{"value":{"$ref":"tax-code:12.5"}}')),
    warnings: ['tax_fallback'],
  },
  {
    section: '1.4',
    says: 'non-US: the rounding line takes the untaxed code',
    invoice: ukInvoice({
      lines: [line({ amount: '100.00', taxable: true, taxRateId: 'tax_20' })],
      taxes: [{ taxRateId: 'tax_20', taxableAmount: '100.00', amount: '20.00' }],
    }),
    ctx: UK,
    options: { rounding: '0.01' },
    body: uk(`${labour('6')},${sale('0.01', 'Rounding', 'item:helper.rounding.79', '10')}`),
    warnings: ['rounded'],
  },
  {
    section: '1.4',
    says: 'US manual: the rounding line is NON',
    invoice: invoiceOf(oneRate('tax_tx', '8.25')),
    ctx: MANUAL,
    options: { rounding: '-0.01' },
    body: us(
      `${labour('TAX')},${sale('-0.01', 'Rounding', 'item:helper.rounding.79', 'NON')}`,
      `"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"5"},"TotalTax":8.25,${TAX_LINE('8.25', '100.00')}}`,
    ),
    warnings: ['rounded'],
  },
];
