import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Sides } from '@qbo-sync/contracts/sync/request';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import type { PushRequested, Summary } from './events';
import { base, type Occasion } from './recording';
import type { Context, Plan, Push } from './rules';
import type { State } from './stream-state';

/** A plan under one form of the record: its own (round 0), another name, with a rounding line. */
export interface Form {
  readonly plan: Plan;
  readonly round: number;
  readonly lastAnswer: Answered | undefined;
}

/** All a request is made from beside the push itself. */
export interface Asking {
  readonly state: State;
  readonly occasion: Occasion;
  readonly context: Context;
  readonly summary: Summary;
  readonly warnings: readonly Reason[];
  readonly books: string;
  readonly form: Form;
}

export function pushRequested(
  push: Push,
  { state, occasion, context, summary, warnings, books, form }: Asking,
): PushRequested {
  const newest = occasion.covers[occasion.covers.length - 1];
  const traceparent = state.latest?.traceparent;
  const sides = push.sides ?? sidesUnderWay(push, state);
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
      ...(sides === undefined ? {} : { sides }),
      ...(push.only === undefined ? {} : { only: push.only }),
      ...(form.plan.do === 'push' && form.plan.waitsOn !== undefined ? { waitsOn: form.plan.waitsOn } : {}),
      ...(form.plan.do === 'push' && form.plan.againAfterMs !== undefined
        ? { againAfterMs: form.plan.againAfterMs }
        : {}),
      ...(state.run === undefined ? {} : { run: state.run }),
      lane: occasion.lane,
      occurredAt: occasion.occurredAt ?? newest?.occurredAt ?? context.now,
      ...(traceparent === undefined ? {} : { traceparent }),
      round: form.round,
    },
    personal: {
      body: push.body,
      ...(push.shown === undefined ? {} : { shown: push.shown }),
      ...(push.find === undefined ? {} : { find: push.find }),
      ...(push.if === undefined ? {} : { if: push.if }),
      expect: push.expect,
      ...(push.basis === undefined ? {} : { basis: push.basis }),
      warnings,
      summary,
      ...(form.lastAnswer === undefined ? {} : { lastAnswer: form.lastAnswer }),
    },
  };
}

/** What was chosen counts on for a request that takes the place of one without an answer. */
function sidesUnderWay({ ref, kind }: Push, { asked }: State): Sides | undefined {
  const before = asked[ref];
  return kind !== 'put' || before === undefined || before.answered ? undefined : before.request.data.sides;
}

/** An event's row is moved by one record, its own if that is asked for; each other part of it has a row by its own ref. */
export function requested(news: readonly Push[], asking: Asking): readonly PushRequested[] {
  const carrier = news.find(({ ref }) => ref === asking.state.ref) ?? news[0];
  const { occurredAt } = asking.occasion.covers[asking.occasion.covers.length - 1] ?? {};
  const beside = {
    ...(occurredAt === undefined ? {} : { occurredAt }),
    ...asking.occasion,
    covers: [],
  };
  return news.map((push) => pushRequested(push, push === carrier ? asking : { ...asking, occasion: beside }));
}

/**
 * Whether the same was asked for before. What came to nothing is asked for again, except when it is only looked at once
 * more: the same request would come to nothing again until somebody says otherwise.
 */
export function isAsked(state: State, push: Push, books: string, { insist, quiet }: Occasion): boolean {
  const asked = state.asked[push.ref];
  if (push.sides !== undefined) return false;
  if (asked === undefined || (insist === true && asked.answered)) return false;
  if (asked.rejected && (quiet !== true || state.stop?.byAnswer !== true)) return false;
  const { data, personal } = asked.request;
  // A Verify run passes a gate that the same request without it waits at.
  if (state.run !== undefined && data.run !== state.run && !asked.answered) return false;
  const body = asked.rejected ? asked.base : personal.body;
  return data.books === books && data.kind === push.kind && data.resource === push.resource && body === push.body;
}

/** Takes back what the gateway has not sent yet: a stop decided afterwards would otherwise be posted all the same. */
export function withdrawals(asking: Asking): readonly PushRequested[] {
  const { state } = asking;
  return Object.values(state.asked)
    .filter(({ answered, request }) => !answered && request.data.kind !== 'cancel')
    .map(({ request: { data, personal } }) => {
      const { ref, resource, how } = data;
      const basis = personal.basis === undefined ? {} : { basis: personal.basis };
      return pushRequested(
        { ref, kind: 'cancel', resource, how, body: '{}', expect: {}, ...basis },
        { ...asking, books: data.books },
      );
    });
}
