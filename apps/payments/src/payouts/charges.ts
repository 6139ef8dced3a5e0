import { entityOf } from '@qbo-sync/contracts/refs';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import type { RefundData } from '@qbo-sync/entities/refund/refund';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { NotedChange } from '@qbo-sync/service/entity-service/definition';

interface Charge {
  readonly tenant: string;
  readonly stripeId: string;
  readonly ref: string;
}

/** Notes Stripe's ids of payments and refunds; payouts that name one of them without knowing it know it from now on. */
export async function noteCharges(client: Client, changes: readonly NotedChange[]): Promise<void> {
  const charges = changes.flatMap(chargeIn);
  if (charges.length === 0) return;
  const columns = [
    charges.map(({ tenant }) => tenant),
    charges.map(({ stripeId }) => stripeId),
    charges.map(({ ref }) => ref),
  ];
  await client.query(
    `insert into charge (tenant, stripe_id, ref) select * from unnest($1::text[], $2::text[], $3::text[])
     on conflict do nothing`,
    columns,
  );
  await client.query(
    `with known as (
       update payout_transaction t set ref = c.ref
         from unnest($1::text[], $2::text[], $3::text[]) as c (tenant, stripe_id, ref)
        where t.tenant = c.tenant and t.stripe_id = c.stripe_id and t.ref is null
       returning t.tenant, t.payout_id
     )
     update payout p set touched = true from known where p.tenant = known.tenant and p.payout_id = known.payout_id`,
    columns,
  );
}

/** The payment or refund of a charge or refund of Stripe's. */
export async function selectRefOf(client: Client, tenant: string, stripeId: string): Promise<string | undefined> {
  const { rows } = await client.query<{ ref: string }>(`select ref from charge where tenant = $1 and stripe_id = $2`, [
    tenant,
    stripeId,
  ]);
  return rows[0]?.ref;
}

function chargeIn({ tenant, ref, data }: NotedChange): readonly Charge[] {
  const stripeId =
    entityOf(ref) === 'payment'
      ? (data as unknown as Payment).processorChargeId
      : entityOf(ref) === 'refund'
        ? (data as unknown as RefundData).refund.processorRefundId
        : undefined;
  return stripeId === undefined ? [] : [{ tenant, stripeId, ref }];
}
