import type { ExactObject } from '@qbo-sync/contracts/exact-json';

/** A merge as a webhook says it: CloudEvents name the record that is left alone (quickbooks.md §8.2). */
export interface MergeNotice {
  readonly resource: string;
  readonly from: string | null;
  readonly into: string;
}

export interface Merge extends MergeNotice {
  readonly from: string;
}

/** The records of one resource that came to an end in the same reading. */
export type Ended = (resource: string) => readonly string[];

/**
 * Which record each merge did away with. Where a notice does not say, it is the one record of ours that ended in the same
 * reading; with two notices or two such records nobody can tell, and each is shown as what QuickBooks shows: at an end.
 */
export function mergesOf(notices: readonly MergeNotice[], ended: Ended): readonly Merge[] {
  const known = notices.flatMap((notice) => (notice.from === null ? [] : [{ ...notice, from: notice.from }]));
  const named = new Set(known.map(({ resource, from }) => `${resource}/${from}`));
  const unsaid = new Map<string, Set<string>>();
  for (const { resource, from, into } of notices) {
    if (from === null) unsaid.set(resource, (unsaid.get(resource) ?? new Set()).add(into));
  }
  const found = [...unsaid].flatMap(([resource, intos]): Merge[] => {
    const left = ended(resource).filter((id) => !named.has(`${resource}/${id}`) && !intos.has(id));
    const [into] = intos;
    const [from] = left;
    return intos.size === 1 && left.length === 1 && into !== undefined && from !== undefined
      ? [{ resource, from, into }]
      : [];
  });
  return [...known, ...found];
}

/** True for a record that QuickBooks shows as deleted or inactive. */
export function isEnded(record: ExactObject): boolean {
  return record['status'] === 'Deleted' || record['Active'] === false;
}
