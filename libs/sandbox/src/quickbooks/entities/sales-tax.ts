import type { ExactJson, ExactObject } from '@qbo-sync/contracts/exact-json';
import type { TaxMode } from '../company';
import type { Draft } from '../draft';
import { amount, cents, Decimal, decimal, object, refValue, sum, text, ZERO } from '../exact';
import { isActive } from '../name-list';
import { refuse, refuseReference } from '../refusal';
import { ignored, number, one, ref as refKind, type Shape } from '../shape';
import type { SalesLines, SalesLine } from './sales-lines';
import { salesRates, taxOf, type Tax } from './tax-rates';
import { perLineTax } from './vat';

const MOST_TAXED_LINES = 750;

const TAX_DETAIL_SHAPE: Shape = {
  TxnTaxCodeRef: refKind,
  TotalTax: number,
  UseAutomatedSalesTax: ignored,
  TaxReviewStatus: ignored,
  TaxLine: ignored,
};
export const TAX_DETAIL = one(TAX_DETAIL_SHAPE);

/** The tax mode as the company's own records say it (postings read the same fields, quickbooks.md §9.9, §14.10). */
export function taxMode(draft: Draft): TaxMode {
  const prefs = object(object(draft.all('Preferences')[0])['TaxPrefs']);
  if (prefs['UsingSalesTax'] !== true || prefs['PartnerTaxEnabled'] === false) return 'off';
  if (draft.company.profile.country !== 'US') return 'per-line';
  return prefs['PartnerTaxEnabled'] === true ? 'automated' : 'us-manual';
}

/**
 * The tax of one sales form (quickbooks.md §9.9).
 *
 *   off        what was sent about tax is dropped
 *   automated  lines TAX or NON; `TotalTax` as sent, else worked out from the ship-to state, line by line and rate by rate
 *   us-manual  lines TAX or NON; the rates of `TxnTaxCodeRef`
 *   per-line   every line a real code; summed per rate, then rounded half up
 */
export function computeTax(
  draft: Draft,
  lines: SalesLines,
  document: { wanted: ExactObject; input: ExactObject; customer: ExactObject; update: boolean },
): Tax {
  const mode = taxMode(draft);
  const none: Tax = { total: ZERO, detail: undefined, payable: [], net: lines.sales.map((line) => line.amount) };
  if (mode === 'off') return none;
  if (mode === 'per-line') return perLineTax(draft, lines, document, none);
  const taxed = lines.sales.filter((line) => isTaxed(line));
  if (taxed.length > MOST_TAXED_LINES) refuse('6000', 'A taxable transaction can have at most 750 lines.', 'Line');
  const detail = object(document.input['TxnTaxDetail']);
  if (mode === 'us-manual') return codeTax(draft, taxed, lines, document.wanted, detail, none);
  return automatedTax(draft, taxed, lines, document, detail, none);
}

/** A line without a code counts as taxed (quickbooks.md §14.11). */
function isTaxed(line: SalesLine): boolean {
  const code = line.taxCode ?? 'TAX';
  if (code !== 'TAX' && code !== 'NON')
    refuse('6100', 'Invalid Line TaxCode : The line tax code must be TAX or NON.', 'TaxCodeRef');
  return code === 'TAX';
}

function automatedTax(
  draft: Draft,
  taxed: readonly SalesLine[],
  lines: SalesLines,
  document: { wanted: ExactObject; customer: ExactObject },
  detail: ExactObject,
  none: Tax,
): Tax {
  const code = customCode(draft, detail) ?? codeForState(draft, stateOf(document.wanted));
  const bases = taxBases(taxed, lines, document.wanted);
  const override = draft.company.switches.allowPartnerTaxOverride ? decimal(detail['TotalTax']) : undefined;
  if (override?.isNegative() === true) refuse('2140', 'Invalid Amount : TotalTax', 'TotalTax');
  const rates = salesRates(draft, code);
  const exempt = document.customer['Taxable'] === false;
  const computed = rates.map((rate) =>
    exempt ? ZERO : sum(bases.map((base) => cents(base.times(rate.percent).dividedBy(100)))),
  );
  const shares =
    override === undefined ? computed : prorate(override, bases.length === 0 ? [] : rates.map((rate) => rate.percent));
  const tax = taxOf(
    code,
    rates,
    rates.map((_rate, index) => shares[index] ?? ZERO),
    rates.map(() => sum(bases)),
    none.net,
  );
  const isOverridden = override !== undefined && !override.equals(sum(computed));
  return isOverridden ? { ...tax, detail: { ...tax.detail, TaxReviewStatus: 'AST_TAX_OVERRIDE' } } : tax;
}

