import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { formatAmount, parseDecimal, sum } from '@qbo-sync/money/decimal';
import { isHold, type Mapped, type MappedRecord, type MappingContext } from '@qbo-sync/mapping/document';
import { INVOICE_HOW, invoiceNote, type InvoiceOptions, toInvoice } from '@qbo-sync/mapping/invoice';
import { openBooks } from '@qbo-sync/mapping/rules-before-sending';
import { mappingContext, NOT_READY, pushOf, switchedOff } from '../sync/plans';
import type { Context, Plan, Push, Rules, View } from '../sync/rules';
import { basisOf, type InvoiceBasis, isPosted, sameBody, under, usedValues, type When } from './invoice-basis';
import { matchEntered } from './invoice-match';
import { type InvoiceRelated, usableItems } from './invoice-related';
import { judgeInvoice, numberHolder, roundingOf } from './invoice-verdict';
import { planVoid, waitFor } from './invoice-void';

const ASSIGN_NUMBER = 'com.runacall.invoice.assign-number.v1';
const NUMBER_TAKEN = '6140';
/** Customers and invoices are told on topics of their own: what is behind on one is heard within this. */
const UNHEARD_MS = 30_000;

/**
 * Invoices (postings.md §6).
 *
 *   on send                  sent, updated → put; paid → the same put: nothing to send
 *   on payment               nothing until its balance is 0; then put, dated the day it was paid
 *   updated after it is in QuickBooks, whatever its balance → put, under what it was posted under
 *   lowered below what our payments pay of it → waits until payments has shortened its lines
 *   voided                   invoice-void.ts
 *
 * Which of the two counts is fixed when it is first decided on. Taxed though its customer is exempt → held; taxed for a
 * customer not heard of → waits for a moment, then asked for all the same (the gateway waits), decided again when it
 * comes. An item that is inactive in QuickBooks → a helper item, but not on a document that has it already.
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

  fix: (view, { settings }): Readonly<Record<string, When>> => {
    const posted =
      (view.basis as InvoiceBasis | undefined)?.when ?? (view.lastBody === undefined ? undefined : 'on_send');
    const when = posted ?? settings?.values['invoices.when'];
    return when === undefined ? {} : { when };
  },

  choose: chosenFor,

  match: (view, theirs, _invoices, context) => matchEntered(view, theirs, context),

  plan(view, context) {
    const ctx = mappingContext(context);
    const { data } = view;
    if (ctx === undefined || data === undefined) return NOT_READY;
    if (!ctx.values['invoices.push']) return switchedOff('invoices.push', false);
    const [voided] = view.facts;
    if (voided !== undefined) return planVoid(voided.data, view, ctx, context);
    const isOpen = !parseDecimal(data.balance).isZero();
    if (view.chosen['when'] === 'on_payment' && !isPosted(view) && isOpen) {
      return { do: 'skip', reason: { code: 'not_paid_yet' } };
    }
    return planInvoice(data, view, ctx, context);
  },

  judge: judgeInvoice,

  tell({ ref, record }, { ref: own, data, basis, facts }) {
    const numbered = (basis as InvoiceBasis | undefined)?.values['invoices.numbering'] === 'quickbooks';
    const number = record?.['DocNumber'];
    if (!numbered || ref !== own || facts.length > 0 || data === undefined) return undefined;
    return typeof number === 'string' && number !== data.number
      ? { command: ASSIGN_NUMBER, fields: { id: data.id, number } }
      : undefined;
  },
};

function planInvoice(data: Invoice, view: View<Invoice>, ctx: MappingContext, context: Context<InvoiceRelated>): Plan {
  const { customer, payments = [] } = context.related;
  const tax = parseDecimal(data.taxTotal);
  if (customer?.taxExempt === true && !tax.isZero() && !view.linked) {
    const params = { c: customer.name, n: data.number, t: formatAmount(tax) };
    return { do: 'hold', reason: { code: 'exempt', params } };
  }
  const basis = basisOf(view);
  const posting = postingOf(data, view, ctx, context.related);
  const mapped = mapOpen(posting, view, basis);
  if (isHold(mapped)) return { do: 'hold', reason: mapped.hold };
  const push = pushOfInvoice(mapped, posting, view);
  const [applied] = payments;
  if (applied !== undefined && !sameBody(push.body, view.lastBody)) {
    if (basis !== undefined && basis.customerId !== data.customerId) {
      return { do: 'hold', reason: { code: 'customer_kept', params: { n: data.number } }, waitsOn: applied.ref };
    }
    const paid = sum(payments.map(({ amount }) => parseDecimal(amount)));
    if (paid.gt(parseDecimal(data.total))) return waitFor(applied);
  }
  const mayBeExempt = customer === undefined && !tax.isZero() && !view.linked;
  const unheard = `customer:${data.customerId}`;
  const revisitAt = view.revisitAt ?? new Date(Date.parse(context.now) + UNHEARD_MS).toISOString();
  if (mayBeExempt && view.lastBody === undefined && Date.parse(context.now) < Date.parse(revisitAt)) {
    return { do: 'wait', reason: { code: 'parent', params: { ref: unheard } }, waitsOn: unheard, revisitAt };
  }
  const lowered = basis !== undefined && parseDecimal(data.total).lt(parseDecimal(basis.total));
  return {
    do: 'push',
    // Lowered, it waits for the payments under way that refer to it: they were made for the higher total.
    pushes: [linkInstead(push, data, posting, view) ?? (lowered ? { ...push, last: true } : push)],
    warnings: mapped.warnings,
    ...(mayBeExempt ? { waitsOn: unheard } : {}),
  };
}

/** Everything an invoice is mapped from. */
interface Posting {
  readonly data: Invoice;
  readonly ctx: MappingContext;
  readonly options: InvoiceOptions;
}

