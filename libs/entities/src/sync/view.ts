import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import { type Asked, linkKey, type State } from './stream-state';
import type { Context, Made, View } from './rules';

/** The aggregate as the rules see it, under the books of the settings in force. */
export function viewOf<Data, Related>(
  state: State,
  context: Context<Related>,
  round = 0,
  lastAnswer?: Answered,
): View<Data> {
  const books = context.settings?.books ?? '';
  const link = state.links[linkKey(books, state.ref)];
  const asked = state.asked[state.ref];
  return {
    ref: state.ref,
    tenant: state.tenant,
    data: state.latest?.data as Data | undefined,
    facts: state.facts.filter(({ erased }) => !erased) as unknown as View<Data>['facts'],
    firstOccurredAt: state.firstOccurredAt,
    wanted: state.wanted !== undefined,
    takenIn: state.backfill !== undefined && state.backfill.books === books,
    linked: link !== undefined,
    quickbooksId: link?.id,
    lastBody: asked?.request.data.books === books ? asked.request.personal.body : undefined,
    chosen: state.chosen,
    basis: asked?.request.data.books === books ? asked.request.personal.basis : undefined,
    inForce: asked?.request.data.books === books && !asked.rejected && asked.request.data.kind !== 'cancel',
    revisitAt: state.stop?.revisitAt,
    refusals: asked?.refusals ?? 0,
    round,
    lastAnswer,
    made: Object.fromEntries(
      Object.entries(state.asked)
        .filter(([, { request }]) => request.data.books === books)
        .map(([ref, one]) => [ref, madeOf(state, ref, one)]),
    ),
    answered: Object.entries(state.asked).flatMap(([ref, one]) =>
      one.answered && !one.rejected && one.request.data.books === books ? [ref] : [],
    ),
    listed: state.listed,
    proposed: state.proposed,
  };
}

function madeOf(state: State, ref: string, { request, rejected }: Asked): Made {
  const { kind, books } = request.data;
  const isLinked = state.links[linkKey(books, ref)] !== undefined;
  return {
    body: request.personal.body,
    basis: request.personal.basis,
    linked: isLinked,
    removed: !rejected && (kind === 'remove' || (kind === 'cancel' && !isLinked)),
  };
}
