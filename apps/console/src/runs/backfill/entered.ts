import type { TextObject, TextJson } from '@qbo-sync/contracts/exact-json';
import type { BackfillRecord } from '@qbo-sync/contracts/internal/backfill';
import { idOf } from '@qbo-sync/contracts/refs';
import { formatAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { addDays } from '@qbo-sync/money/zone';
import type { BackfillKind } from './plan';

/** A record of QuickBooks as far as it is compared, numbers as decimal strings. */
export type Theirs = TextObject;

const COMPARED = ['Id', 'DocNumber', 'CustomerRef', 'TotalAmt', 'TxnDate', 'PrivateNote', 'PaymentRefNum'] as const;
/** What a document of ours bears in its note, with Run a Call's id. */
const MARKER = /Run a Call (\S+)/g;
/** Money that went back is looked for by its amount, so many days before and after (postings.md §12). */
const DAYS_APART = 3;

/**
 * Records that are in QuickBooks, found by what one of ours may have in common with them: number, note, the invoice paid;
 * money that went back by its amount and day.
 * One reading of the books fills it; what is looked up is few.
 */
export class Entered {
  private readonly byKey = new Map<string, Theirs[]>();
  private readonly customers = new Map<string, string>();

  constructor(private readonly kind: BackfillKind) {}

  add(record: TextObject): void {
    const kept: Record<string, TextJson> = {};
    for (const field of COMPARED) if (record[field] !== undefined) kept[field] = record[field];
    const paid = invoicesPaidBy(record);
    const isBack = this.kind === 'refunds';
    if (paid.length > 0 || isBack) kept['Line'] = record['Line'] ?? [];
    this.customers.set(textOf(record['Id']), textOf(objectOf(record['CustomerRef'] ?? '')['value']));
    const note = textOf(record['PrivateNote']);
    const keys = [
      ...[textOf(record['DocNumber'])].filter((number) => number !== '').map((number) => `number ${number}`),
      ...[...note.matchAll(MARKER)].map(([, id]) => `marker ${id ?? ''}`),
      ...paid.map((id) => `pays ${id}`),
      ...(isBack ? amountsOf(record).map((amount) => `back ${textOf(record['TxnDate'])} ${amount}`) : []),
    ];
    for (const key of new Set(keys)) this.byKey.set(key, [...(this.byKey.get(key) ?? []), kept]);
  }

  /** `invoices`: QuickBooks ids of what it pays. */
  like({ ref, number, date, amount }: BackfillRecord, invoices: readonly string[]): readonly Theirs[] {
    const keys = [
      `marker ${idOf(ref)}`,
      ...(this.kind === 'invoices' && number !== undefined ? [`number ${number}`] : []),
      ...invoices.map((invoice) => `pays ${invoice}`),
      ...(this.kind === 'refunds' && amount !== undefined
        ? daysAbout(date).map((day) => `back ${day} ${plain(amount)}`)
        : []),
    ];
    return [...new Set(keys.flatMap((key) => this.byKey.get(key) ?? []))];
  }

  /** QuickBooks id of the customer of a record. */
  customerOf(id: string): string | undefined {
    return this.customers.get(id);
  }
}

const daysAbout = (day: string): readonly string[] =>
  Array.from({ length: 2 * DAYS_APART + 1 }, (_, place) => addDays(day, place - DAYS_APART));

const plain = (amount: string): string => formatAmount(parseDecimal(amount));

/** A receipt's total; an entry says its amounts in its lines. */
const amountsOf = (record: TextObject): readonly string[] =>
  [record, ...listOf(record['Line']).map(objectOf)]
    .map(({ TotalAmt, Amount }) => textOf(TotalAmt ?? Amount))
    .filter((amount) => amount !== '')
    .map(plain);

function invoicesPaidBy(record: TextObject): readonly string[] {
  return listOf(record['Line'])
    .flatMap((line) => listOf(objectOf(line)['LinkedTxn']))
    .map(objectOf)
    .filter(({ TxnType }) => TxnType === 'Invoice')
    .map(({ TxnId }) => textOf(TxnId))
    .filter((id) => id !== '');
}

const listOf = (json: TextJson | undefined): readonly TextJson[] => (Array.isArray(json) ? json : []);

const objectOf = (json: TextJson): TextObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? json : {};

const textOf = (json: TextJson | undefined): string => (typeof json === 'string' ? json : '');
