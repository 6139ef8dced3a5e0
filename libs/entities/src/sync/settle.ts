import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Answered } from '@qbo-sync/contracts/sync/trigger';
import type { PushRequested, StreamEvent } from './events';
import type { Context, Rules, Verdict, View } from './rules';
import { bothSides } from './both-sides';
import { decideNow } from './decision';
import { base, record, type Recording } from './recording';
import { plainVerdict } from './refusals';
import { recordOf } from './evolve';
import type { Asked } from './stream-state';
import { viewOf } from './view';
import { commandIdOf, tellChosen } from './theirs';

/** After this many forms of one record the last refusal stands: no rule asks for more. */
const MAX_ROUNDS = 9;

/**
 * What an answer of the gateway does to the requests of its ref, up to its own revision:
 *
 *   synced      → the rules compare QuickBooks' record with what was wanted
 *   refused     → the rules say what it means
 *   gone        → Held gone_in_qbo          clash → Held both_changed
 *   cancelled   → Skipped unchanged (nothing was there to remove), else replaced
 *
 * Events of older, unanswered requests of the ref end as `replaced`. When a newer request is under way, anything but
 * synced only ends the older one's row: the newer one will be answered itself. An answer nobody waits for is ignored.
 */
export function settle<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  answer: Answered,
  context: Context<Related>,
): Recording {
  const { state } = start;
  const ofRef = state.unanswered.filter(({ request }) => request.data.ref === answer.ref);
  const asked = ofRef.find(({ revision }) => revision === answer.revision);
  if (asked === undefined) return start;

  const isNewest = state.asked[answer.ref]?.revision === answer.revision;
  const { request } = asked;
  const view = viewOf<Data, Related>(state, context, request.data.round, request.personal.lastAnswer);
  const said =
    ownVerdict(answer, asked, state.confirmed[answer.ref], view.ref) ??
    (state.latest?.erased === true
      ? plainVerdict(answer, request.personal.expect)
      : rules.judge(answer, request.personal.expect, view, context));
  const verdict: Verdict =
    isNewest || said.verdict === 'synced' ? said : { verdict: 'skip', reason: { code: 'replaced' } };

  const ended = endOlder(start, ofRef, asked, context);
  const cleared = chosen(rules, told(rules, ended, { answer, asked, view }, context), { answer, asked }, context);
  const { covers, change } = request.data;
  const { round, lane } = request.data;
  if (verdict.verdict === 'again' && round < MAX_ROUNDS) {
    const place = { revision: answer.revision, attempt: answer.attempt };
    const again = { round: round + 1, answer };
    return decideNow(rules, cleared, { covers, change, lane, answer: place, again }, context);
  }
  const done = record(cleared, conclusion(verdict, asked, answer, state.ref, context));
  const goesOn = verdict.verdict === 'synced' && verdict.goesOn === true;
  return goesOn ? decideNow(rules, done, { covers, change, lane, quiet: true }, context) : done;
}

/** Run a Call hears what only QuickBooks' record says (its number), once per state of that record. */
function told<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  { answer, asked, view }: { readonly answer: Answered; readonly asked: Asked; readonly view: View<Data> },
  { now }: Context<Related>,
): Recording {
  const { record: shown, quickbooksId, books } = answer;
  if (answer.outcome !== 'synced' || shown === undefined || quickbooksId === undefined) return start;
  const telling = rules.tell?.(answer, view);
  if (telling === undefined) return start;
  const { resource } = asked.request.data;
  const commandId = commandIdOf(books, resource, quickbooksId, shown);
  if (start.state.told.includes(commandId)) return start;
  const { command, fields } = telling;
  return record(start, {
    type: 'Told',
    data: { commandId, command, books, quickbooksId, at: now },
    personal: { command: fields },
  });
}

/** Run a Call hears of the fields that a person left as they are in QuickBooks, once QuickBooks has shown them. */
function chosen<Data, Related>(
  rules: Rules<Data, Related>,
  start: Recording,
  { answer, asked }: { readonly answer: Answered; readonly asked: Asked },
  context: Context<Related>,
): Recording {
  const { resource, sides } = asked.request.data;
  const { outcome, books, record: shown } = answer;
  if (outcome !== 'synced' || shown === undefined || sides === undefined || sides.theirs.length === 0) return start;
  return tellChosen(rules, start, { books, resource, record: shown, changed: sides.theirs }, context);
}

