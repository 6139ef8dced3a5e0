import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import type { How } from '@qbo-sync/contracts/sync/request';
import { isHold, type Mapped, type MappedRecord, type MappingContext } from '@qbo-sync/mapping/document';
import type { BankDeposit } from '@qbo-sync/mapping/match-document';
import { depositId, payoutExists, payoutHold, toDeposits, type WhereOf } from '@qbo-sync/mapping/payout';
import { failureId, toFailedPayout, toNegativePayout, toWholePayout } from '@qbo-sync/mapping/payout-entry';
import type { Whereabouts } from '@qbo-sync/mapping/payout-lines';
import { parseDecimal } from '@qbo-sync/money/decimal';
import { dayOf } from '@qbo-sync/money/zone';
import { mappingContext, NOT_READY, pushOf, switchedOff } from '../sync/plans';
import { plainVerdict, refusal } from '../sync/refusals';
import type { Context, Made, Plan, Push, Rules, View } from '../sync/rules';

export type { Whereabouts };

/** A payout as Stripe last showed it. */
export interface PayoutData {
  readonly payout: StripePayout;
}

export interface PayoutRelated {
  /** All its balance transactions; undefined until every page was read. */
  readonly transactions?: readonly StripeTransaction[];
  /** Where the money of each is, by the transaction's id; absent: Run a Call does not know it. */
  readonly where: Readonly<Record<string, Whereabouts>>;
  /** Deposits around that day that are not ours, as QuickBooks shows them. */
  readonly deposits: readonly BankDeposit[];
}

/**
 * Stripe payouts (postings.md §10).
 *
 *   not paid, not itemised, not read whole   → waits (parts)
 *   paid, itemised, every part in its place  → Deposit; several (`payout:po_1/2`) above QuickBooks' line limit
 *   a part on its way                        → waits for it: its arrival decides again
 *   a part nobody knows, or that is not posted; parts that are not the amount → held, naming it
 *   a deposit of it entered by hand          → held: a person links it, or posts anyway
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
    const whole = standing(view) ?? posting(data.payout, view, ctx, context);
    if (whole.do !== 'push' || data.payout.status !== 'failed') return whole;
    return withFailure(whole.pushes, data, view, ctx);
  },

  judge(answer, expect, view) {
    if (answer.outcome !== 'refused') return plainVerdict(answer, expect);
    const po = view.data?.payout.id ?? view.ref;
    const params = { po, p: po, doc: po, n: po, d: view.data?.payout.arrivalDate ?? '' };
    return { verdict: 'hold', reason: refusal(answer, params) };
  },

  /**
   * `clearing`: post a payout that cannot be itemised over Stripe clearing; `post`: beside the deposit that is there;
   * `account ch_9 77`: where the money of what Run a Call does not know goes.
   */
  choose(choice, { data }) {
    if (data === undefined) return undefined;
    if (choice === 'clearing') return isItemised(data.payout) ? undefined : { clearing: 'true' };
    if (choice === 'post') return { post: 'anyway' };
    const [, source, account] = /^account (\S+) (\S+)$/.exec(choice) ?? [];
    return source === undefined || account === undefined ? undefined : { [`account ${source}`]: account };
  },
};

/** What a request of a payout was made as; all of them, so that a part of them never passes for the whole. */
interface Basis {
  readonly resource: string;
  readonly how: How;
  readonly expect: Readonly<Record<string, string>>;
  readonly refs: readonly string[];
}

const isItemised = ({ automatic, method }: StripePayout): boolean => automatic && method !== 'instant';

/** All of it is in QuickBooks: it stands, whatever the settings or its parts say now. */
function standing(view: View<PayoutData>): Extract<Plan, { do: 'push' }> | undefined {
  const basis = view.made[view.ref]?.basis as unknown as Basis | undefined;
  const kept = (basis?.refs ?? []).map((ref) => keptPush(ref, view.made[ref]));
  const pushes = kept.filter((each) => each !== undefined);
  return basis === undefined || pushes.length < kept.length ? undefined : { do: 'push', pushes, warnings: [] };
}

