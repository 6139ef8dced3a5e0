import type { RecordActivity, RecordState, Stage } from '@qbo-sync/contracts/sync/activity';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { AnswerPlace, PushRequested, StreamEvent, Summary, Told } from './events';

/** Where a stored event stands: its stream, its version there, and the service that owns it. */
export interface EventPlace {
  readonly tenant: string;
  readonly ref: string;
  readonly version: number;
  readonly service: string;
}

export interface OutgoingMessage {
  readonly topic: 'qbo.requests.v1' | 'sync.activity.v1' | 'runacall.commands.v1';
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

const RECEIVED: Stage = 0;
const DECIDED: Stage = 1;
const SETTLED: Stage = 5;

/**
 * What a stored event says to the other processes. Derived from the event alone, so that it may be said again at any
 * time with the same bytes.
 *
 *   PushRequested                                → qbo.requests.v1 and a row: waiting, stage 1
 *   Changed                                      → a row: waiting, stage 0; beside another stream's row, nothing
 *   Deferred · Held · Skipped · Settled ·
 *   Dismissed                                    → a row; at (answer's revision, attempt, 5) when an answer led to it,
 *                                                  else at (own version, 0, 1)
 *   Proposed                                     → its activity, as it stands
 *   Told                                         → runacall.commands.v1
 *   Wanted · Chosen · Listed                     → nothing (the decision beside it says what there is to say)
 */
export function toMessages(place: EventPlace, event: StreamEvent): readonly OutgoingMessage[] {
  switch (event.type) {
    case 'Wanted':
    case 'Chosen':
    case 'Listed':
      return [];
    case 'Proposed':
      return [message('sync.activity.v1', place.tenant, place.ref, event.personal.activity)];
    case 'Told':
      return [commandOf(place, event)];
    case 'Changed':
      // Its row is another stream's.
      return event.data.beside === true ? [] : [rowMessage(place, refOf(place, event), row(place, event))];
    case 'PushRequested': {
      const { traceparent } = event.data;
      const headers: Record<string, string> = traceparent === undefined ? {} : { traceparent };
      return [
        message('qbo.requests.v1', place.tenant, event.data.ref, requestOf(place, event), headers),
        rowMessage(place, event.data.ref, row(place, event)),
      ];
    }
    default:
      return [rowMessage(place, refOf(place, event), row(place, event))];
  }
}

type Row = Exclude<StreamEvent, { type: 'Wanted' | 'Chosen' | 'Listed' | 'Proposed' | 'Told' }>;

/** A command to Run a Call, as CloudEvents binds to Kafka (events.md). */
function commandOf({ tenant, ref }: EventPlace, { data, personal }: Told): OutgoingMessage {
  const { commandId, command, quickbooksId, at } = data;
  const subject = personal.command.id ?? ref.slice(ref.indexOf(':') + 1);
  return message('runacall.commands.v1', tenant, subject, personal.command, {
    ce_specversion: '1.0',
    ce_id: commandId,
    ce_source: '/qbo-sync',
    ce_type: command,
    ce_subject: personal.command.id ?? quickbooksId,
    ce_time: at,
    ce_tenant: tenant,
  });
}

function requestOf({ tenant, version }: EventPlace, { data, personal }: PushRequested): QboRequest {
  return {
    tenant,
    ref: data.ref,
    revision: version,
    books: data.books,
    ...(data.run === undefined ? {} : { run: data.run }),
    lane: data.lane,
    occurredAt: data.occurredAt,
    ...(data.traceparent === undefined ? {} : { traceparent: data.traceparent }),
    kind: data.kind,
    resource: data.resource,
    how: data.how,
    body: personal.body,
    ...(personal.shown === undefined ? {} : { shown: personal.shown }),
    ...(data.after === undefined ? {} : { after: [...data.after] }),
    ...(data.last === undefined ? {} : { last: data.last }),
    ...(data.sides === undefined ? {} : { sides: data.sides }),
    ...(data.only === undefined ? {} : { only: data.only }),
    ...(personal.if === undefined ? {} : { if: [...personal.if] }),
    ...(personal.find === undefined ? {} : { find: personal.find }),
  };
}

function row(place: EventPlace, event: Row): RecordActivity {
  const { tenant, version } = place;
  const ref = refOf(place, event);
  const at = placeOf(event);
  const summary: Summary = 'personal' in event && 'summary' in event.personal ? event.personal.summary : {};
  const events = event.type === 'Changed' ? [event.data.event] : event.data.covers;
  const said = saying(event);
  return {
    kind: 'record',
    tenant,
    ref,
    revision: at?.revision ?? version,
    attempt: at?.attempt ?? 0,
    stage: at === undefined ? (event.type === 'Changed' ? RECEIVED : DECIDED) : SETTLED,
    at: event.type === 'Changed' ? event.data.event.receivedAt : event.data.at,
    state: said.state,
    ...(said.reason === undefined ? {} : { reason: said.reason }),
    ...(said.warnings === undefined || said.warnings.length === 0 ? {} : { warnings: said.warnings }),
    ...(event.type === 'Deferred' && event.data.waitsOn !== undefined ? { waitsOn: event.data.waitsOn } : {}),
    ...(event.type === 'Deferred' && event.data.revisitAt !== undefined ? { retryAt: event.data.revisitAt } : {}),
    events,
    entity: ref.slice(0, ref.indexOf(':')),
    ...summary,
    change: event.data.change,
    ...('quickbooks' in event.data && event.data.quickbooks !== undefined ? { quickbooks: event.data.quickbooks } : {}),
    ...(event.type === 'Changed' || event.data.settingsVersion === null
      ? {}
      : { settingsVersion: event.data.settingsVersion }),
    ...('traceparent' in event.data && event.data.traceparent !== undefined
      ? { traceparent: event.data.traceparent }
      : {}),
  };
}

function saying(event: Row): { state: RecordState; reason?: Reason; warnings?: readonly Reason[] } {
  switch (event.type) {
    case 'Changed':
    case 'PushRequested':
      return { state: 'waiting' };
    case 'Deferred':
      return { state: 'waiting', reason: event.personal.reason };
    case 'Held':
      return { state: 'needs attention', reason: event.personal.reason };
    case 'Skipped':
      return { state: 'skipped', reason: event.personal.reason };
    case 'Dismissed':
      return { state: 'dismissed' };
    case 'Settled': {
      const { warnings } = event.personal;
      return { state: warnings.length === 0 ? 'synced' : 'synced with warnings', warnings };
    }
  }
}

function placeOf(event: Row): AnswerPlace | undefined {
  return 'answer' in event.data ? event.data.answer : undefined;
}

function refOf(place: EventPlace, event: Row): string {
  return ('ref' in event.data ? event.data.ref : undefined) ?? place.ref;
}

function rowMessage({ tenant }: EventPlace, ref: string, activity: RecordActivity): OutgoingMessage {
  return message('sync.activity.v1', tenant, ref, activity);
}

function message(
  topic: OutgoingMessage['topic'],
  tenant: string,
  ref: string,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): OutgoingMessage {
  return {
    topic,
    key: `${tenant}:${ref}`,
    value: JSON.stringify(value),
    headers: { 'content-type': 'application/json', ...headers },
  };
}
