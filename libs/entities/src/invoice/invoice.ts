import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { type Decimal, formatAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { toInvoice, toVoidedInvoice } from '@qbo-sync/mapping/invoice';
import { differences, valueAt } from '../sync/compare';
import { mappingContext, NOT_READY, planFor, ruleMissing, switchedOff } from '../sync/plans';
import { plainVerdict, refusal } from '../sync/refusals';
import type { Answered, Rules, Verdict, View } from '../sync/rules';

/** Up to this much is closed by a rounding line (postings.md §1.4). */
const PENNIES = parseDecimal('0.05');
const TOTAL = 'TotalAmt';
const TAX = 'TxnTaxDetail.TotalTax';

/**
 * Invoices on send (postings.md §6).
 *
 *   sent, updated            → put
 *   paid                     → the same put: nothing to send
 *   voided, nothing paid     → removed (voided in QuickBooks)
 *   voided, something paid   → rule missing
 *
 * QuickBooks' total off by up to 0.05 → once more with a rounding line; more → a person compares.
 */
export const invoiceRules: Rules<Invoice> = {
  entity: 'invoice',
  nature: 'document',
  facts: ['voided'],

  ownDate: (data) => data.issuedOn,

  describe: ({ data }) =>
    data === undefined ? {} : { number: data.number, amount: data.total, currency: data.currency },

  plan(view, context) {
    const ctx = mappingContext(context);
    const { data } = view;
    if (ctx === undefined || data === undefined) return NOT_READY;
    if (!ctx.values['invoices.push']) return switchedOff('invoices.push', false);
    const [voided] = view.facts;
    if (voided !== undefined) {
      return isPartlyPaid(data) || isPartlyPaid(voided.data)
        ? ruleMissing('void of a paid invoice')
        : planFor(view.ref, 'remove', toVoidedInvoice(voided.data, ctx));
    }
    return planFor(view.ref, 'put', toInvoice(data, ctx, roundingOf(data, view)));
  },

  judge(answer, expect, view) {
    const n = view.data?.number ?? view.ref;
    if (answer.outcome === 'refused') {
      const params = { n, doc: n, d: view.data?.issuedOn ?? '', type: 'another record', customer: '', amount: '' };
      return { verdict: 'hold', reason: refusal(answer, params) };
    }
    return view.facts.length > 0 ? plainVerdict(answer, expect) : compared(answer, expect, view);
  },
};

function isPartlyPaid(invoice: Invoice): boolean {
  return parseDecimal(invoice.balance).lt(parseDecimal(invoice.total));
}

/** What QuickBooks' total lacked under the first form; its answer to that form led to this round. */
function roundingOf(invoice: Invoice, { round, lastAnswer }: View<Invoice>): { rounding?: string } {
  const found = lastAnswer?.record === undefined ? undefined : valueAt(lastAnswer.record, TOTAL);
  return round === 0 || found === undefined
    ? {}
    : { rounding: formatAmount(parseDecimal(invoice.total).minus(parseDecimal(found))) };
}

function compared(answer: Answered, expect: Readonly<Record<string, string>>, view: View<Invoice>): Verdict {
  const { record } = answer;
  if (record === undefined) return { verdict: 'hold', reason: { code: 'unclear' } };
  const differing = differences(record, expect);
  if (differing.length === 0) return { verdict: 'synced', warnings: [] };
  const off = distance(valueAt(record, TOTAL), expect[TOTAL]);
  if (off !== undefined && !off.isZero() && off.lte(PENNIES) && view.round === 0) return { verdict: 'again' };
  const said = (path: string): Readonly<Record<string, string>> => ({
    n: view.data?.number ?? view.ref,
    q: valueAt(record, path) ?? '',
    t: expect[path] ?? '',
  });
  if (differing.includes(TAX)) return { verdict: 'hold', reason: { code: 'tax_differs', params: said(TAX) } };
  if (differing.includes(TOTAL)) return { verdict: 'hold', reason: { code: 'total_differs', params: said(TOTAL) } };
  return plainVerdict(answer, expect);
}

function distance(found: string | undefined, wanted: string | undefined): Decimal | undefined {
  return found === undefined || wanted === undefined
    ? undefined
    : parseDecimal(found).minus(parseDecimal(wanted)).abs();
}
