import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { DriftStream } from '@qbo-sync/contracts/internal/drift';
import { entityOf } from '@qbo-sync/contracts/refs';
import { type Decimal, formatAmount, parseDecimal, ZERO } from '@qbo-sync/money/decimal';
import { textAt } from '../quickbooks/record-fields';
import {
  causeOf,
  causeOfStanding,
  compareDocument,
  type ComparedDocument,
  type DriftCause,
  foundPostings,
} from './compare';
import type { DriftRow } from './drift-store';
import { type ExpectedDocument, expectedDocuments, unposted } from './expected-documents';
import { Ledger } from './ledger';
import { customerOf, type OwnAccounts } from './postings';

/** Money of documents that are not in the books: no account has it yet. */
const UNPOSTED = 'unposted';
const OURS = /(^|\s)Run a Call \S+/;

/** A row, and whether the stream behind it may have moved while QuickBooks was read. */
export interface FoundRow {
  readonly row: DriftRow;
  readonly stream: DriftStream | undefined;
}

/**
 * Books beside Run a Call, fed piece by piece: streams first, then QuickBooks' items, then its documents, at last what of ours was
 * not among them. Every document of ours is counted once on both sides; what is none of ours is only summed.
 */
export class DriftComparison {
  readonly accounts = new Ledger();
  readonly customers = new Ledger();
  readonly rows: FoundRow[] = [];
  documents = 0;
  private readonly streams = new Map<string, DriftStream>();
  private readonly links = new Map<string, string>();
  private readonly incomeOf = new Map<string, string>();
  private readonly open = new Map<string, ExpectedDocument>();
  /** Streams of payments by the invoice they name. */
  private readonly payers = new Map<string, DriftStream[]>();

  constructor(private readonly own: OwnAccounts) {}

  /** In any order; all of them before {@link ready}. */
  addStream(stream: DriftStream): void {
    for (const { ref, quickbooksId } of stream.records) this.links.set(ref, quickbooksId);
    if (stream.nature === 'document') this.streams.set(stream.ref, stream);
    for (const id of stream.pays ?? []) this.payers.set(id, [...(this.payers.get(id) ?? []), stream]);
  }

  addItem(item: TextObject): void {
    const account = textAt(item, 'IncomeAccountRef.value');
    if (account !== undefined) this.incomeOf.set(textAt(item, 'Id') ?? '', account);
  }

  /** All streams are there: what is in no books is said, and what should be is looked for. */
  ready(): void {
    for (const stream of this.streams.values()) {
      const documents = expectedDocuments(stream, (ref) => this.links.get(ref), this.own);
      for (const document of documents) this.open.set(keyOf(document.resource, document.quickbooksId), document);
      this.documents += documents.length;
      const rest = unposted(stream, documents);
      if (!rest.isZero()) this.notInBooks(stream, documents, rest);
    }
  }

  /** QuickBooks' resources that documents of ours are of. */
  resources(): readonly string[] {
    return [...new Set([...this.open.values()].map(({ resource }) => resource))].sort();
  }

  /** The first day of a document of ours; undefined: there is none. */
  firstDay(): string | undefined {
    return [...this.open.values()].flatMap(({ date }) => date ?? []).sort()[0];
  }

  /** A document of QuickBooks'. */
  see(resource: string, record: TextObject): void {
    const key = keyOf(resource, textAt(record, 'Id') ?? '');
    const document = this.open.get(key);
    if (document !== undefined) {
      this.open.delete(key);
      this.compared(document, record);
      return;
    }
    const moved = foundPostings(resource, record, this.own, (id) => this.incomeOf.get(id));
    if (OURS.test(textAt(record, 'PrivateNote') ?? '') && moved.size > 0) this.notKnown(resource, record, moved);
    else for (const [account, amount] of moved) this.accounts.addOthers(account, amount);
  }

  /** Documents of ours that were not seen yet, by resource. */
  unseen(resource: string): readonly string[] {
    return [...this.open.values()].filter((one) => one.resource === resource).map(({ quickbooksId }) => quickbooksId);
  }

  /** What was looked for in vain. */
  missing(): void {
    for (const document of this.open.values()) this.compared(document, undefined);
    this.open.clear();
  }

