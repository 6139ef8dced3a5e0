import type { Reason } from '@qbo-sync/contracts/reasons';
import type { PayoutState, PayoutView } from '@qbo-sync/contracts/stripe/payout-view';

/** A decision of a payout's stream, about the payout or one of its deposits or entries. */
export interface PayoutDecision {
  /** `payout:po_1`, `payout:po_1/2` */
  readonly ref: string;
  readonly type: string;
  readonly code: string | null;
  readonly reason: Reason | undefined;
  /** The record that QuickBooks answered with. */
  readonly quickbooks: { readonly type: string; readonly id: string } | null;
}

/**
 * How a payout stands by its stream's decisions, oldest first. The newest of each of its records counts, and what stands worst of them
 * is what the payout is: with four of five deposits posted it is not equal yet, with one of them refused it never is.
 *
 *   dismissed last ▶ closed · one held ▶ missing, manual · one asked for or deferred ▶ waiting · all posted ▶ equal
 */
export function payoutStanding(
  decisions: readonly PayoutDecision[],
): Pick<PayoutView, 'state' | 'reason' | 'quickbooks'> {
  const newest = new Map<string, PayoutDecision>();
  const records = new Map<string, NonNullable<PayoutDecision['quickbooks']>>();
  for (const decision of decisions) {
    newest.delete(decision.ref);
    newest.set(decision.ref, decision);
    if (decision.quickbooks !== null) records.set(decision.ref, decision.quickbooks);
  }
  const standing = [...newest.values()];
  const last = standing.at(-1);
  const telling =
    last?.type === 'Dismissed'
      ? last
      : (standing.findLast(({ type }) => type === 'Held') ??
        standing.findLast(({ type }) => type === 'Deferred' || type === 'PushRequested') ??
        last);
  return {
    state: stateOf(telling),
    ...(telling?.reason === undefined ? {} : { reason: telling.reason }),
    quickbooks: [...records]
      .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
      .map(([, record]) => record),
  };
}

function stateOf(decision: PayoutDecision | undefined): PayoutState {
  switch (decision?.type) {
    case 'Settled':
      return 'equal';
    case 'Held':
      return decision.code === 'payout_kind' || decision.code === 'payout_funds' ? 'manual' : 'missing';
    case 'Skipped':
      return decision.code === 'unchanged' ? 'equal' : 'closed';
    case 'Dismissed':
      return 'closed';
    default:
      return 'waiting';
  }
}
