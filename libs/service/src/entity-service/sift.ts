import { splitKey } from '@qbo-sync/contracts/keys';
import { readEvent } from '@qbo-sync/contracts/runacall/read-event';
import type { ConsumedMessage } from '@qbo-sync/kafka/message';
import type { Replay } from './work';

const STRUCTURED = 'application/cloudevents+json';

/**
 * Is this record one of those a replay asks for? Told by headers and key alone, so that nothing is parsed for nothing; only
 * an event id of a structured event stands in its value. `ids` are event ids or subjects.
 */
export function isAskedFor(message: ConsumedMessage, { tenant, ids }: Pick<Replay, 'tenant' | 'ids'>): boolean {
  const { key, headers } = message;
  const keyed = key === null ? undefined : splitKey(key);
  if (tenant !== undefined && (headers['ce_tenant'] ?? keyed?.tenant) !== tenant) return false;
  if (ids === undefined) return true;
  const names = [headers['ce_id'], headers['ce_subject'], keyed?.ref];
  if (names.some((name) => name !== undefined && ids.includes(name))) return true;
  return (headers['content-type'] ?? '').startsWith(STRUCTURED) && ids.includes(eventIdOf(message) ?? '');
}

function eventIdOf(message: ConsumedMessage): string | undefined {
  const read = readEvent(message);
  return read.outcome === 'event' ? read.event.id : read.eventId;
}
