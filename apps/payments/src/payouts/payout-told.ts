import type { StripePayout } from '@qbo-sync/contracts/stripe/payout';
import type { Trigger } from '@qbo-sync/service/entity-service/definition';
import type { PayoutRow } from './payout-rows';

/**
 * What a payout's stream hears of: that it is over. On its way it is only listed.
 *
 *   pending, in transit            nothing
 *   paid, not itemised yet         nothing: Stripe completes its parts within hours
 *   paid, itemised or never to be  `paid`
 *   failed, canceled               `failed`, `canceled`
 */
const OVER: ReadonlySet<string> = new Set(['paid', 'failed', 'canceled']);

const isItemised = ({ automatic, method }: StripePayout): boolean => automatic && method !== 'instant';
const isCompleted = (payout: StripePayout): boolean =>
  !isItemised(payout) || payout.reconciliationStatus === 'completed';

export function isToTell(payout: StripePayout, told: string | null): boolean {
  return OVER.has(payout.status) && payout.status !== told && (payout.status !== 'paid' || isCompleted(payout));
}

/** All its transactions are there to be read. */
export function isPartsReady(payout: StripePayout): boolean {
  return (
    isItemised(payout) &&
    payout.reconciliationStatus === 'completed' &&
    (payout.status === 'paid' || payout.status === 'failed')
  );
}

/** A payout's status as an event of its stream: by its id the same however it was heard of. */
export function changedTrigger(payout: StripePayout, { sequence, heardAt }: PayoutRow, now: string): Trigger {
  const { id, status } = payout;
  return {
    kind: 'changed',
    event: {
      id: `${id}.${status}`,
      type: `payout.${status}`,
      occurredAt: heardAt ?? now,
      receivedAt: now,
      topic: 'stripe',
      partition: 0,
      offset: '0',
    },
    change: status,
    sequence: sequence + 1,
    data: { payout },
  };
}
