import { idOf } from '@qbo-sync/contracts/refs';
import { isDepositList } from '@qbo-sync/entities/payout/deposit-list';
import { type PartsFold, partsFold } from '@qbo-sync/entities/payout/parts-fold';
import type { PayoutRelated } from '@qbo-sync/entities/payout/payout';
import type { State } from '@qbo-sync/entities/sync/stream-state';
import type { Client } from '@qbo-sync/eventstore/pool';
import type { RelatedTo } from '@qbo-sync/service/entity-service/definition';
import { depositsAround } from './look-for-deposits';
import { selectPayout } from './payout-rows';
import { refreshPlaces, waitingPart } from './places';
import { selectTransactions } from './transaction-rows';

const PAGE = 500;

/** What a payout's rules look at beside its own stream: what its parts come to, and deposits that may be it already. */
export async function relatedToPayout(client: Client, to: RelatedTo): Promise<PayoutRelated> {
  const { tenant, ref, settings, trigger } = to;
  const payoutId = idOf(ref);
  const row = isDepositList(ref) ? undefined : await selectPayout(client, tenant, payoutId);
  const fold = row?.whole === true ? partsFold({ state: to.state as State, trigger, settings }) : undefined;
  if (fold === undefined) return {};
  const waitsOn = await waitingPart(client, tenant, payoutId, settings);
  if (waitsOn !== undefined) return { parts: { wait: waitsOn } };
  await refreshPlaces(client, tenant, payoutId, settings);
  await handIn(client, tenant, payoutId, fold.weigh);
  if (fold.goesOn()) await handIn(client, tenant, payoutId, fold.place);
  const parts = fold.outcome();
  return 'records' in parts ? { parts, ...(await depositsAround(client, to, payoutId)) } : { parts };
}

/** Never more than a page of them is there at once. */
async function handIn(client: Client, tenant: string, payoutId: string, take: PartsFold['weigh']): Promise<void> {
  for (let after = -1; ;) {
    const page = await selectTransactions(client, tenant, payoutId, after, PAGE);
    for (const { transaction, place } of page) take(transaction, place);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.position;
  }
}
