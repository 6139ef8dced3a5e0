import type { TextObject, TextJson } from '@qbo-sync/contracts/exact-json';
import type { BackfillKind } from './plan';

/** A record of QuickBooks as far as it is compared, numbers as decimal strings. */
export type Theirs = TextObject;

const COMPARED = ['Id', 'DocNumber', 'CustomerRef', 'TotalAmt', 'TxnDate', 'PrivateNote', 'PaymentRefNum'] as const;
/** What a document of ours bears in its note, with Run a Call's id. */
const MARKER = /Run a Call (\S+)/g;

/**
 * Records that are in QuickBooks, found by what one of ours may have in common with them: number, note, the invoice paid.
 * One reading of the books fills it; what is looked up is few.
 */
export class Entered {
  private readonly byKey = new Map<string, Theirs[]>();

  add(record: TextObject): void {
    const kept: Record<string, TextJson> = {};
    for (const field of COMPARED) if (record[field] !== undefined) kept[field] = record[field];
    const paid = invoicesPaidBy(record);
    if (paid.length > 0) kept['Line'] = record['Line'] ?? [];
    const note = textOf(record['PrivateNote']);
    const keys = [
      ...[textOf(record['DocNumber'])].filter((number) => number !== '').map((number) => `number ${number}`),
      ...[...note.matchAll(MARKER)].map(([, id]) => `marker ${id ?? ''}`),
      ...paid.map((id) => `pays ${id}`),
    ];
    for (const key of keys) this.byKey.set(key, [...(this.byKey.get(key) ?? []), kept]);
  }

  /** `id`: Run a Call's. `invoices`: QuickBooks ids of what it pays. */
  like(kind: BackfillKind, id: string, number: string | undefined, invoices: readonly string[]): readonly Theirs[] {
    const keys = [
      `marker ${id}`,
      ...(kind === 'invoices' && number !== undefined ? [`number ${number}`] : []),
      ...invoices.map((invoice) => `pays ${invoice}`),
    ];
    return [...new Set(keys.flatMap((key) => this.byKey.get(key) ?? []))];
  }
}

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
