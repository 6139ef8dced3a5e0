import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { formatAmount, parseDecimal, sum } from '@qbo-sync/money/decimal';
import { isHold, type MappingContext } from '@qbo-sync/mapping/document';
import {
  EMPTIED,
  type MappedPayment,
  type PaymentBasis,
  type PaymentOptions,
  toPayments,
  toVoidedPayment,
} from '@qbo-sync/mapping/payment';
import type { PaidInvoice, PaidLine, PaymentPart } from '@qbo-sync/mapping/payment-parts';
import { returnRef, toReturns } from '@qbo-sync/mapping/payment-return';
import { closedHold, openBooks } from '@qbo-sync/mapping/rules-before-sending';
import { mappingContext, NOT_READY, pushOf, switchedOff } from '../sync/plans';
import { readRecord } from '../sync/record-text';
import type { Context, Plan, Push, Rules, View } from '../sync/rules';
import { linkKey, type State } from '../sync/stream-state';
import { type FollowedInvoice, paidInvoice } from './followed-invoice';
import { isLinkRefused, judgePayment, unrounded } from './judge-payment';
import { matchEntered } from './payment-match';

export interface PaymentRelated {
  /** The invoices the payment names, as far as they are known, by their id. */
  readonly invoices: Readonly<Record<string, FollowedInvoice>>;
  /** QuickBooks ids of the invoices of ours among those that the answer at hand names. */
  readonly ours?: readonly string[];
}

/**
 * Payments (postings.md §8): one record per customer whose invoices it pays.
 *
 *   collected, updated             → put of each part: allocations as lines, the rest is the customer's credit
 *   its invoice not heard of       → put all the same (the gateway waits), decided again when it comes
 *   several allocations            → waits until all invoices are known: one customer or several?
 *   an invoice posted when paid    → unapplied until then (§6.7); of a voided one, from then on (§6.8)
 *   refunded                       → the line moves from the invoice to the refund's entry (§9)
 *   voided, entered in error       → every part removed (voided in QuickBooks)
 *   voided, failed or returned     → an entry per part, to which its lines move
 *
 * An invoice older than go-live is not ours to post: its part stays unapplied, with a warning.
 */
export const paymentRules: Rules<Payment, PaymentRelated> = {
  entity: 'payment',
  nature: 'document',
  facts: ['voided'],
  follows: 'related',

  ownDate: (data) => data.collectedOn,

  pays: ({ allocations }) => allocations.map(({ invoiceId }) => invoiceId),

  match: matchEntered,

  describe: ({ data }) =>
    data === undefined
      ? {}
      : {
          ...(data.reference === undefined ? {} : { number: data.reference }),
          amount: data.amount,
          currency: data.currency,
        },

  plan(view, context) {
    const ctx = mappingContext(context);
    const { data } = view;
    if (ctx === undefined || data === undefined) return NOT_READY;
    for (const setting of ['invoices.push', 'payments.push'] as const) {
      if (!ctx.values[setting]) return switchedOff(setting, false);
    }
    const voided = view.facts.find(({ change }) => change === 'voided')?.data;
    if (voided?.voidReason === 'entered-in-error') return removal(voided, view, ctx);
    return planParts(dated(voided ?? data, view), view, ctx, context);
  },

  judge: judgePayment,

  /**
   * `unapplied`: its money shall not wait for its invoices (§8.3); `account 35`: where a returned check had gone (§8.5);
   * `date 2026-12-02`: the day it, or its return, is posted on, its own being in closed books (§1.5).
   */
  choose(choice, { facts }) {
    if (choice === 'unapplied') return { unapplied: 'true' };
    const [, what, value = ''] = /^(account|date) (\S+)$/.exec(choice) ?? [];
    if (what === undefined) return undefined;
    return { [what === 'date' && facts.length > 0 ? 'returnDate' : what]: value };
  },
};

function dated(data: Payment, { chosen: { date, returnDate } }: View<Payment>): Payment {
  return {
    ...data,
    ...(date === undefined ? {} : { collectedOn: date }),
    ...(returnDate === undefined ? {} : { voidedOn: returnDate }),
  };
}

function removal(voided: Payment, view: View<Payment>, ctx: MappingContext): Plan {
  const refs = [view.ref, ...partsMade(view).keys()];
  // Neither what was voided before they were closed nor what was never posted is a change of closed books.
  const isChange = Object.values(view.made).some(({ linked, removed }) => linked && !removed);
  const mapped = toVoidedPayment(voided, isChange ? ctx : openBooks(ctx));
  if (isHold(mapped)) return { do: 'hold', reason: mapped.hold };
  const pushes = [...new Set(refs)].map((ref) => pushOf(ref, 'remove', mapped));
  return { do: 'push', pushes, warnings: [] };
}

