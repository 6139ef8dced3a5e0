import type { StripePayout } from '@qbo-sync/contracts/stripe/payout';
import { isHold, type Mapped, type MappingContext } from '@qbo-sync/mapping/document';
import { payoutHold } from '@qbo-sync/mapping/payout';
import { type BankDeposit, payoutExists } from '@qbo-sync/mapping/payout-by-hand';
import { failureId, toFailedPayout, toWholePayout } from '@qbo-sync/mapping/payout-entry';
import { parseDecimal } from '@qbo-sync/money/decimal';
import { dayOf } from '@qbo-sync/money/zone';
import { mappingContext, NOT_READY, switchedOff } from '../sync/plans';
import { plainVerdict, refusal } from '../sync/refusals';
import type { Context, Plan, Push, Rules, View } from '../sync/rules';
import type { PartsOutcome } from './parts-fold';
import { chosenBy, isItemised, type PayoutData } from './payout-data';
import { isLinkOf, keptPush, linkOf, posted, putOf, standing } from './standing';

export type { Whereabouts } from '@qbo-sync/mapping/payout-lines';

export interface PayoutRelated {
  /** What its parts come to; undefined until every page was read, or where they do not matter. */
  readonly parts?: PartsOutcome;
  /** Deposits around that day that are not ours; undefined until they were listed. */
  readonly deposits?: readonly BankDeposit[];
  /** The stream that lists them. */
  readonly listing?: string;
}

/**
 * Stripe payouts (postings.md §10).
 *
 *   not paid, not itemised, not read whole   → waits (parts)
 *   paid, itemised, every part in its place  → Deposit; several (`payout:po_1/2`) above QuickBooks' line limit
 *   a part on its way                        → waits for it: its arrival decides again
 *   a part nobody knows, or that is not posted; parts that are not the amount → held, naming it
 *   a deposit of it entered by hand          → held: a person links it (`link 900`), or posts anyway
 *   negative                                 → JournalEntry, in Undeposited Funds mode with a deposit of nothing
 *   manual, instant                          → held; `clearing`: JournalEntry over Stripe clearing
 *   failed                                   → what it was posted as stays, and an entry takes it back
 *
 * What is in QuickBooks stands: a deposit is never edited.
 */
export const payoutRules: Rules<PayoutData, PayoutRelated> = {
  entity: 'payout',
  nature: 'document',
  facts: [],
  follows: 'related',

  ownDate: ({ payout }) => payout.arrivalDate,

  describe: ({ data }) =>
    data === undefined ? {} : { number: data.payout.id, amount: data.payout.amount, currency: data.payout.currency },

  plan(view, context) {
    const ctx = mappingContext(context);
    const { data } = view;
    if (ctx === undefined || data === undefined) return NOT_READY;
    for (const setting of ['invoices.push', 'payments.push', 'payments.reconcile'] as const) {
      if (!ctx.values[setting]) return switchedOff(setting, false);
    }
    const whole = otherLink(data.payout, view, ctx) ?? standing(view) ?? posting(data.payout, view, ctx, context);
    if (whole.do !== 'push' || data.payout.status !== 'failed') return whole;
    return withFailure(whole.pushes, data, view, ctx);
  },

  judge(answer, expect, view) {
    if (answer.outcome !== 'refused') return plainVerdict(answer, expect);
    const po = view.data?.payout.id ?? view.ref;
    const params = { po, p: po, doc: po, n: po, d: view.data?.payout.arrivalDate ?? '' };
    return { verdict: 'hold', reason: refusal(answer, params) };
  },

  choose: (choice, { data }) => (data === undefined ? undefined : chosenBy(choice, data)),
};

function posting(
  payout: StripePayout,
  view: View<PayoutData>,
  ctx: MappingContext,
  { related }: Context<PayoutRelated>,
): Plan {
  const isOff = payout.status === 'canceled' || (payout.status === 'failed' && !isItemised(payout));
  // Nothing reached the bank, and nothing was written.
  if (isOff && view.made[view.ref] === undefined) return { do: 'skip', reason: { code: 'unchanged' } };
  if (!isItemised(payout)) return posted(view, [[payout.id, wholePayout(payout, view, ctx)]]);
  const isOver = payout.status === 'paid' || payout.status === 'failed';
  const { parts } = related;
  if (!isOver || payout.reconciliationStatus !== 'completed') return forParts(payout);
  const stopped = parseDecimal(payout.amount).lt(0) ? undefined : payoutHold(payout, ctx);
  if (stopped) return { do: 'hold', reason: stopped.hold };
  if (parts === undefined) return forParts(payout);
  if ('hold' in parts) return { do: 'hold', reason: parts.hold };
  if ('wait' in parts) return forParts(payout, parts.wait);
  return byHand(payout, view, ctx, related) ?? posted(view, parts.records);
}

/** A deposit of it may be there already; what was asked for was looked at before. */
function byHand(
  payout: StripePayout,
  { chosen, made, ref }: View<PayoutData>,
  ctx: MappingContext,
  { deposits, listing }: PayoutRelated,
): Plan | undefined {
  const isAsked = made[ref] !== undefined && !made[ref].removed;
  if (isAsked || chosen['post'] === 'anyway' || parseDecimal(payout.amount).lt(0)) return undefined;
  if (deposits === undefined) return forParts(payout, listing);
  const found = payoutExists(payout, deposits, ctx);
  return found && { do: 'hold', reason: found.hold };
}

/** The deposit that a person says it is, entered on whatever day; what we posted is not exchanged for it. */
function otherLink(payout: StripePayout, view: View<PayoutData>, ctx: MappingContext): Plan | undefined {
  const id = view.chosen['link'] ?? '';
  const made = view.made[view.ref];
  const isPosted = made?.linked === true && !isLinkOf(made);
  if (id === '' || isPosted || (made?.linked === true && isLinkOf(made, id))) return undefined;
  const bank = ctx.values['payments.payoutAccount'];
  if (bank === null) {
    return { do: 'hold', reason: { code: 'account_missing', params: { setting: 'payments.payoutAccount' } } };
  }
  const expect = { TotalAmt: payout.amount, 'DepositToAccountRef.value': bank.id };
  return { do: 'push', pushes: [linkOf(view.ref, id, expect)], warnings: [] };
}

function wholePayout(payout: StripePayout, { chosen }: View<PayoutData>, ctx: MappingContext): Mapped {
  return toWholePayout(payout, ctx, chosen['clearing'] === 'true');
}

function forParts(payout: StripePayout, waitsOn?: string): Plan {
  return {
    do: 'wait',
    reason: { code: 'parts', params: { payout: payout.id } },
    ...(waitsOn === undefined ? {} : { waitsOn }),
  };
}

/** The entry that takes a failed payout back, behind what it was posted as. */
function withFailure(
  pushes: readonly Push[],
  { payout }: PayoutData,
  view: View<PayoutData>,
  ctx: MappingContext,
): Plan {
  const ref = `payout:${failureId(payout.id)}`;
  const kept = keptPush(ref, view.made[ref]);
  if (kept !== undefined) return { do: 'push', pushes: [...pushes, kept], warnings: [] };
  const { failedAt } = payout;
  if (failedAt === undefined) return { do: 'hold', reason: { code: 'date_missing', params: { doc: payout.id } } };
  const mapped = toFailedPayout(payout, dayOf(failedAt, ctx.company.timeZone), ctx);
  if (isHold(mapped)) return { do: 'hold', reason: mapped.hold };
  const entry = putOf(ref, mapped, [ref]);
  return { do: 'push', pushes: [...pushes, { ...entry, after: pushes.map((each) => each.ref) }], warnings: [] };
}
