import { admit, type Admission } from '@qbo-sync/eventstore/inbox';
import { park, revive } from '@qbo-sync/eventstore/parked';
import type { Client } from '@qbo-sync/eventstore/pool';
import { storeRedecision } from '@qbo-sync/eventstore/redecisions';
import { storeReplay } from '@qbo-sync/eventstore/replays';
import { storeSettings } from '@qbo-sync/eventstore/settings';
import { streamsWaitingOn } from '@qbo-sync/eventstore/stream-lists';
import { streamId } from '@qbo-sync/eventstore/streams';
import { Board, decideStreams, type Decided } from './deciding';
import type { EntityService } from './definition';
import {
  operated,
  operationStream,
  parked,
  parkedStream,
  placeRef,
  readAgain,
  SETTINGS_STREAM,
  settingsRead,
} from './kit-events';
import { NOT_BEGUN, toldOf } from './replay-told';
import type { Once, Parking, Replay, Work } from './work';

export interface Applied {
  readonly decided: readonly Decided[];
  /** Messages admitted by the inbox now. */
  readonly admitted: number;
  /** Messages it had admitted before. */
  readonly duplicates: number;
  readonly parked: readonly Parking[];
  /** A newer version of some company's settings was stored. */
  readonly settingsChanged: boolean;
  /** An operator asked for a replay. */
  readonly replayAsked: boolean;
  /** All open streams of a company are to be decided again. */
  readonly redecisionAsked: boolean;
}

/**
 * What one transaction does with the work of a batch, in this order: settings, inbox, followed records, parked messages,
 * then the decisions. What waits for a ref that something happened to is decided again in the same transaction.
 */
export async function applyWork(
  client: Client,
  service: EntityService,
  work: readonly Work[],
  now: string,
  /** `again`: these messages may have been set aside before; what can be read now is not any more. */
  { again = false }: { readonly again?: boolean } = {},
): Promise<Applied> {
  await holdFollowing(client, service, work.flatMap(tenantOf));
  const board = new Board();
  const settingsChanged = await takeSettings(client, board, work, now);
  const { left, admitted, duplicates } = await admitOnce(client, work);
  await follow(client, service, left);
  await note(client, service, left);
  const setAside = await parkAll(client, board, left, now);
  if (again) await endParked(client, board, work, left, now);
  for (const one of left) {
    if (one.do === 'decide') {
      const { tenant } = one;
      for (const { stream, trigger } of [one, ...(one.beside ?? [])]) board.trigger({ tenant, ref: stream }, trigger);
    }
    if (one.do === 'redecide') await redecideOnCommand(client, board, one);
    if (one.do === 'replay') await acceptReplay(client, board, one.replay, now);
  }
  await wakeWaiting(client, board, refsOf(left, 'others'));
  await wakeReaders(client, service, board, left);
  const first = await decideStreams(client, service, board, now);
  // After the first, because these read what it appended.
  const woken = wokenBy(service, left);
  await wakeWaiting(client, woken, refsOf(left, 'own'));
  const second = await decideStreams(client, service, woken, now);
  const replayAsked = left.some((one) => one.do === 'replay');
  const redecisionAsked = left.some((one) => one.do === 'redecide' && one.streams === undefined);
  return {
    ...{ decided: [...first, ...second], admitted, duplicates, parked: setAside },
    ...{ settingsChanged, replayAsked, redecisionAsked },
  };
}

/** Kept to be done by this service's own replayer, and shown from now on. */
async function acceptReplay(client: Client, board: Board, replay: Replay, at: string): Promise<void> {
  const { commandId, tenant } = replay;
  await storeReplay(client, { commandId, command: replay });
  board.append(operationStream(commandId, tenant), operated({ ...toldOf(replay), at, state: 'running', ...NOT_BEGUN }));
}

