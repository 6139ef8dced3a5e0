import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { RefundData } from '@qbo-sync/mapping/refund';
import type { PartKind } from '@qbo-sync/mapping/payout-part';
import type { Whereabouts } from '@qbo-sync/mapping/payout-lines';
import type { State } from '../sync/stream-state';
import { viewOf } from '../sync/view';
import { type Behind, whereabouts } from './whereabouts';

/** Where the money of a part is that a stream of ours stands behind; `text`: what a person calls it. */
export function placeOf(kind: PartKind, state: State, text: string, settings: SyncSettings | null): Whereabouts {
  const { made } = viewOf(state, { now: '', settings, related: undefined });
  const isBefore = Object.keys(made).length === 0 && state.decided?.reason?.code === 'before_cutover';
  return whereabouts(
    kind,
    isBefore ? { is: 'before' } : { is: 'ours', ref: state.ref, text, made, ...failedIn(state, settings) },
    settings?.profile?.undepositedAccount ?? null,
  );
}

function failedIn(
  { ref, latest }: State,
  settings: SyncSettings | null,
): Pick<Extract<Behind, { is: 'ours' }>, 'failed'> {
  const { refund } = (ref.startsWith('refund:') ? (latest?.data ?? {}) : {}) as Partial<RefundData>;
  return refund?.status === 'failed'
    ? { failed: { clearing: settings?.values['payments.clearingAccount'] ?? null } }
    : {};
}

/** Of what no stream of ours stands behind. */
export const PLACE_UNKNOWN: Whereabouts = whereabouts('charge', { is: 'unknown' }, null);
