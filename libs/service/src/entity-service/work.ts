import { readNumbersAsText, type TextObject } from '@qbo-sync/contracts/exact-json';
import { isChoice } from '@qbo-sync/contracts/choices';
import { splitKey } from '@qbo-sync/contracts/keys';
import { entityOf, ownerOf } from '@qbo-sync/contracts/refs';
import { readEvent, type RunACallEvent } from '@qbo-sync/contracts/runacall/read-event';
import { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import { QboChange } from '@qbo-sync/contracts/sync/change';
import { SyncCommand, type CommandKind } from '@qbo-sync/contracts/sync/command';
import { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { check } from '@qbo-sync/contracts/validation';
import type { ReasonCode } from '@qbo-sync/contracts/reasons';
import type { ConsumedMessage } from '@qbo-sync/kafka/message';
import type { Answered, Trigger } from '@qbo-sync/contracts/sync/trigger';
import type { EntityService } from './definition';

/** What a message asks of this service. Nothing here touches a database. */
export type Work =
  /** One stream decides on one trigger; `once` admits it by (source, event id). */
  | {
      readonly do: 'decide';
      readonly tenant: string;
      readonly stream: string;
      readonly ref: string;
      readonly trigger: Trigger;
      /** Streams that the same event concerns too; its row is the first one's. */
      readonly beside?: readonly { readonly stream: string; readonly trigger: Trigger }[];
      readonly once?: Once;
      readonly message: ConsumedMessage;
    }
  | { readonly do: 'settings'; readonly settings: SyncSettings }
  | { readonly do: 'follow'; readonly event: RunACallEvent; readonly once: Once }
  /** Streams of a company are decided again: the named ones, or the open ones of an entity (or all). */
  | {
      readonly do: 'redecide';
      readonly commandId: string;
      readonly by: string;
      readonly tenant: string;
      readonly streams: readonly string[] | undefined;
      readonly entity: string | undefined;
      /** Those that are done too. */
      readonly closed: boolean;
    }
  /** Something happened to a ref of another service: what waits for it is decided again. */
  | { readonly do: 'heard'; readonly tenant: string; readonly ref: string; readonly answer?: QboAnswer }
  /** A range of a topic this service reads is to be read once more. */
  | { readonly do: 'replay'; readonly replay: Replay; readonly once: Once }
  | ({ readonly do: 'park'; readonly message: ConsumedMessage } & Parking)
  | { readonly do: 'nothing' };

export interface Once {
  readonly source: string;
  readonly eventId: string;
  readonly payload: string | Buffer;
}

/** An operator's replay; `tenant` and `ids` undefined: of every company, every record. Instants are RFC 3339. */
export interface Replay {
  readonly commandId: string;
  readonly by: string;
  readonly topic: string;
  readonly tenant: string | undefined;
  /** Event ids or subjects. */
  readonly ids: readonly string[] | undefined;
  readonly from: string;
  readonly to: string;
  readonly dryRun: boolean;
}

/** Why a message is set aside, and what could be told of it. */
export interface Parking {
  readonly code: ReasonCode;
  readonly params: Readonly<Record<string, string>>;
  readonly tenant: string | undefined;
  readonly eventId: string | undefined;
  readonly type: string | undefined;
  readonly time: string | undefined;
}

/** Topics a service may read once more: all but commands, which are not said again, and settings, which are always whole. */
function replayable(service: EntityService): readonly string[] {
  const { events, follows, lists } = service;
  return [
    ...events,
    ...(follows === undefined ? [] : [follows.topic]),
    TOPICS.answers.name,
    ...(lists === true ? [TOPICS.changes.name] : []),
  ];
}

/** Reads one message of any topic this service consumes. Never throws on what a producer sent. */
export function readWork(service: EntityService, message: ConsumedMessage, now: string): Work {
  const { topic } = message;
  if (service.events.includes(topic)) return eventWork(service, message, now);
  if (topic === service.follows?.topic) return followWork(message);
  switch (topic) {
    case TOPICS.answers.name:
      return (
        othersAnswer(service, message) ?? own(message, QboAnswer, (answer) => answerWork(service, answer, message))
      );
    case TOPICS.commands.name:
      return own(message, SyncCommand, (command) => commandWork(service, command, message));
    case TOPICS.changes.name:
      return own(message, QboChange, (change) => changeWork(service, change, message));
    case TOPICS.settings.name:
      // A tombstone: the company was removed from the log. What is stored stays.
      if (message.value === null) return { do: 'nothing' };
      return own(message, SyncSettings, (settings) => ({ do: 'settings', settings }));
    default:
      throw new Error(`${service.name} does not read ${topic}`);
  }
}

function eventWork(service: EntityService, message: ConsumedMessage, now: string): Work {
  const read = readEvent(message);
  if (read.outcome === 'unreadable') {
    const { code, params, tenant, eventId, type, time } = read;
    return { do: 'park', message, code, params, tenant, eventId, type, time };
  }
  const { event } = read;
  const ref = `${event.entity}:${event.subject}`;
  const { streamOf, concerns } = service.functions;
  const [own, ...others] = concerns?.(ref, event.change, event.data) ?? [{ stream: streamOf(ref), data: event.data }];
  const changed = {
    kind: 'changed',
    event: {
      id: event.id,
      type: event.type,
      occurredAt: event.time,
      receivedAt: now,
      topic: message.topic,
      partition: message.partition,
      offset: message.offset,
    },
    change: event.change,
    sequence: event.sequence,
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
  } as const;
  return {
    do: 'decide',
    tenant: event.tenant,
    stream: own.stream,
    ref,
    message,
    once: { source: event.source, eventId: event.id, payload: event.dataText },
    trigger: { ...changed, data: own.data },
    ...(others.length === 0
      ? {}
      : { beside: others.map(({ stream, data }) => ({ stream, trigger: { ...changed, data, beside: true } })) }),
  };
}

/** What cannot be read of another service's topic is that service's to show. */
function followWork(message: ConsumedMessage): Work {
  const read = readEvent(message);
  if (read.outcome === 'unreadable') return { do: 'nothing' };
  const { event } = read;
  return {
    do: 'follow',
    event,
    once: { source: `followed ${event.source}`, eventId: event.id, payload: event.dataText },
  };
}

/**
 * Most answers are other services': what their key tells is enough, and their owner shows what cannot be read of them.
 * Undefined: the message itself has to be read.
 */
function othersAnswer({ name, follows }: EntityService, { key }: ConsumedMessage): Work | undefined {
  const of = key === null ? undefined : splitKey(key);
  const owner = of && ownerOf(of.ref);
  if (of === undefined || owner === undefined || owner === name) return undefined;
  return follows?.entities.includes(entityOf(of.ref)) === true ? undefined : { do: 'heard', ...of };
}

function answerWork(service: EntityService, answer: QboAnswer, message: ConsumedMessage): Work {
  const { tenant, record, ...rest } = answer;
  if (ownerOf(answer.ref) !== service.name) return { do: 'heard', tenant, ref: answer.ref, answer };
  if (!hasRules(service, answer.ref)) return { do: 'nothing' };
  const parsed = record === undefined ? undefined : readRecord(record);
  if (parsed === 'unreadable') return parkOwn(message, 'unreadable', { type: 'record' }, tenant);
  const answered: Answered = { ...rest, ...(parsed === undefined ? {} : { record: parsed }) };
  return {
    do: 'decide',
    tenant,
    stream: service.functions.streamOf(answer.ref),
    ref: answer.ref,
    trigger: { kind: 'answered', answer: answered },
    message,
  };
}

function commandWork(service: EntityService, command: SyncCommand, message: ConsumedMessage): Work {
  const { commandId, by, tenant, kind, refs, entity, closed = false } = command;
  if (kind === 'replay') return replayWork(service, command, message);
  if (tenant === undefined) throw new Error('a command without its company passed its check');
  if (kind !== 'redecide') return personsWork(service, kind, { ...command, tenant }, message);
  const mine = (one: string): boolean => ownerOf(one) === service.name;
  const streams = refs?.filter(mine).map(service.functions.streamOf);
  if (streams !== undefined)
    return streams.length === 0
      ? { do: 'nothing' }
      : { do: 'redecide', commandId, by, tenant, streams, entity, closed };
  return entity !== undefined && !mine(entity)
    ? { do: 'nothing' }
    : // Of no entity, the streams a service keeps for itself would be among those that are done.
      { do: 'redecide', commandId, by, tenant, streams: undefined, entity, closed: closed && entity !== undefined };
}

/** A command about one record. */
function personsWork(
  service: EntityService,
  kind: Exclude<CommandKind, 'replay' | 'redecide'>,
  command: SyncCommand & { readonly tenant: string },
  message: ConsumedMessage,
): Work {
  const { tenant, commandId, by, ref, revision, choice } = command;
  if (ref === undefined || ownerOf(ref) !== service.name) return { do: 'nothing' };
  if (!hasRules(service, ref)) return parkOwn(message, 'unreadable', {}, tenant);
  const once: Once = { source: message.topic, eventId: commandId, payload: message.value ?? '' };
  const stream = service.functions.streamOf(ref);
  const decide = (trigger: Trigger): Work => ({ do: 'decide', tenant, stream, ref, trigger, once, message });
  const seen = revision === undefined ? {} : { revision };
  switch (kind) {
    case 'push':
      return decide(wantedBy(command));
    case 'dismiss':
      return decide({ kind: 'dismiss', commandId, by, ...seen });
    case 'restore':
      return decide({ kind: 'restore', commandId, by });
    case 'resolve':
      if (choice === undefined) return parkOwn(message, 'field_missing', { field: 'choice' }, tenant);
      return isChoice(choice)
        ? decide({ kind: 'resolve', commandId, by, choice, ...seen })
        : parkOwn(message, 'field_invalid', { field: 'choice', message: 'no such choice' }, tenant);
  }
}

function wantedBy({ commandId, by, at, run, lane, backfill, link }: SyncCommand): Trigger {
  return {
    ...({ kind: 'wanted', commandId, by, at } as const),
    ...(run === undefined ? {} : { run }),
    ...(lane === undefined ? {} : { lane }),
    ...(backfill === undefined ? {} : { backfill: { run: backfill, ...(link === undefined ? {} : { link }) } }),
  };
}

function replayWork(service: EntityService, command: SyncCommand, message: ConsumedMessage): Work {
  const { commandId, by, tenant, topic, ids, from, to, dryRun = false } = command;
  if (topic === undefined || from === undefined || to === undefined) {
    const field = topic === undefined ? 'topic' : from === undefined ? 'from' : 'to';
    return parkOwn(message, 'field_missing', { field }, tenant);
  }
  if (!replayable(service).includes(topic)) return { do: 'nothing' };
  return {
    do: 'replay',
    replay: { commandId, by, topic, tenant, ids, from, to, dryRun },
    once: { source: message.topic, eventId: commandId, payload: message.value ?? '' },
  };
}

function changeWork(service: EntityService, change: QboChange, message: ConsumedMessage): Work {
  const { tenant, ref, origin, books, resource, record, at } = change;
  if (origin === 'qbo' && ref === undefined && service.reads?.resources.includes(resource) === true) {
    const { stream } = service.reads;
    return {
      do: 'decide',
      tenant,
      stream,
      ref: stream,
      trigger: { kind: 'listed', books, resource, record, at },
      message,
    };
  }
  if (origin === 'qbo') return theirsWork(service, change, message);
  if (origin !== 'list' || ref === undefined || ownerOf(ref) !== service.name) return { do: 'nothing' };
  if (!hasRules(service, ref)) return { do: 'nothing' };
  return {
    do: 'decide',
    tenant,
    stream: service.functions.streamOf(ref),
    ref,
    trigger: { kind: 'listed', books, resource, record, at },
    message,
  };
}

/** Somebody changed a record of ours in QuickBooks, or made one there. */
function theirsWork(service: EntityService, change: QboChange, message: ConsumedMessage): Work {
  const { tenant, books, resource, record, changed, gone, at } = change;
  const parsed = readRecord(record);
  if (parsed === 'unreadable') return parkOwn(message, 'unreadable', { type: 'record' }, tenant);
  const { pulls } = service;
  const made = pulls?.resource === resource ? `${pulls.entity}:qbo.${String(parsed['Id'])}` : undefined;
  const ref = change.ref ?? made;
  if (ref === undefined || ownerOf(ref) !== service.name || !hasRules(service, ref)) return { do: 'nothing' };
  const theirs = { kind: 'theirs', ref, books, resource, record: parsed, text: record, changed, at } as const;
  return {
    do: 'decide',
    tenant,
    stream: service.functions.streamOf(ref),
    ref,
    trigger: gone === undefined ? theirs : { ...theirs, gone },
    message,
  };
}

function hasRules({ functions }: EntityService, ref: string): boolean {
  return functions.rulesFor(functions.streamOf(ref)) !== undefined;
}

/** Checks a message of our own topics; one that breaks its contract is set aside like any other. */
function own<T extends object>(message: ConsumedMessage, dto: new () => T, work: (value: T) => Work): Work {
  const tenant = message.key === null ? undefined : splitKey(message.key)?.tenant;
  const json = parse(message.value);
  if (json === undefined) return parkOwn(message, 'not_json', {}, tenant);
  const checked = check(dto, json);
  if (checked.ok) return work(checked.value);
  return parkOwn(message, checked.fault.code, { field: checked.fault.path, message: checked.fault.message }, tenant);
}

function parkOwn(
  message: ConsumedMessage,
  code: ReasonCode,
  params: Readonly<Record<string, string>>,
  tenant: string | undefined,
): Work {
  return { do: 'park', message, code, params, tenant, eventId: undefined, type: undefined, time: undefined };
}

function parse(value: Buffer | null): unknown {
  try {
    return value === null ? undefined : (JSON.parse(value.toString('utf8')) as unknown);
  } catch {
    return undefined;
  }
}

function readRecord(text: string): TextObject | 'unreadable' {
  try {
    const json = readNumbersAsText(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : 'unreadable';
  } catch {
    return 'unreadable';
  }
}
