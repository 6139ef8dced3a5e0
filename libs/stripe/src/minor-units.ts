import { Decimal } from '@qbo-sync/money/decimal';

/** Stripe's own lists (docs.stripe.com/currencies): they differ from ISO 4217, HUF, ISK and TWD have two places. */
const NO_PLACES: ReadonlySet<string> = new Set(
  'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF'.split(' '),
);
const THREE_PLACES: ReadonlySet<string> = new Set('BHD JOD KWD OMR TND'.split(' '));

/** How many places of a currency Stripe counts in: amounts are whole numbers of 10^-places. */
function placesOf(currency: string): number {
  const code = currency.toUpperCase();
  if (NO_PLACES.has(code)) return 0;
  return THREE_PLACES.has(code) ? 3 : 2;
}

/** `(17970, 'usd')` → `"179.70"`, `(500, 'jpy')` → `"500"`. Throws on what is no whole number: check it before. */
export function fromMinor(amount: number, currency: string): string {
  if (!Number.isSafeInteger(amount)) throw new Error('not a whole number of minor units');
  const places = placesOf(currency);
  const value = new Decimal(amount).dividedBy(new Decimal(10).pow(places));
  return (value.isZero() ? value.abs() : value).toFixed(places);
}
