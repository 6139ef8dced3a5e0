import { printExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { serveBatch } from './batch';
import { changesSince } from './cdc';
import type { Company, EntityName } from './company';
import type { Emulator } from './emulator';
import type { Actor } from './journal';
import { answerTime } from './pacific-time';
import { runQuery, shown } from './query-run';
import { faultBody, Refusal, refuse } from './refusal';
import { runReport } from './reports';
import { resourceNamed } from './resources';
import type { Subject } from './subjects';
import { readJson, readRequestid, utf8, writeOnce } from './write-once';

const LONGEST_REQUESTID = 50;

/** A request to `/v3/company/{realm}/…`, its connection already let in. */
export interface CompanyRequest {
  method: string;
  /** What follows the realm: `invoice`, `invoice/12`, `query`, `batch`, `reports/TrialBalance`. */
  path: string;
  query: URLSearchParams;
  contentType: string;
  body: Uint8Array;
  /** Who writes: the API, or a person in QuickBooks' own pages. */
  actor: Actor;
  startedAt: number;
  /** What it writes: one, or each item of a batch by its bId. */
  subjects: readonly Subject[];
  /** Other writes of a subject, and of this company, under way. */
  others: (subject: string | undefined) => { overlapping: number; inFlight: number };
  /** Of a batch: how many items are carried out before the connection breaks. */
  stopAfter?: number;
  /** A refusal on purpose for an item of a batch, by its entity and body. */
  disturbedItem: (entity: string, body: string) => Refusal | undefined;
}

export interface ApiAnswer {
  status: number;
  body: string;
}

/** Answers a request of the accounting service: JSON text, faults in the capitalised envelope. */
export function answer(emulator: Emulator, company: Company, request: CompanyRequest): ApiAnswer {
  try {
    if (request.method !== 'POST' || request.path === 'query') return read(emulator, company, request);
    if (request.path === 'batch') return serveBatch(emulator, company, request);
    return writeOne(emulator, company, request);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.status, body: printExact(faultBody(error, answerTime(emulator.now()))) };
  }
}

function writeOne(emulator: Emulator, company: Company, request: CompanyRequest): ApiAnswer {
  const { path, query, contentType, body, actor, startedAt, subjects, others } = request;
  const requestid = readRequestid(query, LONGEST_REQUESTID);
  const call = {
    path,
    operation: query.get('operation') ?? undefined,
    include: (query.get('include') ?? '').split(',').filter((each) => each !== ''),
    body: () => readJson(contentType, body),
    key: requestid,
    requestid,
    unseen: NOTHING,
    actor,
    startedAt,
    ...others(subjects[0]?.subject),
  };
  return writeOnce(emulator, company, call, (fields) => printExact({ ...fields, time: answerTime(emulator.now()) }));
}

const NOTHING: ReadonlySet<string> = new Set();

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
    return ok({ QueryResponse: runQuery(company, statement, now, emulator.rowsForQuery(company)) }, now);
  }
  if (path === 'cdc')
    return ok(changesSince(company, query.get('entities') ?? '', query.get('changedSince') ?? '', now), now);
  const [name = '', id] = path.split('/');
  if (name === 'reports') return { status: 200, body: printExact(runReport(company, id ?? '', query, now)) };
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