  private compared(document: ExpectedDocument, record: TextObject | undefined): void {
    const stream = this.streams.get(document.stream);
    if (stream === undefined) return;
    const compared = compareDocument(document, record, this.own, (id) => this.incomeOf.get(id));
    const cause = compared.fields.length === 0 ? undefined : this.causeFor(stream, document, compared, record);
    this.count(compared, cause);
    if (cause === undefined) return;
    const expected = parseDecimal(document.total ?? '0');
    const found = parseDecimal(record === undefined ? '0' : (textAt(record, 'TotalAmt') ?? '0'));
    this.rows.push({
      stream,
      row: {
        ...{ kind: 'document', cause, ref: document.ref, name: stream.number ?? null },
        quickbooks: { type: document.resource, id: document.quickbooksId },
        ...figures(expected, document.total === undefined ? expected : found),
        fields: compared.fields,
        ...{ reason: stream.reason?.code ?? null, warnings: [] },
      },
    });
  }

  /** A balance that differs alone is the matter of what pays the invoice. */
  private causeFor(
    stream: DriftStream,
    document: ExpectedDocument,
    { fields }: ComparedDocument,
    record: TextObject | undefined,
  ): DriftCause {
    if (fields.some(({ field }) => field !== 'balance')) return causeOf(stream, document, record);
    const payers = this.payers.get(stream.ref.slice(stream.ref.indexOf(':') + 1)) ?? [];
    const unsettled = payers.find(({ standing }) => standing !== 'settled');
    return unsettled === undefined ? causeOf(stream, document, record) : causeOfStanding(unsettled);
  }

  private count({ expected, found, customerId }: ComparedDocument, cause: DriftCause | undefined): void {
    for (const account of new Set([...expected.keys(), ...found.keys()])) {
      this.accounts.add(account, expected.get(account) ?? ZERO, found.get(account) ?? ZERO, cause);
    }
    const [due, is] = [expected.get('receivable'), found.get('receivable')];
    if (customerId !== undefined && (due !== undefined || is !== undefined)) {
      this.customers.add(customerId, due ?? ZERO, is ?? ZERO, cause);
    }
  }

  private notInBooks(stream: DriftStream, documents: readonly ExpectedDocument[], rest: Decimal): void {
    const cause = causeOfStanding(stream);
    const there = parseDecimal(stream.amount ?? '0').minus(rest);
    const owed = { invoice: rest, payment: rest.negated() }[entityOf(stream.ref)] ?? ZERO;
    if (!owed.isZero()) {
      this.accounts.add('receivable', owed, ZERO, cause);
      const customer = stream.customerId === undefined ? undefined : this.links.get(`customer:${stream.customerId}`);
      if (customer !== undefined) this.customers.add(customer, owed, ZERO, cause);
    }
    this.accounts.add(UNPOSTED, owed.isZero() ? rest : owed.negated(), ZERO, cause);
    const [first] = documents;
    this.rows.push({
      stream,
      row: {
        ...{ kind: 'document', cause, ref: stream.ref, name: stream.number ?? null },
        quickbooks: first === undefined ? null : { type: first.resource, id: first.quickbooksId },
        ...figures(parseDecimal(stream.amount ?? '0'), there),
        fields: [
          {
            field: 'document',
            expected: stream.amount ?? null,
            found: first === undefined ? null : formatAmount(there),
          },
        ],
        ...{ reason: stream.reason?.code ?? null, warnings: [] },
      },
    });
  }

  private notKnown(resource: string, record: TextObject, moved: ReadonlyMap<string, Decimal>): void {
    const id = textAt(record, 'Id') ?? '';
    const cause = 'not_known_here';
    this.count({ fields: [], customerId: customerOf(record), expected: new Map(), found: moved }, cause);
    const total = textAt(record, 'TotalAmt') ?? '0';
    this.rows.push({
      stream: undefined,
      row: {
        ...{ kind: 'document', cause, ref: `${resource}/${id}`, name: textAt(record, 'DocNumber') ?? null },
        quickbooks: { type: resource, id },
        ...figures(ZERO, parseDecimal(total)),
        fields: [{ field: 'document', expected: null, found: total }],
        ...{ reason: null, warnings: [] },
      },
    });
  }
}

const keyOf = (resource: string, id: string): string => `${resource}/${id}`;

const figures = (expected: Decimal, found: Decimal): Pick<DriftRow, 'expected' | 'found' | 'difference'> => ({
  expected: formatAmount(expected),
  found: formatAmount(found),
  difference: formatAmount(found.minus(expected)),
});
