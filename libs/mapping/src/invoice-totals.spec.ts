import * as fc from 'fast-check';
import type { Invoice, InvoiceTax, Line } from '@qbo-sync/contracts/runacall/invoice';
import { type Body, cents, divideHalfUp, money, RATES, readBody, scaled, share, taxOn } from './books.fixtures';
import { UK, US, withProfile, withValues } from './context.fixtures';
import type { MappingContext } from './document';
import { toInvoice } from './invoice';

const RUNS = { numRuns: 1_500 };

/**
 * Invoices that keep every rule of events.md, made with integers alone (cents; quantities in thousandths, prices in
 * ten-thousandths), so that nothing of the code under test takes part in making them.
 */
interface Generated {
  readonly invoice: Invoice;
  /** Cents. */
  readonly tax: bigint;
  readonly discount: bigint;
  readonly lineDiscounts: bigint;
  readonly tip: bigint;
  readonly total: bigint;
}

const priced = fc.record({
  kind: fc.constantFrom('service', 'material', 'equipment', 'membership', 'fee'),
  thousandths: fc.bigInt(0n, 40_000n),
  tenThousandths: fc.bigInt(0n, 99_999_999n),
  rate: fc.constantFrom(undefined, 'tax_20', 'tax_5', 'tax_8'),
  itemId: fc.constantFrom(undefined, 'itm_1', 'itm_2'),
  categoryId: fc.constantFrom(undefined, 'cat_install', 'cat_other'),
  /** A line discount behind it, in percent of its amount. */
  off: fc.constantFrom(0n, 0n, 0n, 10n, 33n, 100n),
  note: fc.boolean(),
});

const fixed = (value: bigint, places: number): string => {
  const digits = `${value}`.padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
};

const generatedInvoice = (currency: string): fc.Arbitrary<Generated> =>
  fc
    .record({
      priced: fc.array(priced, { minLength: 1, maxLength: 9 }),
      subscription: fc.boolean(),
      percentOff: fc.constantFrom(0n, 0n, 7n, 10n, 50n, 100n),
      beforeTax: fc.boolean(),
      tip: fc.bigInt(0n, 5_000n),
    })
    .map((seed) => {
      const lines: Line[] = [];
      const cents: bigint[] = [];
      const add = (line: Omit<Line, 'id' | 'amount'>, amount: bigint): void => {
        lines.push({ ...line, id: `l${lines.length}`, amount: money(amount) });
        cents.push(amount);
      };
      for (const each of seed.priced) {
        const tax = each.rate === undefined ? { taxable: false } : { taxable: true, taxRateId: each.rate };
        const amount = divideHalfUp(each.thousandths * each.tenThousandths, 100_000n);
        add(
          {
            kind: each.kind as Line['kind'],
            name: 'Line',
            quantity: fixed(each.thousandths, 3),
            unitPrice: fixed(each.tenThousandths, 4),
            ...tax,
            ...(each.itemId === undefined ? {} : { itemId: each.itemId }),
            ...(each.categoryId === undefined ? {} : { categoryId: each.categoryId }),
          },
          amount,
        );
        const off = (amount * each.off) / 100n;
        if (off > 0n) add({ kind: 'discount', name: 'Off', quantity: '1', unitPrice: money(-off), ...tax }, -off);
        if (each.note) add({ kind: 'note', name: 'Note', quantity: '1', unitPrice: '0.00', taxable: false }, 0n);
      }
      const subtotal = cents.reduce((all, each) => all + each, 0n);
      const discount = (subtotal * seed.percentOff) / 100n;
      const rates = [
        ...new Set(lines.filter(({ kind }) => kind !== 'note').map(({ taxRateId }) => taxRateId ?? 'none')),
      ];
      const bases = rates.map((rate) =>
        lines.reduce(
          (all, line, index) =>
            line.kind !== 'note' && (line.taxRateId ?? 'none') === rate ? all + (cents[index] ?? 0n) : all,
          0n,
        ),
      );
      const offs = seed.beforeTax && bases.length > 0 ? share(discount, bases) : bases.map(() => 0n);
      const taxes: InvoiceTax[] = rates.flatMap((taxRateId, index) => {
        const base = (bases[index] ?? 0n) - (offs[index] ?? 0n);
        const rate = RATES[taxRateId];
        return rate === undefined ? [] : [{ taxRateId, taxableAmount: money(base), amount: money(taxOn(base, rate)) }];
      });
      const tax = taxes.reduce((all, { amount }) => all + BigInt(amount.replace('.', '')), 0n);
      const total = subtotal - discount + tax + seed.tip;
      const invoice: Invoice = {
        id: 'inv_1',
        number: 'RAC-1',
        customerId: 'cus_1',
        currency,
        issuedOn: '2026-11-20',
        lines,
        taxes,
        subtotal: money(subtotal),
        taxTotal: money(tax),
        total: money(total),
        balance: money(total),
        ...(total === 0n ? { paidOn: '2026-11-20' } : {}),
        updatedAt: '2026-11-20T16:04:05Z',
        ...(discount === 0n ? {} : { discount: { amount: money(discount) } }),
        ...(seed.tip === 0n ? {} : { tip: money(seed.tip) }),
        ...(seed.subscription ? { membershipId: 'mem_1' } : {}),
      };
      const lineDiscounts = lines.reduce(
        (all, line, index) => (line.kind === 'discount' ? all - (cents[index] ?? 0n) : all),
        0n,
      );
      return { invoice, tax, discount, lineDiscounts, tip: seed.tip, total };
    });

