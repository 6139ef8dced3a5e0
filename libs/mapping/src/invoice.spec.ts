import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { UK, US, withIds, withProfile, withValues } from './context.fixtures';
import { isHold, type Mapped, type MappedRecord, type MappingContext } from './document';
import { toInvoice, toVoidedInvoice } from './invoice';
import { INVOICE_CASES } from './invoice-cases.fixtures';
import { INVOICE_HOLDS, PLAIN } from './invoice-holds.fixtures';
import { INVOICE_POSTING_CASES } from './invoice-posting-cases.fixtures';
import { INVOICE_TAX_CASES } from './invoice-tax-cases.fixtures';
import { IDS, invoiceOf, line, RAC_1041, RAC_1041_BODY } from './invoice.fixtures';
import { salesLine } from './invoice-line';
import { parseDecimal } from '@qbo-sync/money/decimal';
import { texts } from './text';

const record = (mapped: Mapped): MappedRecord => {
  if (isHold(mapped)) throw new Error(`held: ${mapped.hold.code}`);
  return mapped;
};
const bodyOf = (mapped: Mapped): Record<string, unknown> => JSON.parse(record(mapped).body);

describe('invoice', () => {
  test('§6.1 the example, with the ids it is sent with', () => {
    const mapped = record(toInvoice(RAC_1041, US));
    expect(withIds(mapped.body, IDS)).toBe(RAC_1041_BODY);
    expect(mapped).toMatchObject({
      resource: 'Invoice',
      how: {
        path: 'invoice',
        update: 'whole',
        always: ['Line', 'TxnTaxDetail', 'ShipAddr'],
        remove: { as: 'void', query: 'operation=void' },
      },
      find: {
        marker: { path: 'PrivateNote', text: 'Run a Call inv_1041' },
        where: [['DocNumber', 'RAC-1041']],
        agree: ['CustomerRef.value', 'TotalAmt', 'TxnDate'],
        adopt: false,
      },
      expect: { DocNumber: 'RAC-1041', TxnDate: '2026-11-20', TotalAmt: '179.70', 'TxnTaxDetail.TotalTax': '13.70' },
      warnings: [],
    });
  });

  test.each(
    [...INVOICE_CASES, ...INVOICE_TAX_CASES, ...INVOICE_POSTING_CASES].map(
      (each) => [each.section, each.says, each] as const,
    ),
  )('§%s %s', (_section, _says, { invoice, ctx, options, body, warnings }) => {
    const mapped = record(toInvoice(invoice, ctx, options));
    expect(mapped.body).toBe(body);
    expect(mapped.warnings.map(({ code }) => code)).toEqual(warnings ?? []);
    expect(mapped.expect['TotalAmt']).toBe(invoice.total);
  });

  test.each<[string, Invoice, MappingContext, Record<string, unknown>]>([
    [
      '§6.1 the internal note is not sent',
      { ...PLAIN, internalNote: 'secret' },
      US,
      { PrivateNote: 'Run a Call inv_7' },
    ],
    [
      '§6.1 ShipAddr falls back to billing',
      { ...PLAIN, billingAddress: { line1: '1 A', city: 'B', region: 'TX', postalCode: '7', country: 'US' } },
      US,
      { ShipAddr: { Line1: '1 A', City: 'B', CountrySubDivisionCode: 'TX', PostalCode: '7' } },
    ],
    [
      '§1.13 a foreign country is alpha-3',
      { ...PLAIN, serviceAddress: { line1: '1 A', city: 'B', region: 'ON', postalCode: '7', country: 'CA' } },
      US,
      {
        ShipAddr: { Line1: '1 A', City: 'B', CountrySubDivisionCode: 'ON', PostalCode: '7', Country: 'CAN' },
        BillAddr: undefined,
      },
    ],
    [
      '§1.10 CurrencyRef only with several currencies',
      PLAIN,
      withProfile(US, { multiCurrency: true }),
      { CurrencyRef: { value: 'USD' } },
    ],
    ['§1.10 none without', PLAIN, US, { CurrencyRef: undefined }],
    [
      'F §9.5 CustomerMemo cut at 1000',
      { ...PLAIN, customerMemo: 'm'.repeat(1001) },
      US,
      { CustomerMemo: { value: 'm'.repeat(1000) } },
    ],
  ])('%s', (_section, invoice, ctx, fields) => {
    const body = bodyOf(toInvoice(invoice, ctx));
    for (const [field, value] of Object.entries(fields)) expect(body[field]).toEqual(value);
  });

  test('§1.4 a rounding line: untaxed, warned, and the tax is no longer compared', () => {
    const mapped = record(toInvoice(RAC_1041, US, { rounding: '-0.01' }));
    const lines = bodyOf(mapped)['Line'] as unknown[];
    expect(lines[2]).toEqual({
      Amount: -0.01,
      DetailType: 'SalesItemLineDetail',
      Description: 'Rounding',
      SalesItemLineDetail: {
        ItemRef: { value: { $ref: 'item:helper.rounding.79' } },
        Qty: 1,
        UnitPrice: -0.01,
        TaxCodeRef: { value: 'NON' },
      },
    });
    expect(mapped.warnings).toEqual([{ code: 'rounded', params: { amount: '-0.01' } }]);
    expect(mapped.expect).toEqual({ DocNumber: 'RAC-1041', TxnDate: '2026-11-20', TotalAmt: '179.70' });
  });

  test('§5 an item that cannot be used gives way to the helper', () => {
    const body = record(toInvoice(RAC_1041, US, { itemUsable: (id) => id !== 'itm_filter' })).body;
    expect(body).toContain('{"$ref":"item:itm_ac_tune"}');
    expect(body).toContain('{"$ref":"item:helper.sales.79"}');
    expect(body).not.toContain('itm_filter');
  });

  test('§6.2 an amount that QuickBooks would not multiply to is sent as one, the quantity in the text', () => {
    const sent = salesLine(
      {
        amount: parseDecimal('100.00'),
        quantity: parseDecimal('3'),
        unitPrice: parseDecimal('33.33'),
        text: 'Hours',
        itemRef: 'item:itm_1',
        taxCode: { value: 'NON' },
      },
      texts(),
    );
    expect(JSON.stringify(sent)).toBe(
      '{"Amount":100.00,"DetailType":"SalesItemLineDetail","Description":"Hours (3 × 33.33)","SalesItemLineDetail":' +
        '{"ItemRef":{"value":{"$ref":"item:itm_1"}},"Qty":1,"UnitPrice":100.00,"TaxCodeRef":{"value":"NON"}}}',
    );
  });

  test.each(INVOICE_HOLDS.map((each) => [each.section, each.says, each] as const))(
    '§%s %s: held',
    (_section, _says, { invoice, ctx, options, code, params }) => {
      const mapped = toInvoice(invoice, ctx, options);
      expect(mapped).toMatchObject({ hold: params === undefined ? { code } : { code, params } });
    },
  );

  test('§6.4 a taxed invoice without untaxed lines needs no untaxed code', () => {
    const invoice = invoiceOf({
      currency: 'GBP',
      lines: [line({ amount: '100.00', taxable: true, taxRateId: 'tax_20' })],
      taxes: [{ taxRateId: 'tax_20', taxableAmount: '100.00', amount: '20.00' }],
    });
    expect(isHold(toInvoice(invoice, withValues(UK, { 'tax.untaxedCode': null })))).toBe(false);
    expect(toInvoice(invoice, withValues(UK, { 'tax.untaxedCode': null }), { rounding: '0.01' })).toEqual({
      hold: { code: 'untaxed_code' },
    });
  });

  test('§6.1 751 lines on a taxed invoice hold, untaxed they do not', () => {
    const many = (taxable: boolean): Invoice =>
      invoiceOf({
        lines: Array.from({ length: 751 }, () =>
          line({ amount: '1.00', ...(taxable ? { taxable, taxRateId: 'tax_tx' } : {}) }),
        ),
        taxes: taxable ? [{ taxRateId: 'tax_tx', taxableAmount: '751.00', amount: '61.96' }] : [],
      });
    expect(toInvoice(many(true), US)).toEqual({ hold: { code: 'too_many_lines', params: { n: 'RAC-7', k: '751' } } });
    expect(isHold(toInvoice(many(false), US))).toBe(false);
  });

  test('§6.5 QuickBooks’ number is sent at the create alone, and is not compared', () => {
    const mapped = record(toInvoice(RAC_1041, withValues(US, { 'invoices.numbering': 'quickbooks' })));
    expect(mapped.how.once).toEqual(['DocNumber']);
    expect(mapped.find?.where).toBeUndefined();
    expect(mapped.expect).toEqual({ TxnDate: '2026-11-20', TotalAmt: '179.70', 'TxnTaxDetail.TotalTax': '13.70' });
  });

  test('§6.8 void', () => {
    const voided = { ...PLAIN, voidedOn: '2026-11-22' };
    expect(toVoidedInvoice(voided, US)).toMatchObject({ body: '{}', expect: { TotalAmt: '0.00', Balance: '0.00' } });
    expect(toVoidedInvoice(PLAIN, US)).toEqual({ hold: { code: 'date_missing', params: { doc: 'RAC-7' } } });
    const closed = withProfile(US, { bookCloseDate: '2026-11-30' });
    expect(toVoidedInvoice(voided, closed)).toMatchObject({ hold: { code: 'closed_period' } });
    expect(isHold(toVoidedInvoice(voided, closed, '2026-12-01'))).toBe(false);
    expect(toVoidedInvoice(voided, US, '2026-12-01')).toMatchObject({ body: '{}' });
  });
});
