import { readNumbersAsText, type TextJson, type TextObject } from '@qbo-sync/contracts/exact-json';
import { formatExact, parseDecimal, sum } from '@qbo-sync/money/decimal';
import type { QboAccount, QboTaxCode } from './chart';

/** Records of one page of a query's answer: `{"QueryResponse":{"Account":[…]}}`. */
export function readPage(json: string, resource: string): readonly TextObject[] {
  const answer = object(readNumbersAsText(json))?.['QueryResponse'];
  const records = object(answer)?.[resource];
  return Array.isArray(records) ? records.map(object).filter((record) => record !== undefined) : [];
}

export function accountOf(record: TextObject): QboAccount {
  const name = text(record['Name']);
  return {
    id: text(record['Id']),
    name,
    path: text(record['FullyQualifiedName']) || name,
    number: text(record['AcctNum']) || null,
    type: text(record['AccountType']),
    subType: text(record['AccountSubType']),
    currency: text(object(record['CurrencyRef'])?.['value']) || null,
    active: record['Active'] !== false,
  };
}

/** A tax code with the sum of its sales rates. */
export function taxCodeOf(record: TextObject, rates: readonly TextObject[]): QboTaxCode {
  const percentages = new Map(rates.map((rate) => [text(rate['Id']), text(rate['RateValue'])]));
  const details = object(record['SalesTaxRateList'])?.['TaxRateDetail'];
  const parts = (Array.isArray(details) ? details : [])
    .map((detail) => percentages.get(text(object(object(detail)?.['TaxRateRef'])?.['value'])))
    .filter((percentage) => percentage !== undefined)
    .filter((percentage) => percentage !== '')
    .map(parseDecimal);
  return {
    id: text(record['Id']),
    name: text(record['Name']),
    percentage: parts.length === 0 ? null : formatExact(sum(parts), 0),
    taxable: record['Taxable'] !== false,
    active: record['Active'] !== false,
  };
}

function object(json: TextJson | undefined): TextObject | undefined {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined;
}

function text(json: TextJson | undefined): string {
  return typeof json === 'string' ? json : '';
}