interface Sale {
  readonly amount: bigint;
  readonly item: string;
  readonly code: string;
}

function sales(body: Body): Sale[] {
  return (body.Line ?? []).flatMap(({ Amount, SalesItemLineDetail: detail }) => {
    if (detail === undefined) return [];
    const amount = cents(Amount);
    // 6070: Amount is Qty × UnitPrice to the cent.
    expect(divideHalfUp(scaled(detail.Qty) * scaled(detail.UnitPrice), 10n ** 12n)).toBe(amount);
    return [{ amount, item: detail.ItemRef.value.$ref, code: detail.TaxCodeRef.value }];
  });
}

const total = (all: readonly Sale[]): bigint => all.reduce((sum, { amount }) => sum + amount, 0n);
const onHelper = (all: readonly Sale[], role: string): bigint =>
  total(all.filter(({ item }) => item.startsWith(`item:helper.${role}.`)));

const AUTOMATED = withValues(US, {
  'tax.rates': Object.keys(RATES).map((rateId) => ({
    rateId,
    name: rateId,
    percentage: '1',
    code: { id: `code_${rateId}`, name: rateId },
    state: 'confirmed' as const,
  })),
});
const PER_LINE: MappingContext = withValues(UK, { 'tax.rates': AUTOMATED.values['tax.rates'] });