function planParts(data: Payment, view: View<Payment>, ctx: MappingContext, context: Context<PaymentRelated>): Plan {
  const { invoices } = context.related;
  const unknown = data.allocations.find(({ invoiceId }) => invoices[invoiceId] === undefined);
  if (data.allocations.length > 1 && unknown !== undefined) {
    const waitsOn = `invoice:${unknown.invoiceId}`;
    return { do: 'wait', reason: { code: 'parent', params: { ref: waitsOn } }, waitsOn };
  }
  const changed = changedAmount(data, view);
  if (changed !== undefined) return changed;
  const isBack = data.voidReason === 'failed' || data.voidReason === 'returned';
  const invoice = invoiceOf(view, context);
  const refused = isLinkRefused(view.lastAnswer);
  const named = data.allocations.map(({ invoiceId }) => invoiceId);
  const parent = view.round > 0 && !refused ? unrounded(named, invoices) : undefined;
  if (parent !== undefined) return { do: 'wait', ...parent };
  const mapped = toPayments(data, ctx, {
    invoice,
    made: partsMade(view),
    ...(isBack ? { lines: refused ? () => [] : returnedLines } : refused ? { lines: withoutEntries } : {}),
    ...(view.round > 0 && !refused ? { again: true } : {}),
  } satisfies PaymentOptions);
  if ('hold' in mapped) return { do: 'hold', reason: mapped.hold };
  const { payments } = mapped;
  const puts = payments.map(putOf);
  const closed = closedHold(data.id, data.collectedOn, ctx);
  const isNews = puts.some((push) => !isThere(view, push));
  const warnings = [
    ...payments.flatMap((one) => one.warnings),
    ...(refused || (isBack && closed !== undefined)
      ? [{ code: 'two_open_items' as const, params: { p: data.id } }]
      : []),
  ];
  if (!isBack) {
    if (closed !== undefined && isNews) return { do: 'hold', reason: closed.hold };
    return {
      do: 'push',
      pushes: puts,
      warnings,
      ...(unknown === undefined ? {} : { waitsOn: `invoice:${unknown.invoiceId}` }),
    };
  }
  const { account } = view.chosen;
  const options = { invoice, ...(account === undefined ? {} : { account }) };
  const returnsIn = (books: MappingContext) => toReturns(data, payments, books, options);
  const posted = returnsIn(openBooks(ctx));
  const stands = 'entries' in posted && posted.entries.every((entry) => isThere(view, entry));
  const back = stands ? posted : returnsIn(ctx);
  if ('hold' in back) return { do: 'hold', reason: back.hold };
  const entries = back.entries.map((entry) => pushOf(entry.ref, 'put', entry));
  // A payment of closed books keeps its line: QuickBooks takes no change of it.
  return { do: 'push', pushes: [...(closed === undefined ? puts : []), ...entries], warnings };
}

/** It is in QuickBooks as it was last asked for: the same again is no change of closed books. */
const isThere = ({ made }: View<Payment>, { ref, body }: Pick<Push, 'ref' | 'body'>): boolean =>
  made[ref]?.linked === true && made[ref].body === body;

function putOf(payment: MappedPayment): Push {
  const { ref, part, basis } = payment;
  const push = part.amount.isZero() ? pushOf(ref, 'remove', EMPTIED) : pushOf(ref, 'put', payment);
  return { ...push, basis: { ...basis } };
}

/** Money that came back pays the entry that says so, less what entries of refunds had of it. */
function returnedLines(part: PaymentPart): readonly PaidLine[] {
  const entries = part.lines.filter(({ type }) => type === 'JournalEntry');
  const amount = part.amount.minus(sum(entries.map((line) => line.amount)));
  return amount.gt(0) ? [...entries, { ref: returnRef(part.ref), type: 'JournalEntry', amount }] : entries;
}

const withoutEntries = (part: PaymentPart): readonly PaidLine[] => part.lines.filter(({ type }) => type === 'Invoice');

function invoiceOf(
  { chosen }: View<Payment>,
  { related, settings }: Context<PaymentRelated>,
): (id: string) => PaidInvoice | undefined {
  return (id) => {
    const followed = related.invoices[id];
    return followed === undefined ? undefined : paidInvoice(followed, settings, chosen['unapplied'] === 'true');
  };
}

/** The parts that were asked for and not removed since, with what each keeps. */
function partsMade({ made }: View<Payment>): ReadonlyMap<string, PaymentBasis> {
  return new Map(
    Object.entries(made).flatMap(([ref, { basis, removed }]) =>
      basis === undefined || removed ? [] : [[ref, basis as unknown as PaymentBasis] as const],
    ),
  );
}

/** What Stripe took never changes: another amount is somebody's mistake (§8.4). */
function changedAmount(data: Payment, { made }: View<Payment>): Plan | undefined {
  if (data.processor !== 'stripe') return undefined;
  const parts = Object.values(made).filter(({ basis, removed }) => basis !== undefined && !removed);
  if (!parts.some(({ linked }) => linked)) return undefined;
  const amount = sum(parts.map(({ body }) => parseDecimal(totalOf(body))));
  return amount.equals(parseDecimal(data.amount))
    ? undefined
    : {
        do: 'hold',
        reason: { code: 'amount_changed', params: { p: data.id, a: data.amount, b: formatAmount(amount) } },
      };
}

/** A payment, by its stream's state: is it applied to this entry, or may it be, as far as QuickBooks has answered? */
export function isAppliedTo({ asked }: State, entry: string): boolean {
  return Object.values(asked).some(({ answered, request: { data, personal } }) =>
    data.kind === 'put' ? !answered || personal.body.includes(JSON.stringify(entry)) : !answered,
  );
}

/** It is in QuickBooks by us under these books. */
export const isPosted = ({ ref, links }: State, books: string): boolean => links[linkKey(books, ref)] !== undefined;

function totalOf(body: string): string {
  const { TotalAmt } = readRecord(body);
  return typeof TotalAmt === 'string' ? TotalAmt : '0';
}
