import { isObject, parseExact, printExact, type ExactJson, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { QboCall, Reply } from '@qbo-sync/qbo/client';

/** What QuickBooks answers. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One write of a batch. */
export interface Item {
  readonly bId: string;
  readonly resource: string;
  readonly operation: string;
  readonly create: boolean;
  readonly body: ExactObject;
}

/** The writes of a batch, in its order. */
export function itemsOf(call: QboCall): Item[] {
  const { BatchItemRequest: items } = parseExact(call.body ?? '{}') as { BatchItemRequest: ExactObject[] };
  return items.flatMap(({ bId, operation, optionsData: _options, ...rest }) => {
    const [entry] = Object.entries(rest);
    if (entry === undefined || !isObject(entry[1])) return [];
    const body = entry[1];
    return [
      { bId: String(bId), resource: entry[0], operation: String(operation), create: body['Id'] === undefined, body },
    ];
  });
}

/** The write of a call that is no batch. */
export function single(call: QboCall): { body: ExactObject; create: boolean; operation: string } {
  const body = parseExact(call.body ?? '{}') as ExactObject;
  return { body, create: body['Id'] === undefined, operation: call.query?.['operation'] ?? '' };
}

export function answered(status: number, body: string): Reply {
  return { reply: 'answered', status, body, intuitTid: 'tid' };
}

export function ok(json: ExactJson): Answer {
  return { status: 200, body: printExact(json) };
}

export function fault(code: string, message: string): string {
  return JSON.stringify({ Fault: { Error: [{ Message: message, Detail: message, code }], type: 'ValidationFault' } });
}