describe('totals re-added from the QuickBooks body equal the event', () => {
  test.each([
    ['with discounts', AUTOMATED],
    ['without discounts', withProfile(AUTOMATED, { allowDiscount: false })],
  ])('automated US tax, a company %s', (_what, ctx) => {
    fc.assert(
      fc.property(generatedInvoice('USD'), (event) => {
        const body = readBody(toInvoice(event.invoice, ctx));
        const all = sales(body);
        const discounts = (body.Line ?? []).filter((line) => line.DetailType === 'DiscountLineDetail');
        const discountLine = discounts.reduce((sum, line) => sum + cents(line.Amount), 0n);
        const tax = cents(body.TxnTaxDetail?.TotalTax);
        expect(total(all) - discountLine + tax).toBe(event.total);
        expect(tax).toBe(event.tax);
        expect(onHelper(all, 'tip')).toBe(event.tip);
        expect(discountLine - onHelper(all, 'discount')).toBe(event.discount + event.lineDiscounts);
        expect(discounts.length).toBe(ctx.profile.allowDiscount && event.discount > 0n ? 1 : 0);
        expect(all.every(({ code }) => code === 'TAX' || code === 'NON')).toBe(true);
        expect(all.some(({ code }) => code === 'TAX')).toBe(event.tax !== 0n);
        expect(body.GlobalTaxCalculation).toBeUndefined();
      }),
      RUNS,
    );
  });

  test('one code per invoice: adds up, or is held for its two rates', () => {
    const manual = withProfile(AUTOMATED, { taxMode: 'manual_us', allowDiscount: false });
    fc.assert(
      fc.property(generatedInvoice('USD'), (event) => {
        const charged = event.invoice.taxes.filter(({ amount }) => amount !== '0.00');
        const mapped = toInvoice(event.invoice, manual);
        if (charged.length > 1) {
          expect(mapped).toMatchObject({ hold: { code: 'two_rates' } });
          return;
        }
        const body = readBody(mapped);
        const all = sales(body);
        const tax = charged.length === 0 ? 0n : cents(body.TxnTaxDetail?.TotalTax);
        expect(total(all) + tax).toBe(event.total);
        expect(tax).toBe(event.tax);
        expect(all.some(({ code }) => code === 'TAX')).toBe(event.tax !== 0n);
        expect(body.TxnTaxDetail === undefined).toBe(charged.length === 0);
      }),
      { numRuns: 500 },
    );
  });

  test('one code per invoice, the tax worked out by QuickBooks from the body: at most pennies off', () => {
    const manual = withProfile(AUTOMATED, { taxMode: 'manual_us' });
    fc.assert(
      fc.property(generatedInvoice('USD'), (event) => {
        const mapped = toInvoice(event.invoice, manual);
        if ('hold' in mapped) {
          expect(mapped).toMatchObject({ hold: { code: 'two_rates' } });
          return;
        }
        const body = readBody(mapped);
        const all = sales(body);
        const lines = total(all);
        const taxed = total(all.filter(({ code }) => code === 'TAX'));
        const discount = (body.Line ?? [])
          .filter((line) => line.DetailType === 'DiscountLineDetail')
          .reduce((sum, line) => sum + cents(line.Amount), 0n);
        // A discount line before tax is spread over every line (`ApplyTaxAfterDiscount`).
        const [charged] = event.invoice.taxes.filter(({ amount }) => amount !== '0.00');
        const rate = RATES[charged?.taxRateId ?? ''] ?? 0n;
        const [left, of] = body.ApplyTaxAfterDiscount === true && lines !== 0n ? [lines - discount, lines] : [1n, 1n];
        const tax = divideHalfUp(taxed * left * rate, of * 10_000n);
        const off = lines - discount + tax - event.total;
        expect(off >= -5n && off <= 5n).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('a code per line', () => {
    fc.assert(
      fc.property(generatedInvoice('GBP'), (event) => {
        const body = readBody(toInvoice(event.invoice, PER_LINE));
        const all = sales(body);
        const codes = [...new Set(all.map(({ code }) => code))];
        const tax = codes.reduce((sum, code) => {
          const rate = RATES[code.replace('code_', '')] ?? 0n;
          return sum + taxOn(total(all.filter((sale) => sale.code === code)), rate);
        }, 0n);
        expect(total(all) + tax).toBe(event.total);
        expect(tax).toBe(event.tax);
        expect(onHelper(all, 'tip')).toBe(event.tip);
        expect(-onHelper(all, 'discount')).toBe(event.discount + event.lineDiscounts);
        expect(body.GlobalTaxCalculation).toBe('TaxExcluded');
        expect(body.TxnTaxDetail).toBeUndefined();
        expect(codes.every((code) => code === '10' || code.startsWith('code_'))).toBe(true);
      }),
      RUNS,
    );
  });

  test('an event that is a cent off holds', () => {
    fc.assert(
      fc.property(
        generatedInvoice('USD'),
        fc.constantFrom('subtotal', 'taxTotal', 'total'),
        fc.constantFrom(1n, -1n),
        (event, field, by) => {
          const wrong = { ...event.invoice, [field]: money(BigInt(event.invoice[field].replace('.', '')) + by) };
          expect(toInvoice(wrong, AUTOMATED)).toMatchObject({ hold: { code: 'arithmetic' } });
        },
      ),
      RUNS,
    );
  });
});
