import { messageKey } from '@qbo-sync/contracts/keys';
import type {
  OperationActivity,
  ReadActivity,
  RecordActivity,
  RedecideActivity,
  ReplayActivity,
} from '@qbo-sync/contracts/sync/activity';
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
 *                                            ReadAgain      it could be read later: its row ends
 *   (tenant, settings:read)                  SettingsRead   this service decides by this version from now on
 *   (tenant or '', operation:<command>)      Operated       how far an operator's replay or redecision has come
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

export interface ReadAgain extends NewEvent {
  readonly type: 'ReadAgain';
  readonly data: Parked['data'];
}

/** What is said of an operation, but by whom. */
export type Saying<Of extends OperationActivity> = Omit<Of, 'kind' | 'tenant' | 'service'>;

/** Names no person and no amount: refs, types of events and counts. */
export interface Operated extends NewEvent {
  readonly type: 'Operated';
  readonly data: Saying<ReplayActivity> | Saying<RedecideActivity>;
}

export const SETTINGS_STREAM = 'settings:read';

type Place = Pick<ConsumedMessage, 'topic' | 'partition' | 'offset'>;

/** A message's place as the ref of its row. */
export function placeRef({ topic, partition, offset }: Place): string {
  return `${topic}/${partition}/${offset}`;
}

export function operationStream(commandId: string, tenant: string | undefined): StreamKey {
  return { tenant: tenant ?? '', ref: `operation:${commandId}` };
}

export function parkedStream(message: Place, tenant: string | undefined): StreamKey {
  return { tenant: tenant ?? '', ref: placeRef(message) };
}

type ParkedInfo = Pick<Parking, 'eventId' | 'type' | 'time'>;

export function parked(message: Place, parking: Parking, at: string): Parked {
  const { code, params } = parking;
  return { type: 'Parked', data: parkedData(message, parking, at), personal: { reason: { code, params } } };
}

export function readAgain(message: Place, info: ParkedInfo, at: string): ReadAgain {
  return { type: 'ReadAgain', data: parkedData(message, info, at) };
}

function parkedData({ topic, partition, offset }: Place, info: ParkedInfo, at: string): Parked['data'] {
  const { eventId, type, time } = info;
  return {
    topic,
    partition,
    offset,
    at,
    ...(eventId === undefined ? {} : { eventId }),
    ...(type === undefined ? {} : { eventType: type }),
    ...(time === undefined ? {} : { occurredAt: time }),
  };
}

export function settingsRead(settingsVersion: number, at: string): SettingsRead {
  return { type: 'SettingsRead', data: { settingsVersion, at } };
}

export function operated(data: Operated['data']): Operated {
  return { type: 'Operated', data };
}

/** What an event of the kit says, or undefined for an event of the entities. */
export function kitMessages(place: EventPlace, event: NewEvent): readonly OutgoingMessage[] | undefined {
  switch (event.type) {
    case 'Parked':
      return [activity(place, parkedActivity(place, event as Parked))];
    case 'ReadAgain':
      return [activity(place, readAgainActivity(place, event as ReadAgain))];
    case 'SettingsRead':
      return [activity(place, readActivity(place, event as SettingsRead))];
    case 'Operated':
      return [activity(place, operationActivity(place, event as Operated))];
    default:
      return undefined;
  }
}

/** A row of its own, named by its place: the same event id may have a row that stands. */
function parkedActivity(place: EventPlace, { data, personal }: Parked): RecordActivity {
  return { ...placeRow(place, data), stage: 1, state: 'needs attention', reason: personal.reason };
}

function readAgainActivity(place: EventPlace, { data }: ReadAgain): RecordActivity {
  return { ...placeRow(place, data), stage: 5, state: 'skipped', reason: { code: 'read_again' } };
}

function placeRow(
  { tenant, ref }: EventPlace,
  { topic, partition, offset, at, eventId, eventType, occurredAt }: Parked['data'],
): Omit<RecordActivity, 'stage' | 'state'> {
  const entity = EVENT_FAMILIES[topic]?.entity;
  const events =
    eventId === undefined || eventType === undefined || occurredAt === undefined
      ? []
      : [{ id: eventId, type: eventType, occurredAt, receivedAt: at, topic, partition, offset }];
  return {
    kind: 'record',
    tenant: tenant === '' ? null : tenant,
    ref,
    revision: 0,
    attempt: 0,
    at,
    events,
    ...(entity === undefined ? {} : { entity }),
    change: 'unreadable',
    parked: { topic, partition, offset },
  };
}

function operationActivity({ tenant, service }: EventPlace, { data }: Operated): OperationActivity {
  return { ...data, kind: 'operation', tenant: tenant === '' ? null : tenant, service };
}

function readActivity({ tenant, service }: EventPlace, { data }: SettingsRead): ReadActivity {
  return { kind: 'read', tenant, at: data.at, service, settingsVersion: data.settingsVersion };
}

function activity(
  { tenant, ref }: EventPlace,
  value: RecordActivity | ReadActivity | OperationActivity,
): OutgoingMessage {
  return {
    topic: TOPICS.activity.name,
    key: messageKey(tenant === '' ? '-' : tenant, ref),
    value: JSON.stringify(value),
    headers: { 'content-type': 'application/json' },
  };
}
