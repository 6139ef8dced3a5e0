import type { EventInfo } from '@qbo-sync/contracts/sync/activity';
import type { Reason, ReasonCode } from '@qbo-sync/contracts/reasons';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import type { StreamEvent } from './events';
import type { Context, Rules } from './rules';
import { decideNow } from './decision';
import { base, record, type Recording, replacedBy } from './recording';
import { gateOf, isLeftOut } from './gate';
import { dismissed, resolved, restored } from './resolve';
import { sameJson } from './same-json';
import { settle } from './settle';
import { theirs } from './theirs';
import type { State } from './stream-state';
import { viewOf } from './view';

/**
 * The lifecycle every entity shares: what one trigger adds to a stream. Pure; `[]` when nothing is to be said.
 *
 *   changed    newer, or a fact    → Changed, then a decision for that event; a stop it replaces ends as `replaced`
 *              older than known    → Skipped replaced
 *              beside its own row  → Changed, and what is open, or was decided last, decided again
 *   wanted                         → Wanted, then a decision for what is open (or was skipped); by a backfill only for what
 *                                    go-live left out
 *   answered                       → Settled | Held | Deferred | Skipped | the next form of the request (settle.ts)
 *   listed                         → Listed
 *   theirs                         → Told | Held (theirs.ts)
 *   redecide                       → a decision for what is open, only when it differs from the one in force
 *   dismiss                        → Dismissed
 *   restore                        → what was dismissed stands again; what only waited is decided again
 *   resolve                        → a person's choice for what is held (resolve.ts)
 *
 * After each of them the rules may propose something to the console. A record whose data was erased only ends what is
 * under way; nothing is decided on it until Run a Call says something new of it.
 */
export function decide<Data, Related>(
  rules: Rules<Data, Related>,
  state: State,
  trigger: Trigger,
  context: Context<Related>,
): readonly StreamEvent[] {
  const start: Recording = { events: [], state };
  if (isOfErased(state, trigger)) return ofErased(rules, start, trigger, context).events;
  const decided = respond(rules, start, trigger, context);
  return propose(rules, decided, context).events;
}

function isOfErased({ latest }: State, trigger: Trigger): boolean {
  return latest?.erased === true && !(trigger.kind === 'changed' && trigger.sequence > latest.sequence);
}

function ofErased<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  trigger: Trigger,
  context: Context<Related>,
): Recording {
  switch (trigger.kind) {
    case 'changed':
      return record(start, replacedBy({ covers: [trigger.event], change: trigger.change }, start.state, context));
    case 'answered':
      return settle(rules, start, trigger.answer, context);
    case 'dismiss':
      return dismissed(start, trigger, context);
    case 'wanted':
    case 'listed':
    case 'theirs':
    case 'redecide':
    case 'restore':
    case 'resolve':
      return start;
  }
}

function respond<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  trigger: Trigger,
  context: Context<Related>,
): Recording {
  switch (trigger.kind) {
    case 'changed':
      return changed(rules, start, trigger, context);
    case 'wanted':
      return wanted(rules, start, trigger, context);
    case 'answered':
      return settle(rules, start, trigger.answer, context);
    case 'listed':
      return listed(start, trigger);
    case 'theirs':
      return theirs(rules, start, trigger, context);
    case 'redecide':
      return redecided(rules, start, trigger.why, context);
    case 'dismiss':
      return dismissed(start, trigger, context);
    case 'restore':
      return restored(rules, start, context);
    case 'resolve':
      return resolved(rules, start, trigger, context);
  }
}

function changed<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  trigger: Extract<Trigger, { kind: 'changed' }>,
  context: Context<Related>,
): Recording {
  const { state } = start;
  const { event, change, sequence, data, traceparent } = trigger;
  if (trigger.beside === true) return beside(rules, start, trigger, context);
  const fact = rules.facts.includes(change);
  const occasion = { covers: [event], change, lane: 'live' } as const;
  if (!fact && state.latest !== undefined && sequence <= state.latest.sequence) {
    return record(start, replacedBy(occasion, start.state, context));
  }
  if (state.facts.some(({ eventId }) => eventId === event.id)) return start;

  const taken = record(start, {
    type: 'Changed',
    data: {
      event,
      change,
      sequence,
      ...(fact ? { fact } : {}),
      ...(traceparent === undefined ? {} : { traceparent }),
    },
    personal: { data },
  });
  if (state.stop === undefined) return decideNow(rules, taken, occasion, context);

  // The newest decision speaks for the record. Rows of facts go with it, and those of what waits for a moment only; rows of
  // older states end here.
  const facts = new Set(state.facts.map(({ eventId }) => eventId));
  const { waitsOn, revisitAt } = state.stop;
  const isMoment = waitsOn !== undefined && revisitAt !== undefined;
  const carried = state.stop.covers.filter(({ id }) => isMoment || facts.has(id));
  const ended = state.stop.covers.filter(({ id }) => !isMoment && !facts.has(id));
  const endsRow = ended.length > 0 || (state.stop.covers.length === 0 && state.stop.ref === state.ref);
  const replaces = { covers: ended, change: state.stop.change };
  const covers = [...carried, event];
  if (state.stop.reason.code === 'unclear') {
    return holdStill(
      record(taken, replacedBy(replaces, state, context)),
      { covers, change },
      state.stop.reason,
      context,
    );
  }
  return decideNow(rules, taken, { ...occasion, covers, ...(endsRow ? { replaces } : {}) }, context);
}

/**
 * An event whose row is another stream's: what it says of this record is taken in, and moves the rows this record has. A
 * record first heard of in this way has a row of its own, by its ref, until an event of its own comes.
 */
