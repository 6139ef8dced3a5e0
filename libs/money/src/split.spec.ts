import * as fc from 'fast-check';
import { Decimal, formatAmount, parseDecimal, sum } from './decimal';
import { splitByWeight } from './split';

const RUNS = { numRuns: 1_000 };
const cents = (min: bigint): fc.Arbitrary<Decimal> =>
  fc.bigInt(min, 10n ** 12n).map((n) => new Decimal(`${n}`).dividedBy(100));

describe('split by weight', () => {
  test.each([
    ['10.00', ['1', '1', '1'], ['3.34', '3.33', '3.33']],
    ['-10.00', ['1', '1', '1'], ['-3.34', '-3.33', '-3.33']],
    ['16.60', ['129.00', '37.00'], ['12.90', '3.70']],
    ['46.19', ['129.00', '37.00'], ['35.89', '10.30']],
    ['0.01', ['1', '2'], ['0.00', '0.01']],
    ['5.00', ['0', '0'], ['5.00', '0.00']],
    ['5.00', ['0', '3'], ['0.00', '5.00']],
  ])('%s over %j is %j', (amount, weights, parts) => {
    expect(splitByWeight(parseDecimal(amount), weights.map(parseDecimal)).map(formatAmount)).toEqual(parts);
  });

  test('parts are whole cents, add up, and are within a cent of their exact share', () => {
    fc.assert(
      fc.property(cents(-(10n ** 12n)), fc.array(cents(0n), { minLength: 1, maxLength: 12 }), (amount, weights) => {
        const parts = splitByWeight(amount, weights);
        expect(parts).toHaveLength(weights.length);
        expect(sum(parts).equals(amount)).toBe(true);
        const whole = sum(weights);
        parts.forEach((part, index) => {
          expect(part.decimalPlaces()).toBeLessThanOrEqual(2);
          if (whole.isZero()) return;
          const exact = amount.times(weights[index] ?? 0).dividedBy(whole);
          expect(part.minus(exact).abs().lt('0.01')).toBe(true);
        });
      }),
      RUNS,
    );
  });

  test('a larger weight never gets less', () => {
    fc.assert(
      fc.property(cents(0n), fc.array(cents(0n), { minLength: 2, maxLength: 8 }), (amount, weights) => {
        const sorted = [...weights].sort((a, b) => b.comparedTo(a));
        const parts = splitByWeight(amount, sorted);
        parts.forEach((part, index) => expect(part.gte(parts[index + 1] ?? part)).toBe(true));
      }),
      RUNS,
    );
  });

  test('a discount among the lines takes its negative share', () => {
    const parts = splitByWeight(parseDecimal('50'), ['100', '-20', '37'].map(parseDecimal)).map(formatAmount);
    expect(parts).toEqual(['42.74', '-8.55', '15.81']);
  });

  test('nothing to split over, or weights of less than nothing, is a bug', () => {
    expect(() => splitByWeight(parseDecimal('1'), [])).toThrow('nothing to split over');
    expect(() => splitByWeight(parseDecimal('1'), [parseDecimal('-1')])).toThrow('negative weight');
  });
});
