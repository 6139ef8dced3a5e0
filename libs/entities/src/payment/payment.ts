import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { formatAmount, parseDecimal, sum } from '@qbo-sync/money/decimal';
import { dayOf } from '@qbo-sync/money/zone';
import { isHold, type MappingContext } from '@qbo-sync/mapping/document';
import { type PaidInvoice, toPayment, toVoidedPayment } from '@qbo-sync/mapping/payment';
import { differences, valueAt } from '../sync/compare';
import { mappingContext, NOT_READY, planFor, pushOf, ruleMissing, switchedOff } from '../sync/plans';
import { readRecord } from '../sync/record-text';
import { plainVerdict, refusal } from '../sync/refusals';
import type { Answered, Context, Plan, Rules, Verdict, View } from '../sync/rules';

/** What payments has followed of an invoice, by the invoices topic and the gateway's answers. */
export interface FollowedInvoice {
  readonly customerId: string;
  readonly number: string;
  readonly issuedOn: string;
  readonly tip?: string;
  /** ce_time of the first event of it. */
  readonly firstOccurredAt: string;
  /** It is in QuickBooks under the books in force. */
  readonly linked: boolean;
}

export interface PaymentRelated {
  /** The invoices named by the payment's allocations, as far as they are known, by their id. */
  readonly invoices: Readonly<Record<string, FollowedInvoice>>;
}

const DEPOSIT_ACCOUNT = 'DepositToAccountRef.value';
const UNAPPLIED = 'UnappliedAmt';

/**
 * Payments (postings.md §8).
 *
 *   collected                      → put: allocations as lines, the rest is the customer's credit
 *   its invoice not heard of       → put all the same (the gateway waits), decided again when it comes
 *   several allocations            → waits until all invoices are known: one customer or several?
 *   updated after it was posted    → rule missing, unless it comes to the same
 *   voided, entered in error       → removed (voided in QuickBooks)
 *   voided otherwise, refunded     → rule missing; the payment itself stays, or is posted
 *
 * An invoice older than go-live is not ours to post: its part stays unapplied, with a warning.
 */
export const paymentRules: Rules<Payment, PaymentRelated> = {
  entity: 'payment',
  nature: 'document',
  facts: ['voided', 'refunded'],

  ownDate: (data) => data.collectedOn,

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
    const voided = view.facts.find(({ change }) => change === 'voided');
    if (voided?.data.voidReason === 'entered-in-error') {
      return planFor(view.ref, 'remove', toVoidedPayment(voided.data, ctx));
    }
    const collected = planCollected(data, view, ctx, context);
    const [fact] = view.facts;
    if (fact === undefined) return collected;
    const held = ruleMissing(fact.change === 'refunded' ? 'refund' : `payment ${fact.data.voidReason ?? 'voided'}`);
    return collected.do === 'push' && held.do === 'hold'
      ? { ...held, pushes: collected.pushes, warnings: collected.warnings }
      : held;
  },

  judge(answer, expect, view, { settings, related }) {
    const p = view.data?.id ?? view.ref;
    if (answer.outcome === 'refused') {
      const paid =
        view.data?.allocations.map(({ invoiceId }) => related.invoices[invoiceId]?.number ?? invoiceId) ?? [];
      const params = { p, doc: p, d: view.data?.collectedOn ?? '', n: paid.join(', ') || p };
      return { verdict: 'hold', reason: refusal(answer, params) };
    }
    if (answer.record === undefined) {
      return view.facts.length > 0 ? plainVerdict(answer, expect) : { verdict: 'hold', reason: { code: 'unclear' } };
    }
    return compared(answer, answer.record, expectedOf(expect, answer.record, settings), view);
  },
};

/** QuickBooks applies no more than an invoice has open; the rest becomes credit, and a person is told (postings.md §8.3). */
function compared(
  answer: Answered,
  record: TextObject,
  expect: Readonly<Record<string, string>>,
  view: View<Payment>,
): Verdict {
  const { [UNAPPLIED]: _unapplied, ...others } = expect;
  const verdict = plainVerdict(answer, others);
  const isLess = valueAt(record, UNAPPLIED) !== undefined && differences(record, expect).includes(UNAPPLIED);
  if (verdict.verdict !== 'synced' || !isLess) return verdict;
  const invoice = view.data?.allocations.map(({ invoiceId }) => invoiceId).join(', ') ?? '';
  return { verdict: 'synced', warnings: [{ code: 'left_unapplied', params: { invoice } }] };
}

/** What the body applies to no invoice. */
function unapplied(body: string): string {
  const payment = readRecord(body) as unknown as { TotalAmt: string; Line?: readonly { Amount: string }[] };
  const applied = sum((payment.Line ?? []).map(({ Amount }) => parseDecimal(Amount)));
  return formatAmount(parseDecimal(payment.TotalAmt).minus(applied));
}

function planCollected(
  data: Payment,
  view: View<Payment>,
  ctx: MappingContext,
  context: Context<PaymentRelated>,
): Plan {
  const { invoices } = context.related;
  const unknown = data.allocations.find(({ invoiceId }) => invoices[invoiceId] === undefined);
  if (data.allocations.length > 1 && unknown !== undefined) {
    const waitsOn = `invoice:${unknown.invoiceId}`;
    return { do: 'wait', reason: { code: 'parent', params: { ref: waitsOn } }, waitsOn };
  }
  const { settings } = context;
  const invoice = (id: string): PaidInvoice | undefined => {
    const followed = invoices[id];
    return followed === undefined
      ? undefined
      : {
          customerId: followed.customerId,
          number: followed.number,
          ...(followed.tip === undefined ? {} : { tip: followed.tip }),
          leftOut: settings !== null && isLeftOut(followed, settings),
        };
  };
  const mapped = toPayment(data, ctx, { invoice });
  if (isHold(mapped)) return { do: 'hold', reason: mapped.hold };
  if (view.linked && view.lastBody !== undefined && view.lastBody !== mapped.body) {
    return sameMoney(view.lastBody) === sameMoney(mapped.body)
      ? { do: 'skip', reason: { code: 'unchanged' } }
      : ruleMissing('payment update');
  }
  return {
    do: 'push',
    pushes: [pushOf(view.ref, 'put', { ...mapped, expect: { ...mapped.expect, [UNAPPLIED]: unapplied(mapped.body) } })],
    warnings: mapped.warnings,
    ...(unknown === undefined ? {} : { waitsOn: `invoice:${unknown.invoiceId}` }),
  };
}

/** Older than go-live and not in QuickBooks by us: a bookkeeper may have entered it by hand (product.md §4). */
function isLeftOut(invoice: FollowedInvoice, { goLiveAt, company }: SyncSettings): boolean {
  if (invoice.linked || !goLiveAt) return false;
  return (
    Date.parse(invoice.firstOccurredAt) < Date.parse(goLiveAt) || invoice.issuedOn < dayOf(goLiveAt, company.timeZone)
  );
}

/** The body without the account: another setting never moves money that is posted. */
function sameMoney(body: string): string {
  return body.replace(/"DepositToAccountRef":\{"value":"[^"]*"\},/, '');
}

/** QuickBooks leaves the account out where it is its own Undeposited Funds (postings.md §13). */
function expectedOf(
  expect: Readonly<Record<string, string>>,
  record: TextObject,
  settings: SyncSettings | null,
): Readonly<Record<string, string>> {
  const { [DEPOSIT_ACCOUNT]: account, ...rest } = expect;
  const own = settings?.profile?.undepositedAccount?.id;
  return account !== undefined && account === own && valueAt(record, DEPOSIT_ACCOUNT) === undefined ? rest : expect;
}