/** What an outcome means whatever the entity; undefined: the entity says. */
function ownVerdict(
  answer: Answered,
  asked: Asked,
  confirmed: PushRequested | undefined,
  ref: string,
): Verdict | undefined {
  const { kind, books } = asked.request.data;
  const { body, summary } = asked.request.personal;
  const name = summary.number ?? summary.party ?? ref;
  switch (answer.outcome) {
    case 'cancelled':
      return { verdict: 'skip', reason: { code: kind === 'remove' ? 'unchanged' : 'replaced' } };
    case 'gone':
      return { verdict: 'hold', reason: { code: 'gone_in_qbo', params: { doc: name, date: answer.at.slice(0, 10) } } };
    case 'clash':
      return {
        verdict: 'hold',
        reason: { code: 'both_changed', params: { name, ...bothSides(fieldsOf(answer), body, answer.record) } },
      };
    case 'synced':
      // Nothing had to be sent, for this very body was sent and compared before.
      return answer.record === undefined &&
        confirmed?.data.books === books &&
        confirmed.data.kind === kind &&
        confirmed.personal.body === asked.request.personal.body
        ? { verdict: 'synced', warnings: [] }
        : undefined;
    case 'refused':
      return undefined;
  }
}

/** The gateway names the fields of a clash in its detail. */
function fieldsOf({ detail = '' }: Answered): string[] {
  return detail.split(', ').filter((field) => field !== '');
}

function conclusion<Related>(
  verdict: Verdict,
  asked: Asked,
  answer: Answered,
  streamRef: string,
  context: Context<Related>,
): StreamEvent {
  const { covers, change, ref, resource } = asked.request.data;
  const { summary, warnings } = asked.request.personal;
  const place = { revision: answer.revision, attempt: answer.attempt };
  const quickbooks = recordOf(resource, answer);
  const data = {
    ...base({ covers, change }, context),
    answer: place,
    ...(quickbooks === undefined ? {} : { quickbooks }),
  };
  if (verdict.verdict === 'synced') {
    return {
      type: 'Settled',
      data: { ...data, ref, ...(answer.adopted === true ? { adopted: true } : {}) },
      personal: { warnings: [...warnings, ...verdict.warnings], summary },
    };
  }
  const reason: Reason =
    verdict.verdict === 'again'
      ? { code: 'refused', params: { code: answer.code ?? '', text: answer.detail ?? '' } }
      : verdict.reason;
  const stopped = { ...data, ...(ref === streamRef ? {} : { ref }), code: reason.code };
  const personal = { reason, summary };
  if (verdict.verdict === 'skip') return { type: 'Skipped', data: stopped, personal };
  if (verdict.verdict !== 'wait') return { type: 'Held', data: stopped, personal };
  const { waitsOn, revisitAt } = verdict;
  const until = {
    ...(waitsOn === undefined ? {} : { waitsOn }),
    ...(revisitAt === undefined ? {} : { revisitAt }),
  };
  return { type: 'Deferred', data: { ...stopped, ...until }, personal };
}

function endOlder<Related>(
  start: Recording,
  ofRef: readonly Asked[],
  asked: Asked,
  context: Context<Related>,
): Recording {
  const covered = new Set(asked.request.data.covers.map(({ id }) => id));
  const older = ofRef
    .filter(({ revision }) => revision < asked.revision)
    .flatMap(({ request }) => request.data.covers)
    .filter(({ id }, index, all) => !covered.has(id) && all.findIndex((other) => other.id === id) === index);
  if (older.length === 0) return start;
  return record(start, {
    type: 'Skipped',
    data: { ...base({ covers: older, change: asked.request.data.change }, context), code: 'replaced' },
    personal: { reason: { code: 'replaced' }, summary: asked.request.personal.summary },
  });
}
