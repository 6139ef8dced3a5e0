import { isObject, parseExact, printExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { changesSince } from './cdc';
import type { Company, EntityName, KeptAnswer } from './company';
import { Draft } from './draft';
import type { Emulator } from './emulator';
import { createTaxCode } from './entities/tax-service';
import { object, objects, text } from './exact';
import type { Actor } from './journal';
import { answerTime } from './pacific-time';
import { runQuery, shown } from './query-run';
import { faultBody, Refusal, refuse } from './refusal';
import type { Resource } from './resource';
import { resourceNamed } from './resources';
import { write } from './write';

const LONGEST_REQUESTID = 50;
const FORGET_AFTER_MS = 3_600_000;

/** A request to `/v3/company/{realm}/…`, its connection already let in. */
export interface CompanyRequest {
  method: string;
  /** What follows the realm: `invoice`, `invoice/12`, `query`. */
  path: string;
  query: URLSearchParams;
  contentType: string;
  body: Uint8Array;
  /** Who writes: the API, or a person in QuickBooks' own pages. */
  actor: Actor;
  startedAt: number;
  /** Other writes of this thing, and of this company, under way. */
  overlapping: number;
  inFlight: number;
}

export interface ApiAnswer {
  status: number;
  body: string;
}

/** Answers a request of the accounting service: JSON text, faults in the capitalised envelope. */
export function answer(emulator: Emulator, company: Company, request: CompanyRequest): ApiAnswer {
  try {
    return request.method === 'POST' && request.path !== 'query'
      ? writeOnce(emulator, company, request)
      : read(emulator, company, request);
  } catch (error) {
    return faultAnswer(error, emulator.now());
  }
}

function faultAnswer(error: unknown, nowMs: number): ApiAnswer {
  if (!(error instanceof Refusal)) throw error;
  return { status: error.status, body: printExact(faultBody(error, answerTime(nowMs))) };
}

function ok(body: ExactObject, nowMs: number): ApiAnswer {
  return { status: 200, body: printExact({ ...body, time: answerTime(nowMs) }) };
}

function read(
  emulator: Emulator,
  company: Company,
  { method, path, query, contentType, body }: CompanyRequest,
): ApiAnswer {
  const now = emulator.now();
  if (path === 'query') {
    if (method === 'POST' && !contentType.startsWith('application/text'))
      refuse('1050', `Invalid Content Type : ${contentType}`);
    const statement = method === 'POST' ? utf8(body) : (query.get('query') ?? '');
    return ok({ QueryResponse: runQuery(company, statement, now) }, now);
  }
  if (path === 'cdc')
    return ok(changesSince(company, query.get('entities') ?? '', query.get('changedSince') ?? '', now), now);
  const [name = '', id] = path.split('/');
  const resource = resourceNamed(name) ?? refuse('2000', `Invalid or unsupported object name : ${name}`);
  const recordId = isSingleton(resource.name) ? '1' : id;
  if (recordId === undefined) refuse('500', 'Operation GET is not supported.', 'Operation');
  if (!/^[A-Za-z0-9]+$/.test(recordId)) refuse('2030', `Invalid ID : ${recordId}`, 'Id');
  const record = company.get(resource.name, recordId);
  if (record === undefined)
    refuse(
      '610',
      `Object Not Found : Something you’re trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees.`,
    );
  return ok({ [resource.name]: shown(company, resource, { record, order: 0 }) }, now);
}

function isSingleton(name: EntityName): boolean {
  return name === 'CompanyInfo' || name === 'Preferences';
}

/** A write, or the answer its requestid got before (quickbooks.md §4). */
function writeOnce(emulator: Emulator, company: Company, request: CompanyRequest): ApiAnswer {
  const requestid = request.query.get('requestid') ?? undefined;
  if (requestid !== undefined && (requestid === '' || requestid.length > LONGEST_REQUESTID)) {
    refuse('2130', `Invalid Request Id Format : at most ${LONGEST_REQUESTID} characters`, 'requestid');
  }
  const earlier = requestid === undefined ? undefined : keptAnswer(emulator, company, requestid);
  if (earlier !== undefined) return { status: earlier.status, body: earlier.body };
  try {
    return carryOut(emulator, company, request, requestid);
  } catch (error) {
    const refused = faultAnswer(error, emulator.now());
    if (requestid !== undefined && emulator.settings.requestidMode === 'replay-first-error') {
      emulator.keepAnswer(company, requestid, { ...refused, at: emulator.now() });
    }
    return refused;
  }
}

function keptAnswer(emulator: Emulator, company: Company, requestid: string): KeptAnswer | undefined {
  const kept = company.keptAnswers.get(requestid);
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
  request: CompanyRequest,
  requestid: string | undefined,
): ApiAnswer {
  const { path, query, actor, startedAt, overlapping, inFlight } = request;
  const body = readBody(request);
  const draft = new Draft(company, emulator.now());
  const about = { actor, startedAt, overlapping, inFlight, ...(requestid === undefined ? {} : { requestid }) };
  const answerAfter = (commit: (keep: () => KeptAnswer) => void, make: () => ExactObject): ApiAnswer => {
    let kept: KeptAnswer | undefined;
    const keep = () => (kept ??= { ...ok(make(), emulator.now()), at: emulator.now() });
    commit(keep);
    return { status: keep().status, body: keep().body };
  };
  if (path === 'taxservice/taxcode') {
    const created = createTaxCode(draft, body);
    const line = { ...about, operation: 'create', entity: 'TaxCode', id: created.id } as const;
    return answerAfter(
      (keep) => emulator.commit(draft, line, keep),
      () => created.answer,
    );
  }
  const resource = path.includes('/') ? undefined : resourceNamed(path);
  if (resource === undefined) return refuse('2000', `Invalid or unsupported object name : ${path}`);
  const include = (query.get('include') ?? '').split(',').filter((each) => each !== '');
  const written = write(draft, { resource, operation: query.get('operation') ?? undefined, include, body });
  const line = { ...about, operation: written.operation, entity: resource.name, id: written.id };
  return answerAfter(
    (keep) => emulator.commit(draft, line, keep),
    () => ({ [resource.name]: answeredRecord(company, resource, written.operation, written.id, written.record) }),
  );
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

function readBody({ contentType, body }: CompanyRequest): ExactObject {
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

function utf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return refuse(
      '500',
      'Unsupported Operation : com.sun.org.apache.xerces.internal.impl.io.MalformedByteSequenceException: Invalid byte of UTF-8 sequence.',
    );
  }
}

/** What a write is about, for telling which writes overlap: its Id, its marker or its name. */
export function subjectOf(path: string, body: Uint8Array): string {
  try {
    const record = parseExact(Buffer.from(body).toString('utf8'));
    const input = isObject(record) ? record : object(undefined);
    const note = text(input['PrivateNote']);
    const marker = note === undefined ? undefined : /Run a Call (\S+)/.exec(note)?.[1];
    return `${path}/${text(input['Id']) ?? marker ?? text(input['DisplayName']) ?? text(input['Name']) ?? ''}`;
  } catch {
    return `${path}/`;
  }
}
