import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { amount, cents, Decimal, decimal, object, sum, text, ZERO } from '../exact';
import { isActive } from '../name-list';
import { refuse, refuseMissing, refuseReference } from '../refusal';
import type { SalesLines, SalesLine } from './sales-lines';
import { salesRates, taxOf, type Rate, type Tax } from './tax-rates';

/** Tax of companies outside the US: every line a real code, summed per rate, then rounded half up (quickbooks.md §9.9). */
export function perLineTax(
  draft: Draft,
  lines: SalesLines,
  document: { wanted: ExactObject; input: ExactObject; update: boolean },
  none: Tax,
): Tax {
  const calculation = text(document.wanted['GlobalTaxCalculation']) ?? refuseMissing('GlobalTaxCalculation');
  if (calculation === 'NotApplicable') {
    if (document.input['TxnTaxDetail'] !== undefined)
      refuse('6170', 'TxnTaxDetail is not allowed when GlobalTaxCalculation is NotApplicable.', 'TxnTaxDetail');
    return none;
  }
  const perRate = new Map<string, { rate: Rate; base: Decimal; tax: Decimal }>();
  const net = lines.sales.map((line) => addLine(draft, line, calculation === 'TaxInclusive', perRate));
  const groups = [...perRate.values()];
  const odd = new Decimal(draft.company.switches.oddTaxCents).dividedBy(100);
  const taxes = groups.map((group, index) => {
    const rounded = cents(group.tax);
    return index === 0 && !rounded.isZero() ? rounded.plus(odd) : rounded;
  });
  const computed = taxOf(
    undefined,
    groups.map((group) => group.rate),
    taxes,
    groups.map((group) => group.base),
    net,
  );
  const kept = document.update ? decimal(object(document.input['TxnTaxDetail'])['TotalTax']) : undefined;
  return kept === undefined ? computed : keepStaleTax(computed, kept);
}

/** An update that sends `TxnTaxDetail` keeps the tax it sent, whatever the new amounts are (quickbooks.md §14.12). */
function keepStaleTax(computed: Tax, kept: Decimal): Tax {
  const first = computed.payable[0];
  if (first === undefined) return computed;
  const rest = kept.minus(computed.total);
  return {
    ...computed,
    total: kept,
    detail: { ...computed.detail, TotalTax: amount(kept) },
    payable: [{ account: first.account, amount: first.amount.plus(rest) }, ...computed.payable.slice(1)],
  };
}

function addLine(
  draft: Draft,
  line: SalesLine,
  inclusive: boolean,
  perRate: Map<string, { rate: Rate; base: Decimal; tax: Decimal }>,
): Decimal {
  const code = line.taxCode === undefined ? undefined : draft.get('TaxCode', line.taxCode);
  if (line.taxCode === undefined || line.taxCode === 'TAX' || line.taxCode === 'NON') {
    refuse(
      '6000',
      'Business Validation Error: Make sure all your transactions have a GST/HST (VAT) rate before you save.',
      'TaxCodeRef',
    );
  }
  if (code === undefined) return refuseReference('TaxCodeRef', line.taxCode);
  if (!isActive(code))
    refuse('610', 'Object Not Found : Something you’re trying to use has been made inactive.', 'TaxCodeRef');
  const rates = salesRates(draft, code);
  const percent = sum(rates.map((rate) => rate.percent));
  const net = inclusive ? cents(line.amount.dividedBy(percent.dividedBy(100).plus(1))) : line.amount;
  for (const rate of rates) {
    const group = perRate.get(rate.id) ?? { rate, base: ZERO, tax: ZERO };
    const tax = inclusive
      ? line.amount.minus(net).times(percent.isZero() ? 0 : rate.percent.dividedBy(percent))
      : net.times(rate.percent).dividedBy(100);
    perRate.set(rate.id, { rate, base: group.base.plus(net), tax: group.tax.plus(tax) });
  }
  return net;
}
