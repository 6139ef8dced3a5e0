import { isObject, parseExact, type ExactJson, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { FAULT_CLASSES, faultClass, plainCode, type FaultClass } from './error-table';
import type { Reply } from './client';

/**
 * What a reply means. Every body is inspected: HTTP 200 may carry a Fault (quickbooks.md §1.5), a 401 or 429 comes from
 * the gateway in another envelope with lower-case keys (§1.6), a 5xx may be HTML or empty.
 *
 *   reply ─▶ ok      the body, parsed with exact numbers
 *         ├▶ fault   QuickBooks refused; nothing was done, unless the class says `unsure`
 *         ├▶ unsent  nothing was sent
 *         └▶ unsure  it may have been executed. `outage`: QuickBooks as a whole does not answer
 */
export type Outcome =
  | { readonly is: 'ok'; readonly body: ExactObject; readonly intuitTid?: string }
  | { readonly is: 'fault'; readonly fault: Fault }
  | { readonly is: 'unsent'; readonly why: string }
  | { readonly is: 'unsure'; readonly why: string; readonly outage: boolean; readonly intuitTid?: string };

export interface Fault {
  readonly class: FaultClass;
  /** QuickBooks' code without leading zeros, else `http_<status>`. */
  readonly code: string;
  readonly status: number;
  /** QuickBooks' words. May name a customer: personal data. */
  readonly detail: string;
  readonly intuitTid?: string;
  readonly retryAfterMs?: number;
}

type Answered = Extract<Reply, { reply: 'answered' }>;

/** Classifies one reply of the Accounting API. */
export function classify(reply: Reply): Outcome {
  if (reply.reply === 'notSent') return { is: 'unsent', why: reply.why };
  if (reply.reply === 'noAnswer') return { is: 'unsure', why: reply.why, outage: false };
  const body = readBody(reply.body);
  const errors = body === undefined ? [] : faultsOf(body);
  if (errors.length > 0) return faulted(reply, errors);
  if (reply.status >= 500) return unsure(reply, `http_${reply.status}`);
  if (reply.status >= 400) return { is: 'fault', fault: statusFault(reply) };
  if (reply.status >= 300 || body === undefined) return unsure(reply, 'body_unreadable');
  return { is: 'ok', body, ...tid(reply) };
}

/** The record in an answer: under its wrapper's key, or the body itself where the wrapper is `""`. */
export function recordIn(body: ExactObject, wrapper: string): ExactObject | undefined {
  if (wrapper === '') return body;
  const record = body[wrapper];
  return isObject(record) ? record : undefined;
}

interface OneError {
  readonly code: string;
  readonly detail: string;
}

function readBody(text: string): ExactObject | undefined {
  try {
    const json = parseExact(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** The errors of either envelope: `Fault.Error[]` or `fault.error[]`. */
function faultsOf(body: ExactObject): readonly OneError[] {
  const fault = body['Fault'] ?? body['fault'];
  if (!isObject(fault)) return [];
  const list = fault['Error'] ?? fault['error'];
  if (!Array.isArray(list) || list.length === 0) return [{ code: 'fault', detail: '' }];
  return list.filter(isObject).map((error) => ({
    code: plainCode(text(error['code'])),
    detail: text(error['Detail'] ?? error['detail']) || text(error['Message'] ?? error['message']),
  }));
}

/** Several errors: the class that stands first in the table's order of severity. */
function faulted(reply: Answered, errors: readonly OneError[]): Outcome {
  const ranked = errors
    .map((error) => ({ error, class: faultClass(error.code, error.detail) }))
    .sort((a, b) => FAULT_CLASSES.indexOf(a.class) - FAULT_CLASSES.indexOf(b.class));
  const worst = ranked[0];
  if (worst === undefined) return unsure(reply, 'fault_empty');
  if (worst.class === 'unsure') return unsure(reply, `code_${worst.error.code}`);
  return {
    is: 'fault',
    fault: { ...common(reply), class: worst.class, code: worst.error.code, detail: worst.error.detail },
  };
}

const STATUS_CLASSES: Readonly<Record<number, FaultClass>> = { 401: 'refresh', 403: 'reconnect', 429: 'throttle' };

function statusFault(reply: Answered): Fault {
  return { ...common(reply), class: STATUS_CLASSES[reply.status] ?? 'hold', code: `http_${reply.status}`, detail: '' };
}

function common(reply: Answered): Pick<Fault, 'status' | 'intuitTid' | 'retryAfterMs'> {
  return {
    status: reply.status,
    ...tid(reply),
    ...(reply.retryAfterMs === undefined ? {} : { retryAfterMs: reply.retryAfterMs }),
  };
}

/** 503 is an outage of the whole (quickbooks.md §10); the others may be this one request. */
function unsure(reply: Answered, why: string): Outcome {
  return { is: 'unsure', why, outage: reply.status === 503, ...tid(reply) };
}

function tid(reply: Answered): { intuitTid?: string } {
  return reply.intuitTid === undefined ? {} : { intuitTid: reply.intuitTid };
}

function text(json: ExactJson | undefined): string {
  return typeof json === 'string' ? json : '';
}
