import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import { blank, isErased } from './erased';
import type { Deferred, Held, Listed, PushRequested, Skipped, StreamEvent } from './events';
import type { ListedRecord } from './rules';
import { linkKey, type Asked, type State, type Stop, type QuickbooksRecord } from './stream-state';

/** The state after one more event; one whose personal side was erased still counts. */
export function evolve(before: State, stored: StreamEvent): State {
  const state: State = { ...before, version: before.version + 1 };
  const erased = isErased(stored);
  const event = erased ? blank(stored) : stored;
  if (erased && (event.type === 'Listed' || event.type === 'Proposed')) return state;
  switch (event.type) {
    case 'Changed': {
      const { data } = event;
      const fact = { eventId: data.event.id, change: data.change, data: event.personal.data, erased };
      const newer = state.latest === undefined || data.sequence > state.latest.sequence;
      return {
        ...state,
        ...(newer ? { latest: { ...data, traceparent: data.traceparent, data: event.personal.data, erased } } : {}),
        ...(data.fact ? { facts: [...state.facts, fact] } : {}),
        firstOccurredAt: earlier(state.firstOccurredAt, data.event.occurredAt),
      };
    }
    case 'Wanted':
      return {
        ...state,
        wanted: { by: event.data.by, at: event.data.at },
        run: event.data.run ?? state.run,
        backfill: event.data.backfill ?? state.backfill,
      };
    case 'PushRequested': {
      const { ref, round } = event.data;
      const base = round === 0 ? event.personal.body : (state.asked[ref]?.base ?? event.personal.body);
      const refusals = refusedBefore(state.asked[ref], event);
      const asked: Asked = {
        revision: state.version,
        answered: false,
        rejected: false,
        request: event,
        base,
        refusals,
      };
      const { lastAnswer } = event.personal;
      return {
        ...state,
        links:
          lastAnswer === undefined
            ? state.links
            : linked(state, event.data.books, ref, recordOf(event.data.resource, lastAnswer)),
        stop: elsewhere(state, ref),
        dismissed: undefined,
        ...(ref === state.ref || event.data.covers.length > 0
          ? { decided: { covers: event.data.covers, reason: undefined } }
          : {}),
        asked: { ...state.asked, [ref]: asked },
        unanswered: [
          ...state.unanswered.filter(
            (one) => one.request.data.ref !== ref || one.revision > (lastAnswer?.revision ?? 0),
          ),
          asked,
        ],
        summary: event.personal.summary,
      };
    }
    case 'Deferred':
    case 'Held':
      return {
        ...refusedBy(state, event),
        stop: {
          type: event.type,
          ref: event.data.ref ?? state.ref,
          reason: event.personal.reason,
          covers: event.data.covers,
          change: event.data.change,
          byAnswer: event.data.answer !== undefined,
          waitsOn: event.data.waitsOn,
          revisitAt: event.type === 'Deferred' ? event.data.revisitAt : undefined,
          revision: event.data.answer?.revision ?? state.version,
        },
        dismissed: undefined,
        ...(event.data.ref === undefined || event.data.covers.length > 0
          ? { decided: { covers: event.data.covers, reason: event.personal.reason } }
          : {}),
        summary: event.personal.summary,
      };
    case 'Skipped': {
      if (event.data.answer !== undefined) return refusedBy(state, event);
      // `replaced` only ends the rows of older events: the decision that replaced them stands beside it.
      if (event.data.code === 'replaced') return state;
      return {
        ...state,
        stop: elsewhere(state, state.ref),
        dismissed: undefined,
        decided: { covers: event.data.covers, reason: event.personal.reason },
        summary: event.personal.summary,
      };
    }
    case 'Settled':
      return settled(state, event);
    case 'Dismissed':
      return { ...state, stop: undefined, dismissed: state.stop };
    case 'Listed':
      return { ...state, listed: withRecord(state.listed, listedRecord(event)) };
    case 'Chosen':
      return { ...state, chosen: { ...state.chosen, ...event.data.facts } };
    case 'Told':
      return { ...state, told: [...state.told, event.data.commandId] };
    case 'Proposed':
      return { ...state, proposed: [...state.proposed, event.personal.activity] };
  }
}