/** The rows of messages that were set aside once, and are read now, end: the record has a row of its own. */
async function endParked(
  client: Client,
  board: Board,
  work: readonly Work[],
  left: readonly Work[],
  now: string,
): Promise<void> {
  const aside = new Set(left.flatMap((one) => (one.do === 'park' ? [placeRef(one.message)] : [])));
  for (const one of work) {
    if (one.do !== 'decide' || aside.has(placeRef(one.message))) continue;
    const row = await revive(client, one.message);
    if (row === undefined) continue;
    const event = one.trigger.kind === 'changed' ? one.trigger.event : undefined;
    const info = { eventId: event?.id, type: event?.type, time: event?.occurredAt };
    board.append(parkedStream(row, row.tenant ?? undefined), readAgain(row, info, now));
  }
}

/**
 * A service that follows other records decides on them outside its streams' locks: one deciding transaction per company at
 * a time, else a stream could start to wait just after the record it waits for was heard of.
 */
export async function holdFollowing(client: Client, service: EntityService, tenants: readonly string[]): Promise<void> {
  if (service.follows === undefined) return;
  for (const tenant of [...new Set(tenants)].sort()) {
    await client.query(`select pg_advisory_xact_lock(hashtext('following'), hashtext($1))`, [tenant]);
  }
}

async function follow(client: Client, { follows }: EntityService, work: readonly Work[]): Promise<void> {
  const events = work.flatMap((one) => (one.do === 'follow' ? [one.event] : []));
  if (events.length > 0) await follows?.store(client, events);
  const answers = work.flatMap((one) => (one.do === 'heard' ? (one.answer ?? []) : []));
  if (answers.length > 0) await follows?.answered(client, answers);
}

async function note(client: Client, { notes }: EntityService, work: readonly Work[]): Promise<void> {
  const changes = work.flatMap((one) =>
    notes !== undefined && one.do === 'decide' && one.trigger.kind === 'changed'
      ? [one, ...(one.beside ?? [])].flatMap(({ stream, trigger }) =>
          trigger.kind === 'changed'
            ? [{ tenant: one.tenant, ref: stream, sequence: trigger.sequence, data: trigger.data }]
            : [],
        )
      : [],
  );
  if (changes.length > 0) await notes?.(client, changes);
}

function wokenBy({ wakes }: EntityService, work: readonly Work[]): Board {
  const board = new Board();
  const keys = work.flatMap((one) =>
    one.do === 'decide' && one.trigger.kind === 'changed'
      ? (wakes?.(one.ref) ?? []).map((ref) => ({ tenant: one.tenant, ref }))
      : [],
  );
  const unique = new Map(keys.map((key) => [streamId(key), key]));
  for (const key of unique.values()) board.trigger(key, { kind: 'redecide', why: 'related' });
  return board;
}

function tenantOf(work: Work): string[] {
  switch (work.do) {
    case 'decide':
    case 'redecide':
    case 'heard':
      return [work.tenant];
    case 'follow':
      return [work.event.tenant];
    default:
      return [];
  }
}

async function takeSettings(client: Client, board: Board, work: readonly Work[], now: string): Promise<boolean> {
  let changed = false;
  for (const one of work) {
    if (one.do !== 'settings') continue;
    const { tenant, version } = one.settings;
    if (!(await storeSettings(client, { tenant, version, document: one.settings }))) continue;
    board.append({ tenant, ref: SETTINGS_STREAM }, settingsRead(version, now));
    changed = true;
  }
  return changed;
}

/** Drops what was seen before; the same id with other content is set aside: the first stands. */
async function admitOnce(
  client: Client,
  work: readonly Work[],
): Promise<{ left: Work[]; admitted: number; duplicates: number }> {
  const entries = work.flatMap((one) => entryOf(one) ?? []);
  const admissions = (await admit(client, entries))[Symbol.iterator]();
  let admitted = 0;
  let duplicates = 0;
  const left = work.flatMap((one): Work[] => {
    if (entryOf(one) === undefined) return [one];
    const { outcome } = admissions.next().value as Admission;
    if (outcome === 'new') {
      admitted += 1;
      return [one];
    }
    if (outcome === 'different' && one.do === 'decide') return [sentTwice(one)];
    duplicates += 1;
    return [];
  });
  return { left, admitted, duplicates };
}

