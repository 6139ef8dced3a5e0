import { Decimal as BaseDecimal } from 'decimal.js';
import { ExactNumber, isObject, type ExactJson, type ExactObject } from '@qbo-sync/contracts/exact-json';

/** Decimals wide enough that no amount, rate or product of the two is ever cut. */
export const Decimal = BaseDecimal.clone({ precision: 40 });
export type Decimal = BaseDecimal;

export const ZERO = new Decimal(0);

/** The number at hand, or undefined when the value is no JSON number. */
export function decimal(json: ExactJson | undefined): Decimal | undefined {
  return json instanceof ExactNumber ? new Decimal(json.source) : undefined;
}

/** The number at hand; zero when absent. */
export function decimalOrZero(json: ExactJson | undefined): Decimal {
  return decimal(json) ?? ZERO;
}

/** An amount of money as QuickBooks shows it: two decimals. */
export function amount(value: Decimal): ExactNumber {
  return new ExactNumber(value.toFixed(2));
}

/** A plain number: a rate, a counter. */
export function number(value: Decimal | number | string): ExactNumber {
  return new ExactNumber(String(value));
}

/** Cents, half up. */
export function cents(value: Decimal): Decimal {
  return value.toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
}

export function sum(values: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const value of values) total = total.plus(value);
  return total;
}

export function text(json: ExactJson | undefined): string | undefined {
  return typeof json === 'string' ? json : undefined;
}

/** The object at hand; empty when the value is none. */
export function object(json: ExactJson | undefined): ExactObject {
  return isObject(json) ? json : {};
}

/** The objects of an array; empty when the value is none. */
export function objects(json: ExactJson | undefined): ExactObject[] {
  return Array.isArray(json) ? json.filter(isObject) : [];
}

/** `{ value: "58" }` → `"58"`. */
export function refValue(json: ExactJson | undefined): string | undefined {
  return text(object(json)['value']);
}

export function ref(value: string, name?: string): ExactObject {
  return name === undefined ? { value } : { value, name };
}

/** The object without the keys whose value is undefined: QuickBooks omits empty fields (quickbooks.md §1.4). */
export function present(fields: Record<string, ExactJson | undefined>): ExactObject {
  const kept: ExactObject = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) kept[key] = value;
  return kept;
}

/** The named fields of an object that are there. */
export function pick(from: ExactObject, keys: readonly string[]): ExactObject {
  return present(Object.fromEntries(keys.map((key) => [key, from[key]])));
}
