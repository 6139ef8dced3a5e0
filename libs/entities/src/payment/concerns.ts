import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { refundOf } from '@qbo-sync/mapping/refund';

/** A stream an event concerns, and what it says of its record. */
export interface Concern {
  readonly stream: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * A payment's event says how each of its refunds stands too (postings.md §1.1). The row of `refunded` is the new refund's,
 * every other is the payment's.
 */
export function concernsOf(ref: string, change: string, event: unknown): readonly [Concern, ...(readonly Concern[])] {
  const payment = event as Payment;
  const own: Concern = { stream: ref, data: { ...payment } };
  const refunds = new Map(
    payment.refunds.map((refund) => [
      refund.id,
      { stream: `refund:${refund.id}`, data: { ...refundOf(payment, refund) } },
    ]),
  );
  const news = change === 'refunded' ? refunds.get(payment.refundId ?? '') : undefined;
  if (news === undefined) return [own, ...refunds.values()];
  return [news, own, ...[...refunds.values()].filter((one) => one !== news)];
}
