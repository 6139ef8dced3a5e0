import type { EventInfo } from '@qbo-sync/contracts/sync/activity';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { AnswerPlace, PushRequested, StreamEvent, Summary } from './events';
import type { Answered, Context, Plan, Push, Rules } from './rules';
import { gateOf } from './gate';
import { sameJson } from './same-json';
import { evolve, viewOf, type State } from './stream-state';

/** The events a decision has made so far, and the state they lead to. */
export interface Recording {
  readonly events: readonly StreamEvent[];
  readonly state: State;
}

export function record(recording: Recording, ...events: readonly StreamEvent[]): Recording {
  return { events: [...recording.events, ...events], state: events.reduce(evolve, recording.state) };
}

/** What a decision is about, and what led to it. */
export interface Occasion {
  readonly covers: readonly EventInfo[];
  /** Events of an earlier stop, whose rows end with this decision; undefined when none is replaced. */
  readonly replaces?: { readonly covers: readonly EventInfo[]; readonly change: string };
  readonly change: string;
  readonly lane: 'live' | 'backlog';
  /** Set when an answer of the gateway led to it: where that answer stands. */
  readonly answer?: AnswerPlace;
  /** The answer after which the record is asked for under another form. */
  readonly again?: { readonly round: number; readonly answer: Answered };
  /** Ask even for what was asked for and answered before: somebody says QuickBooks has no such record. */
  readonly insist?: true;
  /** Decided once more: say nothing when the outcome is the one in force. */
  readonly quiet?: true;
}

/** Gate, then the entity's own plan, then the events that say so. */
export function decideNow<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  occasion: Occasion,
  context: Context<Related>,
): Recording {
  const { state } = start;
  const before = occasion.replaces === undefined ? start : record(start, replacedBy(occasion.replaces, state, context));
  const summary = rules.describe(viewOf<Data, Related>(state, context), context);
  if (state.latest === undefined && rules.nature !== 'wanted') {
    return stop(
      before,
      { do: 'wait', reason: { code: 'parent_unknown', params: { kind: rules.entity } } },
      occasion,
      context,
      summary,
    );
  }
  const gate = gateOf(rules, state, context);
  if (gate.gate !== 'open') return stop(before, { do: gate.gate, reason: gate.reason }, occasion, context, summary);

  const form = formOf(rules, state, occasion, context);
  if (form.plan.do === 'settle') {
    if (occasion.quiet === true && state.stop === undefined) return before;
    const warnings = form.plan.warnings;
    return record(before, {
      type: 'Settled',
      data: { ...base(occasion, context), ref: state.ref },
      personal: { warnings, summary },
    });
  }
  if (form.plan.do === 'hold' && form.plan.pushes !== undefined) {
    const { pushes, warnings = [] } = form.plan;
    return holdFacts(start, form.plan, pushes, {
      state,
      occasion,
      context,
      summary,
      warnings,
      books: gate.books,
      form,
    });
  }
  if (form.plan.do !== 'push') return stop(before, form.plan, occasion, context, summary);

  const news = form.plan.pushes.filter((push) => !isAsked(state, push, gate.books, occasion));
  if (news.length === 0 && occasion.quiet === true && state.stop?.byAnswer === true) return before;
  if (news.length === 0) {
    const inFlight = state.stop === undefined && state.unanswered.length > 0;
    return inFlight && occasion.quiet === true
      ? before
      : stop(before, { do: 'skip', reason: { code: 'unchanged' } }, occasion, context, summary);
  }
  const { warnings } = form.plan;
  return record(
    before,
    ...news.map((push) =>
      pushRequested(push, { state, occasion, context, summary, warnings, books: gate.books, form }),
    ),
  );
}

/** A fact waits for a person; the record without it is asked for, if it was not. */
function holdFacts(
  start: Recording,
  plan: Extract<Plan, { do: 'hold' }>,
  pushes: readonly Push[],
  asking: Asking,
): Recording {
  const { state, occasion, context, summary, books } = asking;
  const news = pushes.filter((push) => !isAsked(state, push, books, occasion));
  if (news.length === 0) {
    const { replaces } = occasion;
    const before = replaces === undefined ? start : record(start, replacedBy(replaces, state, context));
    return stop(before, plan, occasion, context, summary);
  }
  const facts = new Set(state.facts.map(({ eventId }) => eventId));
  const held = occasion.covers.filter(({ id }) => facts.has(id));
  const rest = [...(occasion.replaces?.covers ?? []), ...occasion.covers.filter(({ id }) => !facts.has(id))];
  const about = { ...asking, occasion: { ...occasion, covers: rest } };
  const asked = record(start, ...news.map((push) => pushRequested(push, about)));
  return held.length === 0 ? asked : stop(asked, plan, { ...occasion, covers: held }, context, summary);
}

interface Form {
  readonly plan: Plan;
  readonly round: number;
  readonly lastAnswer: Answered | undefined;
}

/**
 * The plan, under the form QuickBooks took the last time (another name, a rounding line) as long as the record itself
 * is the same; a changed record is first asked for under its own form again.
 */
