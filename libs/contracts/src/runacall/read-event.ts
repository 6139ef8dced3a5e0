import { splitKey, TENANT_PATTERN } from '../keys';
import { check, type FaultCode, isInstant } from '../validation';
import type { Entity } from '../refs';
import { changeOf, EVENT_FAMILIES } from './event-types';

/**
 * From Kafka bytes to a Run a Call event, or to the reason why not (CloudEvents 1.0, events.md).
 *
 *   binary      headers ce_id ce_type ce_subject ce_time ce_tenant ce_sequence …, value = data (UTF-8 JSON)
 *   structured  content-type application/cloudevents+json, value = { id, type, subject, time, tenant, sequence, data }
 *   key         {tenant}:{subject}
 */
export interface WireMessage {
  readonly topic: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly value: Uint8Array | null;
}

export interface RunACallEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** `sent`, `updated` … */
  readonly change: string;
  readonly entity: Entity;
  readonly subject: string;
  readonly time: string;
  readonly tenant: string;
  readonly sequence: number;
  readonly traceparent?: string;
  /** Checked against the entity's DTO; unknown fields kept. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The data as it came, for the erasable payload and its hash. */
  readonly dataText: string;
}

export type UnreadableCode = 'not_json' | 'unreadable' | 'key_missing' | 'key_invalid' | 'envelope_invalid' | FaultCode;

/** What could be told of a message that cannot be read: enough for a row that names it. */
export interface Unreadable {
  readonly outcome: 'unreadable';
  readonly code: UnreadableCode;
  readonly params: Readonly<Record<string, string>>;
  readonly tenant?: string;
  readonly eventId?: string;
  readonly subject?: string;
  readonly type?: string;
  readonly time?: string;
}

export type ReadEvent = { readonly outcome: 'event'; readonly event: RunACallEvent } | Unreadable;

interface Envelope {
  specversion?: string | undefined;
  id?: string | undefined;
  source?: string | undefined;
  type?: string | undefined;
  subject?: string | undefined;
  time?: string | undefined;
  tenant?: string | undefined;
  sequence?: string | undefined;
  traceparent?: string | undefined;
}

/** Reads one message of a `runacall.*` topic. Never throws on what a producer sent. */
export function readEvent(message: WireMessage): ReadEvent {
  const text = decode(message.value);
  const structured = (message.headers['content-type'] ?? '').startsWith('application/cloudevents+json');
  const body = parseObject(text);
  const envelope = structured ? structuredEnvelope(body) : binaryEnvelope(message.headers);
  const refuse = (code: UnreadableCode, params: Record<string, string> = {}): Unreadable => ({
    outcome: 'unreadable',
    code,
    params,
    ...known(envelope, message.key),
  });

  if (message.key === null || message.key === '') return refuse('key_missing');
  if (body === undefined) return refuse('not_json');
  const missing = (['specversion', 'id', 'source', 'type', 'subject', 'time', 'tenant', 'sequence'] as const).find(
    (name) => envelope[name] === undefined || envelope[name] === '',
  );
  if (missing !== undefined) return refuse('envelope_invalid', { field: `ce_${missing}` });
  const { specversion, id, source, type, subject, time, tenant, sequence } = envelope as Required<Envelope> &
    Record<string, string>;
  if (specversion !== '1.0') return refuse('envelope_invalid', { field: 'ce_specversion' });
  if (!TENANT_PATTERN.test(tenant!)) return refuse('envelope_invalid', { field: 'ce_tenant' });
  if (!isInstant(time)) return refuse('envelope_invalid', { field: 'ce_time' });
  if (!/^\d{1,15}$/.test(sequence!)) return refuse('envelope_invalid', { field: 'ce_sequence' });
  const key = splitKey(message.key);
  if (key === undefined || key.tenant !== tenant || key.ref !== subject) {
    return refuse('key_invalid', { expected: '{tenant}:{subject}' });
  }

  const family = EVENT_FAMILIES[message.topic];
  const change = family && changeOf(family, type!);
  if (family === undefined || change === undefined) return refuse('unreadable', { type: type! });

  const data = structured ? body['data'] : body;
  const checked = check(family.dto, data);
  if (!checked.ok) return refuse(checked.fault.code, { field: checked.fault.path, message: checked.fault.message });
  const value = checked.value as Record<string, unknown>;
  if (value['id'] !== subject) return refuse('field_invalid', { field: 'id', message: 'id must equal ce_subject' });

  return {
    outcome: 'event',
    event: {
      id: id!,
      source: source!,
      type: type!,
      change,
      entity: family.entity,
      subject: subject!,
      time: time!,
      tenant: tenant!,
      sequence: Number(sequence),
      ...(envelope.traceparent === undefined ? {} : { traceparent: envelope.traceparent }),
      data: value,
      dataText: structured ? JSON.stringify(data) : text,
    },
  };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array | null): string {
  try {
    return bytes === null ? '' : UTF8.decode(bytes);
  } catch {
    return '';
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function binaryEnvelope(headers: WireMessage['headers']): Envelope {
  return {
    specversion: headers['ce_specversion'],
    id: headers['ce_id'],
    source: headers['ce_source'],
    type: headers['ce_type'],
    subject: headers['ce_subject'],
    time: headers['ce_time'],
    tenant: headers['ce_tenant'],
    sequence: headers['ce_sequence'],
    traceparent: headers['traceparent'] ?? headers['ce_traceparent'],
  };
}

function structuredEnvelope(body: Record<string, unknown> | undefined): Envelope {
  const text = (name: string): string | undefined => {
    const value = body?.[name];
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
  };
  return {
    specversion: text('specversion'),
    id: text('id'),
    source: text('source'),
    type: text('type'),
    subject: text('subject'),
    time: text('time'),
    tenant: text('tenant'),
    sequence: text('sequence'),
    traceparent: text('traceparent'),
  };
}

function known(envelope: Envelope, key: string | null): Omit<Unreadable, 'outcome' | 'code' | 'params'> {
  const fromKey = key === null ? undefined : splitKey(key);
  const tenant =
    envelope.tenant !== undefined && TENANT_PATTERN.test(envelope.tenant) ? envelope.tenant : fromKey?.tenant;
  return {
    ...(tenant === undefined ? {} : { tenant }),
    ...(envelope.id ? { eventId: envelope.id } : {}),
    ...(envelope.subject ? { subject: envelope.subject } : {}),
    ...(envelope.type ? { type: envelope.type } : {}),
    ...(isInstant(envelope.time) ? { time: envelope.time } : {}),
  };
}
