import type { BackfillMatch, EnteredInvoices } from '@qbo-sync/contracts/internal/backfill';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Context, Rules } from './rules';
import type { State } from './stream-state';
import { viewOf } from './view';

/**
 * Whether QuickBooks has a record that is not linked with ours (postings.md §12): among `theirs`, as the rules compare.
 * Undefined: none of them is it.
 */
export function recognize<Data, Related>(
  rules: Rules<Data, Related>,
  state: State,
  theirs: readonly TextObject[],
  entered: EnteredInvoices,
  context: Context<Related>,
): BackfillMatch | undefined {
  const match = rules.match?.(viewOf<Data, Related>(state, context), theirs, entered, context);
  if (match === undefined || match.group === 'new') return undefined;
  const { why, candidates } = match;
  return { ref: state.ref, is: match.group === 'conflict' ? 'differs' : 'same', why, candidates };
}
