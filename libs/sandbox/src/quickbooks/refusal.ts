import type { ExactObject } from '@qbo-sync/contracts/exact-json';

/**
 * The Message of each fault code (quickbooks.md §10).
 *
 *   { "Fault": { "Error": [{ "Message", "Detail", "code", "element" }], "type": "ValidationFault" }, "time" }
 */
const MESSAGES: Readonly<Record<string, string>> = {
  '100': 'General Authentication Error',
  '110': 'Authentication OAuth Error',
  '120': 'Authorization Failure',
  '130': 'Accessing Wrong Cluster',
  '140': 'Company Locked Out',
  '150': 'Company Under Maintenance',
  '500': 'Unsupported Operation',
  '600': 'Duplicate Request ID',
  '610': 'Object Not Found',
  '620': 'Transaction cannot be linked',
  '630': 'Duplicate Object',
  '700': 'Parent Reference Invalid',
  '800': 'Cannot delete object',
  '900': 'Parent cannot be a child',
  '1000': 'Operation Failed',
  '1010': 'Create Failed',
  '1020': 'Update Failed',
  '1040': 'Batch size exceeds allowed limit',
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
  '2100': 'Invalid Decimal Format',
  '2110': 'Invalid Number Format',
  '2120': 'Invalid Type',
  '2130': 'Invalid Request Id Format',
  '2140': 'Invalid Amount',
  '2150': 'Invalid Percent',
  '2160': 'Invalid Quantity',
  '2170': 'Invalid Enumeration',
  '2180': 'Invalid String Range',
  '2200': 'Invalid Web Address Format',
  '2210': 'Invalid Email Address Format',
  '2220': 'Invalid Currency Type',
  '2250': 'Transaction needs at least one split line',
  '2290': 'Negative Amount',
  '2300': 'Debits and credits do not balance',
  '2390': 'Item has no income account',
  '2500': 'Invalid Reference Id',
  '2600': 'Conflicting elements',
  '3000': 'Invalid Custom Field',
  '3001': 'ThrottleExceeded',
  '3100': 'ApplicationAuthorizationFailed',
  '3200': 'ApplicationAuthenticationFailed',
  '3202': 'EmptyField',
  '4000': 'Error parsing query',
  '4001': 'Invalid query',
  '4002': 'Query not processed',
  '5000': 'Deprecated Field',
  '5010': 'Stale Object Error',
  '5020': 'Permission Denied',
  '5030': 'Feature Not Supported',
  '6000': 'A business validation error has occurred while processing your request',
  '6010': 'Account type or subtype is required',
  '6060': 'Opening balance date is required',
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
  '6200': 'Account Period Closed',
  '6210': 'Account Period Closed, Required Password',
  '6220': 'Delete Entity Has Balance',
  '6230': 'Invalid TaxCodeRef',
  '6240': 'Duplicate Name Exists Error',
  '6250': 'Invalid Sales Customer',
  '6280': 'Customer has unbilled charges',
  '6400': 'Linked Purchase',
  '6420': 'Email address is required',
  '6430': 'Invalid account type used',
  '6440': 'Transaction Detail Information Required',
  '6450': 'Attempt to Void Transaction failed',
  '6470': 'TaxLiabilityAccount or TaxRate Error',
  '6480': 'Matched Transaction Delete Error',
  '6520': 'Tracked inventory item must have a quantity',
  '6530': 'Raw card number found',
  '6540': 'Deposited Transaction cannot be changed',
  '10000': 'An application error has occurred while processing your request',
  '10100': 'Result Set Big',
  '10200': 'Company Reset',
};

export interface FaultError {
  code: string;
  detail: string;
  element: string;
  /** In place of the code's own Message. */
  message?: string;
}

/** The Message of a code. */
export function messageOf(code: string): string {
  return MESSAGES[code] ?? 'Error';
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
  return { ...faultFields(refusal), time };
}

/** The same without the time: the fault of one item of a batch. */
export function faultFields(refusal: Refusal): ExactObject {
  return {
    Fault: {
      Error: refusal.errors.map((error) => ({
        Message: error.message ?? messageOf(error.code),
        Detail: error.detail,
        code: error.code,
        element: error.element,
      })),
      type: refusal.type,
    },
  };
}
