import type { Reason } from '@qbo-sync/contracts/reasons';
import type { How } from '@qbo-sync/contracts/sync/request';
import { formatAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { dayOf } from '@qbo-sync/money/zone';
import type { Mapped, MappingContext } from '@qbo-sync/mapping/document';
import { partsOf, payerOf } from '@qbo-sync/mapping/payment-parts';
import { overRefunded, type RefundData, toFailedRefund, toRefundEntry } from '@qbo-sync/mapping/refund';
import { toRefundReceipt } from '@qbo-sync/mapping/refund-receipt';
import { openBooks } from '@qbo-sync/mapping/rules-before-sending';
import { type OverShared, shareOf, type SharedRefund } from '@qbo-sync/mapping/refund-share';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import { differences, valueAt } from '../sync/compare';
import { mappingContext, NOT_READY, planFor, switchedOff } from '../sync/plans';
import { plainVerdict, refusal } from '../sync/refusals';
import type { Context, Plan, Rules, Verdict, View } from '../sync/rules';
import { type FollowedInvoice, isLeftOut } from '../payment/followed-invoice';
import { invoicesOf, matchEntered } from './refund-match';

export type { RefundData };

export interface RefundRelated {
  /** The invoices its payment or the refund names, as far as they are known, by their id. */
  readonly invoices: Readonly<Record<string, FollowedInvoice>>;
  /** All refunds of an invoice, of whatever payment, in the order in which they were heard of. */
  readonly refunds: Readonly<Record<string, readonly InvoiceRefund[]>>;
  /** Its payment is applied to its entry, or may be: nothing was heard of the change that takes it off. */
  readonly heldByPayment: boolean;
  /** Its payment is in QuickBooks by us, brought in perhaps. */
  readonly paymentPosted: boolean;
}

export interface InvoiceRefund extends SharedRefund {
  /** It takes, or took, of the sale: it succeeded. */
  readonly counts: boolean;
}

const PENNIES = parseDecimal('0.05');
const TOTAL = 'TotalAmt';
const RECEIPT = 'RefundReceipt';

/**
 * Refunds (postings.md §9), each an entity of its own beside its payment: what a payment says later never replaces it.
 *
 *   reduce-sale      → RefundReceipt of the invoice's lines as they stand in QuickBooks, its tax among them
 *   reopen-invoice   → JournalEntry; its payment's line moves to it
 *   return-credit    → JournalEntry; its payment's rest is applied to it
 *   failed           → removed, an entry once its payment is off it; never posted: nothing
 *   its sale voided  → it gave back what is the customer's credit now: an entry, its receipt removed (adr/0017)
 *   says too little  → a person chooses: `invoice inv_1041`, `credit`; `account 35` where none is set
 *   in closed books  → `date 2026-12-02`: the day it is posted on
 *   of a payment older than go-live → none of ours, until a backfill brings in that payment, or the refund itself
 *
 * What is posted stands: the shares of other refunds never move it.
 */
export const refundRules: Rules<RefundData, RefundRelated> = {
  entity: 'refund',
  nature: 'document',
  facts: [],

  follows: 'related',

  ownDate: ({ refund }) => refund.refundedOn,

  pays: invoicesOf,

  match: matchEntered,

  describe: ({ data }) =>
    data === undefined ? {} : { number: data.refund.id, amount: data.refund.amount, currency: data.payment.currency },

  plan(view, context) {
    const ctx = mappingContext(context);
    if (ctx === undefined || view.data === undefined) return NOT_READY;
    for (const setting of ['invoices.push', 'payments.push'] as const) {
      if (!ctx.values[setting]) return switchedOff(setting, false);
    }
    const data = chosenOf(view.data, view.chosen);
    const made = view.made[view.ref];
    const posted = made?.linked === true && !made.removed ? made : undefined;
    if (data.refund.status === 'failed') return planFailed(data, view, ctx, context);
    const basis = posted?.basis as unknown as Basis | undefined;
    const isUnsold = isOfVoided(data, context);
    if (posted !== undefined && basis !== undefined && !(isUnsold && basis.resource === RECEIPT)) {
      return stands(data, view.ref, posted.body, basis);
    }
    // A payment that is brought in may wait for its refund's entry: the refund never waits for the payment.
    if (isOfBefore(data, context) && !view.takenIn && !context.related.paymentPosted) {
      return { do: 'skip', reason: { code: 'before_cutover' } };
    }
    const over = overRefunded(data);
    if (over !== undefined) return { do: 'hold', reason: over.hold };
    if (isUnsold) return planUnsold(data, view, ctx, context);
    return data.refund.effect === 'reduce-sale'
      ? planReceipt(data, view, ctx, context)
      : planEntry(data, view.ref, ctx, context);
  },

  judge(answer, expect, view, context) {
    const r = view.data?.refund.id ?? view.ref;
    if (isReceiptGone(answer, view, context)) return { verdict: 'synced', warnings: [], goesOn: true };
    if (answer.outcome === 'refused') {
      const params = { p: r, doc: r, d: view.data?.refund.refundedOn ?? '', n: view.data?.payment.id ?? r };
      return { verdict: 'hold', reason: refusal(answer, params) };
    }
    return compared(answer, expect, view);
  },

  choose(choice, { data }) {
    if (choice === 'credit') return { effect: 'return-credit' };
    const [, what, value = ''] = /^(invoice|account|date) (\S+)$/.exec(choice) ?? [];
    return what === undefined || data === undefined ? undefined : { [what]: value };
  },
};

/** What a posted refund is kept by. */
interface Basis {
  readonly resource: string;
  readonly how: How;
  readonly amount: string;
  readonly expect: Readonly<Record<string, string>>;
}

function chosenOf(data: RefundData, chosen: Readonly<Record<string, string>>): RefundData {
  const { effect, invoice: invoiceId, account, date } = chosen;
  return {
    ...data,
    refund: {
      ...data.refund,
      ...(effect === 'return-credit' ? { effect } : {}),
      ...(invoiceId === undefined ? {} : { invoiceId }),
      ...(date === undefined ? {} : { refundedOn: date }),
    },
    ...(account === undefined ? {} : { account }),
  };
}

/** A payment older than go-live is not ours until it is brought in, nor is what was paid back of it. */
function isOfBefore({ payment }: RefundData, { settings }: Context): boolean {
  const goLiveAt = settings?.goLiveAt;
  return goLiveAt ? payment.collectedOn < dayOf(goLiveAt, settings.company.timeZone) : false;
}

function planReceipt(
  data: RefundData,
  view: View<RefundData>,
  ctx: MappingContext,
  { related, settings }: Context<RefundRelated>,
): Plan {
  const { invoiceId, id } = data.refund;
  const unsaid: Plan = { do: 'hold', reason: { code: 'refund_effect', params: { r: id } } };
  if (invoiceId === undefined) return unsaid;
  const followed = related.invoices[invoiceId];
  // What was sold before go-live was never posted here: its money is credit, or none of ours.
  if (followed !== undefined && settings !== null && isLeftOut(followed, settings)) return unsaid;
  if (followed?.posted === undefined) return waitFor(`invoice:${invoiceId}`);
  const heard = related.refunds[invoiceId] ?? [];
  // One that a person said the invoice of comes last.
  const all = heard.some((one) => one.id === id) ? heard : [...heard, { ...data.refund, counts: true }];
  const share = shareOf(
    followed.posted,
    all.filter(({ counts }) => counts),
    id,
  );
  if ('left' in share) return { do: 'hold', reason: overShared(id, followed.number, share) };
  const place = all.findIndex((one) => one.id === id) + 1;
  const receipt = { invoiceId, invoice: followed.posted, share, place, ...roundingOf(data, view) };
  return put(view.ref, data, toRefundReceipt(data, receipt, ctx));
}

const PARTS: Readonly<Record<OverShared['of'], string>> = { all: '', tax: 'the tax of ', sale: 'what is not tax of ' };

const overShared = (r: string, n: string, { of, asked, left }: OverShared): Reason => ({
  code: 'over_refunded',
  params: { r, a: formatAmount(asked), p: `${PARTS[of]}${n}`, b: formatAmount(left) },
});

/** The sale never was (events.md): nothing of it can shrink. What is older than go-live was not posted here. */
function isOfVoided({ refund }: RefundData, { related, settings }: Context<RefundRelated>): boolean {
  const invoice = related.invoices[refund.invoiceId ?? ''];
  if (refund.effect !== 'reduce-sale' || invoice?.voided !== true) return false;
  return settings !== null && !isLeftOut(invoice, settings);
}

const creditRef = (ref: string): string => `${ref}/credit`;

/** The entry of credit is asked for now. */
function isReceiptGone({ ref, outcome }: Answered, view: View<RefundData>, context: Context<RefundRelated>): boolean {
  const { data, made } = view;
  if (outcome !== 'synced' || ref !== view.ref || data === undefined || data.refund.status === 'failed') return false;
  return made[ref]?.removed === true && isOfVoided(data, context);
}

function planUnsold(
  data: RefundData,
  view: View<RefundData>,
  ctx: MappingContext,
  { related }: Context<RefundRelated>,
): Plan {
  const credit: RefundData = { ...data, refund: { ...data.refund, effect: 'return-credit' } };
  // The invoice may never have come to QuickBooks: the customer is named, whose it was there if it did.
  const owner = related.invoices[data.refund.invoiceId ?? '']?.customerId ?? data.payment.customerId;
  const payer = { $ref: `customer:${owner}` };
  // Its receipt may be under way: the entry has a ref of its own whatever becomes of it.
  const ref = creditRef(view.ref);
  const made = view.made[ref];
  const entry =
    made?.linked === true && !made.removed
      ? stands(credit, ref, made.body, made.basis as unknown as Basis)
      : put(ref, credit, toRefundEntry(credit, payer, ctx));
  const receipt = view.made[view.ref];
  if (entry.do !== 'push' || receipt === undefined) return entry;
  const removal = planRemoval(view.ref, data, RECEIPT, view, ctx);
  if (removal.do !== 'push') return removal;
  // QuickBooks may not let go of it: while it stands, the entry would give the money back once more.
  const isGone = receipt.removed && view.answered.includes(view.ref);
  if (receipt.linked && !isGone) return removal;
  const apart: Reason = { code: 'two_open_items', params: { p: data.payment.id } };
  return { do: 'push', pushes: [...removal.pushes, ...entry.pushes], warnings: [apart] };
}

function planEntry(data: RefundData, ref: string, ctx: MappingContext, { related }: Context<RefundRelated>): Plan {
  const { refund, payment } = data;
  if (refund.effect === 'reopen-invoice' && refund.invoiceId === undefined) {
    return { do: 'hold', reason: { code: 'refund_effect', params: { r: refund.id } } };
  }
  const unknown = payment.allocations.find(({ invoiceId }) => related.invoices[invoiceId] === undefined);
  if (unknown !== undefined) return waitFor(`invoice:${unknown.invoiceId}`);
  const invoice = (id: string) => related.invoices[id];
  const parts = partsOf(payment, { ref: `payment:${payment.id}`, invoice, made: new Map() });
  const part = parts.find(({ lines }) => lines.some((line) => line.ref === ref)) ?? parts[0];
  const payer = part === undefined ? { $ref: `customer:${payment.customerId}` } : payerOf(part, payment);
  return put(ref, data, toRefundEntry(data, payer, ctx));
}

function put(ref: string, { refund }: RefundData, mapped: Mapped): Plan {
  const plan = planFor(ref, 'put', mapped);
  if (plan.do !== 'push') return plan;
  return {
    ...plan,
    pushes: plan.pushes.map((push) => ({
      ...push,
      basis: { resource: push.resource, how: push.how, amount: refund.amount, expect: push.expect },
    })),
  };
}

/** The same again: it was asked for, and nothing is sent. */
function stands({ refund }: RefundData, ref: string, body: string, basis: Basis): Plan {
  const { resource, how, amount, expect } = basis;
  if (!parseDecimal(amount).equals(parseDecimal(refund.amount))) {
    return { do: 'hold', reason: { code: 'amount_changed', params: { p: refund.id, a: refund.amount, b: amount } } };
  }
  return { do: 'push', pushes: [{ ref, kind: 'put', resource, how, body, expect, basis: { ...basis } }], warnings: [] };
}

function planFailed(
  data: RefundData,
  view: View<RefundData>,
  ctx: MappingContext,
  { related }: Context<RefundRelated>,
): Plan {
  const basis = view.made[view.ref]?.basis as unknown as Basis | undefined;
  const resource = basis?.resource ?? RECEIPT;
  if (resource === 'JournalEntry' && related.heldByPayment) return waitFor(`payment:${data.payment.id}`);
  const own = planRemoval(view.ref, data, resource, view, ctx);
  const ref = creditRef(view.ref);
  if (own.do !== 'push' || view.made[ref] === undefined) return own;
  const entry = planRemoval(ref, data, 'JournalEntry', view, ctx);
  return entry.do === 'push' ? { ...own, pushes: [...own.pushes, ...entry.pushes] } : entry;
}

/** Neither what was taken back before they were closed nor what was never posted is a change of closed books. */
function planRemoval(
  ref: string,
  data: RefundData,
  resource: string,
  view: View<RefundData>,
  ctx: MappingContext,
): Plan {
  const made = view.made[ref];
  const isChange = made?.linked === true && !made.removed;
  return planFor(ref, 'remove', toFailedRefund(data, resource, isChange ? ctx : openBooks(ctx)));
}

function waitFor(waitsOn: string): Plan {
  return { do: 'wait', reason: { code: 'parent', params: { ref: waitsOn } }, waitsOn };
}

/** What QuickBooks' total lacked under the first form. */
function roundingOf({ refund }: RefundData, { round, lastAnswer }: View<RefundData>): { rounding?: string } {
  const found = lastAnswer?.record === undefined ? undefined : valueAt(lastAnswer.record, TOTAL);
  return round === 0 || found === undefined
    ? {}
    : { rounding: formatAmount(parseDecimal(refund.amount).minus(parseDecimal(found))) };
}

/** QuickBooks' total off by up to 0.05 → once more with a rounding line; more → a person compares (postings.md §1.4). */
function compared(answer: Answered, expect: Readonly<Record<string, string>>, view: View<RefundData>): Verdict {
  const { record } = answer;
  const wanted = expect[TOTAL];
  if (record === undefined) return plainVerdict(answer, expect);
  const found = valueAt(record, TOTAL);
  const differing = differences(record, expect);
  if (wanted === undefined || found === undefined || !differing.includes(TOTAL)) return plainVerdict(answer, expect);
  const off = parseDecimal(found).minus(parseDecimal(wanted)).abs();
  return off.lte(PENNIES) && view.round === 0
    ? { verdict: 'again' }
    : { verdict: 'hold', reason: { code: 'total_differs', params: { q: found, t: wanted } } };
}
