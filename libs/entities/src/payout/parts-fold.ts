import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import type { Hold, MappedRecord, MappingContext } from '@qbo-sync/mapping/document';
import { type PartsWait, payoutFold, payoutHold } from '@qbo-sync/mapping/payout';
import { depositId } from '@qbo-sync/mapping/payout-deposit';
import { toNegativePayout } from '@qbo-sync/mapping/payout-entry';
import type { Whereabouts } from '@qbo-sync/mapping/payout-lines';
import { parseDecimal } from '@qbo-sync/money/decimal';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { mappingContext } from '../sync/plans';
import type { State } from '../sync/stream-state';
import { viewOf } from '../sync/view';
import { chosenBy, isItemised, type PayoutData } from './payout-data';
import { standing } from './standing';
import { PLACE_UNKNOWN } from './behind';

/** What the parts of a payout come to: its records by their ids, or why there are none. */
export type PartsOutcome =
  { readonly records: readonly (readonly [id: string, record: MappedRecord])[] } | Hold | PartsWait;

/**
 * Takes a payout's parts in one at a time, twice and in the same order, each with the place of its money (undefined: no
 * stream of ours stands behind it), so that 50,000 of them are never there at once.
 */
export interface PartsFold {
  weigh(transaction: StripeTransaction, place: Whereabouts | undefined): void;
  /** None is missing: all of them once more. */
  goesOn(): boolean;
  place(transaction: StripeTransaction, place: Whereabouts | undefined): void;
  outcome(): PartsOutcome;
}

interface Decision {
  readonly state: State;
  readonly trigger: Trigger;
  readonly settings: SyncSettings | null;
}

/** The fold for what is to be decided now; undefined where a payout's parts do not matter to it. */
export function partsFold({ state, trigger, settings }: Decision): PartsFold | undefined {
  const ctx = mappingContext({ settings });
  const view = viewOf<PayoutData, unknown>(state, { now: '', settings, related: undefined });
  const isNewer = trigger.kind === 'changed' && trigger.sequence > (state.latest?.sequence ?? -1);
  const data = isNewer ? (trigger.data as unknown as PayoutData) : view.data;
  if (ctx === undefined || data === undefined || !isItemised(data.payout) || standing(view) !== undefined) {
    return undefined;
  }
  const chosen = trigger.kind === 'resolve' ? { ...view.chosen, ...chosenBy(trigger.choice, data) } : view.chosen;
  if (parseDecimal(data.payout.amount).lt(0)) return negativeFold(data.payout, chosen, ctx);
  return payoutHold(data.payout, ctx) === undefined ? depositsFold(data.payout, chosen, ctx) : undefined;
}

type Chosen = Readonly<Record<string, string>>;

/** What a person named for a charge counts only where nobody knows it. */
function whereIs({ source }: StripeTransaction, known: Whereabouts = PLACE_UNKNOWN, chosen: Chosen): Whereabouts {
  if (!('missing' in known) || known.on !== undefined) return known;
  const account = source === null ? undefined : chosen[`account ${source}`];
  return account === undefined ? known : { account: { id: account, name: '' }, text: `Stripe ${source ?? ''}` };
}

function depositsFold(payout: StripePayout, chosen: Chosen, ctx: MappingContext): PartsFold {
  let at: Whereabouts = PLACE_UNKNOWN;
  const fold = payoutFold(payout, () => at, ctx);
  return {
    weigh(transaction, place) {
      at = whereIs(transaction, place, chosen);
      fold.weigh(transaction);
    },
    goesOn: () => fold.stopped() === undefined,
    place(transaction, place) {
      at = whereIs(transaction, place, chosen);
      fold.place(transaction);
    },
    outcome() {
      const made = fold.stopped() ?? fold.deposits();
      return 'deposits' in made
        ? { records: made.deposits.map((record, index) => [depositId(payout.id, index + 1), record] as const) }
        : made;
    },
  };
}

/** What Stripe takes from the bank is small: all of it is an entry's few lines. */
function negativeFold(payout: StripePayout, chosen: Chosen, ctx: MappingContext): PartsFold {
  const transactions: StripeTransaction[] = [];
  const places = new Map<string, Whereabouts>();
  return {
    weigh(transaction, place) {
      transactions.push(transaction);
      places.set(transaction.id, whereIs(transaction, place, chosen));
    },
    goesOn: () => false,
    place: () => undefined,
    outcome() {
      const made = toNegativePayout(payout, transactions, ({ id }) => places.get(id) ?? PLACE_UNKNOWN, ctx);
      if (!('entry' in made)) return made;
      const { entry, deposit } = made;
      const second = deposit === undefined ? [] : [[depositId(payout.id, 2), deposit] as const];
      return { records: [[payout.id, entry], ...second] };
    },
  };
}
