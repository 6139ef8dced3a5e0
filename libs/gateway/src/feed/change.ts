import { ExactNumber, type ExactObject } from '@qbo-sync/contracts/exact-json';
import { hashFields, type FieldHashes } from '../decide/fields';
import { isRemoved } from '../decide/settle';

/** What the link knows of the record. */
export interface KnownLink {
  readonly ref: string;
  readonly syncToken: string;
  readonly shown: FieldHashes;
  /** As it was read since, when somebody changed it there; older than `syncToken` once we wrote again. */
  readonly seenToken: string | null;
  readonly seen: FieldHashes | null;
  readonly gone: 'us' | 'qbo' | null;
}

export interface Around {
  readonly link: KnownLink | undefined;
  /** A send of ours to this very record has no answer yet. */
  readonly sendOpen: boolean;
  /** A create of ours of this resource has no answer yet. */
  readonly createOpen: boolean;
}

/** How a record came to an end in QuickBooks. */
export type Gone = 'deleted' | 'voided' | 'inactive';

/**
 * What a record among the changes means. A SyncToken that we know, or an older one, is our own write coming back.
 *
 *   record            link             send open   →
 *   any               any              yes         wait      its answer tells whether it is ours
 *   any               none, create open            wait      it may be our own create
 *   any               none                         publish   without a ref
 *   deleted           there                        publish   gone; the link says so
 *   token known       there                        drop
 *   token newer, only computed fields differ       refresh   the token is known from now on: no read needed
 *   token newer, other fields differ               publish   kept as seen; the agreement stays for the next update
 */
export type Decision =
  | { readonly do: 'drop' | 'wait' }
  | { readonly do: 'refresh'; readonly what: 'agreed' | 'seen'; readonly token: string; readonly shown: FieldHashes }
  | {
      readonly do: 'publish';
      readonly changed: readonly string[];
      readonly token: string;
      readonly shown: FieldHashes;
      readonly gone?: Gone;
    };

/** Moved by other records or by QuickBooks itself, never by a person (quickbooks.md §9.1): not a change of the record. */
const COMPUTED: ReadonlySet<string> = new Set([
  'Balance',
  'BalanceWithJobs',
  'HomeBalance',
  'UnappliedAmt',
  'LinkedTxn',
  'DeliveryInfo',
  'FullyQualifiedName',
  'CurrentBalance',
  'CurrentBalanceWithSubAccounts',
  'QtyOnHand',
  'V4IDPseudonym',
]);
/** Whether it was mailed or printed, and where it can be looked at. */
const COMPUTED_ENDING = /(Status|Link)$/;

export function decideChange(record: ExactObject, { link, sendOpen, createOpen }: Around): Decision {
  const deleted = record['status'] === 'Deleted';
  const token = typeof record['SyncToken'] === 'string' ? record['SyncToken'] : '0';
  const shown = hashFields(record);
  if (link === undefined) {
    if (createOpen) return { do: 'wait' };
    return { do: 'publish', changed: changedFields({}, shown), token, shown, ...(deleted ? { gone: 'deleted' } : {}) };
  }
  if (sendOpen) return { do: 'wait' };
  if (link.gone !== null) return { do: 'drop' };
  if (deleted) return { do: 'publish', changed: [], token: link.syncToken, shown: link.shown, gone: 'deleted' };
  const agreedIsNewer = link.seen === null || isNewer(link.syncToken, link.seenToken ?? '0');
  const known = agreedIsNewer ? link.syncToken : (link.seenToken ?? '0');
  if (!isNewer(token, known)) return { do: 'drop' };
  const before = agreedIsNewer ? link.shown : (link.seen ?? {});
  const changed = changedFields(before, shown);
  if (changed.length === 0) return { do: 'refresh', what: agreedIsNewer ? 'agreed' : 'seen', token, shown };
  const gone = endOf(record, changed);
  return { do: 'publish', changed, token, shown, ...(gone === undefined ? {} : { gone }) };
}

function endOf(record: ExactObject, changed: readonly string[]): Gone | undefined {
  if (changed.includes('Active') && record['Active'] === false) return 'inactive';
  const total = record['TotalAmt'];
  const isZero = total instanceof ExactNumber && Number(total.source) === 0;
  return changed.includes('PrivateNote') && isZero && isRemoved(record, 'void') ? 'voided' : undefined;
}

function changedFields(before: FieldHashes, after: FieldHashes): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (field) => !COMPUTED.has(field) && !COMPUTED_ENDING.test(field) && before[field] !== after[field],
  );
}

/** SyncTokens are counters in text. */
function isNewer(token: string, than: string): boolean {
  return Number(token) > Number(than);
}