function postingOf(data: Invoice, view: View<Invoice>, ctx: MappingContext, related: InvoiceRelated): Posting {
  const basis = basisOf(view);
  const usable = usableItems(view, related.items, ctx.values['items.push']);
  const isRefused = view.round > 0 && view.lastAnswer?.outcome === 'refused';
  const itemUsable = (itemId: string): boolean => {
    const before = basis?.items[itemId]?.used;
    return before === undefined || isRefused ? usable(itemId) : before;
  };
  const itemAccount = (itemId: string): string | undefined =>
    basis?.items[itemId] === undefined ? related.itemAccounts?.[itemId] : basis.items[itemId].account;
  const postedOn = postedOnOf(data, view, basis);
  const { code } = view.chosen;
  return {
    data,
    ctx: under(ctx, basis),
    options: {
      ...roundingOf(data, view),
      ...(code === undefined ? {} : { taxCode: code }),
      ...(postedOn === undefined ? {} : { postedOn }),
      itemUsable,
      itemAccount,
    },
  };
}

/** On payment the day it was paid, for good; a day that a person chose before all; else the day of issue. */
function postedOnOf(data: Invoice, view: View<Invoice>, basis: InvoiceBasis | undefined): InvoiceOptions['postedOn'] {
  const { date, when } = view.chosen;
  if (date !== undefined) return { day: date, why: when === 'on_payment' ? 'paid' : 'chosen' };
  const day = when === 'on_payment' ? (basis?.day ?? data.paidOn) : undefined;
  return day === undefined ? undefined : { day, why: 'paid' };
}

/** Closed books stop a change, not what is posted and says the same. */
function mapOpen({ data, ctx, options }: Posting, view: View<Invoice>, basis: InvoiceBasis | undefined): Mapped {
  const closed = ctx.profile.bookCloseDate;
  const mapped = toInvoice(data, ctx, options);
  if (!isPosted(view) || closed === null) return mapped;
  const day = basis?.day ?? data.issuedOn;
  const isClosed = isHold(mapped) ? mapped.hold.code === 'closed_period' : day <= closed;
  if (!isClosed) return mapped;
  const form = (rounding: string | undefined): Mapped =>
    toInvoice(data, openBooks(ctx), { ...options, ...(rounding === undefined ? {} : { rounding }) });
  const posted = form(view.round === 0 ? basis?.rounding : undefined);
  if (!isHold(posted) && sameBody(posted.body, view.lastBody)) return form(undefined);
  return isHold(mapped) ? mapped : { hold: { code: 'closed_period', params: { doc: data.number, d: day, c: closed } } };
}

function pushOfInvoice(mapped: MappedRecord, { data, ctx, options }: Posting, view: View<Invoice>): Push {
  const used = data.lines
    .flatMap(({ itemId }) => itemId ?? [])
    .map((itemId) => {
      const account = options.itemAccount?.(itemId);
      return [itemId, { used: options.itemUsable?.(itemId) === true, ...(account === undefined ? {} : { account }) }];
    });
  const basis: InvoiceBasis = {
    when: view.chosen['when'] === 'on_payment' ? 'on_payment' : 'on_send',
    day: mapped.expect['TxnDate'] ?? data.issuedOn,
    customerId: data.customerId,
    total: data.total,
    ...(options.rounding === undefined ? {} : { rounding: options.rounding }),
    values: usedValues(data, ctx),
    items: Object.fromEntries(used) as InvoiceBasis['items'],
  };
  return { ...pushOf(view.ref, 'put', mapped), basis: { ...basis } };
}

/** The number is taken by an invoice that may be ours: it becomes so if it bears our note and our total (postings.md §6.5). */
function linkInstead(
  push: Push,
  data: Invoice,
  { ctx, options }: Posting,
  { round, lastAnswer }: View<Invoice>,
): Push | undefined {
  const id = round > 0 && lastAnswer?.code === NUMBER_TAKEN ? numberHolder(lastAnswer) : undefined;
  if (id === undefined) return undefined;
  const { find: _find, ...rest } = push;
  return {
    ...rest,
    kind: 'link',
    how: INVOICE_HOW,
    body: JSON.stringify({ Id: id }),
    if: [
      { path: 'PrivateNote', equals: invoiceNote(data, ctx, options) },
      { path: 'TotalAmt', equals: formatAmount(parseDecimal(data.total)) },
    ],
  };
}

const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * What a person may choose for an invoice: `post-now` before it is paid, `date <day>` where the books are closed,
 * `code <id>` for several rates, `credit-memo` for a void in closed books.
 */
function chosenFor(
  choice: string,
  view: View<Invoice>,
  { settings }: Context<InvoiceRelated>,
): Readonly<Record<string, string>> | undefined {
  const [word = '', value = ''] = choice.split(' ');
  const isVoided = view.facts.length > 0;
  const closed = settings?.profile?.bookCloseDate ?? '';
  switch (word) {
    case 'post-now':
      return view.chosen['when'] === 'on_payment' && !isPosted(view) && !isVoided ? { when: 'on_send' } : undefined;
    case 'date':
      return DAY.test(value) && value > closed && !isPosted(view) && !isVoided ? { date: value } : undefined;
    case 'code':
      return value !== '' && (view.data?.taxes.length ?? 0) > 1 && !isVoided ? { code: value } : undefined;
    case 'credit-memo':
      return isVoided && view.linked ? { credit: 'memo' } : undefined;
    default:
      return undefined;
  }
}
