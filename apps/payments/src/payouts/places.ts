import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { placeOf } from '@qbo-sync/entities/payout/behind';
import type { StreamEvent } from '@qbo-sync/entities/sync/events';
import { evolve } from '@qbo-sync/entities/sync/evolve';
import { initial } from '@qbo-sync/entities/sync/stream-state';
import type { Client } from '@qbo-sync/eventstore/pool';
import { loadEvents, streamId } from '@qbo-sync/eventstore/streams';
import { selectInvoices } from '../followed-invoices';
import { calledBy, invoicesNamed } from './called';
import { hasUnknown, selectFirstWaiting, selectStale, storePlaces, type StalePlace } from './transaction-rows';

/** Streams folded at once. */
const PAGE = 200;

/**
 * Brings the places of a payout's parts behind a position up to date with the streams behind them, page by page: where each
 * one's money is, or that it is not in QuickBooks yet.
 */
export async function refreshPlaces(
  client: Client,
  tenant: string,
  payoutId: string,
  settings: SyncSettings | null,
  from = -1,
): Promise<void> {
  for (let after = from; ;) {
    const stale = await selectStale(client, tenant, payoutId, underOf(settings), after, PAGE);
    if (stale.length > 0) await refreshPage(client, tenant, payoutId, settings, stale);
    const last = stale.at(-1);
    if (last === undefined || stale.length < PAGE) return;
    after = last.position;
  }
}

/**
 * The ref of the first part that is still on its way, where that alone keeps a payout: found without looking at the others,
 * so that it costs the same for each of them that arrives.
 */
export async function waitingPart(
  client: Client,
  tenant: string,
  payoutId: string,
  settings: SyncSettings | null,
): Promise<string | undefined> {
  if (await hasUnknown(client, tenant, payoutId)) return undefined;
  for (;;) {
    const first = await selectFirstWaiting(client, tenant, payoutId, underOf(settings));
    if (first === undefined || first.fresh) return first?.waitsOn;
    const stale = await selectStale(client, tenant, payoutId, underOf(settings), -1, PAGE, { waiting: true });
    await refreshPage(client, tenant, payoutId, settings, stale);
  }
}

async function refreshPage(
  client: Client,
  tenant: string,
  payoutId: string,
  settings: SyncSettings | null,
  stale: readonly StalePlace[],
): Promise<void> {
  const refs = [...new Set(stale.map(({ ref }) => ref))];
  const keys = refs.map((ref) => ({ tenant, ref }));
  const stored = await loadEvents(client, keys);
  const states = new Map(
    keys.map((key) => [
      key.ref,
      ((stored.get(streamId(key)) ?? []) as unknown as readonly StreamEvent[]).reduce(evolve, initial(tenant, key.ref)),
    ]),
  );
  const ids = [...states.values()].flatMap(({ latest }) => (latest === undefined ? [] : invoicesNamed(latest.data)));
  const invoices = await selectInvoices(client, tenant, [...new Set(ids)], settings?.books ?? '');
  const numberOf = (id: string): string => invoices[id]?.number ?? id;
  await storePlaces(
    client,
    tenant,
    payoutId,
    underOf(settings),
    stale.flatMap(({ position, kind, ref, source, version }) => {
      const state = states.get(ref);
      if (state === undefined || kind === 'itself' || kind === 'unknown') return [];
      const text = `${calledBy(state, numberOf)} ${source}`;
      return [{ position, version, place: placeOf(kind, state, text, settings) }];
    }),
  );
}

/** Other books, or another account of Undeposited Funds: other places. */
const underOf = (settings: SyncSettings | null): string =>
  `${settings?.books ?? ''} ${settings?.profile?.undepositedAccount?.id ?? ''}`;
