import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { decimalOrZero, object, objects, text, type Decimal } from '../exact';
import { refuse } from '../refusal';

/** Refuses what touches a day on or before `BookCloseDate` (quickbooks.md §10, 6210; §11.19). */
export function checkOpen(draft: Draft, ...days: readonly (string | undefined)[]): void {
  const closed = text(object(object(draft.all('Preferences')[0])['AccountingInfoPrefs'])['BookCloseDate']);
  if (closed !== undefined && days.some((day) => day !== undefined && day <= closed)) {
    refuse(
      '6210',
      'The account period has closed and the account books cannot be updated through the QBO Services API. Please use the QBO website to make these changes.',
      'TxnDate',
    );
  }
}

export function lastNote(record: ExactObject): string {
  const note = text(record['PrivateNote']);
  return note === undefined ? 'Voided' : `Voided - ${note}`;
}

export interface Application {
  payment: ExactObject;
  amount: Decimal;
}

/** The payments applied to an invoice, oldest first. */
export function applicationsOf(draft: Draft, invoiceId: string): Application[] {
  const found: Application[] = [];
  for (const payment of draft.indexed('Payment', 'invoices', paidInvoices, invoiceId)) {
    for (const line of objects(payment['Line'])) {
      if (invoicesOf(line).includes(invoiceId)) found.push({ payment, amount: decimalOrZero(line['Amount']) });
    }
  }
  return found.sort((left, right) => Number(left.payment['Id']) - Number(right.payment['Id']));
}

function paidInvoices(payment: ExactObject): string[] {
  return objects(payment['Line']).flatMap(invoicesOf);
}

function invoicesOf(line: ExactObject): string[] {
  return objects(line['LinkedTxn'])
    .filter((link) => link['TxnType'] === 'Invoice')
    .map((link) => text(link['TxnId']) ?? '');
}

/** The mirrors on an invoice of what is applied to it (quickbooks.md §9.5). */
export function paymentLinks(applications: readonly Application[]): ExactObject[] {
  return applications.map(({ payment }) => ({ TxnId: text(payment['Id']) ?? '', TxnType: 'Payment' }));
}
