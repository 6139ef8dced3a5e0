import type { TextJson, TextObject } from '@qbo-sync/contracts/exact-json';
import type { TaxCodeFacts, TaxMode } from '@qbo-sync/contracts/sync/settings';
import { flagAt, listAt, textAt } from './record';

/**
 * What an invoice's tax header has to know of the company's codes (postings.md §6.4): with one code per invoice of every
 * active one, beside automated sales tax of the company's own ones alone; outside the US of none.
 *
 *   TaxCode  {"Id":"5","TaxGroup":true,"TaxCodeConfigType":"USER_DEFINED","SalesTaxRateList":{"TaxRateDetail":[…]}}
 */
export function taxCodeFacts(
  mode: TaxMode,
  taxCodes: readonly TextObject[],
  taxRates: readonly TextObject[],
): readonly TaxCodeFacts[] {
  if (mode !== 'manual_us' && mode !== 'automated_us') return [];
  return taxCodes
    .filter((code) => flagAt(code, 'Active') !== false && flagAt(code, 'TaxGroup') !== false)
    .flatMap((code) => factsOf(code, taxRates) ?? [])
    .filter(({ custom }) => custom || mode === 'manual_us');
}

function factsOf(code: TextObject, taxRates: readonly TextObject[]): TaxCodeFacts | undefined {
  const id = textAt(code, 'Id');
  if (id === undefined) return undefined;
  const details = listAt(code, 'SalesTaxRateList.TaxRateDetail');
  const [only] = details;
  const rate = only !== undefined && details.length === 1 ? rateOf(only, taxRates) : undefined;
  const custom = textAt(code, 'TaxCodeConfigType') === 'USER_DEFINED';
  return { id, custom, ...(rate === undefined ? {} : { rate }) };
}

function rateOf(detail: TextJson, taxRates: readonly TextObject[]): TaxCodeFacts['rate'] {
  const id = textAt(detail, 'TaxRateRef.value');
  const percentage = taxRates.flatMap((rate) =>
    textAt(rate, 'Id') === id ? (textAt(rate, 'RateValue') ?? []) : [],
  )[0];
  return id === undefined || percentage === undefined ? undefined : { id, percentage };
}