/** What QuickBooks said of another part of the record still stands. */
const elsewhere = ({ stop }: State, ref: string): Stop | undefined =>
  stop?.byAnswer === true && stop.ref !== ref ? stop : undefined;

function settled(state: State, event: Extract<StreamEvent, { type: 'Settled' }>): State {
  const { ref, answer, quickbooks, covers, at } = event.data;
  const decided = { covers, reason: undefined };
  if (answer === undefined) return { ...state, stop: undefined, decided, summary: event.personal.summary };
  const asked = state.asked[ref];
  const books = asked?.request.data.books ?? '';
  const right = state.unanswered.find((one) => one.request.data.ref === ref && one.revision === answer.revision);
  const unanswered = state.unanswered.filter((one) => one.request.data.ref !== ref || one.revision > answer.revision);
  return {
    ...state,
    unanswered,
    run: unanswered.length === 0 ? undefined : state.run,
    asked:
      asked !== undefined && asked.revision <= answer.revision
        ? { ...state.asked, [ref]: { ...asked, answered: true } }
        : state.asked,
    confirmed: right === undefined ? state.confirmed : { ...state.confirmed, [ref]: right.request },
    links: linked(state, books, ref, quickbooks),
    againAt: againAt(right?.request.data.againAfterMs, at) ?? state.againAt,
    ...(state.stop === undefined && (ref === state.ref || covers.length > 0) ? { decided } : {}),
  };
}

function againAt(afterMs: number | undefined, answeredAt: string): string | undefined {
  return afterMs === undefined ? undefined : new Date(Date.parse(answeredAt) + afterMs).toISOString();
}

/** An answer that settled nothing; after a cancelled request it is as if nothing had been asked. */
function refusedBy(state: State, { type, data }: Deferred | Held | Skipped): State {
  if (data.answer === undefined) return state;
  const { revision } = data.answer;
  const ref = data.ref ?? state.ref;
  const { [ref]: asked, ...others } = state.asked;
  const rejected =
    asked === undefined ? undefined : { ...asked, answered: true, rejected: true, refusals: asked.refusals + 1 };
  const isNewest = asked !== undefined && asked.revision <= revision;
  const left = type === 'Skipped' || rejected === undefined ? others : { ...others, [ref]: rejected };
  return {
    ...state,
    unanswered: state.unanswered.filter((one) => one.request.data.ref !== ref || one.revision > revision),
    asked: isNewest ? left : state.asked,
    links: linked(state, asked?.request.data.books ?? '', ref, data.quickbooks),
  };
}

/** Refusals of the same request just before this one. */
function refusedBefore(before: Asked | undefined, { data, personal }: PushRequested): number {
  if (before === undefined || !before.rejected) return 0;
  const { request } = before;
  return request.data.kind === data.kind && request.personal.body === personal.body ? before.refusals : 0;
}

function linked(state: State, books: string, ref: string, record: QuickbooksRecord | undefined): State['links'] {
  return record === undefined ? state.links : { ...state.links, [linkKey(books, ref)]: record };
}

/** The record an answer names, whatever the rules think of it. */
export function recordOf(resource: string, answer: Answered): QuickbooksRecord | undefined {
  return answer.outcome === 'synced' && answer.quickbooksId !== undefined
    ? { type: resource, id: answer.quickbooksId }
    : undefined;
}

function withRecord(listed: readonly ListedRecord[], newest: ListedRecord): readonly ListedRecord[] {
  const isOther = ({ books, resource, id }: ListedRecord): boolean =>
    books !== newest.books || resource !== newest.resource || id !== newest.id;
  return [...listed.filter(isOther), newest];
}

function listedRecord({ data: { books, resource }, personal: { record } }: Listed): ListedRecord {
  const { Id: id } = JSON.parse(record) as { Id?: string };
  return { books, resource, record, id: id ?? '' };
}

function earlier(a: string | undefined, b: string): string {
  return a !== undefined && Date.parse(a) <= Date.parse(b) ? a : b;
}