function beside<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  { event, change, sequence, data, traceparent }: Extract<Trigger, { kind: 'changed' }>,
  context: Context<Related>,
): Recording {
  const { state } = start;
  const { latest } = state;
  if (latest !== undefined && (sequence <= latest.sequence || sameJson(latest.data, data))) return start;
  const taken = record(start, {
    type: 'Changed',
    data: { event, change, sequence, beside: true, ...(traceparent === undefined ? {} : { traceparent }) },
    personal: { data },
  });
  if (isForPerson(state)) return taken;
  return decideNow(
    rules,
    taken,
    {
      covers: openCovers(state),
      change: state.stop?.change ?? latest?.change ?? change,
      lane: 'live',
      quiet: true,
      occurredAt: event.occurredAt,
    },
    context,
  );
}

/** Nobody knows whether QuickBooks has the record: the newer change waits for the same person. */
function holdStill<Related>(
  taken: Recording,
  occasion: { readonly covers: readonly EventInfo[]; readonly change: string },
  reason: Reason,
  context: Context<Related>,
): Recording {
  const data = { ...base(occasion, context), code: reason.code };
  return record(taken, { type: 'Held', data, personal: { reason, summary: taken.state.summary } });
}

function wanted<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  { commandId, by, at, run, lane, backfill }: Extract<Trigger, { kind: 'wanted' }>,
  context: Context<Related>,
): Recording {
  if (backfill !== undefined) return takenIn(rules, start, { commandId, by, at, ...backfill }, context);
  const asked = record(start, {
    type: 'Wanted',
    data: { commandId, by, at, ...(run === undefined ? {} : { run }) },
  });
  if (isForPerson(start.state) && run === undefined) return asked;
  return decideNow(
    rules,
    asked,
    {
      covers: openCovers(start.state),
      change: openChange(start.state),
      lane: lane ?? 'live',
      insist: true,
      quiet: true,
    },
    context,
  );
}

/** Only what go-live left out is taken in: anything else has been decided on, and is not asked for again. */
function takenIn<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  { commandId, by, at, run, link }: TakingIn,
  context: Context<Related>,
): Recording {
  const { state } = start;
  const books = context.settings?.books;
  if (!books || !isLeftOut(rules, state, context)) return start;
  const taken = record(start, { type: 'Wanted', data: { commandId, by, at, backfill: { run, books } } });
  return decideNow(
    rules,
    taken,
    {
      ...({ covers: openCovers(state), change: openChange(state), lane: 'backlog', quiet: true } as const),
      ...(link === undefined ? {} : { link }),
    },
    context,
  );
}

interface TakingIn {
  readonly commandId: string;
  readonly by: string;
  readonly at: string;
  readonly run: string;
  readonly link?: string;
}

/** Asking again could post twice, bring back what somebody deleted, or overwrite what somebody changed. */
const ONLY_A_PERSON: ReadonlySet<string> = new Set<ReasonCode>(['unclear', 'gone_in_qbo', 'both_changed']);

function isForPerson({ stop }: State): boolean {
  return stop !== undefined && ONLY_A_PERSON.has(stop.reason.code);
}

function redecided<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  why: Extract<Trigger, { kind: 'redecide' }>['why'],
  context: Context<Related>,
): Recording {
  const { state } = start;
  const isOpen = state.stop !== undefined || state.unanswered.length > 0;
  const looks = rules.follows === 'always' || (rules.follows === 'related' && why === 'related');
  if (!isOpen && why !== 'command' && !looks) return start;
  // Nothing to show yet: no row for a stream nobody asked for and that cannot be worked on.
  if (state.version === 0 && (rules.follows !== 'always' || gateOf(rules, state, context).gate !== 'open'))
    return start;
  if (why !== 'command' && isForPerson(state)) return start;
  const again = (why === 'command' && state.stop?.byAnswer === true) || why === 'revisit';
  const lane = why === 'settings' || why === 'command' ? 'backlog' : 'live';
  const occasion = {
    ...({ covers: openCovers(state), change: openChange(state), lane, quiet: true } as const),
    // It happened now, whenever the record's own event was.
    ...(isOpen ? {} : { occurredAt: context.now }),
  };
  return decideNow(rules, start, again ? { ...occasion, insist: true } : occasion, context);
}

function listed(
  start: Recording,
  { books, resource, record: text, at }: Extract<Trigger, { kind: 'listed' }>,
): Recording {
  const known = start.state.listed.some(
    (one) => one.books === books && one.resource === resource && one.record === text,
  );
  return known ? start : record(start, { type: 'Listed', data: { books, resource, at }, personal: { record: text } });
}

function openCovers({ ref, stop, unanswered, decided }: State): readonly EventInfo[] {
  if (stop !== undefined && (stop.ref === ref || stop.covers.length > 0)) return stop.covers;
  const all = unanswered.flatMap(({ request }) => request.data.covers);
  if (all.length === 0) return decided?.covers ?? [];
  return all.filter(({ id }, index) => all.findIndex((other) => other.id === id) === index);
}

function openChange({ stop, latest }: State): string {
  return stop?.change ?? latest?.change ?? 'wanted';
}

function propose<Data, Related>(rules: Rules<Data, Related>, decided: Recording, context: Context<Related>): Recording {
  const activities = rules.propose?.(viewOf<Data, Related>(decided.state, context), context) ?? [];
  return record(
    decided,
    ...activities.map((activity): StreamEvent => ({
      type: 'Proposed',
      data: { at: context.now },
      personal: { activity },
    })),
  );
}
