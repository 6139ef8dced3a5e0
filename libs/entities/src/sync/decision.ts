import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import type { Summary } from './events';
import { gateOf } from './gate';
import { base, record, type Occasion, type Recording, replacedBy } from './recording';
import { type Asking, type Form, isAsked, requested, withdrawals } from './requests';
import type { Context, Plan, Push, Rules } from './rules';
import { sameJson } from './same-json';
import type { State } from './stream-state';
import { viewOf } from './view';

/**
 * Decides under what is fixed for the record. A request keeps that in its basis; where none is made, an event keeps it.
 */
export function decideNow<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  occasion: Occasion,
  context: Context<Related>,
): Recording {
  const facts = fixedNow(rules, start.state, context);
  if (facts === undefined) return decided(rules, start, occasion, context);
  const { chosen } = start.state;
  const under = { ...start, state: { ...start.state, chosen: { ...facts, ...chosen } } };
  const outcome = decided(rules, under, occasion, context);
  const said = outcome.events.slice(start.events.length);
  const known = { ...outcome, state: { ...outcome.state, chosen } };
  const isKept = said.length === 0 || viewOf(known.state, context).basis !== undefined;
  return isKept ? known : record(known, { type: 'Chosen', data: { facts, by: 'settings', at: context.now } });
}

/** Gate, then the entity's own plan, then the events that say so. */
function decided<Data, Related>(
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
  if (form.plan.do !== 'push') {
    if (occasion.quiet !== true) return stop(before, form.plan, occasion, context, summary);
    if (isInForce(state, form.plan)) return before;
    const asking = { state, occasion, context, summary, warnings: [], books: gate.books, form };
    return stop(record(before, ...withdrawals(asking)), form.plan, occasion, context, summary);
  }

  const pushes = form.plan.pushes.map((push) => withSides(linkInstead(push, state, occasion), occasion));
  const news = pushes.filter((push) => !isAsked(state, push, gate.books, occasion));
  if (news.length === 0 && occasion.quiet === true && state.stop?.byAnswer === true) return before;
  if (news.length === 0) {
    const inFlight = state.stop === undefined && state.unanswered.length > 0;
    return inFlight && occasion.quiet === true
      ? before
      : stop(before, { do: 'skip', reason: { code: 'unchanged' } }, occasion, context, summary);
  }
  const { warnings } = form.plan;
  return record(before, ...requested(news, { state, occasion, context, summary, warnings, books: gate.books, form }));
}

/** What a person has entered becomes ours as it stands, its day and accounts too, if it is of the same amount. */
function linkInstead(push: Push, { ref }: State, { link }: Occasion): Push {
  if (link === undefined || push.ref !== ref || push.kind !== 'put') return push;
  const { find: _find, after: _after, if: _if, expect, ...rest } = push;
  const { TotalAmt } = expect;
  return {
    ...rest,
    kind: 'link',
    body: JSON.stringify({ Id: link }),
    expect: TotalAmt === undefined ? {} : { TotalAmt },
  };
}

function withSides(push: Push, { chosen }: Occasion): Push {
  return push.ref === chosen?.ref && push.kind === 'put' ? { ...push, sides: chosen.sides } : push;
}

/** What is fixed for the record once it may be sent, as far as it is not yet. */
function fixedNow<Data, Related>(
  rules: Rules<Data, Related>,
  state: State,
  context: Context<Related>,
): Readonly<Record<string, string>> | undefined {
  if (rules.fix === undefined || state.latest === undefined) return undefined;
  if (gateOf(rules, state, context).gate !== 'open') return undefined;
  const all = Object.entries(rules.fix(viewOf<Data, Related>(state, context), context));
  const news = all.filter(([name]) => state.chosen[name] === undefined);
  return news.length === 0 ? undefined : Object.fromEntries(news);
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
  const asked = record(start, ...requested(news, about));
  return held.length === 0 ? asked : stop(asked, plan, { ...occasion, covers: held }, context, summary);
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
  for (const push of first.plan.pushes) {
    const asked = state.asked[push.ref];
    if (asked === undefined || (asked.rejected && !isAwaited(state, push.ref))) continue;
    const { round, kind } = asked.request.data;
    const isSame = asked.base === push.body && kind === push.kind;
    if (isSame && asked.rejected) return planFor(round + 1, undefined);
    if (isSame && round > 0) return planFor(round, asked.request.personal.lastAnswer);
  }
  return first;
}

/** Its answer waits for another record: what was asked for is asked for in its next form. */
const isAwaited = ({ stop }: State, ref: string): boolean =>
  stop?.byAnswer === true && stop.waitsOn !== undefined && stop.ref === ref;

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
  if (plan.do === 'skip') return record(before, { type: 'Skipped', data, personal });
  const waits = plan.waitsOn === undefined ? {} : { waitsOn: plan.waitsOn };
  if (plan.do === 'hold') return record(before, { type: 'Held', data: { ...data, ...waits }, personal });
  return record(before, {
    type: 'Deferred',
    data: {
      ...data,
      ...waits,
      ...(plan.revisitAt === undefined ? {} : { revisitAt: plan.revisitAt }),
    },
    personal,
  });
}

/** The same outcome for the same reason is not said twice, dismissed or not; a look at a later time or ref is. */
function isInForce(state: State, plan: Exclude<Plan, { do: 'push' } | { do: 'settle' }>): boolean {
  if (plan.do === 'skip') {
    if (state.stop !== undefined) return false;
    return plan.reason.code === 'unchanged' || sameReason(state.decided?.reason, plan.reason);
  }
  const stop = state.stop ?? state.dismissed;
  return (
    stop?.type === (plan.do === 'hold' ? 'Held' : 'Deferred') &&
    sameReason(stop.reason, plan.reason) &&
    stop.waitsOn === plan.waitsOn &&
    (plan.do === 'hold' || stop.revisitAt === plan.revisitAt)
  );
}

function sameReason(a: Reason | undefined, b: Reason): boolean {
  return a !== undefined && a.code === b.code && sameJson(a.params ?? {}, b.params ?? {});
}
