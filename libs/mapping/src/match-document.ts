import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { equalByValue } from '@qbo-sync/money/decimal';
import { daysBetween } from '@qbo-sync/money/zone';
import { marker } from './document';
import { firstRow, type Match, type Row, together } from './match';
import { listAt, textAt } from './record';

/** Matching of documents (postings.md §12). Amounts are compared as decimals; ids of customers are QuickBooks'. */

/** A document of ours as it would be in QuickBooks. */
interface Wanted {
  /** Run a Call's id, of the marker: `inv_1041`, `pay_500`, `re_77`. */
  readonly id: string;
  readonly customerId: string;
  /** Decimal string. */
  readonly total: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
}

export interface WantedInvoice extends Wanted {
  readonly number: string;
}

export interface WantedPayment extends Wanted {
  /** PaymentRefNum as it is sent; undefined: it has none. */
  readonly reference: string | undefined;
  /** QuickBooks ids of the invoices it pays. */
  readonly invoiceIds: readonly string[];
}

/** A refund receipt, a journal entry of ours or a credit memo. */
export interface WantedReturn extends Wanted {
  /** DocNumber as it is sent; undefined where QuickBooks numbers. */
  readonly number: string | undefined;
}

/** Run a Call's marker stands in the note, followed by a space or the end: `pay_50` is a prefix of `pay_500`. */
export function hasMarker(record: TextObject, id: string): boolean {
  const text = marker(id);
  const note = textAt(record, 'PrivateNote') ?? '';
  for (let place = note.indexOf(text); place >= 0; place = note.indexOf(text, place + 1)) {
    if (/^(\s|$)/.test(note.slice(place + text.length))) return true;
  }
  return false;
}

interface InvoiceFacts {
  readonly marked: boolean;
  readonly number: boolean;
  readonly same: boolean;
  readonly date: boolean;
  /** Our own send may have made it. */
  readonly unsure: boolean;
}

type Table<Facts> = readonly (Row<Facts> & { readonly group: 'exact' | 'likely' | 'conflict' })[];

const INVOICE_TABLE: Table<InvoiceFacts> = [
  { group: 'exact', why: 'marker', when: ({ marked }) => marked },
  { group: 'exact', why: 'as_sent', when: ({ number, same, date, unsure }) => unsure && number && same && date },
  { group: 'likely', why: 'number_customer_total', when: ({ number, same }) => number && same },
  { group: 'conflict', why: 'number_of_another', when: ({ number }) => number },
];

/** `unsure`: after a send of unknown outcome. Candidates: records of the same DocNumber, or of its marker. */
export function matchInvoice(ours: WantedInvoice, candidates: readonly TextObject[], unsure = false): Match {
  return matched(INVOICE_TABLE, candidates, (record) => ({
    marked: hasMarker(record, ours.id),
    number: textAt(record, 'DocNumber') === ours.number,
    same: sameCustomer(record, ours) && sameTotal(record, ours),
    date: textAt(record, 'TxnDate') === ours.date,
    unsure,
  }));
}

interface PaymentFacts {
  readonly marked: boolean;
  readonly reference: boolean;
  readonly same: boolean;
  readonly days: number;
  readonly paysOurs: boolean;
  readonly unsure: boolean;
}

/** As far as a bookkeeper's date may be from ours. */
const DAYS_APART = 3;

const PAYMENT_TABLE: Table<PaymentFacts> = [
  { group: 'exact', why: 'marker', when: ({ marked }) => marked },
  {
    group: 'exact',
    why: 'as_sent',
    when: ({ reference, same, days, unsure }) => unsure && reference && same && days === 0,
  },
  {
    group: 'likely',
    why: 'customer_amount_invoice',
    when: ({ same, days, paysOurs }) => same && paysOurs && Math.abs(days) <= DAYS_APART,
  },
  { group: 'conflict', why: 'paid_by_another', when: ({ paysOurs }) => paysOurs },
];

/** Every part of a split payment carries the payment's marker; they differ by customer. */
export function matchPayment(ours: WantedPayment, candidates: readonly TextObject[], unsure = false): Match {
  return matched(PAYMENT_TABLE, candidates, (record) => ({
    marked: hasMarker(record, ours.id) && sameCustomer(record, ours),
    reference: ours.reference !== undefined && textAt(record, 'PaymentRefNum') === ours.reference,
    same: sameCustomer(record, ours) && sameTotal(record, ours),
    days: daysFrom(ours.date, record),
    paysOurs: linkedTo(record, 'Invoice').some((id) => ours.invoiceIds.includes(id)),
    unsure,
  }));
}

interface ReturnFacts {
  readonly marked: boolean;
  readonly number: boolean;
  readonly same: boolean;
  readonly days: number;
}

const RETURN_TABLE: Table<ReturnFacts> = [
  { group: 'exact', why: 'marker', when: ({ marked, number }) => marked && number },
  { group: 'conflict', why: 'number_differs', when: ({ marked }) => marked },
  { group: 'conflict', why: 'number_of_another', when: ({ number }) => number },
  { group: 'likely', why: 'customer_amount', when: ({ same, days }) => same && Math.abs(days) <= DAYS_APART },
];

/** Refund receipts, journal entries and credit memos: the marker and the number together tell. */
export function matchReturn(ours: WantedReturn, candidates: readonly TextObject[]): Match {
  return matched(RETURN_TABLE, candidates, (record) => ({
    marked: hasMarker(record, ours.id),
    number: ours.number === undefined ? hasMarker(record, ours.id) : textAt(record, 'DocNumber') === ours.number,
    same: sameCustomer(record, ours) && sameTotal(record, ours),
    days: daysFrom(ours.date, record),
  }));
}

function matched<Facts>(
  table: Table<Facts>,
  candidates: readonly TextObject[],
  factsOf: (record: TextObject) => Facts,
): Match {
  return together(candidates.flatMap((record) => firstRow(table, textAt(record, 'Id') ?? '', factsOf(record)) ?? []));
}

const sameCustomer = (record: TextObject, { customerId }: Wanted): boolean =>
  textAt(record, 'CustomerRef.value') === customerId;

const sameTotal = (record: TextObject, { total }: Wanted): boolean =>
  equalByValue(textAt(record, 'TotalAmt') ?? '', total);

/** Days from ours to theirs; never within reach where the record has no date. */
function daysFrom(date: string, record: TextObject): number {
  const theirs = textAt(record, 'TxnDate');
  return theirs === undefined ? Number.POSITIVE_INFINITY : daysBetween(date, theirs);
}

/** QuickBooks ids of the transactions of a type that any line is linked to. */
function linkedTo(record: TextObject, type: string): readonly string[] {
  return listAt(record, 'Line')
    .flatMap((line) => listAt(line, 'LinkedTxn'))
    .filter((link) => textAt(link, 'TxnType') === type)
    .flatMap((link) => textAt(link, 'TxnId') ?? []);
}
