import type { Client } from '@qbo-sync/eventstore/pool';
import type { StripeEvent } from '@qbo-sync/stripe/webhook';

/** Stores an event of a webhook; false: it was here before. */
export async function storeEvent(
  client: Client,
  { id, account, type, objectId, createdAt }: StripeEvent,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into stripe_event (event_id, account, type, object_id, created_at)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [id, account ?? null, type, objectId, createdAt],
  );
  return rowCount === 1;
}

/** The company a Stripe account belongs to, by the settings in force here. */
export async function selectTenantOf(client: Client, account: string): Promise<string | undefined> {
  const { rows } = await client.query<{ tenant: string }>(
    `select tenant from settings where document::json -> 'values' ->> 'payments.stripeAccount' = $1`,
    [account],
  );
  return rows[0]?.tenant;
}
