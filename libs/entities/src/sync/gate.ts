import { dayOf } from '@qbo-sync/money/zone';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Context, Rules } from './rules';
import type { State } from './stream-state';
import { viewOf } from './view';

/**
 * May anything be asked of QuickBooks for this record at all (product.md §4)?
 *
 *   no settings, no books ───────────────────────────▶ wait not_active
 *   not live yet, no Verify run ─────────────────────▶ wait not_active
 *   older than go-live, not linked, not needed,
 *   not taken in by a backfill ──────────────────────▶ skip before_cutover
 *   else ────────────────────────────────────────────▶ open (a pause is held by the gateway)
 */
export type Gate =
  | { readonly gate: 'open'; readonly books: string; readonly settingsVersion: number }
  | { readonly gate: 'wait' | 'skip'; readonly reason: Reason };

const NOT_ACTIVE: Gate = { gate: 'wait', reason: { code: 'not_active' } };

export function gateOf<Data, Related>(rules: Rules<Data, Related>, state: State, context: Context<Related>): Gate {
  const { settings } = context;
  if (settings === null || !settings.books) return NOT_ACTIVE;
  const open: Gate = { gate: 'open', books: settings.books, settingsVersion: settings.version };
  if (rules.gate === 'books' || state.run !== undefined) return open;
  if (!settings.goLiveAt) return NOT_ACTIVE;
  const exempt =
    rules.nature === 'wanted' ||
    state.backfill?.books === settings.books ||
    (rules.nature === 'master' && state.wanted !== undefined) ||
    viewOf(state, context).linked;
  if (!exempt && isBefore(rules, state, settings.goLiveAt, settings.company.timeZone)) {
    return { gate: 'skip', reason: { code: 'before_cutover' } };
  }
  return open;
}

/** Nothing is asked of QuickBooks for it because it is older than go-live: a backfill may take it in. */
export function isLeftOut<Data, Related>(
  rules: Rules<Data, Related>,
  state: State,
  context: Context<Related>,
): boolean {
  if (state.latest?.erased !== false) return false;
  const { gate } = gateOf(rules, state, context);
  return gate === 'skip' || (gate === 'open' && isSkipped(state) && !viewOf(state, context).linked);
}

/** Its rules left it out with what it is of, and nothing was decided since: a refund with its payment. */
const isSkipped = ({ decided, stop, unanswered }: State): boolean =>
  decided?.reason?.code === 'before_cutover' && stop === undefined && unanswered.length === 0;

/** Before go-live: by its first event's time, or, if first seen later, by its own earlier day. */
function isBefore<Data, Related>(
  rules: Rules<Data, Related>,
  state: State,
  goLiveAt: string,
  timeZone: string,
): boolean {
  const { firstOccurredAt, latest } = state;
  if (firstOccurredAt === undefined || latest === undefined) return false;
  if (Date.parse(firstOccurredAt) < Date.parse(goLiveAt)) return true;
  const ownDate = rules.ownDate?.(latest.data as Data);
  return ownDate !== undefined && ownDate < dayOf(goLiveAt, timeZone);
}
