import type { TaxRate } from '@qbo-sync/contracts/runacall/tax-rate';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Choice, RateMapping } from '@qbo-sync/contracts/sync/settings';
import { type Decimal, formatExact, parseDecimal, sum } from '@qbo-sync/money/decimal';
import { plainText } from './match-text';
import { flagAt, listAt, textAt } from './record';

/**
 * Which QuickBooks tax code a Run a Call rate could be (postings.md §12). Never by itself: a proposal is confirmed once
 * by a person.
 *
 *   suggested            name equal and Σ of its sales rates = percentage; else the only taxable code whose
 *                        percentage and number of components (where told) are equal
 *   percentage_differs   same name, but another percentage, hidden or inactive (`conflict`); or the rate changed after
 *                        a person mapped it (`confirmedAt`)
 *   not_mapped           none
 *
 * A retired rate keeps its code: old invoices are still changed and voided (§7).
 *
 *   TaxCode  {"Id":"6","Name":"20.0% S","Active":true,"Hidden":false,
 *             "SalesTaxRateList":{"TaxRateDetail":[{"TaxRateRef":{"value":"9"}}]}}
 *   TaxRate  {"Id":"9","Name":"Standard","RateValue":20,"Active":true}
 */
export function proposeRates(
  rates: readonly TaxRate[],
  taxCodes: readonly TextObject[],
  taxRates: readonly TextObject[],
  current: readonly RateMapping[],
): RateMapping[] {
  const codes = taxCodes.flatMap((record) => codeOf(record, taxRates) ?? []);
  return rates.map((rate) => {
    const mapping = current.find(({ rateId }) => rateId === rate.id);
    const kept = mapping === undefined ? undefined : keptMapping(rate, mapping);
    return kept ?? proposal(rate, codes);
  });
}

interface Code {
  readonly choice: Choice;
  readonly percentage: Decimal;
  readonly components: number;
  readonly hidden: boolean;
  readonly active: boolean;
  /** Exempt and out-of-scope codes have the same 0 % as the zero rate, but are no rate to charge. */
  readonly taxable: boolean;
}

/** The pseudo codes of US companies name no rate (quickbooks.md §9.9). */
const PSEUDO_CODES: readonly string[] = ['TAX', 'NON'];
const NUMBER = /^-?\d+(\.\d+)?$/;

function codeOf(record: TextObject, taxRates: readonly TextObject[]): Code | undefined {
  const id = textAt(record, 'Id');
  const name = textAt(record, 'Name');
  const details = listAt(record, 'SalesTaxRateList.TaxRateDetail');
  if (id === undefined || name === undefined || PSEUDO_CODES.includes(id) || details.length === 0) return undefined;
  const percentages = details.map((detail) => {
    const rateId = textAt(detail, 'TaxRateRef.value');
    const rate = taxRates.find((each) => textAt(each, 'Id') === rateId);
    const value = rate === undefined ? undefined : textAt(rate, 'RateValue');
    return value !== undefined && NUMBER.test(value) ? parseDecimal(value) : undefined;
  });
  const known = percentages.filter((each) => each !== undefined);
  if (known.length < percentages.length) return undefined;
  return {
    choice: { id, name },
    percentage: sum(known),
    components: known.length,
    hidden: flagAt(record, 'Hidden') === true,
    active: flagAt(record, 'Active') !== false,
    taxable: flagAt(record, 'Taxable') !== false,
  };
}

/** What a person confirmed stays; a rate whose percentage changed since is suspended until confirmed again. */
function keptMapping(rate: TaxRate, mapping: RateMapping): RateMapping | undefined {
  if (mapping.state !== 'confirmed' || mapping.code === undefined) return undefined;
  const same = parseDecimal(mapping.percentage).equals(parseDecimal(rate.percentage));
  const kept = { ...mapping, ...factsOf(rate) };
  return same ? kept : { ...kept, confirmedAt: mapping.confirmedAt ?? mapping.percentage, state: 'percentage_differs' };
}

function proposal(rate: TaxRate, codes: readonly Code[]): RateMapping {
  const percentage = parseDecimal(rate.percentage);
  const namesakes = codes.filter(({ choice }) => plainText(choice.name) === plainText(rate.name));
  const exact = namesakes.find((code) => isUsable(code) && code.percentage.equals(percentage));
  if (exact) return { ...factsOf(rate), code: exact.choice, state: 'suggested' };
  const [namesake] = namesakes;
  if (namesake) return conflicting(rate, namesake);
  const alikeIn = ({ components }: Code): boolean =>
    rate.components.length === 0 || rate.components.length === components;
  const [alike, ...others] = codes.filter(
    (code) => isUsable(code) && code.taxable && code.percentage.equals(percentage) && alikeIn(code),
  );
  return alike !== undefined && others.length === 0
    ? { ...factsOf(rate), code: alike.choice, state: 'suggested' }
    : { ...factsOf(rate), state: 'not_mapped' };
}

const isUsable = ({ hidden, active }: Code): boolean => active && !hidden;

function conflicting(rate: TaxRate, { choice, active, hidden, percentage }: Code): RateMapping {
  const is = !active ? 'inactive' : hidden ? 'hidden' : 'percentage';
  const conflict = { is, percentage: formatExact(percentage, 0) } as const;
  return { ...factsOf(rate), code: choice, state: 'percentage_differs', conflict };
}

const factsOf = (rate: TaxRate): Pick<RateMapping, 'rateId' | 'name' | 'percentage' | 'retired'> => ({
  rateId: rate.id,
  name: rate.name,
  percentage: rate.percentage,
  ...(rate.active ? {} : { retired: true }),
});
