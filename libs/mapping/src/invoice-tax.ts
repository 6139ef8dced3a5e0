import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { Reason } from '@qbo-sync/contracts/reasons';
import { formatAmount, parseDecimal, sum } from '@qbo-sync/money/decimal';
import { amountNumber } from '@qbo-sync/money/print';
import { sumsOf } from './arithmetic';
import { isUnitedStates } from './country';
import { hold, type Hold, idTo, type MappingContext, type RefValue } from './document';
import { planCodePerInvoice } from './invoice-tax-code';
import { fallbackCode } from './tax-code-to-classify';
import {
  chargedRates,
  fallbackWarning,
  mappedCode,
  NON,
  postedCode,
  rateName,
  TAX,
  type Taxed,
  type TaxPlan,
} from './tax-plan';

export interface TaxOptions {
  /** A line beyond the invoice's own is untaxed (rounding). */
  readonly extraUntaxed: boolean;
  /** QuickBooks id of the code that a person picked for all tax of an invoice with several rates. */
  readonly picked?: string | undefined;
}

/**
 * True when the invoice's discount came off before tax: the taxable amounts are below the taxable lines (postings.md
 * §6.3).
 */
export function discountBeforeTax(invoice: Invoice): boolean {
  const taxable = invoice.lines.filter((line) => line.kind !== 'note' && line.taxable);
  const taxed = sum(invoice.taxes.map(({ taxableAmount }) => parseDecimal(taxableAmount)));
  return taxed.lt(sum(taxable.map(({ amount }) => parseDecimal(amount))));
}

/** Plans the tax of an invoice that adds up. Holds: tax_off, tax_unmapped, two_rates, untaxed_code. */
export function planTax(invoice: Invoice, ctx: MappingContext, options: TaxOptions): TaxPlan | Hold {
  switch (ctx.profile.taxMode) {
    case 'automated_us':
      return automatedTax(invoice, ctx);
    case 'per_line':
      return taxPerLine(invoice, ctx, options.extraUntaxed);
    case 'manual_us':
      return planCodePerInvoice(invoice, ctx, options.picked);
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
  const charged = chargedRates(invoice);
  const unmapped = charged.filter((rateId) => mappedCode(rateId, ctx) === undefined);
  const split: Reason[] = charged.length > 1 ? [{ code: 'tax_split' }] : [];
  return {
    codeOf: (line) => (isTaxed(line, invoice) ? TAX : NON),
    untaxedCode: NON,
    globalTaxCalculation: undefined,
    detail: {
      TxnTaxCodeRef: namedBesideAutomated(charged, unmapped, ctx),
      TotalTax: amountNumber(parseDecimal(invoice.taxTotal)),
    },
    warnings: [...unmapped.map((rateId) => fallbackWarning(rateId, ctx)), ...split],
  };
}

/**
 * QuickBooks takes our amount whatever the code: named is only a chosen default, or the one code of the company's own rate.
 * A code of the family "To classify" may be refused there, and no invoice shall wait for it (postings.md §7).
 */
function namedBesideAutomated(
  charged: readonly string[],
  unmapped: readonly string[],
  ctx: MappingContext,
): RefValue | undefined {
  const [rateId, ...others] = charged;
  const [missing] = unmapped;
  if (missing !== undefined) {
    const fallback = fallbackCode(missing, ctx);
    return typeof fallback?.value === 'string' ? fallback : undefined;
  }
  const code = rateId === undefined || others.length > 0 ? undefined : mappedCode(rateId, ctx);
  const isOwn = ctx.profile.taxCodes?.some(({ id, custom }) => custom && id === code?.id) === true;
  return code !== undefined && isOwn ? idTo(code.id) : undefined;
}

function taxPerLine(invoice: Invoice, ctx: MappingContext, extraUntaxed: boolean): TaxPlan | Hold {
  const priced = invoice.lines.filter((line) => line.kind !== 'note');
  const rates = new Set(priced.filter((line) => isTaxed(line, invoice)).map((line) => line.taxRateId ?? ''));
  const unmapped = [...rates].filter((rateId) => mappedCode(rateId, ctx) === undefined);
  const missing = unmapped.find((rateId) => fallbackCode(rateId, ctx) === undefined);
  if (missing !== undefined) return hold('tax_unmapped', { r: rateName(missing, ctx) });
  const { discount, tip } = sumsOf(invoice);
  const needsUntaxed =
    extraUntaxed ||
    priced.some((line) => !isTaxed(line, invoice)) ||
    tip.gt(0) ||
    (discount.gt(0) && !discountBeforeTax(invoice));
  const untaxed = ctx.values['tax.untaxedCode'];
  if (needsUntaxed && untaxed === null) return hold('untaxed_code');
  const untaxedCode = untaxed === null ? undefined : idTo(untaxed.id);
  return {
    codeOf: (line) => (isTaxed(line, invoice) ? postedCode(line.taxRateId ?? '', ctx) : untaxedCode),
    untaxedCode,
    globalTaxCalculation: 'TaxExcluded',
    detail: undefined,
    warnings: unmapped.map((rateId) => fallbackWarning(rateId, ctx)),
  };
}

/** Without any tax on the invoice every line is sent untaxed. */
const isTaxed = (line: Taxed, invoice: Invoice): boolean =>
  line.taxable && line.taxRateId !== undefined && !parseDecimal(invoice.taxTotal).isZero();
