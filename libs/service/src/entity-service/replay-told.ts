import type { ReplayActivity, ReplayProgress } from '@qbo-sync/contracts/sync/activity';
import type { ReplayCounts, ReplayPosition } from '@qbo-sync/eventstore/replays';
import type { Saying } from './kit-events';
import type { Replay } from './work';

/** What every message about a replay says of it. */
export function toldOf({
  commandId,
  by,
  topic,
  from,
  to,
  dryRun,
}: Replay): Pick<Saying<ReplayActivity>, 'operation' | 'commandId' | 'by' | 'topic' | 'from' | 'to' | 'dryRun'> {
  return { operation: 'replay', commandId, by, topic, from, to, dryRun };
}

export const NOT_BEGUN: { readonly progress: ReplayProgress } = {
  progress: { read: 0, of: 0, matched: 0, new: 0, known: 0, parked: 0, changed: 0 },
};

export function progressOf(positions: readonly ReplayPosition[], counts: ReplayCounts): ReplayProgress {
  const offsets = (count: (position: ReplayPosition) => bigint): number =>
    Number(positions.map(count).reduce((total, one) => total + one, 0n));
  return {
    read: offsets(({ from, next }) => next - from),
    of: offsets(({ from, until }) => until - from),
    ...counts,
  };
}
