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
 *   rename        the name or number cannot be taken: the owning service chooses another
 *   gone          the record was deleted there
 *   unsure        it may have been executed: look before sending it again
 *   hold          a person (or the owning service) decides
 *   bug           our request is wrong: shown, and never sent again as it is
 */
export const FAULT_CLASSES = [
  'reconnect',
  'refresh',
  'subscription',
  'throttle',
  'bug',
  'hold',
  'gone',
  'rename',
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
  { code: '500', class: 'bug', name: 'Unsupported operation' },
  { code: '600', class: 'unsure', name: 'Duplicate Request ID' },
  { code: '610', class: 'gone', name: 'Object Not Found', detail: /deleted/i },
  { code: '610', class: 'hold', name: 'Object Not Found: made inactive' },
  { code: '620', class: 'hold', name: 'Txn ID Cannot Be Linked' },
  { code: '630', class: 'adopt', name: 'Duplicate Object' },
  { code: '700', class: 'bug', name: 'Parent Reference Invalid' },
  { code: '800', class: 'hold', name: 'Cannot delete object' },
  { code: '900', class: 'bug', name: 'Parent cannot be child' },
  { code: '1000', class: 'unsure', name: 'Operation Failed' },
  { code: '1010', class: 'unsure', name: 'Create Failed' },
  { code: '1020', class: 'unsure', name: 'Update Failed' },
  { code: '1040', class: 'bug', name: 'Batch size exceeds allowed limit' },
  { code: '1050', class: 'bug', name: 'Invalid Content Type' },
  { code: '2000', class: 'bug', name: 'Invalid or unsupported object name' },
  { code: '2010', class: 'bug', name: 'Request has invalid or unsupported property' },
  { code: '2020', class: 'bug', name: 'Required param missing' },
  { code: '2030', class: 'bug', name: 'Invalid ID' },
  { code: '2040', class: 'hold', name: 'Invalid String' },
  { code: '2050', class: 'hold', name: 'String length is either shorter or longer than supported' },
  { code: '2060', class: 'bug', name: 'Invalid Date Format' },
  { code: '2070', class: 'bug', name: 'Invalid Date' },
  { code: '2080', class: 'bug', name: 'Invalid Number Format' },
  { code: '2090', class: 'bug', name: 'Invalid Number' },
  { code: '2100', class: 'bug', name: 'Invalid Decimal Format' },
  { code: '2110', class: 'bug', name: 'Invalid Decimal' },
  { code: '2120', class: 'bug', name: 'Invalid Type' },
  { code: '2130', class: 'bug', name: 'Invalid Request Id Format' },
  { code: '2140', class: 'bug', name: 'Invalid Amount' },
  { code: '2150', class: 'bug', name: 'Invalid Percent' },
  { code: '2160', class: 'bug', name: 'Invalid Quantity' },
  { code: '2170', class: 'bug', name: 'Invalid Enumeration' },
  { code: '2180', class: 'rename', name: 'Invalid String Range' },
  { code: '2200', class: 'hold', name: 'Invalid Web Address' },
  { code: '2210', class: 'hold', name: 'Invalid E-mail Address' },
  { code: '2220', class: 'hold', name: 'Invalid Currency Type' },
  { code: '2250', class: 'bug', name: 'Missing lines' },
  { code: '2290', class: 'bug', name: 'Negative amount' },
  { code: '2300', class: 'bug', name: 'Debits and credits differ' },
  { code: '2390', class: 'hold', name: 'The item has no income account' },
  { code: '2500', class: 'hold', name: 'Invalid Reference Id' },
  { code: '2600', class: 'bug', name: 'Conflicting elements' },
  { code: '3000', class: 'hold', name: 'Invalid Custom Field' },
  { code: '3001', class: 'throttle', name: 'ThrottleExceeded' },
  { code: '3100', class: 'reconnect', name: 'ApplicationAuthorizationFailed' },
  { code: '3200', class: 'refresh', name: 'AuthenticationFailed' },
  { code: '3202', class: 'bug', name: 'EmptyField' },
  { code: '4000', class: 'bug', name: 'Query cannot be parsed' },
  { code: '4001', class: 'bug', name: 'Invalid query' },
  { code: '4002', class: 'bug', name: 'Query not processed' },
  { code: '5000', class: 'bug', name: 'Deprecated field' },
  { code: '5010', class: 'merge', name: 'Stale Object Error' },
  { code: '5020', class: 'hold', name: 'Permission Denied' },
  { code: '5030', class: 'hold', name: 'Feature Not Supported' },
  { code: '6000', class: 'hold', name: 'Business Validation Error' },
  { code: '6010', class: 'bug', name: 'Account type or subtype missing' },
  { code: '6070', class: 'bug', name: 'Amount calculation incorrect' },
  { code: '6080', class: 'bug', name: 'No Name Provided' },
  { code: '6090', class: 'bug', name: 'Discount line lacks information' },
  { code: '6100', class: 'hold', name: 'Invalid line tax code' },
  { code: '6130', class: 'hold', name: 'Cannot change who the customer bills with' },
  { code: '6140', class: 'rename', name: 'Duplicate Document Number Error' },
  { code: '6150', class: 'bug', name: 'ParentRef required' },
  { code: '6160', class: 'hold', name: 'Invalid TaxCodeRef' },
  { code: '6170', class: 'bug', name: 'TxnTaxDetail with NotApplicable' },
  { code: '6180', class: 'hold', name: 'Sub level limit' },
  { code: '6190', class: 'subscription', name: 'Invalid Company Status' },
  { code: '6200', class: 'hold', name: 'Account Period Closed' },
  { code: '6210', class: 'hold', name: 'Account Period Closed, Required Password' },
  { code: '6220', class: 'hold', name: 'Delete Entity Has Balance' },
  { code: '6230', class: 'hold', name: 'Invalid TaxCodeRef' },
  { code: '6240', class: 'adopt', name: 'Duplicate Name Exists Error' },
  { code: '6250', class: 'hold', name: 'Invalid sales customer' },
  { code: '6280', class: 'hold', name: 'Customer has unbilled charges' },
  { code: '6400', class: 'hold', name: 'Linked purchase' },
  { code: '6420', class: 'hold', name: 'Email address is required' },
  { code: '6430', class: 'hold', name: 'Invalid account type used' },
  { code: '6440', class: 'bug', name: 'Transaction Detail Information Required' },
  { code: '6450', class: 'hold', name: 'Attempt to Void Transaction failed' },
  { code: '6470', class: 'hold', name: 'TaxLiabilityAccount or TaxRateError' },
  { code: '6480', class: 'hold', name: 'Matched Transaction Delete Error' },
  { code: '6520', class: 'bug', name: 'Tracked inventory item must have a quantity' },
  { code: '6530', class: 'bug', name: 'Raw card number found' },
  { code: '6540', class: 'hold', name: 'Deposited Transaction cannot be changed' },
  { code: '6560', class: 'hold', name: '(not in the official table)' },
  { code: '10000', class: 'unsure', name: 'System Failure Error' },
  { code: '10100', class: 'bug', name: 'Result Set Big' },
  { code: '10200', class: 'hold', name: 'Company Reset' },
];

/** Classes of which the owning service, or a person, decides what becomes of the request: it is answered `refused`. */
export function isForOwner(faultClass: FaultClass): boolean {
  return faultClass === 'hold' || faultClass === 'bug' || faultClass === 'rename';
}

/** The class of one fault. `003001` and `3001` are the same code (quickbooks.md §1.6). */
export function faultClass(code: string, detail: string): FaultClass {
  const row = FAULT_TABLE.find((each) => each.code === plainCode(code) && (each.detail?.test(detail) ?? true));
  return row?.class ?? 'hold';
}

export function plainCode(code: string): string {
  return code.replace(/^0+(?=\d)/, '');
}
