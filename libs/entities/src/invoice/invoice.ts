import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { type Decimal, formatAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { toInvoice, toVoidedInvoice } from '@qbo-sync/mapping/invoice';
import { differences, valueAt } from '../sync/compare';
import { mappingContext, NOT_READY, planFor, ruleMissing, switchedOff } from '../sync/plans';
import { plainVerdict, refusal } from '../sync/refusals';
import type { Answered, Context, Rules, Verdict, View } from '../sync/rules';

/** What invoices has followed of the masters an invoice names. */
export interface InvoiceRelated {
  /** Undefined: not heard of yet. */
  readonly customer: FollowedCustomer | undefined;
  /** Items of its lines that are in QuickBooks under the books in force, by their id: false = inactive there. */
  readonly items: Readonly<Record<string, boolean>>;
}

export interface FollowedCustomer {
  readonly name: string;
  readonly taxExempt: boolean;
}

/** QuickBooks' answer when something a document uses was made inactive (quickbooks.md §3). */
const INACTIVE = '610';

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
 * Taxed though its customer is exempt → held; a customer not heard of → asked for all the same (the gateway waits), decided
 * again when it comes. An item that is inactive in QuickBooks → a helper item, but not on a document that has it already.
 */
export const invoiceRules: Rules<Invoice, InvoiceRelated> = {
  entity: 'invoice',
  nature: 'document',
  facts: ['voided'],

  ownDate: (data) => data.issuedOn,

  describe: ({ data }, { related }) =>
    data === undefined
      ? {}
      : {
          number: data.number,
          amount: data.total,
          currency: data.currency,
          ...(related.customer === undefined ? {} : { party: related.customer.name }),
        },

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
    const { customer } = context.related;
    const tax = parseDecimal(data.taxTotal);
    if (customer?.taxExempt === true && !tax.isZero() && !view.linked) {
      const params = { c: customer.name, n: data.number, t: formatAmount(tax) };
      return { do: 'hold', reason: { code: 'exempt', params } };
    }
    const itemUsable = usableItems(view, context, ctx.values['items.push']);
    const plan = planFor(view.ref, 'put', toInvoice(data, ctx, { ...roundingOf(data, view), itemUsable }));
    const mayBeExempt = customer === undefined && !tax.isZero() && !view.linked;
    return plan.do === 'push' && mayBeExempt ? { ...plan, waitsOn: `customer:${data.customerId}` } : plan;
  },

  judge(answer, expect, view, context) {
    const n = view.data?.number ?? view.ref;
    if (answer.outcome === 'refused') {
      if (answer.code === INACTIVE && view.round === 0 && usesInactive(view, context)) return { verdict: 'again' };
      const params = { n, doc: n, d: view.data?.issuedOn ?? '' };
      return { verdict: 'hold', reason: refusal(answer, params) };
    }
    return view.facts.length > 0 ? plainVerdict(answer, expect) : compared(answer, expect, view);
  },
};

function isPartlyPaid(invoice: Invoice): boolean {
  return parseDecimal(invoice.balance).lt(parseDecimal(invoice.total));
}

/**
 * Which own items lines may use. A document keeps the items it was asked for with: another one would move what is posted.
 * After QuickBooks refused an inactive one there is no other way.
 */
function usableItems(
  { lastBody, round, lastAnswer }: View<Invoice>,
  { related }: Context<InvoiceRelated>,
  pushed: boolean,
): (itemId: string) => boolean {
  const refused = round > 0 && lastAnswer?.code === INACTIVE;
  return (itemId) => {
    const active = related.items[itemId];
    if (active === undefined) return pushed;
    return active || (!refused && lastBody !== undefined && namesItem(lastBody, itemId));
  };
}

function usesInactive({ lastBody = '' }: View<Invoice>, { related }: Context<InvoiceRelated>): boolean {
  return Object.entries(related.items).some(([itemId, active]) => !active && namesItem(lastBody, itemId));
}

const namesItem = (body: string, itemId: string): boolean => body.includes(JSON.stringify(`item:${itemId}`));

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
