import type { ExactObject } from '@qbo-sync/contracts/exact-json';

/**
 * The Message of each fault code (quickbooks.md §10).
 *
 *   { "Fault": { "Error": [{ "Message", "Detail", "code", "element" }], "type": "ValidationFault" }, "time" }
 */
const MESSAGES: Readonly<Record<string, string>> = {
  '500': 'Unsupported Operation',
  '600': 'Duplicate Request ID',
  '610': 'Object Not Found',
  '620': 'Transaction cannot be linked',
  '700': 'Parent Reference Invalid',
  '900': 'Parent cannot be a child',
  '1050': 'Invalid Content Type',
  '2000': 'Invalid or unsupported object name',
  '2010': 'Request has invalid or unsupported property',
  '2020': 'Required param missing, need to supply the required value for the API',
  '2030': 'Invalid ID',
  '2040': 'Invalid String',
  '2050': 'String length is either shorter or longer than supported by specification',
  '2060': 'Invalid Date Format',
  '2070': 'Invalid Date',
  '2080': 'Invalid Number',
  '2090': 'Invalid Decimal',
  '2120': 'Invalid Type',
  '2130': 'Invalid Request Id Format',
  '2140': 'Invalid Amount',
  '2150': 'Invalid Percent',
  '2170': 'Invalid Enumeration',
  '2180': 'Invalid String Range',
  '2210': 'Invalid Email Address Format',
  '2220': 'Invalid Currency Type',
  '2250': 'Transaction needs at least one split line',
  '2290': 'Negative Amount',
  '2500': 'Invalid Reference Id',
  '3000': 'Invalid Custom Field',
  '4000': 'Error parsing query',
  '4001': 'Invalid query',
  '4002': 'Query not processed',
  '5010': 'Stale Object Error',
  '6000': 'A business validation error has occurred while processing your request',
  '6010': 'Account type or subtype is required',
  '6070': 'Amount calculation incorrect in the request',
  '6080': 'No Name Provided',
  '6090': 'Discount Line missing information',
  '6100': 'Invalid Line TaxCode',
  '6130': 'Cannot change who the customer bills with',
  '6140': 'Duplicate Document Number Error',
  '6150': 'ParentRef is required',
  '6160': 'Invalid TaxCodeRef',
  '6170': 'Tax detail is not allowed when global tax calculation is not applicable',
  '6180': 'Sub Level Limit',
  '6190': 'Invalid Company Status',
  '6210': 'Account Period Closed, Required Password',
  '6220': 'Delete Entity Has Balance',
  '6240': 'Duplicate Name Exists Error',
  '6420': 'Email address is required',
  '6430': 'Invalid account type used',
  '6440': 'Transaction Detail Information Required',
  '10000': 'An application error has occurred while processing your request',
};

export interface FaultError {
  code: string;
  detail: string;
  element: string;
}

/**
 * A write or a read that QuickBooks refuses. Thrown, because refusing is how the emulated service rolls a whole write back
 * from any depth; caught once, where the answer is written.
 */
export class Refusal extends Error {
  constructor(
    readonly errors: readonly FaultError[],
    readonly status = 400,
    readonly type = 'ValidationFault',
  ) {
    super(errors.map((error) => `${error.code} ${error.detail}`).join('; '));
  }
}

/** Refuses with one error. */
export function refuse(code: string, detail: string, element = ''): never {
  throw new Refusal([{ code, detail, element }]);
}

/** Refuses because a required property is not there (2020). */
export function refuseMissing(property: string): never {
  refuse('2020', `Required parameter ${property} is missing in the request`, property);
}

/** Refuses because a reference leads nowhere (2500). */
export function refuseReference(kind: string, value: string): never {
  refuse('2500', `Invalid Reference Id : ${kind} element id ${value} not found`, kind);
}

/** Refuses because what is referred to was made inactive (610, first form). */
export function refuseInactive(kind: string): never {
  refuse(
    '610',
    'Object Not Found : Something you’re trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees.',
    kind,
  );
}

/** The capitalised envelope of the accounting service (quickbooks.md §1.5). */
export function faultBody(refusal: Refusal, time: string): ExactObject {
  return {
    Fault: {
      Error: refusal.errors.map((error) => ({
        Message: MESSAGES[error.code] ?? 'Error',
        Detail: error.detail,
        code: error.code,
        element: error.element,
      })),
      type: refusal.type,
    },
    time,
  };
}
