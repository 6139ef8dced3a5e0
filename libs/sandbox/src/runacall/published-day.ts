import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventType } from '@qbo-sync/contracts/runacall/event-types';
import { messageKey } from '@qbo-sync/contracts/keys';
import type { DaySize } from './day';
import type { DayEvent, Phase } from './journal';

/** A Kafka message as Run a Call sent it (CloudEvents, binary mode): republished, it is the same to the byte. */
export interface PublishedMessage {
  readonly phase: Phase;
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

/** Stamps an event with the instant of its first publishing. */
export function stamp(event: DayEvent, instant: string): PublishedMessage {
  return {
    phase: event.phase,
    topic: event.topic,
    key: messageKey(event.tenant, event.subject),
    headers: {
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_source: '/run-a-call',
      ce_type: eventType(event.noun, event.change),
      ce_subject: event.subject,
      ce_time: instant,
      ce_tenant: event.tenant,
      ce_sequence: String(event.sequence),
      'content-type': 'application/json',
    },
    value: JSON.stringify({ ...event.data, updatedAt: instant }),
  };
}

export interface DayIdentity {
  readonly seed: string;
  readonly size: DaySize;
  /** RFC 3339: documents are dated on its day or later. Absent until sync was switched on. */
  readonly anchor?: string;
}

/**
 * What was published, kept in a folder: `day.json` says which day it is, `published.jsonl` holds every message in
 * order. A message is written down before it is sent, so what Kafka may hold is always known.
 */
export class PublishedDay {
  private readonly identityFile: string;
  private readonly messagesFile: string;
  private readonly known: PublishedMessage[];
  private identity: DayIdentity | undefined;
  private readonly byId = new Map<string, PublishedMessage>();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.identityFile = join(folder, 'day.json');
    this.messagesFile = join(folder, 'published.jsonl');
    if (existsSync(this.identityFile))
      this.identity = JSON.parse(readFileSync(this.identityFile, 'utf8')) as DayIdentity;
    const text = existsSync(this.messagesFile) ? readFileSync(this.messagesFile, 'utf8') : '';
    // The writer may have been killed: an unfinished last line was never sent.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole !== text) writeFileSync(this.messagesFile, whole);
    this.known = readLines(whole);
    for (const message of this.known) this.byId.set(message.headers['ce_id'] ?? '', message);
  }

  get messages(): readonly PublishedMessage[] {
    return this.known;
  }

  /** The stored day, or this one, stored now. */
  identify(fresh: () => DayIdentity): DayIdentity {
    return this.identity ?? this.keep(fresh());
  }

  get anchor(): string | undefined {
    return this.identity?.anchor;
  }

  /** The stored anchor, or this one, stored now. The day must have been identified. */
  anchorAt(fresh: () => string): string {
    if (this.identity === undefined) throw new Error('Which day it is has not been said');
    return this.identity.anchor ?? this.keep({ ...this.identity, anchor: fresh() }).anchor ?? '';
  }

  /**
   * The message at a place of the plan: the stored one, else the event stamped now (a second copy of an event is the
   * first again), written down before it is returned. Places come in order.
   */
  message(place: number, event: DayEvent, now: () => string): PublishedMessage {
    const stored = this.known[place];
    if (stored !== undefined) return stored;
    if (place !== this.known.length) throw new Error(`Place ${place} comes after ${this.known.length}`);
    const message = this.byId.get(event.id) ?? stamp(event, now());
    appendFileSync(this.messagesFile, `${JSON.stringify(message)}\n`);
    this.known.push(message);
    this.byId.set(event.id, message);
    return message;
  }

  private keep(identity: DayIdentity): DayIdentity {
    writeFileSync(this.identityFile, JSON.stringify(identity));
    this.identity = identity;
    return identity;
  }
}

function readLines(text: string): PublishedMessage[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as PublishedMessage);
}
