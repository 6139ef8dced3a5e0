import type { StripeDispute } from '@qbo-sync/contracts/stripe/dispute';
import { formatAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { mappingContext, NOT_READY, switchedOff } from '../sync/plans';
import { plainVerdict } from '../sync/refusals';
import type { Rules } from '../sync/rules';

/** A dispute as Stripe last showed it. */
export interface DisputeData {
  readonly dispute: StripeDispute;
}

export interface DisputeRelated {
  /** What a person calls the payment that is disputed: `RAC-1041`. */
  readonly called: string;
}

/** QuickBooks' type of an account in which lost money would wait for somebody. */
const ASSET = 'Other Current Asset';

/**
 * Disputes at Stripe (postings.md §10.5). No record of its own: its money is a line of the payouts it came off, and came back
 * with where it was won.
 *
 *   opened, won, over without a loss   → nothing more
 *   lost, disputes account an expense  → nothing more: it is booked there
 *   lost, disputes account an asset    → held: a person writes it off or collects it
 *
 * The invoice stays paid.
 */
export const disputeRules: Rules<DisputeData, DisputeRelated> = {
  entity: 'dispute',
  nature: 'document',
  facts: [],
  onlyShown: true,

  ownDate: ({ dispute }) => dispute.createdAt.slice(0, 10),

  describe: ({ data }) =>
    data === undefined ? {} : { number: data.dispute.id, amount: data.dispute.amount, currency: data.dispute.currency },

  plan({ data }, context) {
    const ctx = mappingContext(context);
    if (ctx === undefined || data === undefined) return NOT_READY;
    for (const setting of ['invoices.push', 'payments.push', 'payments.reconcile'] as const) {
      if (!ctx.values[setting]) return switchedOff(setting, false);
    }
    const account = ctx.values['payments.disputeAccount'];
    if (data.dispute.status !== 'lost' || account?.type !== ASSET) return { do: 'skip', reason: { code: 'in_payout' } };
    const x = formatAmount(parseDecimal(data.dispute.amount));
    return {
      do: 'hold',
      reason: { code: 'dispute', params: { n: context.related.called, x, account: account.name } },
    };
  },

  judge: (answer, expect) => plainVerdict(answer, expect),
};
