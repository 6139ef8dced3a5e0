import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Theirs } from '@qbo-sync/contracts/sync/trigger';
import { bothSides } from './both-sides';
import { mappingContext } from './plans';
import { base, record, type Recording } from './recording';
import type { Context, Rules } from './rules';
import { sameJson } from './same-json';
import type { State } from './stream-state';
import { viewOf } from './view';

/**
 * A record changed in QuickBooks by somebody else than us.
 *
 *   other books                                   nothing: a fresh start has begun
 *   merged there as Run a Call had merged it      Skipped unchanged: a person did what was asked for
 *   came to an end there                          Held gone_in_qbo: shown, never made again by itself
 *   may be one of ours, and Match is open         nothing: a person says which it is
 *   goes back to Run a Call, the settings say so  Told: its changed fields, without those that changed here too
 *   a document, in a field that we sent           Held both_changed: shown, never overwritten by itself
 *   anything else                                 nothing
 */
export function theirs<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  change: Theirs,
  context: Context<Related>,
): Recording {
  const { state } = start;
  if (context.settings?.books !== change.books) return start;
  const isOurs = state.asked[change.ref] !== undefined || state.latest !== undefined || state.wanted !== undefined;
  if (!isOurs) return change.gone === undefined ? tellNew(rules, start, change, context) : start;
  const name = nameOf(rules, state, context);
  if (change.gone === 'merged' && state.facts.some(({ change: fact }) => fact === 'merged'))
    return done(start, context);
  if (change.gone !== undefined) {
    return show(
      start,
      { code: 'gone_in_qbo', params: { doc: name, date: change.at.slice(0, 10) } },
      change.ref,
      context,
    );
  }
  if (rules.back !== undefined) return tellChanged(rules, start, change, context);
  const body = state.asked[change.ref]?.request.personal.body;
  const sent = bodyOf(body);
  const fields = change.changed.filter((field) => field in sent);
  if (rules.nature !== 'document' || fields.length === 0) return start;
  const params = { name, ...bothSides(fields, body, change.record) };
  return show(start, { code: 'both_changed', params }, change.ref, context);
}

function tellNew<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  change: Theirs,
  context: Context<Related>,
): Recording {
  const ctx = mappingContext(context);
  const { back } = rules;
  if (back === undefined || ctx === undefined || !back.takesNew(ctx.values)) return start;
  if (back.isKnown?.(context.related) === true) return start;
  // Made once: what is changed before Run a Call has answered comes with the link.
  if (start.state.told.length > 0) return start;
  const fields = back.newFields(change.record, ctx);
  return fields === undefined ? start : tell(back.command, start, change, { fields }, context);
}

/** Run a Call takes over the fields of a clash whose value in QuickBooks a person chose. */
export function tellChosen<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  chosen: ThereNow,
  context: Context<Related>,
): Recording {
  return tellFields(rules, start, chosen, context, 'chosen');
}

function tellChanged<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  change: Theirs,
  context: Context<Related>,
): Recording {
  const clashing = changedHere(start.state);
  const changed = change.changed.filter((field) => !clashing.has(field));
  return tellFields(rules, start, { ...change, changed }, context);
}

type ThereNow = Pick<Theirs, 'books' | 'resource' | 'record' | 'changed'>;

/** `why`: told of a state of the record that was told of before, for other fields. */
function tellFields<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  change: ThereNow,
  context: Context<Related>,
  why?: string,
): Recording {
  const ctx = mappingContext(context);
  const { back } = rules;
  const { state } = start;
  if (back === undefined || ctx === undefined || state.latest === undefined) return start;
  if (!back.takesChanges(ctx.values)) return start;
  const { changed } = change;
  const known = state.latest.data;
  const news = Object.entries(back.changedFields(change.record, changed, ctx)).filter(
    ([field, value]) => !sameJson(known[field] ?? null, value),
  );
  if (news.length === 0) return start;
  const command = { id: idOf(state.ref), ifSequence: state.latest.sequence, fields: Object.fromEntries(news) };
  return tell(back.command, start, change, command, context, why);
}

function tell<Related>(
  type: string,
  start: Recording,
  { books, resource, record: shown }: ThereNow,
  what: { readonly id?: string; readonly ifSequence?: number; readonly fields: Readonly<Record<string, unknown>> },
  { now }: Context<Related>,
  why?: string,
): Recording {
  const { Id: quickbooksId } = shown;
  if (typeof quickbooksId !== 'string') return start;
  const state = commandIdOf(books, resource, quickbooksId, shown);
  const commandId = why === undefined ? state : `${state}/${why}`;
  if (start.state.told.includes(commandId)) return start;
  return record(start, {
    type: 'Told',
    data: { commandId, command: type, books, quickbooksId, at: now },
    personal: { command: { ...what, quickbooksId } },
  });
}

/** Of what is told to Run a Call of one state of a record: told twice, it changes nothing (events.md). */
export function commandIdOf(books: string, resource: string, quickbooksId: string, shown: TextObject): string {
  const { SyncToken: token } = shown;
  return [books, resource, quickbooksId, typeof token === 'string' ? token : '0'].join('/');
}

/** Fields that an unanswered request of ours changes too: the gateway's answer says that they clash. */
function changedHere(state: State): ReadonlySet<string> {
  const asked = state.asked[state.ref];
  const agreed = bodyOf(state.confirmed[state.ref]?.personal.body);
  if (asked === undefined || (asked.answered && !asked.rejected)) return new Set();
  const wanted = bodyOf(asked.request.personal.body);
  return new Set(
    [...Object.keys(wanted), ...Object.keys(agreed)].filter(
      (field) => !sameJson(wanted[field] ?? null, agreed[field] ?? null),
    ),
  );
}

function done<Related>(start: Recording, context: Context<Related>): Recording {
  const { stop, summary } = start.state;
  if (stop === undefined) return start;
  const { covers, change } = stop;
  const reason: Reason = { code: 'unchanged' };
  const data = { ...base({ covers, change }, context), code: reason.code };
  return record(start, { type: 'Skipped', data, personal: { reason, summary } });
}

function show<Related>(start: Recording, reason: Reason, ref: string, context: Context<Related>): Recording {
  const { state } = start;
  const { stop } = state;
  if (stop?.type === 'Held' && stop.reason.code === reason.code && stop.ref === ref) return start;
  const isPart = ref !== state.ref;
  const covers = isPart ? [] : (stop?.covers ?? state.decided?.covers ?? []);
  const change = state.latest?.change ?? 'wanted';
  return record(start, {
    type: 'Held',
    data: { ...base({ covers, change }, context), code: reason.code, ...(isPart ? { ref } : {}) },
    personal: { reason, summary: state.summary },
  });
}

function nameOf<Data, Related>(rules: Rules<Data, Related>, state: State, context: Context<Related>): string {
  const { number, party } = rules.describe(viewOf<Data, Related>(state, context), context);
  return number ?? party ?? idOf(state.ref);
}

function bodyOf(text: string | undefined): Readonly<Record<string, unknown>> {
  return text === undefined ? {} : (JSON.parse(text) as Record<string, unknown>);
}

function idOf(ref: string): string {
  return ref.slice(ref.indexOf(':') + 1);
}
