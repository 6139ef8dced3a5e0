import DecimalJs from 'decimal.js';

/**
 * Decimals for money, quantities and percentages. On the wire a decimal string (events.md), here a Decimal, never a
 * float. 80 significant digits: the longest wire decimal (15 + 7) multiplied by another stays exact.
 */
export const Decimal = DecimalJs.clone({
  precision: 80,
  rounding: DecimalJs.ROUND_HALF_UP,
  toExpNeg: -40,
  toExpPos: 60,
});
export type Decimal = DecimalJs;

/** Places of an amount of money: cents. */
export const CENT_PLACES = 2;
export const ZERO: Decimal = new Decimal(0);

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** Reads a decimal string (`"129.50"`). Throws on anything else: the wire was checked by contracts before. */
export function parseDecimal(text: string): Decimal {
  if (!DECIMAL.test(text)) throw new Error('not a decimal string');
  return new Decimal(text);
}

/** Reads an optional amount; absent is zero. */
export function parseAmount(text: string | undefined): Decimal {
  return text === undefined ? ZERO : parseDecimal(text);
}

/** Rounds to cents, half up: half away from zero (events.md). */
export function toCents(value: Decimal): Decimal {
  return value.toDecimalPlaces(CENT_PLACES, Decimal.ROUND_HALF_UP);
}

/** An amount with exactly two places, rounded half away from zero: `129.5` → `"129.50"`. Never `"-0.00"`. */
export function formatAmount(value: Decimal): string {
  const cents = toCents(value);
  return (cents.isZero() ? ZERO : cents).toFixed(CENT_PLACES);
}

/** Full precision, at least `minPlaces` places: `(18.5, 2)` → `"18.50"`, `(0.3333, 2)` → `"0.3333"`. */
export function formatExact(value: Decimal, minPlaces: number): string {
  return (value.isZero() ? ZERO : value).toFixed(Math.max(minPlaces, value.decimalPlaces()));
}

export function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((total, value) => total.plus(value), ZERO);
}

/** True when two decimal strings name the same number: `129.00` = `129`. */
export function equalByValue(left: string, right: string): boolean {
  return DECIMAL.test(left) && DECIMAL.test(right) ? new Decimal(left).equals(right) : left === right;
}
