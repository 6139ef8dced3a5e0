import { printExact } from '@qbo-sync/contracts/exact-json';
import type { Disturbance } from './disturbances';
import { gatewayFaultBody } from './gateway-fault';
import { answerTime } from './pacific-time';
import { faultBody, messageOf, Refusal, type FaultError } from './refusal';

/** The documented Detail of codes whose text matters, where it is more than the Message (quickbooks.md §10). */
const DETAILS: Readonly<Record<string, string>> = {
  '120': 'Authorization Failure : -11014-You do not have access to this company.',
  '500': 'Operation void is not supported.',
  '610':
    'Object Not Found : Something you’re trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees.',
  '2010': 'Property Name:Unknown is unsupported or invalid',
  '2020': 'Required parameter Line is missing in the request',
  '2050': 'String length specified does not match the supported length. Min:0 Max:21 supported. Supplied length:45',
  '5010':
    'Stale Object Error : You and root were working on this at the same time. root finished before you did, so your work was not saved.',
  '6000': 'A business validation error has occurred while processing your request',
  '6140':
    'Duplicate Document Number Error : You must specify a different number. This number has already been used. DocNumber=1001 is assigned to TxnType=Invoice with TxnId=1',
  '6190': 'Subscription period has ended or canceled or there was a billing problem',
  '6210':
    'The account period has closed and the account books cannot be updated through the QBO Services API. Please use the QBO website to make these changes.',
  '6240':
    'The name supplied already exists. : Another customer, vendor or employee is already using this name. Please use a different name.',
  '10000': 'System Failure Error: please try again',
};

const TYPES: Readonly<Record<string, string>> = {
  '100': 'AuthenticationFault',
  '110': 'AuthenticationFault',
  '120': 'AuthorizationFault',
  '5020': 'AuthorizationFault',
  '10000': 'SystemFault',
};

/** The refusal a `fault` or `system-fault` wants. */
export function wantedRefusal(wanted: Disturbance): Refusal {
  const code = wanted.kind === 'system-fault' ? '10000' : (wanted.code ?? '6000');
  const first: FaultError = {
    code,
    detail: wanted.detail ?? DETAILS[code] ?? messageOf(code),
    element: wanted.element ?? '',
    ...(wanted.message === undefined ? {} : { message: wanted.message }),
  };
  const more = (wanted.errors ?? []).map((error) => ({
    code: error.code,
    detail: error.detail ?? DETAILS[error.code] ?? messageOf(error.code),
    element: error.element ?? '',
  }));
  const status = wanted.status ?? (wanted.kind === 'system-fault' ? 500 : 400);
  return new Refusal([first, ...more], status, wanted.type ?? TYPES[code] ?? 'ValidationFault');
}

/** The body of a fault in the envelope that was wanted. */
export function wantedFaultBody(wanted: Disturbance, nowMs: number): string {
  const refusal = wantedRefusal(wanted);
  const [first] = refusal.errors;
  if (wanted.envelope !== 'gateway' || first === undefined) return printExact(faultBody(refusal, answerTime(nowMs)));
  const { code, detail } = first;
  const message =
    first.message ?? `message=${messageOf(code)}; errorCode=${code.padStart(6, '0')}; statusCode=${refusal.status}`;
  return gatewayFaultBody({ status: refusal.status, code, message, detail, type: wanted.type ?? 'SERVICE' }, nowMs);
}
