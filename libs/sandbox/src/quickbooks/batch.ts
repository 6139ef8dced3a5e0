import { isObject, printExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Company } from './company';
import type { ApiAnswer, CompanyRequest } from './company-api';
import type { Emulator } from './emulator';
import { object, text } from './exact';
import { answerTime } from './pacific-time';
import { runQuery } from './query-run';
import { faultFields, Refusal, refuse, refuseMissing } from './refusal';
import { resourceNamed } from './resources';
import { entityIn } from './subjects';
import { readJson, readRequestid, writeOnce, type WriteCall } from './write-once';

const MOST_ITEMS = 30;
const LONGEST_REQUESTID = 36;
const LONGEST_BID = 10;

/**
 * `POST /batch` (quickbooks.md §5): up to 30 items, each carried out by itself; HTTP 200 whatever becomes of them.
 *
 *   { "BatchItemRequest":  [{ "bId", "operation", "Invoice": {…}, "optionsData"? } | { "bId", "Query": "select …" }] }
 *   { "BatchItemResponse": [{ "bId", "Invoice": {…} | "QueryResponse": {…} | "Fault": {…} }], "time" }
 *
 *   whole request refused: > 30 items 1040 · requestid > 36 or, with one, a bId > 10 2130 · not JSON 2010
 *
 * Items come back, and are carried out, in another order than they were sent, and none may refer to what another one of the
 * same batch made. Each answer is kept under the pair (requestid, bId); queries are never kept.
 */
export function serveBatch(emulator: Emulator, company: Company, request: CompanyRequest): ApiAnswer {
  const requestid = readRequestid(request.query, LONGEST_REQUESTID);
  const items = readItems(readJson(request.contentType, request.body), requestid);
  const unseen = new Set<string>();
  const order = shuffled(items, emulator.nextBatch()).slice(0, request.stopAfter);
  const answers = order.map((item) => {
    const { body, made } = answerItem(emulator, company, request, requestid, unseen, item);
    if (made !== undefined) unseen.add(made);
    return body;
  });
  const time = JSON.stringify(answerTime(emulator.now()));
  return { status: 200, body: `{"BatchItemResponse":[${answers.join(',')}],"time":${time}}` };
}

function readItems(body: ExactObject, requestid: string | undefined): ExactObject[] {
  const given = body['BatchItemRequest'];
  if (!Array.isArray(given)) return refuseMissing('BatchItemRequest');
  if (given.length > MOST_ITEMS)
    refuse('1040', `Batch size exceeds allowed limit : at most ${MOST_ITEMS} items, ${given.length} given`);
  const items = given.filter(isObject);
  if (items.length < given.length) refuse('2010', 'Property Name:BatchItemRequest is unsupported or invalid');
  const ids = items.map((item) => text(item['bId']) ?? refuseMissing('bId'));
  if (new Set(ids).size < ids.length)
    refuse('2010', 'Property Name:bId is unsupported or invalid : twice in a batch', 'bId');
  if (requestid !== undefined && ids.some((id) => id.length > LONGEST_BID))
    refuse('2130', `Invalid Request Id Format : bId has at most ${LONGEST_BID} characters`, 'bId');
  return items;
}

function answerItem(
  emulator: Emulator,
  company: Company,
  request: CompanyRequest,
  requestid: string | undefined,
  unseen: ReadonlySet<string>,
  item: ExactObject,
): { body: string; made?: string } {
  const bId = text(item['bId']) ?? '';
  const print = (fields: ExactObject): string => printExact({ ...fields, bId });
  try {
    const [entity] = entityIn(item);
    const disturbed = request.disturbedItem(entity, printExact(item));
    if (disturbed !== undefined) throw disturbed;
    if (entity === 'Query') {
      const rows = emulator.rowsForQuery(company, unseen);
      return { body: print({ QueryResponse: runQuery(company, text(item['Query']) ?? '', emulator.now(), rows) }) };
    }
    return writeOnce(emulator, company, readWrite(request, requestid, unseen, bId, item), print);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { body: print(faultFields(error)) };
  }
}

const OPERATIONS = ['create', 'update', 'delete', 'void'];

function readWrite(
  request: CompanyRequest,
  requestid: string | undefined,
  unseen: ReadonlySet<string>,
  bId: string,
  item: ExactObject,
): WriteCall {
  const [entity, value] = entityIn(item);
  const operation = text(item['operation']) ?? refuseMissing('operation');
  const resource = resourceNamed(entity) ?? refuse('2000', `Invalid or unsupported object name : ${entity}`);
  if (!OPERATIONS.includes(operation)) refuse('500', `Operation ${operation} is not supported.`, 'Operation');
  if (Object.keys(item).filter((key) => resourceNamed(key) !== undefined || key === 'Query').length > 1)
    refuse('2010', `Property Name:${entity} is unsupported or invalid : one object per item`);
  const subject = request.subjects.find((each) => each.bId === bId)?.subject;
  return {
    path: resource.name.toLowerCase(),
    operation,
    include: (text(item['optionsData']) ?? '').split(',').map(includeOf),
    body: () => checkOperation(operation, object(value)),
    key: requestid === undefined ? undefined : `${requestid}\n${bId}`,
    requestid,
    unseen,
    actor: request.actor,
    startedAt: request.startedAt,
    ...request.others(subject),
  };
}

/** In a batch the operation says what is meant: a create has no Id. */
function checkOperation(operation: string, body: ExactObject): ExactObject {
  if (operation === 'create' && text(body['Id']) !== undefined)
    refuse('2010', 'Property Name:Id is unsupported or invalid : a create has none', 'Id');
  return body;
}

/** `optionsData` spells one option in another way than the address does (quickbooks.md §5). */
function includeOf(option: string): string {
  return option === 'allowduplicatedocnumber' ? 'allowduplicatedocnum' : option;
}

/** The same items in an order of their own per batch, the same for the same `seed`. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = (seed * 2_654_435_761) % 4_294_967_296;
  const left = [...items];
  const taken: T[] = [];
  while (left.length > 0) {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    taken.push(...left.splice(Math.floor((state / 4_294_967_296) * left.length), 1));
  }
  return taken;
}
