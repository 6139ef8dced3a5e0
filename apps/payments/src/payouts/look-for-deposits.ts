import { depositListRef, listedDeposits } from '@qbo-sync/entities/payout/deposit-list';
import type { PayoutRelated } from '@qbo-sync/entities/payout/payout';
import type { StreamEvent } from '@qbo-sync/entities/sync/events';
import { evolve } from '@qbo-sync/entities/sync/evolve';
import { initial, type State } from '@qbo-sync/entities/sync/stream-state';
import type { Client } from '@qbo-sync/eventstore/pool';
import { loadEvents, streamId } from '@qbo-sync/eventstore/streams';
import type { RelatedTo } from '@qbo-sync/service/entity-service/definition';

/** A look older than this is not gone by: somebody may have entered the deposit since. */
const GOOD_FOR = `interval '1 day'`;

/**
 * What was found when deposits were looked for that somebody entered by hand. Looked for just before the payout would be
 * asked for, and once more when a person says to try again.
 */
export async function depositsAround(
  client: Client,
  { tenant, ref, trigger, ...to }: RelatedTo,
  payoutId: string,
): Promise<Pick<PayoutRelated, 'deposits' | 'listing'>> {
  const state = to.state as State;
  const last = await selectLook(client, tenant, payoutId);
  if (last === undefined || state.asked[ref] !== undefined) return {};
  const refOf = (look: number): string => depositListRef(payoutId, last.arrivesOn, look);
  const isRetry = trigger.kind === 'resolve' && trigger.choice === 'retry';
  if (last.looks > 0 && !isRetry) {
    const listing = { tenant, ref: refOf(last.looks) };
    const stored = (await loadEvents(client, [listing])).get(streamId(listing)) ?? [];
    const events = stored as unknown as readonly StreamEvent[];
    const deposits = listedDeposits(events.reduce(evolve, initial(tenant, listing.ref)));
    const isOld = last.old && state.stop?.type !== 'Held';
    if (deposits === undefined || !isOld)
      return { listing: listing.ref, ...(deposits === undefined ? {} : { deposits }) };
  }
  await storeLook(client, tenant, payoutId);
  return { listing: refOf(last.looks + 1) };
}

interface Look {
  readonly arrivesOn: string;
  readonly looks: number;
  readonly old: boolean;
}

async function selectLook(client: Client, tenant: string, payoutId: string): Promise<Look | undefined> {
  const { rows } = await client.query<{ arrives_on: string; looks: number; old: boolean | null }>(
    `select arrives_on, looks, looked_at < now() - ${GOOD_FOR} as old from payout
      where tenant = $1 and payout_id = $2 and arrives_on is not null`,
    [tenant, payoutId],
  );
  return rows.map(({ arrives_on: arrivesOn, looks, old }) => ({ arrivesOn, looks, old: old === true }))[0];
}

/** One more look is wanted. */
async function storeLook(client: Client, tenant: string, payoutId: string): Promise<void> {
  await client.query(
    `update payout set looks = looks + 1, look_due = true, looked_at = now() where tenant = $1 and payout_id = $2`,
    [tenant, payoutId],
  );
}

/** A look that nobody has asked QuickBooks for yet: the stream that does. */
export async function selectDueLook(
  client: Client,
): Promise<{ tenant: string; payoutId: string; ref: string } | undefined> {
  const { rows } = await client.query<{ tenant: string; payout_id: string; arrives_on: string; looks: number }>(
    `select tenant, payout_id, arrives_on, looks from payout where look_due order by tenant, payout_id limit 1`,
  );
  return rows.map(({ tenant, payout_id: payoutId, arrives_on: arrivesOn, looks }) => ({
    ...{ tenant, payoutId },
    ref: depositListRef(payoutId, arrivesOn, looks),
  }))[0];
}

export async function endDueLook(client: Client, tenant: string, payoutId: string): Promise<void> {
  await client.query(`update payout set look_due = false where tenant = $1 and payout_id = $2`, [tenant, payoutId]);
}
