import * as fc from 'fast-check';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { UK, US, withProfile, withValues } from './context.fixtures';
import { isHold, type Mapped, type MappingContext } from './document';
import { generatedInvoice, money, RATES, taxOn } from './generated-invoice.fixtures';
import { toInvoice } from './invoice';
import { toPayment } from './payment';

/**
 * The books' side of the arithmetic, written again from quickbooks.md with integers alone: what QuickBooks would make of
 * a body. Numbers are read by their source text; nothing of the mapping's own code is used.
 */
const RUNS = { numRuns: 1_500 };
type Json = { [key: string]: any };
const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' ? { digits: context?.source ?? '' } : value;
const read = (mapped: Mapped): Json => {
  if (isHold(mapped)) throw new Error(`held: ${mapped.hold.code}`);
  return JSON.parse(mapped.body, reviver as (key: string, value: unknown) => unknown) as Json;
};

/** Cents of an amount, which must have exactly two places. */
function cents(number: Json): bigint {
  expect(number['digits']).toMatch(/^-?\d+\.\d\d$/);
  return BigInt(number['digits'].replace('.', ''));
}

/** Value in 10^-7, exact. */
function scaled(number: Json): bigint {
  const [whole = '0', fraction = ''] = `${number['digits']}`.replace('-', '').split('.');
  return BigInt(whole + fraction.padEnd(7, '0')) * (`${number['digits']}`.startsWith('-') ? -1n : 1n);
}

interface Sale {
  readonly amount: bigint;
  readonly item: string;
  readonly code: string;
}

function sales(body: Json): Sale[] {
  const lines: Json[] = body['Line'];
  return lines
    .filter((line) => line['DetailType'] === 'SalesItemLineDetail')
    .map((line) => {
      const detail = line['SalesItemLineDetail'];
      const amount = cents(line['Amount']);
      // 6070: Amount is Qty × UnitPrice to the cent.
      const product = scaled(detail['Qty']) * scaled(detail['UnitPrice']);
      const unit = 10n ** 12n;
      const size = product < 0n ? -product : product;
      const rounded = (2n * size + unit) / (2n * unit);
      expect(product < 0n ? -rounded : rounded).toBe(amount);
      return { amount, item: detail['ItemRef']['value']['$ref'], code: detail['TaxCodeRef']['value'] };
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
        const body = read(toInvoice(event.invoice, ctx));
        const all = sales(body);
        const discounts: Json[] = body['Line'].filter((line: Json) => line['DetailType'] === 'DiscountLineDetail');
        const discountLine = discounts.reduce((sum, line) => sum + cents(line['Amount']), 0n);
        const tax = cents(body['TxnTaxDetail']['TotalTax']);
        expect(total(all) - discountLine + tax).toBe(event.total);
        expect(tax).toBe(event.tax);
        expect(onHelper(all, 'tip')).toBe(event.tip);
        expect(discountLine - onHelper(all, 'discount')).toBe(event.discount + event.lineDiscounts);
        expect(discounts.length).toBe(ctx.profile.allowDiscount && event.discount > 0n ? 1 : 0);
        expect(all.every(({ code }) => code === 'TAX' || code === 'NON')).toBe(true);
        expect(all.some(({ code }) => code === 'TAX')).toBe(event.tax !== 0n);
        expect(body['GlobalTaxCalculation']).toBeUndefined();
      }),
      RUNS,
    );
  });

  test('a code per line', () => {
    fc.assert(
      fc.property(generatedInvoice('GBP'), (event) => {
        const body = read(toInvoice(event.invoice, PER_LINE));
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
        expect(body['GlobalTaxCalculation']).toBe('TaxExcluded');
        expect(body['TxnTaxDetail']).toBeUndefined();
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

describe('payments', () => {
  const generatedPayment: fc.Arbitrary<Payment> = fc
    .record({
      allocations: fc.array(fc.bigInt(0n, 500_000n), { maxLength: 6 }),
      rest: fc.constantFrom(0n, 0n, 1n, 12_345n),
      stripe: fc.boolean(),
    })
    .map(({ allocations, rest, stripe }) => ({
      id: 'pay_1',
      customerId: 'cus_1',
      amount: money(allocations.reduce((all, each) => all + each, 0n) + rest),
      currency: 'USD',
      collectedOn: '2026-11-20',
      method: stripe ? ('card' as const) : ('cash' as const),
      ...(stripe ? { processor: 'stripe' as const, processorChargeId: 'ch_3Q7xBkL2eZvKYlo2C4nM1aN0' } : {}),
      allocations: allocations.map((amount, index) => ({ invoiceId: `inv_${index}`, amount: money(amount) })),
      refunds: [],
      updatedAt: '2026-11-20T16:04:05Z',
    }));

  test('the lines are the allocations and never more than the payment', () => {
    fc.assert(
      fc.property(generatedPayment, (payment) => {
        const body = read(toPayment(payment, US));
        const lines: Json[] = body['Line'] ?? [];
        const applied = lines.reduce((sum, line) => sum + cents(line['Amount']), 0n);
        const allocated = payment.allocations.reduce((sum, { amount }) => sum + BigInt(amount.replace('.', '')), 0n);
        expect(cents(body['TotalAmt'])).toBe(BigInt(payment.amount.replace('.', '')));
        expect(applied).toBe(allocated);
        expect(applied <= cents(body['TotalAmt'])).toBe(true);
        expect(lines.every((line) => cents(line['Amount']) > 0n)).toBe(true);
        expect(body['DepositToAccountRef']['value']).toBe(payment.processor === 'stripe' ? '91' : '4');
        expect((body['PaymentRefNum'] ?? '').length).toBeLessThanOrEqual(21);
      }),
      RUNS,
    );
  });

  test('a payment a cent below its allocations holds', () => {
    fc.assert(
      fc.property(generatedPayment, (payment) => {
        const allocated = payment.allocations.reduce((sum, { amount }) => sum + BigInt(amount.replace('.', '')), 0n);
        fc.pre(allocated > 0n);
        expect(toPayment({ ...payment, amount: money(allocated - 1n) }, US)).toMatchObject({
          hold: { code: 'over_allocated' },
        });
      }),
      RUNS,
    );
  });
});
