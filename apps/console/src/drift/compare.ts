import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { type Decimal, equalByValue, formatAmount, parseDecimal, ZERO } from '@qbo-sync/money/decimal';
import { listIn, textAt } from '../quickbooks/record-fields';
import { type DriftSide, type ExpectedDocument, unpacked } from './expected-documents';
import { byAccount, customerOf, type OwnAccounts, postingsOf } from './postings';

/** Why books and Run a Call differ, as far as it is known. */
export const DRIFT_CAUSES = [
  'held',
  'waiting',
  'skipped',
  'before_cutover',
  'dismissed',
  'changed_in_quickbooks',
  'deleted_in_quickbooks',
  'voided_in_quickbooks',
  'warning',
  'not_known_here',
  'unknown',
] as const;
export type DriftCause = (typeof DRIFT_CAUSES)[number];

export interface FieldDifference {
  readonly field: string;
  readonly expected: string | null;
  readonly found: string | null;
}

/** A document beside QuickBooks' record of it. */
export interface ComparedDocument {
  readonly fields: readonly FieldDifference[];
  readonly customerId: string | undefined;
  readonly expected: ReadonlyMap<string, Decimal>;
  readonly found: ReadonlyMap<string, Decimal>;
}

/** Income account of an item, by QuickBooks' id; undefined: not listed. */
export type AccountOfItem = (itemId: string) => string | undefined;

/** Compares what should be with what is there; `found` undefined: QuickBooks has no such record any more. */
export function compareDocument(
  document: ExpectedDocument,
  found: TextObject | undefined,
  own: OwnAccounts,
  accountOfItem: AccountOfItem,
): ComparedDocument {
  const { resource, removed, date, balance, customerId } = document;
  const posted = found === undefined ? new Map<string, Decimal>() : foundPostings(resource, found, own, accountOfItem);
  const wanted = document.postings === undefined ? posted : settled(unpacked(document.postings), found, accountOfItem);
  const total = found === undefined ? undefined : textAt(found, 'TotalAmt');
  const foundCustomer = found === undefined ? undefined : customerOf(found);
  const absent = found === undefined;
  return {
    fields: absent
      ? removed
        ? []
        : [{ field: 'document', expected: document.total ?? null, found: null }]
      : [
          ...differing('total', document.total, total),
          ...differing('date', removed ? undefined : date, textAt(found, 'TxnDate')),
          ...differing('customer', removed ? undefined : customerId, foundCustomer),
          ...differing('balance', balance, textAt(found, 'Balance') ?? '0'),
          ...accountFields(wanted, posted),
        ],
    customerId: foundCustomer ?? customerId,
    expected: wanted,
    found: posted,
  };
}

/** What a record of QuickBooks moves, by account. */
export function foundPostings(
  resource: string,
  record: TextObject,
  own: OwnAccounts,
  accountOfItem: AccountOfItem,
): ReadonlyMap<string, Decimal> {
  const tax = textAt(record, 'TxnTaxDetail.TotalTax') ?? '0';
  return settled(byAccount(postingsOf(resource, record, own, { tax })), record, accountOfItem);
}

/**
 * Lines that name an item become its account: as that item's line in the record shows it, for it stays there when a bookkeeper
 * moves the item; else as the item has it now.
 */
function settled(
  postings: ReadonlyMap<string, Decimal>,
  record: TextObject | undefined,
  accountOfItem: AccountOfItem,
): ReadonlyMap<string, Decimal> {
  const shown = new Map(
    (record === undefined ? [] : listIn(record, 'Line')).flatMap((line) => {
      const item = textAt(line, 'SalesItemLineDetail.ItemRef.value');
      const account = textAt(line, 'SalesItemLineDetail.ItemAccountRef.value');
      return item === undefined || account === undefined ? [] : [[item, account] as const];
    }),
  );
  return byAccount(
    [...postings].map(([account, amount]) => {
      if (!account.startsWith('item:')) return { account, amount };
      const item = account.slice('item:'.length);
      return { account: shown.get(item) ?? accountOfItem(item) ?? account, amount };
    }),
  );
}

function differing(field: string, expected: string | undefined, found: string | undefined): FieldDifference[] {
  if (expected === undefined || expected === '') return [];
  return found !== undefined && equalByValue(expected, found) ? [] : [{ field, expected, found: found ?? null }];
}

function accountFields(wanted: ReadonlyMap<string, Decimal>, posted: ReadonlyMap<string, Decimal>): FieldDifference[] {
  return [...new Set([...wanted.keys(), ...posted.keys()])].flatMap((account) => {
    const [expected, found] = [wanted.get(account) ?? ZERO, posted.get(account) ?? ZERO];
    return expected.equals(found)
      ? []
      : [{ field: `account ${account}`, expected: formatAmount(expected), found: formatAmount(found) }];
  });
}

/** Voided there: the marker is left, with nothing in it (quickbooks.md §9). */
const isVoided = (record: TextObject): boolean =>
  parseDecimal(textAt(record, 'TotalAmt') ?? '0').isZero() && /^voided/i.test(textAt(record, 'PrivateNote') ?? '');

/** Why a document differs from what is found of it. */
export function causeOf(document: ExpectedDocument, found: TextObject | undefined): DriftCause {
  const { stream } = document;
  if (found === undefined) return 'deleted_in_quickbooks';
  if (!document.removed && isVoided(found) && !equalByValue(document.total ?? '0', '0')) return 'voided_in_quickbooks';
  if (stream.reason?.code === 'both_changed' || stream.reason?.code === 'gone_in_qbo') return 'changed_in_quickbooks';
  return stream.standing === 'settled' ? 'changed_in_quickbooks' : causeOfStanding(stream);
}

/** Why a document is not in the books, or not as Run a Call has it now. */
export function causeOfStanding({ standing, reason }: Pick<DriftSide, 'standing' | 'reason'>): DriftCause {
  if (reason?.code === 'before_cutover') return 'before_cutover';
  return standing === 'settled' ? 'unknown' : standing;
}
