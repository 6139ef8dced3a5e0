import type { Coded } from '@qbo-sync/contracts/reasons';
import { type ExactJson, isObject, parseExact, printExact } from '@qbo-sync/contracts/exact-json';
import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import type { FieldDiffDto, StoryStepDto } from './log-dto';
import { comparePlaces } from './row-order';
import { codedOf } from './row-view';

type StepName = 'event' | 'decision' | 'wait' | 'request' | 'answer' | 'person';

const STEP_OF_STAGE: readonly StepName[] = ['event', 'decision', 'wait', 'request', 'answer', 'answer'];
const TEXTS: Readonly<Record<StepName, string>> = {
  event: 'Received from Run a Call.',
  decision: 'Decided.',
  wait: 'Waiting.',
  request: 'Sent to QuickBooks.',
  answer: 'QuickBooks answered.',
  person: 'Somebody decided.',
};

/** The steps of one row in their order, each with its reason where it has one. */
export function storySteps(messages: readonly RecordActivity[]): StoryStepDto[] {
  return messages.toSorted(comparePlaces).map((message) => {
    const step = message.state === 'dismissed' ? 'person' : (STEP_OF_STAGE[message.stage] ?? 'decision');
    return { step, at: message.at, text: stepText(step, message) };
  });
}

function stepText(step: StepName, { reason, state, attempt }: RecordActivity): Coded {
  if (reason !== undefined) return codedOf(reason);
  return { code: step, params: { state, attempt: String(attempt) }, text: TEXTS[step] };
}

/** A revision's request and answer, as JSON text of their messages; `before` is the answer to an earlier revision. */
export interface Exchange {
  readonly request: string | null;
  readonly answer: string | null;
  readonly before: string | null;
}

/** Per field of what was sent: QuickBooks before, we sent, QuickBooks kept; changed ones first. */
export function storyDiff({ request, answer, before }: Exchange): FieldDiffDto[] {
  const sent = textOf(request, 'body');
  const kept = textOf(answer, 'record');
  const earlier = textOf(before, 'record');
  return Object.keys(sent)
    .map((field) => ({
      field,
      before: print(earlier[field]),
      sent: print(sent[field]),
      kept: print(kept[field]),
    }))
    .toSorted((left, right) => Number(right.before !== right.kept) - Number(left.before !== left.kept));
}

/** The record inside a message: JSON text in one of its fields. */
function textOf(message: string | null, field: string): Record<string, ExactJson> {
  const outer = message === null ? null : parseExact(message);
  const inner = isObject(outer ?? undefined) ? (outer as Record<string, ExactJson>)[field] : undefined;
  const record = typeof inner === 'string' ? parseExact(inner) : undefined;
  return isObject(record) ? record : {};
}

function print(json: ExactJson | undefined): string | null {
  return json === undefined ? null : printExact(json);
}
