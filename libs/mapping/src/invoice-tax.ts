import type { Invoice, Line } from '@qbo-sync/contracts/runacall/invoice';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Choice, RateMapping } from '@qbo-sync/contracts/sync/settings';
import { formatAmount, parseDecimal, sum } from '@qbo-sync/money/decimal';
import { amountNumber } from '@qbo-sync/money/print';
import { sumsOf } from './arithmetic';
import { isUnitedStates } from './country';
import { type BodyObject, hold, type Hold, idTo, type MappingContext } from './document';

/**
 * How the invoice's tax is said to QuickBooks (postings.md §6.4).
 *
 *                    automated US             a code per line              off
 *   taxed line       TAX                      code of its rate             –
 *   untaxed line     NON                      code for untaxed lines       –
 *   header           TxnTaxDetail.TotalTax    GlobalTaxCalculation         (GlobalTaxCalculation outside the US)
 */
export interface TaxPlan {
  /** TaxCodeRef of a line; undefined: none is sent. */
  codeOf(line: Taxed): string | undefined;
  readonly untaxedCode: string | undefined;
  readonly globalTaxCalculation: 'TaxExcluded' | 'NotApplicable' | undefined;
  readonly detail: BodyObject | undefined;
  readonly warnings: readonly Reason[];
}

/** The pseudo codes of US companies (quickbooks.md §9.9). */
const TAX = 'TAX';
const NON = 'NON';

type Taxed = Pick<Line, 'taxable' | 'taxRateId'>;

/**
 * True when the invoice's discount came off before tax: the taxable amounts are below the taxable lines (postings.md
 * §6.3).
 */
export function discountBeforeTax(invoice: Invoice): boolean {
  const taxable = invoice.lines.filter((line) => line.kind !== 'note' && line.taxable);
  const taxed = sum(invoice.taxes.map(({ taxableAmount }) => parseDecimal(taxableAmount)));
  return taxed.lt(sum(taxable.map(({ amount }) => parseDecimal(amount))));
}

/**
 * Plans the tax of an invoice that adds up. `extraUntaxed`: a line beyond the invoice's own is untaxed (rounding).
 * Holds: rule_missing (one code per invoice), tax_off, tax_unmapped, untaxed_code.
 */
export function planTax(invoice: Invoice, ctx: MappingContext, extraUntaxed: boolean): TaxPlan | Hold {
  switch (ctx.profile.taxMode) {
    case 'automated_us':
      return automatedTax(invoice, ctx);
    case 'per_line':
      return taxPerLine(invoice, ctx, extraUntaxed);
    case 'manual_us':
      return hold('rule_missing', { rule: 'one tax code per invoice' });
    case 'off':
      return noTax(invoice, ctx);
  }
}

function noTax(invoice: Invoice, ctx: MappingContext): TaxPlan | Hold {
  const tax = parseDecimal(invoice.taxTotal);
  if (!tax.isZero()) return hold('tax_off', { n: invoice.number, t: formatAmount(tax) });
  return {
    codeOf: () => undefined,
    untaxedCode: undefined,
    globalTaxCalculation: isUnitedStates(ctx.profile.country) ? undefined : 'NotApplicable',
    detail: undefined,
    warnings: [],
  };
}

function automatedTax(invoice: Invoice, ctx: MappingContext): TaxPlan {
  const tax = parseDecimal(invoice.taxTotal);
  const charged = chargedRates(invoice);
  const unmapped = charged.filter((rateId) => mappedCode(rateId, ctx) === undefined);
  const fallback = unmapped.length > 0 ? ctx.values['tax.defaultCode'] : null;
  const split: Reason[] = charged.length > 1 ? [{ code: 'tax_split' }] : [];
  return {
    codeOf: (line) => (isTaxed(line, invoice) ? TAX : NON),
    untaxedCode: NON,
    globalTaxCalculation: undefined,
    detail: {
      TxnTaxCodeRef: fallback === null ? undefined : idTo(fallback.id),
      TotalTax: amountNumber(tax),
    },
    warnings: [...unmapped.map((rateId) => fallbackWarning(rateId, ctx)), ...split],
  };
}

function taxPerLine(invoice: Invoice, ctx: MappingContext, extraUntaxed: boolean): TaxPlan | Hold {
  const priced = invoice.lines.filter((line) => line.kind !== 'note');
  const rates = new Set(priced.filter((line) => isTaxed(line, invoice)).map((line) => line.taxRateId ?? ''));
  const unmapped = [...rates].filter((rateId) => mappedCode(rateId, ctx) === undefined);
  const [missing] = unmapped;
  const fallback = ctx.values['tax.defaultCode'];
  if (missing !== undefined && fallback === null) return hold('tax_unmapped', { r: rateName(missing, ctx) });
  const { discount, tip } = sumsOf(invoice);
  const needsUntaxed =
    extraUntaxed ||
    priced.some((line) => !isTaxed(line, invoice)) ||
    tip.gt(0) ||
    (discount.gt(0) && !discountBeforeTax(invoice));
  const untaxed = ctx.values['tax.untaxedCode'];
  if (needsUntaxed && untaxed === null) return hold('untaxed_code');
  return {
    codeOf: (line) => (isTaxed(line, invoice) ? (mappedCode(line.taxRateId ?? '', ctx) ?? fallback)?.id : untaxed?.id),
    untaxedCode: untaxed?.id,
    globalTaxCalculation: 'TaxExcluded',
    detail: undefined,
    warnings: unmapped.map((rateId) => fallbackWarning(rateId, ctx)),
  };
}

/** Without any tax on the invoice every line is sent untaxed. */
const isTaxed = (line: Taxed, invoice: Invoice): boolean =>
  line.taxable && line.taxRateId !== undefined && !parseDecimal(invoice.taxTotal).isZero();

const chargedRates = (invoice: Invoice): string[] =>
  invoice.taxes.filter(({ amount }) => !parseDecimal(amount).isZero()).map(({ taxRateId }) => taxRateId);

const mappingOf = (rateId: string, ctx: MappingContext): RateMapping | undefined =>
  ctx.values['tax.rates'].find((each) => each.rateId === rateId);

/** The code of a rate whose mapping a person confirmed. */
function mappedCode(rateId: string, ctx: MappingContext): Choice | undefined {
  const mapping = mappingOf(rateId, ctx);
  return mapping?.state === 'confirmed' ? mapping.code : undefined;
}

const rateName = (rateId: string, ctx: MappingContext): string => mappingOf(rateId, ctx)?.name ?? rateId;

const fallbackWarning = (rateId: string, ctx: MappingContext): Reason => ({
  code: 'tax_fallback',
  params: { rate: rateName(rateId, ctx) },
});
