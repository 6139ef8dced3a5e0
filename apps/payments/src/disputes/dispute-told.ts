import type { StripeDispute } from '@qbo-sync/contracts/stripe/dispute';
import type { Told } from '@qbo-sync/service/entity-service/apart';

/** What a dispute's stream hears of: `opened`, then how it ended; `closed`, where nothing was taken. */
export type DisputeStanding = 'opened' | 'won' | 'lost' | 'closed';

const ENDS: Readonly<Record<string, DisputeStanding>> = {
  won: 'won',
  lost: 'lost',
  warning_closed: 'closed',
  prevented: 'closed',
};

export const standingOf = ({ status }: Pick<StripeDispute, 'status'>): DisputeStanding => ENDS[status] ?? 'opened';

/** How a dispute stands as an event of its stream: by its id the same however it was heard of. */
export function toldOf(tenant: string, dispute: StripeDispute, sequence: number, now: string): Told {
  const standing = standingOf(dispute);
  return {
    tenant,
    ref: `dispute:${dispute.id}`,
    trigger: {
      kind: 'changed',
      event: {
        id: `${dispute.id}.${standing}`,
        type: `dispute.${standing}`,
        // Stripe does not say when one ended.
        occurredAt: standing === 'opened' ? dispute.createdAt : now,
        receivedAt: now,
        ...{ topic: 'stripe', partition: 0, offset: '0' },
      },
      change: standing,
      sequence,
      data: { dispute },
    },
  };
}
