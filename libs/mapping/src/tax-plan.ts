import type { Invoice, Line } from '@qbo-sync/contracts/runacall/invoice';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Choice, RateMapping } from '@qbo-sync/contracts/sync/settings';
import { parseDecimal } from '@qbo-sync/money/decimal';
import { type BodyObject, idTo, type MappingContext, type RefValue } from './document';
import { fallbackCode } from './tax-code-to-classify';

/**
 * How the invoice's tax is said to QuickBooks (postings.md §6.4).
 *
 *                    automated US             one code per invoice (US)   a code per line          off
 *   taxed line       TAX                      TAX                         code of its rate         –
 *   untaxed line     NON                      NON                         code for untaxed lines   –
 *   header           TxnTaxDetail.TotalTax    the code, and TotalTax      GlobalTaxCalculation     (GlobalTaxCalculation outside
 *                                                                                                  the US)
 */
export interface TaxPlan {
  /** TaxCodeRef of a line; undefined: none is sent. */
  codeOf(line: Taxed): RefValue | undefined;
  readonly untaxedCode: RefValue | undefined;
  readonly globalTaxCalculation: 'TaxExcluded' | 'NotApplicable' | undefined;
  readonly detail: BodyObject | undefined;
  readonly warnings: readonly Reason[];
}

/** The pseudo codes of US companies (quickbooks.md §9.9). */
export const TAX = idTo('TAX');
export const NON = idTo('NON');

export type Taxed = Pick<Line, 'taxable' | 'taxRateId'>;

/** The rates that charge something, in the order of the invoice. */
export const chargedRates = (invoice: Invoice): string[] =>
  invoice.taxes.filter(({ amount }) => !parseDecimal(amount).isZero()).map(({ taxRateId }) => taxRateId);

const mappingOf = (rateId: string, ctx: MappingContext): RateMapping | undefined =>
  ctx.values['tax.rates'].find((each) => each.rateId === rateId);

/** The code of a rate whose mapping a person confirmed. */
export function mappedCode(rateId: string, ctx: MappingContext): Choice | undefined {
  const mapping = mappingOf(rateId, ctx);
  return mapping?.state === 'confirmed' ? mapping.code : undefined;
}

/** The code a rate is posted under: its own, else the default. */
export function postedCode(rateId: string, ctx: MappingContext): RefValue | undefined {
  const mapped = mappedCode(rateId, ctx);
  return mapped === undefined ? fallbackCode(rateId, ctx) : idTo(mapped.id);
}

export const rateName = (rateId: string, ctx: MappingContext): string => mappingOf(rateId, ctx)?.name ?? rateId;

export const fallbackWarning = (rateId: string, ctx: MappingContext): Reason => ({
  code: 'tax_fallback',
  params: { rate: rateName(rateId, ctx) },
});