function keptPush(ref: string, made: Made | undefined): Push | undefined {
  const basis = made?.basis as unknown as Basis | undefined;
  if (made === undefined || basis === undefined || !made.linked || made.removed) return undefined;
  const { resource, how, expect } = basis;
  return { ref, kind: 'put', resource, how, body: made.body, expect, basis: { ...basis } };
}

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
  const { transactions, deposits } = related;
  if (!isOver || payout.reconciliationStatus !== 'completed' || transactions === undefined) return forParts(payout);
  const whereOf = whereIn(view, related);
  if (parseDecimal(payout.amount).lt(0)) {
    const mapped = toNegativePayout(payout, transactions, whereOf, ctx);
    if ('hold' in mapped) return { do: 'hold', reason: mapped.hold };
    if ('wait' in mapped) return forParts(payout, mapped.wait);
    const { entry, deposit } = mapped;
    return posted(view, [
      [payout.id, entry],
      ...(deposit === undefined ? [] : [[depositId(payout.id, 2), deposit] as const]),
    ]);
  }
  const stopped = payoutHold(payout, ctx);
  if (stopped) return { do: 'hold', reason: stopped.hold };
  const byHand = view.chosen['post'] === 'anyway' ? undefined : payoutExists(payout, deposits, ctx);
  if (byHand) return { do: 'hold', reason: byHand.hold };
  const mapped = toDeposits(payout, transactions, whereOf, ctx);
  if ('hold' in mapped) return { do: 'hold', reason: mapped.hold };
  if ('wait' in mapped) return forParts(payout, mapped.wait);
  return posted(
    view,
    mapped.deposits.map((each, index) => [depositId(payout.id, index + 1), each] as const),
  );
}

function wholePayout(payout: StripePayout, { chosen }: View<PayoutData>, ctx: MappingContext): Mapped {
  return chosen['clearing'] === 'true'
    ? toWholePayout(payout, ctx)
    : { hold: { code: 'payout_kind', params: { po: payout.id } } };
}

function forParts(payout: StripePayout, waitsOn?: string): Plan {
  return {
    do: 'wait',
    reason: { code: 'parts', params: { payout: payout.id } },
    ...(waitsOn === undefined ? {} : { waitsOn }),
  };
}

/** What a person named for a charge counts only where nobody knows it. */
function whereIn({ chosen }: View<PayoutData>, { where }: PayoutRelated): WhereOf {
  return ({ id, source }) => {
    const known = where[id];
    if (known !== undefined && !('missing' in known && known.on === undefined)) return known;
    const account = source === null ? undefined : chosen[`account ${source}`];
    if (account !== undefined) return { account: { id: account, name: '' }, text: `Stripe ${source ?? ''}` };
    return known ?? { missing: 'Run a Call does not know it' };
  };
}

/** One request per record; those that are in QuickBooks already as they are there. */
function posted(view: View<PayoutData>, records: readonly (readonly [id: string, mapped: Mapped])[]): Plan {
  const made: { ref: string; record: MappedRecord }[] = [];
  for (const [id, mapped] of records) {
    if (isHold(mapped)) return { do: 'hold', reason: mapped.hold };
    made.push({ ref: `payout:${id}`, record: mapped });
  }
  const refs = made.map(({ ref }) => ref);
  return {
    do: 'push',
    pushes: made.map(({ ref, record }) => keptPush(ref, view.made[ref]) ?? putOf(ref, record, refs)),
    warnings: made.flatMap(({ record }) => record.warnings),
  };
}

function putOf(ref: string, record: MappedRecord, refs: readonly string[]): Push {
  const { resource, how, expect } = record;
  const basis: Basis = { resource, how, expect, refs };
  return { ...pushOf(ref, 'put', record), basis: { ...basis } };
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
