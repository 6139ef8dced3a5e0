import { entityOf, idOf } from '@qbo-sync/contracts/refs';
import type { Allocation } from '@qbo-sync/contracts/runacall/payment';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { placeOf } from '@qbo-sync/entities/payout/behind';
import type { StreamEvent } from '@qbo-sync/entities/sync/events';
import { evolve, initial, type State } from '@qbo-sync/entities/sync/stream-state';
import type { Client } from '@qbo-sync/eventstore/pool';
import { loadEvents, streamId } from '@qbo-sync/eventstore/streams';
import { selectInvoices } from '../followed-invoices';
import { hasUnknown, selectFirstWaiting, selectStale, storePlaces, type StalePlace } from './transaction-rows';

/** Streams folded at once. */
const PAGE = 200;
/** Invoices a line names; a bill of more is told by its payment. */
const NAMED = 3;

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
      const text = `${textOf(state, numberOf)} ${source}`;
      return [{ position, version, place: placeOf(kind, state, text, settings) }];
    }),
  );
}

/** Other books, or another account of Undeposited Funds: other places. */
const underOf = (settings: SyncSettings | null): string =>
  `${settings?.books ?? ''} ${settings?.profile?.undepositedAccount?.id ?? ''}`;

/** What a person calls a record: `RAC-1041`, `Refund re_77, RAC-1041`, `Prepayment`. */
function textOf({ ref, latest }: State, numberOf: (id: string) => string): string {
  const all = latest === undefined ? [] : [...new Set(invoicesNamed(latest.data))].map(numberOf);
  const numbers = all.length > NAMED ? [...all.slice(0, NAMED), '…'] : all;
  switch (entityOf(ref)) {
    case 'payment':
      return numbers.length === 0 ? 'Prepayment' : numbers.join(' ');
    case 'refund':
      return [`Refund ${idOf(ref)}`, ...numbers].join(', ');
    default:
      return `Payout ${idOf(ref)}`;
  }
}

/** A payment's own invoices; a refund's, where it names one. */
function invoicesNamed(data: Readonly<Record<string, unknown>>): readonly string[] {
  const { allocations = [], refund } = data as {
    readonly allocations?: readonly Allocation[];
    readonly refund?: { readonly invoiceId?: string };
  };
  return [...allocations.map(({ invoiceId }) => invoiceId), ...[refund?.invoiceId ?? []].flat()];
}
