import type { How } from '@qbo-sync/contracts/sync/request';
import type { Choice, ToClassifyId } from '@qbo-sync/contracts/sync/settings';
import { formatExact, parseDecimal } from '@qbo-sync/money/decimal';
import { idTo, type MappedRecord, type MappingContext, printBody, refTo, type RefValue } from './document';

/**
 * The family "To classify" (postings.md §7): one agency and one code per percentage, made when first met, so that an
 * unmapped rate is posted at its own percentage. QuickBooks lets no app delete any of them.
 *
 *   tax-agency:to-classify   POST /taxagency            {"DisplayName":"To classify"}
 *   tax-code:8.25            POST /taxservice/taxcode   {"TaxCode":"To classify 8.25%","TaxRateDetails":[…]}
 */
const FAMILY = 'To classify';
const FAMILY_ID: ToClassifyId = 'to_classify';
const AGENCY_REF = 'tax-agency:to-classify';
const CODE_REF = /^tax-code:(\d+(?:\.\d+)?)$/;

const AGENCY_HOW: How = { path: 'taxagency', update: 'changed' };
/** The tax service answers without a wrapper and names the id in its own way (quickbooks.md §9.9). */
const CODE_HOW: How = { path: 'taxservice/taxcode', wrapper: '', id: 'TaxCodeId', update: 'whole' };

/** `8.250` and `8.25` are one code. */
export const toClassifyRef = (percentage: string): string => `tax-code:${formatExact(parseDecimal(percentage), 0)}`;

/** The percentage of a ref of the family, as it stands there; undefined for any other ref. */
export const percentageOf = (ref: string): string | undefined => CODE_REF.exec(ref)?.[1];

/** The agency of a ref; undefined for any other than the family's. */
export function toTaxAgency(ref: string): MappedRecord | undefined {
  if (ref !== AGENCY_REF) return undefined;
  return {
    resource: 'TaxAgency',
    how: AGENCY_HOW,
    body: printBody({ DisplayName: FAMILY }),
    find: { where: [['DisplayName', FAMILY]], agree: ['DisplayName'], adopt: true },
    expect: {},
    warnings: [],
  };
}

/** The code of a ref of the family, of one rate of the same name. */
export function toTaxCode(ref: string): MappedRecord | undefined {
  const percentage = percentageOf(ref);
  if (percentage === undefined) return undefined;
  const name = `${FAMILY} ${percentage}%`;
  const rate = {
    TaxRateName: name,
    RateValue: percentage,
    TaxAgencyId: refTo(AGENCY_REF).value,
    TaxApplicableOn: 'Sales',
  };
  return {
    resource: 'TaxCode',
    how: CODE_HOW,
    body: printBody({ TaxCode: name, TaxRateDetails: [rate] }),
    find: { where: [['Name', name]], agree: [], adopt: true },
    expect: {},
    warnings: [],
  };
}

/**
 * The code an unmapped rate is posted under: the default a person chose, or the family's code of its percentage.
 * Undefined: there is no default, or nobody knows the rate's percentage.
 */
export function fallbackCode(rateId: string, ctx: Pick<MappingContext, 'values'>): RefValue | undefined {
  const fallback: Choice | null = ctx.values['tax.defaultCode'];
  if (fallback === null) return undefined;
  if (fallback.id !== FAMILY_ID) return idTo(fallback.id);
  const rate = ctx.values['tax.rates'].find((each) => each.rateId === rateId);
  return rate === undefined ? undefined : refTo(toClassifyRef(rate.percentage));
}
