import type { MatchGroup, MatchRow } from '@qbo-sync/contracts/internal/matches';
import { idOf } from '@qbo-sync/contracts/refs';
import { loadEvents, streamId } from '@qbo-sync/eventstore/streams';
import { selectGroup } from './candidates';
import type { Place } from './lists';
import type { Matcher } from './matcher';
import { selectById } from './records';

/** One page of a group. What is ours is read from the streams, so that what was erased is nowhere else. */
export async function showGroup(
  matcher: Matcher,
  place: Place,
  page: { readonly group: MatchGroup; readonly after: string; readonly limit: number },
): Promise<readonly MatchRow[]> {
  const { matching, runtime } = matcher;
  const { tenant } = place;
  const rows = await selectGroup(runtime.database, place, page);
  const keys = rows.map(({ ref }) => ({ tenant, ref }));
  const streams = await loadEvents(runtime.database, keys);
  const ids = [...new Set(rows.flatMap(({ candidates }) => candidates))];
  const records = await selectById(runtime.database, place, matching.resource, ids);
  return rows.map(({ ref, group, why, candidates, choice, appliedAt, since }) => {
    const data = matcher.dataOf({ tenant, ref }, streams.get(streamId({ tenant, ref })) ?? [], place.books);
    const ours = data === undefined ? {} : matching.sketchOfOurs(data);
    const [first] = candidates.flatMap((id) => records.get(id) ?? []);
    const record = first === undefined ? {} : matching.sketchOfRecord(first.record);
    return {
      ...(since === null || choice !== null
        ? {}
        : { reason: matching.notLinked(since, ours['name'] ?? '', record['name'] ?? '') }),
      ...{ id: idOf(ref), group, why, choice, applied: appliedAt !== null },
      ours,
      candidates: candidates.map((id) => {
        const held = records.get(id);
        return {
          id,
          record: held === undefined ? {} : matching.sketchOfRecord(held.record),
          ...(held?.heldBy ? { heldBy: held.heldBy } : {}),
        };
      }),
    };
  });
}