/** A rate of the company's own beside the automated ones: kept, or replaced, by the switch (quickbooks.md §14.10, postings.md §15). */
function customCode(draft: Draft, detail: ExactObject): ExactObject | undefined {
  const code = draft.get('TaxCode', refValue(detail['TxnTaxCodeRef']) ?? '');
  const isKept = draft.company.switches.customRate === 'keep' && code?.['TaxCodeConfigType'] === 'USER_DEFINED';
  return isKept ? code : undefined;
}

/** Splits an overriding total over the rates by their percentages; the last takes what rounding leaves. */
function prorate(total: Decimal, weights: readonly Decimal[]): Decimal[] {
  const all = sum(weights);
  if (all.isZero()) return weights.map((_weight, index) => (index === 0 ? total : ZERO));
  let left = total;
  return weights.map((weight, index) => {
    const share = index === weights.length - 1 ? left : cents(total.times(weight).dividedBy(all));
    left = left.minus(share);
    return share;
  });
}

function codeTax(
  draft: Draft,
  taxed: readonly SalesLine[],
  lines: SalesLines,
  wanted: ExactObject,
  detail: ExactObject,
  none: Tax,
): Tax {
  const codeId = refValue(detail['TxnTaxCodeRef']);
  if (codeId === undefined) return { ...none, detail: { TotalTax: amount(ZERO) } };
  const code = draft.get('TaxCode', codeId) ?? refuseReference('TxnTaxCodeRef', codeId);
  if (code['TaxGroup'] !== true) refuse('6160', 'Invalid TaxCodeRef', 'TxnTaxCodeRef');
  const rates = salesRates(draft, code);
  const base = sum(taxBases(taxed, lines, wanted));
  const computed = rates.map((rate) => cents(base.times(rate.percent).dividedBy(100)));
  const honoured = draft.company.switches.manualTotalTax === 'honour' ? decimal(detail['TotalTax']) : undefined;
  const weights = rates.map((rate) => rate.percent);
  return taxOf(
    code,
    rates,
    honoured === undefined ? computed : prorate(honoured, weights),
    rates.map(() => base),
    none.net,
  );
}

/** What is taxed of each line: less its share of a discount that comes off before tax (`ApplyTaxAfterDiscount`). */
function taxBases(taxed: readonly SalesLine[], lines: SalesLines, wanted: ExactObject): Decimal[] {
  const before = wanted['ApplyTaxAfterDiscount'] === true && !lines.subtotal.isZero();
  const left = before ? lines.subtotal.minus(lines.discount.amount).dividedBy(lines.subtotal) : new Decimal(1);
  return taxed.map((line) => line.amount.times(left));
}

/** The code of a state; the company's own state where the ship-to has none we know. */
function codeForState(draft: Draft, state: string | undefined): ExactObject {
  const codes = draft.all('TaxCode').filter((code) => code['TaxGroup'] === true && isActive(code));
  const byState = (wanted: string | undefined) =>
    codes.find((code) => wanted !== undefined && (text(code['Description']) ?? '').endsWith(`, ${wanted}`));
  const code = byState(state) ?? byState(draft.company.profile.state);
  if (code === undefined) throw new Error('the company has no tax code for its own state');
  return code;
}

function stateOf(wanted: ExactObject): string | undefined {
  const address: ExactJson | undefined = wanted['ShipAddr'] ?? wanted['BillAddr'];
  const state = text(object(address)['CountrySubDivisionCode']);
  return state?.toUpperCase();
}
