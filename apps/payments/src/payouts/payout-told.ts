import type { StripePayout } from '@qbo-sync/contracts/stripe/payout';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import type { PayoutRow } from './payout-rows';

/**
 * What a payout's stream hears of: that it is over. On its way it is only listed.
 *
 *   pending, in transit            nothing
 *   paid, not itemised yet         nothing: Stripe completes its parts within hours
 *   paid, itemised or never to be  `paid`
 *   failed, not itemised yet       `failing`: its parts are waited for, and then
 *   failed                         `failed`
 *   canceled                       `canceled`
 */
function tellingOf(payout: StripePayout): string | undefined {
  const { status } = payout;
  if (status === 'paid') return isCompleted(payout) ? status : undefined;
  if (status === 'failed') return isCompleted(payout) ? status : 'failing';
  return status === 'canceled' ? status : undefined;
}

const isItemised = ({ automatic, method }: StripePayout): boolean => automatic && method !== 'instant';
const isCompleted = (payout: StripePayout): boolean =>
  !isItemised(payout) || payout.reconciliationStatus === 'completed';

/** What its stream is to be told; undefined: nothing, or it was. */
export function toTell(payout: StripePayout, told: string | null): string | undefined {
  const telling = tellingOf(payout);
  return telling === told ? undefined : telling;
}

/** All its transactions are there to be read. */
export function isPartsReady(payout: StripePayout): boolean {
  return (
    isItemised(payout) &&
    payout.reconciliationStatus === 'completed' &&
    (payout.status === 'paid' || payout.status === 'failed')
  );
}

/** What is told as an event of its stream: by its id the same however it was heard of. */
export function changedTrigger(
  payout: StripePayout,
  telling: string,
  { sequence, heardAt }: PayoutRow,
  now: string,
): Trigger {
  return {
    kind: 'changed',
    event: {
      id: `${payout.id}.${telling}`,
      type: `payout.${telling}`,
      occurredAt: heardAt ?? now,
      receivedAt: now,
      topic: 'stripe',
      partition: 0,
      offset: '0',
    },
    change: telling,
    sequence: sequence + 1,
    data: { payout },
  };
}
