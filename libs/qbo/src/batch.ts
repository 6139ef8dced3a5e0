import { isObject, printExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { classify, type Outcome } from './classify';

/** Parts per call (quickbooks.md §5; more are refused with 1040). */
export const MOST_PARTS = 30;
/** What is larger goes alone: so no batch is larger than the largest single write, a deposit of 10,000 lines. */
export const MOST_PART_BYTES = 64 * 1024;

/** How one write stands in a batch. */
export interface BatchForm {
  readonly operation: string;
  /** What stands in `include` when the write goes alone: a payment's void (quickbooks.md §5). */
  readonly optionsData?: string;
}

export interface BatchPart extends BatchForm {
  /** At most 10 characters; with the batch's requestid it is the part's idempotency key (quickbooks.md §4). */
  readonly bId: string;
  /** The entity's name, the key its body stands under. */
  readonly wrapper: string;
  /** The very bytes of the body, JSON text. */
  readonly bytes: string;
}

/** How a write that goes alone as `POST path?query` stands in a batch; undefined: it cannot. */
export function batchForm(write: {
  readonly path: string;
  readonly wrapper: string;
  readonly create: boolean;
  readonly query: Readonly<Record<string, string>>;
}): BatchForm | undefined {
  // What is answered without a wrapper, or lives below another path, has no name in a batch.
  if (write.wrapper === '' || write.path !== write.wrapper.toLowerCase()) return undefined;
  const { operation, include, ...others } = write.query;
  if (Object.keys(others).length > 0) return undefined;
  return {
    operation: operation ?? (write.create ? 'create' : 'update'),
    ...(include === undefined ? {} : { optionsData: include }),
  };
}

/** The body of a batch, each part's bytes as they are. */
export function batchBody(parts: readonly BatchPart[]): string {
  return `{"BatchItemRequest":[${parts.map(partText).join(',')}]}`;
}

function partText({ bId, operation, optionsData, wrapper, bytes }: BatchPart): string {
  const options = optionsData === undefined ? '' : `,"optionsData":${JSON.stringify(optionsData)}`;
  return `{"bId":${JSON.stringify(bId)},"operation":${JSON.stringify(operation)}${options},${JSON.stringify(wrapper)}:${bytes}}`;
}

/**
 * What a batch's outcome means for each of its parts, by bId. A refusal of the whole is each part's; an answered batch
 * says it part by part, in any order. An part it says nothing of may have been executed.
 */
export function partOutcomes(outcome: Outcome, bIds: readonly string[]): Map<string, Outcome> {
  if (outcome.is !== 'ok') return new Map(bIds.map((bId) => [bId, outcome]));
  const answers = outcome.body['BatchItemResponse'];
  const parts = Array.isArray(answers) ? answers.filter(isObject) : [];
  const byId = new Map(parts.map((part) => [part['bId'], part]));
  const { intuitTid } = outcome;
  return new Map(bIds.map((bId) => [bId, partOutcome(byId.get(bId), intuitTid)]));
}

function partOutcome(part: ExactObject | undefined, intuitTid: string | undefined): Outcome {
  const tid = intuitTid === undefined ? {} : { intuitTid };
  if (part === undefined) return { is: 'unsure', why: 'part_missing', outage: false, ...tid };
  return classify({ reply: 'answered', status: 200, body: printExact(part), ...tid });
}
