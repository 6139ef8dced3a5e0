import type { StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import { idOf } from '@qbo-sync/contracts/refs';
import type { PayoutRelated, Whereabouts } from '@qbo-sync/entities/payout/payout';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { RelatedTo } from '@qbo-sync/service/entity-service/definition';
import { selectPayout } from './payout-rows';
import { refreshPlaces } from './places';
import { selectTransactions } from './transaction-rows';

const PAGE = 500;

/** What a payout's rules look at beside its own stream. */
export async function relatedToPayout(client: Client, { tenant, ref, settings }: RelatedTo): Promise<PayoutRelated> {
  const payoutId = idOf(ref);
  const row = await selectPayout(client, tenant, payoutId);
  if (row?.whole !== true) return { where: {}, deposits: [] };
  await refreshPlaces(client, tenant, payoutId, settings);
  const transactions: StripeTransaction[] = [];
  const where: Record<string, Whereabouts> = {};
  for (let after = -1; ;) {
    const page = await selectTransactions(client, tenant, payoutId, after, PAGE);
    for (const { position, transaction, place } of page) {
      transactions.push(transaction);
      if (place !== undefined) where[transaction.id] = place;
      after = position;
    }
    if (page.length < PAGE) return { transactions, where, deposits: [] };
  }
}
