import type { Sides } from '@qbo-sync/contracts/sync/request';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { decideNow } from './decision';
import type { Stop } from './stream-state';
import { viewOf } from './view';
import { gateOf } from './gate';
import { base, record, type Occasion, type Recording } from './recording';
import { pushRequested } from './requests';
import type { Context, Rules } from './rules';

/**
 * What a person says of a stopped record.
 *
 *   dismiss          any stop         → Dismissed
 *   restore          Dismissed        → Held as it was; a wait is decided again
 *   resolve retry    Held             → decided again; the same request is made once more
 *   resolve link 58  Held             → that record of QuickBooks' is ours from now on; a document's amounts are compared
 *   resolve leave    Held             → Dismissed
 *   resolve fields … Held both_changed → asked for once more, each field with the value that was chosen
 *   resolve …        by the entity    → Chosen, then decided again (`date 2026-12-02`, `credit-memo`)
 *
 * A choice counts only for the row it was made on: with another revision in force nothing is said.
 */
export function dismissed<Related>(
  start: Recording,
  { commandId, by, revision }: Extract<Trigger, { kind: 'dismiss' | 'resolve' }>,
  context: Context<Related>,
): Recording {
  const { stop } = start.state;
  if (stop === undefined || !isOfRow(stop, revision)) return start;
  const { covers, change } = stop;
  const data = { ...base({ covers, change }, context), commandId, by, ...partOf(start, stop) };
  return record(start, { type: 'Dismissed', data });
}

export function restored<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  context: Context<Related>,
): Recording {
  const { dismissed: stop, summary } = start.state;
  if (stop === undefined) return start;
  const { covers, change, reason } = stop;
  // Bringing back is no retry: what QuickBooks refused, or only a person can say, stands as it stood.
  if (stop.type === 'Deferred') return decideNow(rules, start, { covers, change, lane: 'live' }, context);
  const data = { ...base({ covers, change }, context), code: reason.code, ...partOf(start, stop) };
  return record(start, { type: 'Held', data, personal: { reason, summary } });
}

export function resolved<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  trigger: Extract<Trigger, { kind: 'resolve' }>,
  context: Context<Related>,
): Recording {
  const { stop, decided, latest } = start.state;
  const { choice } = trigger;
  const facts = rules.choose?.(choice, viewOf<Data, Related>(start.state, context), context);
  if (facts !== undefined && (stop === undefined || isOfRow(stop, trigger.revision))) {
    const { commandId, by } = trigger;
    const covers = stop?.covers ?? decided?.covers ?? [];
    const occasion: Occasion = {
      covers,
      change: stop?.change ?? latest?.change ?? 'wanted',
      lane: 'live',
      insist: true,
    };
    const chosen = record(start, { type: 'Chosen', data: { facts, by, at: context.now, commandId } });
    return decideNow(rules, chosen, occasion, context);
  }
  if (stop?.type !== 'Held' || !isOfRow(stop, trigger.revision)) return start;
  if (choice === 'leave') return dismissed(start, trigger, context);
  const { covers, change } = stop;
  const occasion: Occasion = { covers, change, lane: 'live', insist: true };
  if (choice === 'retry') return decideNow(rules, start, occasion, context);
  const sides = sidesIn(choice);
  if (sides !== undefined) {
    if (stop.reason.code !== 'both_changed') return start;
    return decideNow(rules, start, { ...occasion, chosen: { ref: stop.ref, sides } }, context);
  }
  const id = /^link (\S+)$/.exec(choice)?.[1];
  return id === undefined ? start : linkedTo(rules, start, id, occasion, context);
}

/** `fields DisplayName=ours,Mobile=theirs` */
function sidesIn(choice: string): Sides | undefined {
  const [, sides] = /^fields (\S+)$/.exec(choice) ?? [];
  if (sides === undefined) return undefined;
  const named = (side: 'ours' | 'theirs'): string[] =>
    sides.split(',').flatMap((each) => (each.endsWith(`=${side}`) ? [each.slice(0, each.indexOf('='))] : []));
  return { ours: named('ours'), theirs: named('theirs') };
}

function linkedTo<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  id: string,
  occasion: Occasion,
  context: Context<Related>,
): Recording {
  const { state } = start;
  const gate = gateOf(rules, state, context);
  const ref = state.stop?.ref ?? state.ref;
  const asked = state.asked[ref];
  // Never asked for, so there is nothing of ours to link: it is decided like any other time.
  if (gate.gate !== 'open' || asked === undefined) return decideNow(rules, start, occasion, context);
  const { resource, how } = asked.request.data;
  const expect = rules.nature === 'document' ? asked.request.personal.expect : {};
  const basis = asked.request.personal.basis === undefined ? {} : { basis: asked.request.personal.basis };
  return record(
    start,
    pushRequested(
      { ref, kind: 'link', resource, how, body: JSON.stringify({ Id: id }), expect, ...basis },
      {
        state,
        occasion,
        context,
        summary: state.summary,
        warnings: [],
        books: gate.books,
        form: { plan: { do: 'push', pushes: [], warnings: [] }, round: 0, lastAnswer: undefined },
      },
    ),
  );
}

/** The part of the record a stop is about, where it is not the record itself. */
function partOf({ state }: Recording, { ref }: Stop): { readonly ref?: string } {
  return ref === state.ref ? {} : { ref };
}

function isOfRow(stop: Stop, revision: number | undefined): boolean {
  return revision === undefined || revision === stop.revision;
}
