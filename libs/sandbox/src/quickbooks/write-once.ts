import { isObject, parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Company, KeptAnswer } from './company';
import { Draft } from './draft';
import type { Emulator } from './emulator';
import { createTaxCode } from './entities/tax-service';
import { objects, text } from './exact';
import type { Actor } from './journal';
import { shown } from './query-run';
import { faultFields, Refusal, refuse } from './refusal';
import type { Resource } from './resource';
import { resourceNamed } from './resources';
import { write } from './write';

const FORGET_AFTER_MS = 3_600_000;

/** One write, by itself or as an item of a batch. */
export interface WriteCall {
  /** `invoice`, `taxservice/taxcode`. */
  path: string;
  operation: string | undefined;
  /** `include` of the address, or what `optionsData` says in a batch. */
  include: readonly string[];
  /** Reads the body; may refuse. */
  body: () => ExactObject;
  /** Under which the answer is kept: the requestid, or the pair (requestid, bId) of a batch (quickbooks.md §4). */
  key: string | undefined;
  requestid: string | undefined;
  /** Made by items of the same batch: nobody refers to them yet (quickbooks.md §5). */
  unseen: ReadonlySet<string>;
  actor: Actor;
  startedAt: number;
  /** Other writes of this thing, and of this company, under way. */
  overlapping: number;
  inFlight: number;
}

export interface WriteAnswer {
  status: number;
  /** As `print` made it. */
  body: string;
  /** `Entity/Id` of what was made now; undefined for an earlier answer, a change or a refusal. */
  made?: string;
}

/** A write, or the answer its key got before (quickbooks.md §4); `print` makes the answer's text from its fields. */
export function writeOnce(
  emulator: Emulator,
  company: Company,
  call: WriteCall,
  print: (fields: ExactObject) => string,
): WriteAnswer {
  const earlier = call.key === undefined ? undefined : keptAnswer(emulator, company, call.key);
  if (earlier !== undefined) return { status: earlier.status, body: earlier.body };
  try {
    return carryOut(emulator, company, call, print);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const refused = { status: error.status, body: print(faultFields(error)) };
    if (call.key !== undefined && emulator.settings.requestidMode === 'replay-first-error') {
      emulator.keepAnswer(company, call.key, { ...refused, at: emulator.now() });
    }
    return refused;
  }
}

/** A fault on demand is QuickBooks' answer too: where first errors are replayed the write's requestid gets it from now on. */
export function keepFirstError(
  emulator: Emulator,
  company: Company,
  query: URLSearchParams,
  refused: { status: number; body: string },
): void {
  const requestid = query.get('requestid');
  if (requestid === null || emulator.settings.requestidMode !== 'replay-first-error') return;
  if (!company.keptAnswers.has(requestid))
    emulator.keepAnswer(company, requestid, { status: refused.status, body: refused.body, at: emulator.now() });
}

function keptAnswer(emulator: Emulator, company: Company, key: string): KeptAnswer | undefined {
  const kept = company.keptAnswers.get(key);
  switch (emulator.settings.requestidMode) {
    case 'ignore':
      return undefined;
    case 'forget-after-1h':
      return kept !== undefined && emulator.now() - kept.at < FORGET_AFTER_MS ? kept : undefined;
    case 'honour':
      return kept?.status === 200 ? kept : undefined;
    case 'replay-first-error':
      return kept;
  }
}

function carryOut(
  emulator: Emulator,
  company: Company,
  call: WriteCall,
  print: (fields: ExactObject) => string,
): WriteAnswer {
  const { path, operation, include, requestid, actor, startedAt, overlapping, inFlight } = call;
  const body = call.body();
  const draft = new Draft(company, emulator.now(), call.unseen);
  const about = { actor, startedAt, overlapping, inFlight, ...(requestid === undefined ? {} : { requestid }) };
  let answered: string | undefined;
  const finish = (line: Parameters<Emulator['commit']>[1], fields: () => ExactObject): WriteAnswer => {
    const keep = (): KeptAnswer => ({
      status: 200,
      body: (answered ??= print(fields())),
      at: emulator.now(),
    });
    emulator.commit(draft, line, call.key === undefined ? undefined : { key: call.key, answer: keep });
    return {
      status: 200,
      body: keep().body,
      ...(line.operation === 'create' ? { made: `${line.entity}/${line.id}` } : {}),
    };
  };
  if (path === 'taxservice/taxcode') {
    const created = createTaxCode(draft, body);
    return finish({ ...about, operation: 'create', entity: 'TaxCode', id: created.id }, () => created.answer);
  }
  const resource = path.includes('/') ? undefined : resourceNamed(path);
  if (resource === undefined) return refuse('2000', `Invalid or unsupported object name : ${path}`);
  if (operation === 'void' && resource.voidDoesNothing === true)
    return { status: 200, body: print({ BatchItemResponse: [] }) };
  const written = write(draft, { resource, operation, include, body, actor });
  const line = { ...about, operation: written.operation, entity: resource.name, id: written.id };
  return finish(line, () => ({
    [resource.name]: answeredRecord(company, resource, written.operation, written.id, written.record),
  }));
}

function answeredRecord(
  company: Company,
  resource: Resource,
  operation: string,
  id: string,
  record: ExactObject,
): ExactObject {
  if (operation === 'delete') return record;
  const full = shown(company, resource, { record: company.get(resource.name, id) ?? record, order: 0 });
  return operation === 'void' && resource.name === 'Invoice' ? oddVoidAnswer(full) : full;
}

/** The documented answer to a void spells its enumerations in another way (quickbooks.md §9.2). */
function oddVoidAnswer(record: ExactObject): ExactObject {
  const spell = (value: ExactObject[string] | undefined): string =>
    (text(value) ?? '').replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
  return {
    ...record,
    PrintStatus: spell(record['PrintStatus']),
    EmailStatus: spell(record['EmailStatus']),
    Line: objects(record['Line']).map((line) => ({ ...line, DetailType: spell(line['DetailType']) })),
  };
}

/** A requestid within its length, or 2130 (quickbooks.md §4): 50 for one write, 36 for a batch. */
export function readRequestid(query: URLSearchParams, longest: number): string | undefined {
  const requestid = query.get('requestid') ?? undefined;
  if (requestid !== undefined && (requestid === '' || requestid.length > longest)) {
    refuse('2130', `Invalid Request Id Format : at most ${longest} characters`, 'requestid');
  }
  return requestid;
}

/** The body as a JSON object; refuses other content (1050), bytes that are not UTF-8 (500) and what is no object (2010). */
export function readJson(contentType: string, body: Uint8Array): ExactObject {
  if (!contentType.startsWith('application/json')) refuse('1050', `Invalid Content Type : ${contentType}`);
  const source = utf8(body);
  try {
    const parsed = parseExact(source);
    if (isObject(parsed)) return parsed;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return refuse('2010', 'Request has invalid or unsupported property : the body is not a JSON object');
}

export function utf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return refuse(
      '500',
      'Unsupported Operation : com.sun.org.apache.xerces.internal.impl.io.MalformedByteSequenceException: Invalid byte of UTF-8 sequence.',
    );
  }
}
