import { messageKey } from '@qbo-sync/contracts/keys';
import type { ReadActivity, RecordActivity } from '@qbo-sync/contracts/sync/activity';
import { EVENT_FAMILIES } from '@qbo-sync/contracts/runacall/event-types';
import type { Reason } from '@qbo-sync/contracts/reasons';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { NewEvent, StreamKey } from '@qbo-sync/eventstore/streams';
import type { ConsumedMessage, OutgoingMessage } from '@qbo-sync/kafka/message';
import type { EventPlace } from './definition';
import type { Parking } from './work';

/**
 * Events of the kit's own streams, so that what they say is stored, relayed and rebuilt like everything else:
 *
 *   (tenant or '', topic/partition/offset)   Parked         a message that was set aside
 *   (tenant, settings:read)                  SettingsRead   this service decides by this version from now on
 */
export interface Parked extends NewEvent {
  readonly type: 'Parked';
  readonly data: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly at: string;
    readonly eventId?: string;
    readonly eventType?: string;
    readonly occurredAt?: string;
  };
  readonly personal: { readonly reason: Reason };
}

export interface SettingsRead extends NewEvent {
  readonly type: 'SettingsRead';
  readonly data: { readonly settingsVersion: number; readonly at: string };
}

export const SETTINGS_STREAM = 'settings:read';

/** A message's place as the ref of its row. */
export function placeRef({
  topic,
  partition,
  offset,
}: Pick<ConsumedMessage, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}/${partition}/${offset}`;
}

export function parkedStream(message: ConsumedMessage, tenant: string | undefined): StreamKey {
  return { tenant: tenant ?? '', ref: placeRef(message) };
}

export function parked(message: ConsumedMessage, parking: Parking, at: string): Parked {
  const { code, params, eventId, type, time } = parking;
  const { topic, partition, offset } = message;
  return {
    type: 'Parked',
    data: {
      topic,
      partition,
      offset,
      at,
      ...(eventId === undefined ? {} : { eventId }),
      ...(type === undefined ? {} : { eventType: type }),
      ...(time === undefined ? {} : { occurredAt: time }),
    },
    personal: { reason: { code, params } },
  };
}

export function settingsRead(settingsVersion: number, at: string): SettingsRead {
  return { type: 'SettingsRead', data: { settingsVersion, at } };
}

/** What an event of the kit says, or undefined for an event of the entities. */
export function kitMessages(place: EventPlace, event: NewEvent): readonly OutgoingMessage[] | undefined {
  if (event.type === 'Parked') return [activity(place, parkedActivity(place, event as Parked))];
  if (event.type === 'SettingsRead') return [activity(place, readActivity(place, event as SettingsRead))];
  return undefined;
}

/** A row of its own, named by its place: the same event id may have a row that stands. */
function parkedActivity({ tenant, ref }: EventPlace, { data, personal }: Parked): RecordActivity {
  const { topic, partition, offset, at, eventId, eventType, occurredAt } = data;
  const entity = EVENT_FAMILIES[topic]?.entity;
  const event =
    eventId === undefined || eventType === undefined || occurredAt === undefined
      ? []
      : [{ id: eventId, type: eventType, occurredAt, receivedAt: at, topic, partition, offset }];
  return {
    kind: 'record',
    tenant: tenant === '' ? null : tenant,
    ref,
    revision: 0,
    attempt: 0,
    stage: 1,
    at,
    state: 'needs attention',
    reason: personal.reason,
    events: event,
    ...(entity === undefined ? {} : { entity }),
    change: 'unreadable',
    parked: { topic, partition, offset },
  };
}

function readActivity({ tenant, service }: EventPlace, { data }: SettingsRead): ReadActivity {
  return { kind: 'read', tenant, at: data.at, service, settingsVersion: data.settingsVersion };
}

function activity({ tenant, ref }: EventPlace, value: RecordActivity | ReadActivity): OutgoingMessage {
  return {
    topic: TOPICS.activity.name,
    key: messageKey(tenant === '' ? '-' : tenant, ref),
    value: JSON.stringify(value),
    headers: { 'content-type': 'application/json' },
  };
}
