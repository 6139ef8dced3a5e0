import { createHash } from 'node:crypto';
import type { EventInfo, RecordActivity } from '@qbo-sync/contracts/sync/activity';

/**
 * What a row is (messages.md): (tenant, event id); or (tenant, ref) for a wanted record without an event; or the place
 * of a parked message. Its id is a hash of that, so it is the same whenever the row is built again, and fits a URL.
 */
export interface RowKey {
  readonly id: string;
  readonly kind: 'event' | 'ref' | 'parked';
  readonly event: EventInfo | null;
}

/** The rows one message of an owning service speaks of; a gateway's message speaks of none by itself. */
export function rowKeys(activity: RecordActivity): readonly RowKey[] {
  const { tenant, ref, events, parked } = activity;
  if (parked !== undefined) {
    const place = `${parked.topic}/${parked.partition}/${parked.offset}`;
    return [{ id: rowId('parked', place), kind: 'parked', event: events?.[0] ?? null }];
  }
  if (events === undefined || tenant === null) return [];
  if (events.length === 0) return [{ id: rowId('ref', tenant, ref), kind: 'ref', event: null }];
  return events.map((event) => ({ id: rowId('event', tenant, event.id), kind: 'event', event }));
}

/** True for what the gateway says: stages 2 to 4, without events or names. */
export function isGatewayMessage(activity: RecordActivity): boolean {
  return activity.events === undefined && activity.parked === undefined;
}

function rowId(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