function formOf<Data, Related>(
  rules: Rules<Data, Related>,
  state: State,
  occasion: Occasion,
  context: Context<Related>,
): Form {
  const planFor = (round: number, lastAnswer: Answered | undefined): Form => ({
    plan: rules.plan(viewOf<Data, Related>(state, context, round, lastAnswer), context),
    round,
    lastAnswer,
  });
  if (occasion.again !== undefined) return planFor(occasion.again.round, occasion.again.answer);
  const first = planFor(0, undefined);
  if (first.plan.do !== 'push') return first;
  const [push] = first.plan.pushes;
  const asked = push === undefined ? undefined : state.asked[push.ref];
  if (asked === undefined || push === undefined || asked.rejected) return first;
  const { round } = asked.request.data;
  return round > 0 && asked.base === push.body && asked.request.data.kind === push.kind
    ? planFor(round, asked.request.personal.lastAnswer)
    : first;
}

/**
 * Whether the same was asked for before. What came to nothing is asked for again, except when it is only looked at once
 * more: the same request would come to nothing again until somebody says otherwise.
 */
function isAsked(state: State, push: Push, books: string, { insist, quiet }: Occasion): boolean {
  const asked = state.asked[push.ref];
  if (asked === undefined || (insist === true && asked.answered)) return false;
  if (asked.rejected && (quiet !== true || state.stop?.byAnswer !== true)) return false;
  const { data, personal } = asked.request;
  // A Verify run passes a gate that the same request without it waits at.
  if (state.run !== undefined && data.run !== state.run && !asked.answered) return false;
  const body = asked.rejected ? asked.base : personal.body;
  return data.books === books && data.kind === push.kind && data.resource === push.resource && body === push.body;
}

function stop<Related>(
  before: Recording,
  plan: Exclude<Plan, { do: 'push' } | { do: 'settle' }>,
  occasion: Occasion,
  context: Context<Related>,
  summary: Summary,
): Recording {
  const { state } = before;
  if (occasion.quiet === true && isInForce(state, plan)) return before;
  const data = {
    ...base(occasion, context),
    code: plan.reason.code,
    ...(occasion.answer === undefined ? {} : { answer: occasion.answer }),
  };
  const personal = { reason: plan.reason, summary };
  if (plan.do === 'hold') return record(before, { type: 'Held', data, personal });
  if (plan.do === 'skip') return record(before, { type: 'Skipped', data, personal });
  return record(before, {
    type: 'Deferred',
    data: {
      ...data,
      ...(plan.waitsOn === undefined ? {} : { waitsOn: plan.waitsOn }),
      ...(plan.revisitAt === undefined ? {} : { revisitAt: plan.revisitAt }),
    },
    personal,
  });
}

/** The same outcome for the same reason is not said twice; a look at a later time or ref is. */
function isInForce(state: State, plan: Exclude<Plan, { do: 'push' } | { do: 'settle' }>): boolean {
  if (plan.do === 'skip') {
    if (state.stop !== undefined) return false;
    return plan.reason.code === 'unchanged' || sameReason(state.decided?.reason, plan.reason);
  }
  return (
    state.stop?.type === (plan.do === 'hold' ? 'Held' : 'Deferred') &&
    sameReason(state.stop.reason, plan.reason) &&
    (plan.do === 'hold' || (state.stop.waitsOn === plan.waitsOn && state.stop.revisitAt === plan.revisitAt))
  );
}

function sameReason(a: Reason | undefined, b: Reason): boolean {
  return a !== undefined && a.code === b.code && sameJson(a.params ?? {}, b.params ?? {});
}

interface Asking {
  readonly state: State;
  readonly occasion: Occasion;
  readonly context: Context;
  readonly summary: Summary;
  readonly warnings: readonly Reason[];
  readonly books: string;
  readonly form: Form;
}

function pushRequested(
  push: Push,
  { state, occasion, context, summary, warnings, books, form }: Asking,
): PushRequested {
  const newest = occasion.covers[occasion.covers.length - 1];
  const traceparent = state.latest?.traceparent;
  return {
    type: 'PushRequested',
    data: {
      ...base(occasion, context),
      ref: push.ref,
      books,
      kind: push.kind,
      resource: push.resource,
      how: push.how,
      ...(push.after === undefined ? {} : { after: push.after }),
      ...(push.last === undefined ? {} : { last: push.last }),
      ...(form.plan.do === 'push' && form.plan.waitsOn !== undefined ? { waitsOn: form.plan.waitsOn } : {}),
      ...(state.run === undefined ? {} : { run: state.run }),
      lane: occasion.lane,
      occurredAt: newest?.occurredAt ?? context.now,
      ...(traceparent === undefined ? {} : { traceparent }),
      round: form.round,
    },
    personal: {
      body: push.body,
      ...(push.find === undefined ? {} : { find: push.find }),
      ...(push.if === undefined ? {} : { if: push.if }),
      expect: push.expect,
      warnings,
      summary,
      ...(form.lastAnswer === undefined ? {} : { lastAnswer: form.lastAnswer }),
    },
  };
}

/** The rows of these events end: something newer says what the record is. */
export function replacedBy<Related>(
  occasion: { readonly covers: readonly EventInfo[]; readonly change: string },
  state: State,
  context: Context<Related>,
): StreamEvent {
  return {
    type: 'Skipped',
    data: { ...base(occasion, context), code: 'replaced' },
    personal: { reason: { code: 'replaced' }, summary: state.summary },
  };
}

export function base<Related>(
  occasion: Pick<Occasion, 'covers' | 'change'>,
  context: Context<Related>,
): { covers: readonly EventInfo[]; settingsVersion: number | null; change: string; at: string } {
  return {
    covers: occasion.covers,
    settingsVersion: context.settings?.version ?? null,
    change: occasion.change,
    at: context.now,
  };
}
