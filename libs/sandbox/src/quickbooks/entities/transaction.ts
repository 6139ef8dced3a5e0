import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import type { EntityName } from '../company';
import { object, objects, text } from '../exact';
import { follow } from '../name-list';
import { refuse, refuseMissing } from '../refusal';
import { choice, date, ENVELOPE, ignored, number, ref as refKind, text as textKind, type Shape } from '../shape';

const MOST_LINES = 10_000;

/** What every transaction of amounts may hold in its head. */
export const TRANSACTION: Shape = {
  ...ENVELOPE,
  TxnDate: date,
  PrivateNote: textKind(4000),
  CurrencyRef: refKind,
  GlobalTaxCalculation: choice('TaxExcluded', 'TaxInclusive', 'NotApplicable'),
  TxnTaxDetail: ignored,
  TotalAmt: ignored,
  HomeTotalAmt: ignored,
  ExchangeRate: ignored,
};

/** What each of its lines may. */
export const TRANSACTION_LINE: Shape = {
  Id: textKind(100),
  LineNum: ignored,
  Description: textKind(4000),
  Amount: number,
};

const CLOSED =
  'The account period has closed and the account books cannot be updated through the QBO Services API. Please use the QBO website to make these changes.';

/**
 * Refuses what touches a day on or before `BookCloseDate`: 6210 where the company set a closing password, else 6200
 * (quickbooks.md §10; §11.19).
 */
export function checkOpen(draft: Draft, ...days: readonly (string | undefined)[]): void {
  const closed = text(object(object(draft.all('Preferences')[0])['AccountingInfoPrefs'])['BookCloseDate']);
  if (closed !== undefined && days.some((day) => day !== undefined && day <= closed))
    refuse(draft.company.switches.closingPassword ? '6210' : '6200', CLOSED, 'TxnDate');
}

export function lastNote(record: ExactObject): string {
  const note = text(record['PrivateNote']);
  return note === undefined ? 'Voided' : `Voided - ${note}`;
}

/** The day of a transaction: today when it says none. It and the day it had must be open. */
export function openDay(draft: Draft, wanted: ExactObject, current: ExactObject | undefined): string {
  const day = text(wanted['TxnDate']) ?? draft.today();
  checkOpen(draft, day, text(current?.['TxnDate']));
  return day;
}

/** The lines of a transaction: at least one, at most 10,000 (quickbooks.md §1.3). */
export function givenLines(wanted: ExactObject): ExactObject[] {
  if (wanted['Line'] === undefined) refuseMissing('Line');
  const given = objects(wanted['Line']);
  if (given.length === 0) refuse('2250', 'Transaction needs at least one split line.', 'Line');
  if (given.length > MOST_LINES)
    refuse('6000', 'Business Validation Error: A transaction can have at most 10000 lines.', 'Line');
  return given;
}

/** The account a line posts to. */
export function lineAccount(draft: Draft, detail: ExactObject): ExactObject {
  return (
    follow(draft, detail['AccountRef'], 'Account', 'AccountRef') ??
    refuse('6440', 'Transaction Detail Information Required : a line needs an account.', 'AccountRef')
  );
}

/** Takes a transaction out of the books. */
export function removeTransaction(draft: Draft, entity: EntityName, current: ExactObject): void {
  const id = text(current['Id']) ?? '';
  checkOpen(draft, text(current['TxnDate']));
  draft.post(`${entity}/${id}`, []);
  draft.remove(entity, id);
}
