import { isHold, type Mapped } from './document';

/**
 * The books' side of the arithmetic, written again from quickbooks.md with integers alone: nothing of the code under
 * test takes part in making an event or in re-adding a body.
 */

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

/** A number of a body by its source text. */
export interface Digits {
  readonly digits: string;
}
/** A body as it is read back; a spec names the fields it looks at. */
export interface Line {
  readonly Amount: Digits;
  readonly DetailType?: string;
  readonly SalesItemLineDetail?: {
    readonly ItemRef: { readonly value: { readonly $ref: string } };
    readonly Qty: Digits;
    readonly UnitPrice: Digits;
    readonly TaxCodeRef: { readonly value: string };
  };
}
export interface Body {
  readonly Line?: readonly Line[];
  readonly TotalAmt?: Digits;
  readonly TxnTaxDetail?: { readonly TotalTax: Digits };
  readonly GlobalTaxCalculation?: string;
  readonly ApplyTaxAfterDiscount?: boolean;
  readonly DepositToAccountRef?: { readonly value: string };
  readonly PaymentRefNum?: string;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** Reads a mapped body back, its numbers as they were written. */
export function readBody(mapped: Mapped): Body {
  if (isHold(mapped)) throw new Error(`held: ${mapped.hold.code}`);
  const digits: Reviver = (_key, value, { source }) => (typeof value === 'number' ? { digits: source } : value);
  return parse(mapped.body, digits) as Body;
}

/** Cents of an amount, which must be written with exactly two places. */
export function cents(number: Digits | undefined): bigint {
  if (number === undefined || !/^-?\d+\.\d\d$/.test(number.digits)) throw new Error('not an amount with two places');
  return BigInt(number.digits.replace('.', ''));
}

/** Value in 10^-7, exact. */
export function scaled({ digits }: Digits): bigint {
  const [whole = '0', fraction = ''] = digits.replace('-', '').split('.');
  return BigInt(whole + fraction.padEnd(7, '0')) * (digits.startsWith('-') ? -1n : 1n);
}
