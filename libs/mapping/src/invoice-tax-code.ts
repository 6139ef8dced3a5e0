import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { type Decimal, parseDecimal, sum } from '@qbo-sync/money/decimal';
import { amountNumber, exactNumber } from '@qbo-sync/money/print';
import { type BodyObject, hold, type Hold, idTo, type MappingContext, type RefValue } from './document';
import { chargedRates, fallbackWarning, mappedCode, NON, postedCode, rateName, TAX, type TaxPlan } from './tax-plan';

/**
 * US companies without automated sales tax: one code for the whole invoice (postings.md §6.4).
 *
 *   "TxnTaxDetail":{"TxnTaxCodeRef":{"value":"5"},"TotalTax":13.70,"TaxLine":[{"Amount":13.70,
 *     "DetailType":"TaxLineDetail","TaxLineDetail":{"TaxRateRef":{"value":"9"},"PercentBased":true,"TaxPercent":8.25,
 *     "NetAmountTaxable":166.00}}]}
 *
 * `TaxLine` only where the code is known to hold one rate. `picked`: the code a person chose for several rates.
 * Holds: two_rates, tax_unmapped.
 */
export function planCodePerInvoice(invoice: Invoice, ctx: MappingContext, picked: string | undefined): TaxPlan | Hold {
  const charged = chargedRates(invoice);
  const [rateId, another] = charged;
  const tax = parseDecimal(invoice.taxTotal);
  // Nothing is charged: every line is untaxed, and no code is named.
  if (rateId === undefined || tax.isZero()) return planOf(() => false, undefined);
  if (another !== undefined && picked === undefined) {
    return hold('two_rates', { n: invoice.number, a: rateName(rateId, ctx), b: rateName(another, ctx) });
  }
  const code = picked === undefined ? postedCode(rateId, ctx) : idTo(picked);
  if (code === undefined) return hold('tax_unmapped', { r: rateName(rateId, ctx) });
  const isFallback = picked === undefined && mappedCode(rateId, ctx) === undefined;
  // A line whose rate charges nothing would be taxed at the code's rate.
  const isTaxed = (id: string | undefined): boolean => id !== undefined && charged.includes(id);
  const plan = planOf(isTaxed, {
    TxnTaxCodeRef: code,
    TotalTax: amountNumber(tax),
    TaxLine: taxLine(invoice, code, tax, ctx),
  });
  return isFallback ? { ...plan, warnings: [fallbackWarning(rateId, ctx)] } : plan;
}

function planOf(isTaxed: (rateId: string | undefined) => boolean, detail: BodyObject | undefined): TaxPlan {
  return {
    codeOf: (line) => (line.taxable && isTaxed(line.taxRateId) ? TAX : NON),
    untaxedCode: NON,
    globalTaxCalculation: undefined,
    detail,
    warnings: [],
  };
}

function taxLine(
  invoice: Invoice,
  code: RefValue,
  tax: Decimal,
  { profile }: MappingContext,
): readonly BodyObject[] | undefined {
  const rate = profile.taxCodes?.find(({ id }) => id === code.value)?.rate;
  if (rate === undefined) return undefined;
  const charging = invoice.taxes.filter(({ amount }) => !parseDecimal(amount).isZero());
  return [
    {
      Amount: amountNumber(tax),
      DetailType: 'TaxLineDetail',
      TaxLineDetail: {
        TaxRateRef: idTo(rate.id),
        PercentBased: true,
        TaxPercent: exactNumber(parseDecimal(rate.percentage), 0),
        NetAmountTaxable: amountNumber(sum(charging.map(({ taxableAmount }) => parseDecimal(taxableAmount)))),
      },
    },
  ];
}
