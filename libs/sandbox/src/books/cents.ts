/**
 * The sandbox's own exact arithmetic: money is a bigint of cents, so that Run a Call and the model of the books owe
 * nothing to the code under test.
 */
export type Cents = bigint;

const PLACES = 7;

/** A decimal string (or QuickBooks' number text, `1.5E2` too) in units of 10^-7. */
function scaled(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) throw new Error(`Not a decimal: ${text}`);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = PLACES - fraction.length + Number(exponent);
  const digits = BigInt(whole + fraction);
  if (shift < 0 && digits % 10n ** BigInt(-shift) !== 0n) throw new Error(`More than ${PLACES} decimals: ${text}`);
  const value = shift < 0 ? digits / 10n ** BigInt(-shift) : digits * 10n ** BigInt(shift);
  return sign === '-' ? -value : value;
}

/** Half up means half away from zero (events.md). */
export function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const magnitude = dividend < 0n ? -dividend : dividend;
  const rounded = (2n * magnitude + divisor) / (2n * divisor);
  return dividend < 0n ? -rounded : rounded;
}

/** `"129.50"` → 12950n. Rounds half up what is finer than a cent. */
export function cents(text: string): Cents {
  return divideHalfUp(scaled(text), 10n ** BigInt(PLACES - 2));
}

/** 12950n → `"129.50"`. */
export function money(amount: Cents): string {
  const magnitude = (amount < 0n ? -amount : amount).toString().padStart(3, '0');
  return `${amount < 0n ? '-' : ''}${magnitude.slice(0, -2)}.${magnitude.slice(-2)}`;
}

/** quantity × unit price, to the cent. */
export function lineAmount(quantity: string, unitPrice: string): Cents {
  return divideHalfUp(scaled(quantity) * scaled(unitPrice), 10n ** BigInt(2 * PLACES - 2));
}

/** `percentOf(16600n, "8.25")` → 1370n. */
export function percentOf(amount: Cents, percentage: string): Cents {
  return divideHalfUp(amount * scaled(percentage), 100n * 10n ** BigInt(PLACES));
}

/** True when the percentage of the amount is a whole number of cents: however it is rounded, it is the same. */
export function isExactPercent(amount: Cents, percentage: string): boolean {
  return (amount * scaled(percentage)) % (100n * 10n ** BigInt(PLACES)) === 0n;
}

export function sum(amounts: Iterable<Cents>): Cents {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
