import { type Decimal, formatAmount, formatExact } from './decimal';

/** A number that `JSON.stringify` prints with exactly this text (V8 ≥ 11.4; no type in the TypeScript library yet). */
export interface RawNumber {
  readonly rawJSON: string;
}

const rawJson = (JSON as unknown as { rawJSON(text: string): RawNumber }).rawJSON;

/** A quantity, price or percentage with full precision and at least `minPlaces` places: `18.5` → `18.50`. */
export function exactNumber(value: Decimal, minPlaces: number): RawNumber {
  return rawJson(formatExact(value, minPlaces));
}

/** An amount of money with exactly two places: `129` → `129.00`. */
export function amountNumber(value: Decimal): RawNumber {
  return rawJson(formatAmount(value));
}
