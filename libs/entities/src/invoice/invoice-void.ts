import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { creditApplicationRef, creditMemoRef, toCreditApplication, toCreditMemo } from '@qbo-sync/mapping/credit-memo';
import { isHold, type MappingContext } from '@qbo-sync/mapping/document';
import { toVoidedInvoice } from '@qbo-sync/mapping/invoice';
import { openBooks } from '@qbo-sync/mapping/rules-before-sending';
import { parseDecimal, sum } from '@qbo-sync/money/decimal';
import { planFor, pushOf } from '../sync/plans';
import { readRecord } from '../sync/record-text';
import type { Context, Plan, View } from '../sync/rules';
import { basisOf, isPosted, under } from './invoice-basis';
import type { AppliedPayment, InvoiceRelated } from './invoice-related';

/** A payment that QuickBooks has applied may be heard of only after the answer that says so: a look at most this late. */
const LOOK_AGAIN_MS = 180_000;
const REMOVED = '{}';

/**
 * A voided invoice (postings.md §6.8).
 *
 *   never posted                          nothing
 *   a person chose a credit memo          posted, and applied to what payments have left open; what they let go, later
 *   closed books                          held, until a person chooses it
 *   a payment of ours on a deposit        held: QuickBooks locks it
 *   payments of ours applied              waits for them: payments hears of the void and takes its lines off
 *   refused as paid                       looked at again: a payment of ours may not be heard of yet; then held
 *   else                                  voided in QuickBooks
 */
export function planVoid(
  voided: Invoice,
  view: View<Invoice>,
  ctx: MappingContext,
  { now, related }: Context<InvoiceRelated>,
): Plan {
  if (view.chosen['when'] === 'on_payment' && view.lastBody === undefined && !view.linked) {
    return { do: 'skip', reason: { code: 'unchanged' } };
  }
  const { number } = voided;
  const payments = related.payments ?? [];
  if (view.chosen['credit'] !== undefined) return planCredit(voided, view, ctx, payments);
  const day = basisOf(view)?.day ?? voided.issuedOn;
  // Neither what was voided before they were closed nor what was never posted is a change of closed books.
  const isChange = isPosted(view) && !(view.inForce && view.lastBody === REMOVED);
  const mapped = toVoidedInvoice(voided, isChange ? ctx : openBooks(ctx), day);
  if (isHold(mapped)) return { do: 'hold', reason: mapped.hold };
  const locked = payments.find((payment) => payment.locked);
  if (locked !== undefined) return { do: 'hold', reason: deposited(locked, number), waitsOn: locked.ref };
  const [applied] = payments;
  if (applied !== undefined) return waitFor(applied);
  if (view.round > 0 && view.lastAnswer?.outcome === 'refused') {
    const revisitAt = new Date(Date.parse(now) + LOOK_AGAIN_MS).toISOString();
    return { do: 'wait', reason: { code: 'parent', params: { ref: `the payments of ${number}` } }, revisitAt };
  }
  return withBasis(planFor(view.ref, 'remove', mapped), view);
}

/** Waits until the payment is heard of again: payments takes its line off this invoice, or shortens it. */
export function waitFor({ ref }: AppliedPayment): Plan {
  return { do: 'wait', reason: { code: 'parent', params: { ref } }, waitsOn: ref };
}

function planCredit(
  voided: Invoice,
  view: View<Invoice>,
  ctx: MappingContext,
  payments: readonly AppliedPayment[],
): Plan {
  const basis = basisOf(view);
  const rounding = basis?.rounding === undefined ? {} : { rounding: basis.rounding };
  const code = view.chosen['code'] === undefined ? {} : { taxCode: view.chosen['code'] };
  const itemUsable = (itemId: string): boolean => basis?.items[itemId]?.used ?? ctx.values['items.push'];
  const itemAccount = (itemId: string): string | undefined => basis?.items[itemId]?.account;
  const day = postedDay(creditMemoRef(view.ref), view);
  const options = { ...rounding, ...code, itemUsable, itemAccount, day };
  const memo = toCreditMemo(voided, view.ref, under(ctx, basis), options);
  const [applied] = payments;
  const amount = parseDecimal(voided.total).minus(sum(payments.map((payment) => parseDecimal(payment.amount))));
  const applicationDay = postedDay(creditApplicationRef(view.ref), view) ?? day;
  const application = toCreditApplication(voided, view.ref, ctx, { day: applicationDay, amount });
  if (isHold(memo)) return { do: 'hold', reason: memo.hold };
  if (isHold(application)) return { do: 'hold', reason: application.hold };
  return {
    do: 'push',
    pushes: [
      pushOf(creditMemoRef(view.ref), 'put', memo),
      ...(amount.gt(0) ? [pushOf(creditApplicationRef(view.ref), 'put', application)] : []),
    ],
    warnings: memo.warnings,
    ...(applied === undefined ? {} : { waitsOn: applied.ref }),
  };
}

/** The day a record of ours bears in QuickBooks: books that are closed over it since then do not move it. */
function postedDay(ref: string, { made }: View<Invoice>): string | undefined {
  const record = made[ref];
  if (record?.linked !== true) return undefined;
  const { TxnDate } = readRecord(record.body);
  return typeof TxnDate === 'string' ? TxnDate : undefined;
}

/** What the invoice was posted under outlasts its void. */
function withBasis(plan: Plan, { basis }: View<Invoice>): Plan {
  if (plan.do !== 'push' || basis === undefined) return plan;
  return { ...plan, pushes: plan.pushes.map((push) => ({ ...push, basis })) };
}

const deposited = ({ ref }: AppliedPayment, n: string) =>
  ({
    code: 'deposited',
    params: { p: ref.slice(ref.indexOf(':') + 1), n, d: '(number not told)', date: '(day not told)' },
  }) as const;
