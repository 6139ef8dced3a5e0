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
  /** The row holds only where QuickBooks' detail says so: one code means two things. */
  readonly detail?: RegExp;
}

export const FAULT_TABLE: readonly FaultRow[] = [
  { code: '100', class: 'refresh' }, // General Authentication Error
  { code: '110', class: 'refresh' }, // Authentication OAuth Error
  { code: '120', class: 'reconnect' }, // Authorization Failure
  { code: '130', class: 'retry' }, // Accessing Wrong Cluster
  { code: '140', class: 'retry' }, // Company Locked Out
  { code: '150', class: 'retry' }, // Company Under Maintenance
  { code: '500', class: 'bug' }, // Unsupported operation
  { code: '600', class: 'unsure' }, // Duplicate Request ID
  { code: '610', class: 'gone', detail: /deleted/i }, // Object Not Found
  { code: '610', class: 'hold' }, // Object Not Found: made inactive
  { code: '620', class: 'hold' }, // Txn ID Cannot Be Linked
  { code: '630', class: 'adopt' }, // Duplicate Object
  { code: '700', class: 'bug' }, // Parent Reference Invalid
  { code: '800', class: 'hold' }, // Cannot delete object
  { code: '900', class: 'bug' }, // Parent cannot be child
  { code: '1000', class: 'unsure' }, // Operation Failed
  { code: '1010', class: 'unsure' }, // Create Failed
  { code: '1020', class: 'unsure' }, // Update Failed
  { code: '1040', class: 'bug' }, // Batch size exceeds allowed limit
  { code: '1050', class: 'bug' }, // Invalid Content Type
  { code: '2000', class: 'bug' }, // Invalid or unsupported object name
  { code: '2010', class: 'bug' }, // Request has invalid or unsupported property
  { code: '2020', class: 'bug' }, // Required param missing
  { code: '2030', class: 'bug' }, // Invalid ID
  { code: '2040', class: 'hold' }, // Invalid String
  { code: '2050', class: 'hold' }, // String length is either shorter or longer than supported
  { code: '2060', class: 'bug' }, // Invalid Date Format
  { code: '2070', class: 'bug' }, // Invalid Date
  { code: '2080', class: 'bug' }, // Invalid Number Format
  { code: '2090', class: 'bug' }, // Invalid Number
  { code: '2100', class: 'bug' }, // Invalid Decimal Format
  { code: '2110', class: 'bug' }, // Invalid Decimal
  { code: '2120', class: 'bug' }, // Invalid Type
  { code: '2130', class: 'bug' }, // Invalid Request Id Format
  { code: '2140', class: 'bug' }, // Invalid Amount
  { code: '2150', class: 'bug' }, // Invalid Percent
  { code: '2160', class: 'bug' }, // Invalid Quantity
  { code: '2170', class: 'bug' }, // Invalid Enumeration
  { code: '2180', class: 'rename' }, // Invalid String Range
  { code: '2200', class: 'hold' }, // Invalid Web Address
  { code: '2210', class: 'hold' }, // Invalid E-mail Address
  { code: '2220', class: 'hold' }, // Invalid Currency Type
  { code: '2250', class: 'bug' }, // Missing lines
  { code: '2290', class: 'bug' }, // Negative amount
  { code: '2300', class: 'bug' }, // Debits and credits differ
  { code: '2390', class: 'hold' }, // The item has no income account
  { code: '2500', class: 'hold' }, // Invalid Reference Id
  { code: '2600', class: 'bug' }, // Conflicting elements
  { code: '3000', class: 'hold' }, // Invalid Custom Field
  { code: '3001', class: 'throttle' }, // ThrottleExceeded
  { code: '3100', class: 'reconnect' }, // ApplicationAuthorizationFailed
  { code: '3200', class: 'refresh' }, // AuthenticationFailed
  { code: '3202', class: 'bug' }, // EmptyField
  { code: '4000', class: 'bug' }, // Query cannot be parsed
  { code: '4001', class: 'bug' }, // Invalid query
  { code: '4002', class: 'bug' }, // Query not processed
  { code: '5000', class: 'bug' }, // Deprecated field
  { code: '5010', class: 'merge' }, // Stale Object Error
  { code: '5020', class: 'hold' }, // Permission Denied
  { code: '5030', class: 'hold' }, // Feature Not Supported
  { code: '6000', class: 'hold' }, // Business Validation Error
  { code: '6010', class: 'bug' }, // Account type or subtype missing
  { code: '6070', class: 'bug' }, // Amount calculation incorrect
  { code: '6080', class: 'bug' }, // No Name Provided
  { code: '6090', class: 'bug' }, // Discount line lacks information
  { code: '6100', class: 'hold' }, // Invalid line tax code
  { code: '6130', class: 'hold' }, // Cannot change who the customer bills with
  { code: '6140', class: 'rename' }, // Duplicate Document Number Error
  { code: '6150', class: 'bug' }, // ParentRef required
  { code: '6160', class: 'hold' }, // Invalid TaxCodeRef
  { code: '6170', class: 'bug' }, // TxnTaxDetail with NotApplicable
  { code: '6180', class: 'hold' }, // Sub level limit
  { code: '6190', class: 'subscription' }, // Invalid Company Status
  { code: '6200', class: 'hold' }, // Account Period Closed
  { code: '6210', class: 'hold' }, // Account Period Closed, Required Password
  { code: '6220', class: 'hold' }, // Delete Entity Has Balance
  { code: '6230', class: 'hold' }, // Invalid TaxCodeRef
  { code: '6240', class: 'adopt' }, // Duplicate Name Exists Error
  { code: '6250', class: 'hold' }, // Invalid sales customer
  { code: '6280', class: 'hold' }, // Customer has unbilled charges
  { code: '6400', class: 'hold' }, // Linked purchase
  { code: '6420', class: 'hold' }, // Email address is required
  { code: '6430', class: 'hold' }, // Invalid account type used
  { code: '6440', class: 'bug' }, // Transaction Detail Information Required
  { code: '6450', class: 'hold' }, // Attempt to Void Transaction failed
  { code: '6470', class: 'hold' }, // TaxLiabilityAccount or TaxRateError
  { code: '6480', class: 'hold' }, // Matched Transaction Delete Error
  { code: '6520', class: 'bug' }, // Tracked inventory item must have a quantity
  { code: '6530', class: 'bug' }, // Raw card number found
  { code: '6540', class: 'hold' }, // Deposited Transaction cannot be changed
  { code: '6560', class: 'hold' }, // (not in the official table)
  { code: '10000', class: 'unsure' }, // System Failure Error
  { code: '10100', class: 'bug' }, // Result Set Big
  { code: '10200', class: 'hold' }, // Company Reset
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
