import type { StreamEvent } from '../sync/events';
import { linkKey, type State } from '../sync/stream-state';

/** One record of ours as matching sees it. */
export interface OurRecord {
  readonly ref: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** QuickBooks' id it is linked to under these books, and whether we made that record or a person did. */
  readonly linked: { readonly id: string; readonly as: 'made' | 'adopted' } | undefined;
}

/** Undefined: there is nothing to match (no data, erased, merged or inactive without ever having been posted). */
export function ourRecord(state: State, events: readonly StreamEvent[], books: string): OurRecord | undefined {
  const { latest, ref, links, facts } = state;
  if (latest === undefined || latest.erased) return undefined;
  const link = links[linkKey(books, ref)];
  const isOver = latest.data['active'] === false || facts.some(({ change }) => change === 'merged');
  if (link === undefined && isOver) return undefined;
  return {
    ref,
    data: latest.data,
    linked: link === undefined ? undefined : { id: link.id, as: isAdopted(events, books) ? 'adopted' : 'made' },
  };
}

function isAdopted(events: readonly StreamEvent[], books: string): boolean {
  return events.some(
    (event) =>
      (event.type === 'Settled' && event.data.adopted === true) ||
      (event.type === 'PushRequested' && event.data.kind === 'link' && event.data.books === books),
  );
}
