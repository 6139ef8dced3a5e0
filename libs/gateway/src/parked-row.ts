import { messageKey, splitKey } from '@qbo-sync/contracts/keys';
import { isReasonCode } from '@qbo-sync/contracts/reasons';
import { entityOf } from '@qbo-sync/contracts/refs';
import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { Outgoing } from './sql/outgoing';

/** A message of ours that was set aside: its place, and what its key says of it. */
export interface SetAside {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
}

/** The row of a message nobody could read: kept, shown under its place, and never lost from sight. */
export function parkedRow({ topic, partition, offset, key, code, params }: SetAside, at: Date): Outgoing {
  const keyed = key === null ? undefined : splitKey(key);
  const place = `${topic}/${partition}/${offset}`;
  const activity: RecordActivity = {
    kind: 'record',
    tenant: keyed?.tenant ?? null,
    ref: place,
    revision: 0,
    attempt: 0,
    stage: 1,
    at: at.toISOString(),
    state: 'needs attention',
    reason: isReasonCode(code) ? { code, params } : { code: 'unreadable' },
    events: [],
    ...(keyed === undefined ? {} : { entity: entityOf(keyed.ref) }),
    change: 'unreadable',
    parked: { topic, partition, offset },
  };
  return { topic: TOPICS.activity.name, key: messageKey(keyed?.tenant ?? '-', place), value: JSON.stringify(activity) };
}
