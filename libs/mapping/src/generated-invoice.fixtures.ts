import * as fc from 'fast-check';
import type { Invoice, InvoiceTax, Line } from '@qbo-sync/contracts/runacall/invoice';

/**
 * Invoices that keep every rule of events.md, made with integers alone (cents; quantities in thousandths, prices in
 * ten-thousandths), so that nothing of the code under test takes part in making them.
 */
export interface Generated {
  readonly invoice: Invoice;
  /** Cents. */
  readonly tax: bigint;
  readonly discount: bigint;
  readonly lineDiscounts: bigint;
  readonly tip: bigint;
  readonly total: bigint;
}

/** Rates by id, in hundredths of a percent. */
export const RATES: Readonly<Record<string, bigint>> = { tax_20: 2_000n, tax_5: 500n, tax_8: 825n };

export const money = (cents: bigint): string => {
  const digits = `${cents < 0n ? -cents : cents}`.padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** Integer division, half away from zero. */
export function divideHalfUp(value: bigint, by: bigint): bigint {
  const half = (2n * (value < 0n ? -value : value) + by) / (2n * by);
  return value < 0n ? -half : half;
}

/** Tax of a base at a rate of {@link RATES}. */
export const taxOn = (base: bigint, rate: bigint): bigint => divideHalfUp(base * rate, 10_000n);

/** Largest remainder, ties to the earlier part. */
export function share(amount: bigint, weights: readonly bigint[]): bigint[] {
  const whole = weights.reduce((all, each) => all + each, 0n);
  if (whole === 0n) return weights.map((_weight, index) => (index === 0 ? amount : 0n));
  const parts = weights.map((weight) => (amount * weight) / whole);
  const rests = weights.map((weight, index) => ({ index, rest: (amount * weight) % whole }));
  let left = amount - parts.reduce((all, each) => all + each, 0n);
  for (const { index } of rests.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest < b.rest ? 1 : -1))) {
    if (left === 0n) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts;
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

export const generatedInvoice = (currency: string): fc.Arbitrary<Generated> =>
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
