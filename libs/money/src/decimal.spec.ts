import * as fc from 'fast-check';
import { equalByValue, formatAmount, formatExact, parseAmount, parseDecimal, sum, toCents, ZERO } from './decimal';

const RUNS = { numRuns: 1_000 };
/** A wire decimal: up to 15 digits before the point, up to 7 behind it. */
const wire = fc
  .tuple(fc.bigInt(-(10n ** 15n) + 1n, 10n ** 15n - 1n), fc.integer({ min: 0, max: 7 }), fc.bigInt(0n, 10n ** 7n - 1n))
  .map(([whole, places, fraction]) =>
    places === 0 ? `${whole}` : `${whole}.${`${fraction}`.padStart(7, '0').slice(0, places)}`,
  );

/** Half up, away from zero, by integers alone. */
function centsByHand(text: string): bigint {
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const scaled = BigInt(whole + fraction.padEnd(7, '0'));
  const cents = (scaled + 50_000n) / 100_000n;
  return negative ? -cents : cents;
}

function asText(cents: bigint): string {
  const digits = `${cents < 0n ? -cents : cents}`.padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

describe('decimals', () => {
  test.each([
    ['129.5', '129.50'],
    ['0.005', '0.01'],
    ['-0.005', '-0.01'],
    ['-0.004', '0.00'],
    ['1.005', '1.01'],
    ['2.675', '2.68'],
    ['999999999999999.995', '1000000000000000.00'],
  ])('%s has the cents %s', (text, cents) => {
    expect(formatAmount(parseDecimal(text))).toBe(cents);
  });

  test('rounds like integer arithmetic does, half away from zero', () => {
    fc.assert(
      fc.property(wire, (text) => {
        expect(formatAmount(parseDecimal(text))).toBe(asText(centsByHand(text)));
      }),
      RUNS,
    );
  });

  test('what is parsed is printed again with the same value and no exponent', () => {
    fc.assert(
      fc.property(wire, fc.integer({ min: 0, max: 4 }), (text, places) => {
        const printed = formatExact(parseDecimal(text), places);
        expect(printed).toMatch(/^-?\d+(\.\d+)?$/);
        expect(parseDecimal(printed).equals(parseDecimal(text))).toBe(true);
        expect((printed.split('.')[1] ?? '').length).toBeGreaterThanOrEqual(places);
        expect(equalByValue(printed, text)).toBe(true);
      }),
      RUNS,
    );
  });

  test('a product of two wire decimals is exact', () => {
    fc.assert(
      fc.property(wire, wire, (a, b) => {
        const scaled = (text: string): bigint => {
          const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
          return BigInt(whole + fraction.padEnd(7, '0')) * (text.startsWith('-') ? -1n : 1n);
        };
        const product = parseDecimal(a).times(parseDecimal(b)).times('1e14');
        expect(product.toFixed(0)).toBe(`${scaled(a) * scaled(b)}`.replace(/^-0$/, '0'));
      }),
      RUNS,
    );
  });

  test('sums in cents are exact in any order', () => {
    fc.assert(
      fc.property(fc.array(wire, { maxLength: 30 }), (all) => {
        const amounts = all.map((text) => toCents(parseDecimal(text)));
        const wanted = all.reduce((total, text) => total + centsByHand(text), 0n);
        expect(formatAmount(sum(amounts))).toBe(asText(wanted));
        expect(sum([...amounts].reverse()).equals(sum(amounts))).toBe(true);
      }),
      RUNS,
    );
  });

  test('an absent amount is zero; text that is no decimal is a bug', () => {
    expect(parseAmount(undefined)).toBe(ZERO);
    expect(() => parseDecimal('1e5')).toThrow('not a decimal string');
    expect(() => parseDecimal('')).toThrow('not a decimal string');
  });

  test('text that is no number is equal only to itself', () => {
    expect(equalByValue('RAC-1', 'RAC-1')).toBe(true);
    expect(equalByValue('RAC-1', 'RAC-01')).toBe(false);
    expect(equalByValue('129.00', '129')).toBe(true);
    expect(equalByValue('129.00', '129.01')).toBe(false);
  });
});
