/**
 * QuickBooks' fault codes → what to do about them (quickbooks.md §10). A code that is not here is held for a person,
 * never retried for ever.
 *
 *   retry         nothing was done, the same request goes again later
 *   throttle      nothing was done, the realm asked us to slow down
 *   refresh       the access token is not good: refresh once, then the same request again
 *   reconnect     the connection is over until a person connects again
 *   subscription  reads work, writes do not: the company's QuickBooks has ended
 *   merge         the SyncToken is old: read again, decide again
 *   adopt         the name is taken: look for the record that holds it
 *   gone          the record was deleted there
 *   unsure        it may have been executed: look before sending it again
 *   hold          a person (or the owning service) decides
 */
export const FAULT_CLASSES = [
  'reconnect',
  'refresh',
  'subscription',
  'throttle',
  'hold',
  'gone',
  'adopt',
  'merge',
  'unsure',
  'retry',
] as const;
export type FaultClass = (typeof FAULT_CLASSES)[number];

interface FaultRow {
  readonly code: string;
  readonly class: FaultClass;
  readonly name: string;
  /** The row holds only where QuickBooks' detail says so: one code means two things. */
  readonly detail?: RegExp;
}

export const FAULT_TABLE: readonly FaultRow[] = [
  { code: '100', class: 'refresh', name: 'General Authentication Error' },
  { code: '110', class: 'refresh', name: 'Authentication OAuth Error' },
  { code: '120', class: 'reconnect', name: 'Authorization Failure' },
  { code: '130', class: 'retry', name: 'Accessing Wrong Cluster' },
  { code: '140', class: 'retry', name: 'Company Locked Out' },
  { code: '150', class: 'retry', name: 'Company Under Maintenance' },
  { code: '600', class: 'unsure', name: 'Duplicate Request ID' },
  { code: '610', class: 'gone', name: 'Object Not Found', detail: /deleted/i },
  { code: '610', class: 'hold', name: 'Object Not Found: made inactive' },
  { code: '1000', class: 'unsure', name: 'Operation Failed' },
  { code: '1010', class: 'unsure', name: 'Create Failed' },
  { code: '1020', class: 'unsure', name: 'Update Failed' },
  { code: '3001', class: 'throttle', name: 'ThrottleExceeded' },
  { code: '3100', class: 'reconnect', name: 'ApplicationAuthorizationFailed' },
  { code: '3200', class: 'refresh', name: 'AuthenticationFailed' },
  { code: '5010', class: 'merge', name: 'Stale Object Error' },
  { code: '6190', class: 'subscription', name: 'Invalid Company Status' },
  { code: '6240', class: 'adopt', name: 'Duplicate Name Exists Error' },
  { code: '10000', class: 'unsure', name: 'System Failure Error' },
];

/** The class of one fault. `003001` and `3001` are the same code (quickbooks.md §1.6). */
export function faultClass(code: string, detail: string): FaultClass {
  const row = FAULT_TABLE.find((each) => each.code === plainCode(code) && (each.detail?.test(detail) ?? true));
  return row?.class ?? 'hold';
}

export function plainCode(code: string): string {
  return code.replace(/^0+(?=\d)/, '');
}