/** What the inbox knows a message by; undefined: it may come any number of times. */
function entryOf(work: Work): (Once & { readonly tenant: string; readonly ref: string }) | undefined {
  switch (work.do) {
    case 'follow': {
      const { entity, subject, tenant } = work.event;
      return { ...work.once, tenant, ref: `${entity}:${subject}` };
    }
    case 'decide':
      return work.once && { ...work.once, tenant: work.tenant, ref: work.stream };
    case 'replay':
      return { ...work.once, ...operationStream(work.replay.commandId, work.replay.tenant) };
    default:
      return undefined;
  }
}

function sentTwice({ tenant, message, once, trigger }: Extract<Work, { do: 'decide' }>): Work {
  const event = trigger.kind === 'changed' ? trigger.event : undefined;
  return {
    do: 'park',
    message,
    code: 'sent_twice',
    params: {},
    tenant,
    eventId: once?.eventId,
    type: event?.type,
    time: event?.occurredAt,
  };
}

async function parkAll(client: Client, board: Board, work: readonly Work[], now: string): Promise<Parking[]> {
  const setAside: Parking[] = [];
  for (const one of work) {
    if (one.do !== 'park') continue;
    const { message, code, tenant, eventId } = one;
    const { topic, partition, offset, key, headers, value } = message;
    const isNew = await park(client, {
      topic,
      partition,
      offset,
      key: withoutNul(key),
      headers,
      value,
      reason: code,
      tenant: tenant ?? null,
      eventId: withoutNul(eventId ?? null),
    });
    if (!isNew) continue;
    board.append(parkedStream(message, tenant), parked(message, one, now));
    setAside.push(one);
  }
  return setAside;
}

/** Postgres texts take no NUL; the message's bytes are kept beside. */
function withoutNul(text: string | null): string | null {
  return text === null ? null : text.replaceAll('\0', '\ufffd');
}

/** Named streams are decided with the batch; a company's open ones page by page, by the redecider. */
async function redecideOnCommand(
  client: Client,
  board: Board,
  { commandId, by, tenant, streams, entity, closed }: Extract<Work, { do: 'redecide' }>,
): Promise<void> {
  if (streams === undefined) return storeRedecision(client, { commandId, by, tenant, entity: entity ?? null, closed });
  for (const ref of streams) board.trigger({ tenant, ref }, { kind: 'redecide', why: 'command' });
}

/** Refs that something happened to, by company: this service's own, or others'. */
function refsOf(work: readonly Work[], whose: 'own' | 'others'): ReadonlyMap<string, ReadonlySet<string>> {
  const heard = new Map<string, Set<string>>();
  const hear = (tenant: string, ref: string): void => {
    heard.set(tenant, (heard.get(tenant) ?? new Set()).add(ref));
  };
  for (const one of work) {
    if (one.do === 'decide' && whose === 'own') {
      for (const ref of [one.ref, one.stream, ...(one.beside ?? []).map(({ stream }) => stream)]) hear(one.tenant, ref);
    }
    if (whose === 'own') continue;
    if (one.do === 'heard') hear(one.tenant, one.ref);
    if (one.do === 'follow') hear(one.event.tenant, `${one.event.entity}:${one.event.subject}`);
  }
  return heard;
}

async function wakeWaiting(
  client: Client,
  board: Board,
  heard: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<void> {
  for (const [tenant, refs] of heard) {
    for (const key of await streamsWaitingOn(client, tenant, [...refs])) {
      board.trigger(key, { kind: 'redecide', why: 'related' });
    }
  }
}

/** Streams that look at what was followed, without waiting for it. */
async function wakeReaders(
  client: Client,
  { follows }: EntityService,
  board: Board,
  work: readonly Work[],
): Promise<void> {
  if (follows?.readers === undefined) return;
  for (const [tenant, refs] of refsOf(work, 'others')) {
    for (const ref of await follows.readers(client, tenant, [...refs])) {
      board.trigger({ tenant, ref }, { kind: 'redecide', why: 'related' });
    }
  }
}
