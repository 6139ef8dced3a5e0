import { CENT_PLACES, Decimal, ZERO, sum, toCents } from './decimal';

/**
 * Splits an amount over weights in whole cents by largest remainder: the parts add up to the amount exactly, each is
 * within one cent of its exact share, ties go to the earlier part. A weight may be negative (a discount among lines) as long as
 * all sum to more than nothing; without any weight all goes to the first part. The amount may be negative. Throws without
 * parts.
 */
export function splitByWeight(amount: Decimal, weights: readonly Decimal[]): Decimal[] {
  if (weights.length === 0) throw new Error('nothing to split over');
  const whole = sum(weights);
  if (whole.lte(0) && weights.some((weight) => !weight.isZero())) throw new Error('negative weight');
  const cents = toCents(amount).abs().times(new Decimal(10).pow(CENT_PLACES));
  const shares = whole.isZero()
    ? weights.map((_, index) => (index === 0 ? cents : ZERO))
    : weights.map((weight) => cents.times(weight).dividedBy(whole));
  const floors = shares.map((share) => share.floor());
  const left = cents.minus(sum(floors)).toNumber();
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: share.minus(share.floor()) }))
    .sort((a, b) => b.remainder.comparedTo(a.remainder) || a.index - b.index);
  const raised = new Set(byRemainder.slice(0, left).map(({ index }) => index));
  const sign = amount.isNegative() ? -1 : 1;
  return floors.map((floor, index) =>
    floor
      .plus(raised.has(index) ? 1 : 0)
      .times(sign)
      .dividedBy(new Decimal(10).pow(CENT_PLACES)),
  );
}
