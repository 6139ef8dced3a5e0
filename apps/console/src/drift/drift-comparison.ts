import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { DriftStream } from '@qbo-sync/contracts/internal/drift';
import { entityOf, idOf } from '@qbo-sync/contracts/refs';
import type { ReasonCode } from '@qbo-sync/contracts/reasons';
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
import { type DriftSide, type ExpectedDocument, expectedDocuments, sideOf, unposted } from './expected-documents';
import { Ledger } from './ledger';
import { customerOf, type OwnAccounts } from './postings';

/** Money of documents that are not in the books: no account has it yet. */
const UNPOSTED = 'unposted';
/** What its row in the log warns of. */
const STAYS_APPLIED = 'two_open_items' satisfies ReasonCode;
const OURS = /(^|\s)Run a Call \S+/;

/** A row, and whether the stream behind it may have moved while QuickBooks was read. */
export interface FoundRow {
  readonly row: DriftRow;
  readonly stream: DriftSide | undefined;
}

/**
 * Books beside Run a Call, fed piece by piece: streams first, of customers and items before those of documents, which refer to them;
 * then QuickBooks' items, then its documents, at last what of ours was not among them. Every document of ours is counted once on
 * both sides; what is none of ours is only summed. Of a document only what is compared is kept, until it is.
 */
export class DriftComparison {
  readonly accounts = new Ledger();
  readonly customers = new Ledger();
  readonly rows: FoundRow[] = [];
  documents = 0;
  /** QuickBooks' ids of customers and items. */
  private readonly links = new Map<string, string>();
  private readonly incomeOf = new Map<string, string>();
  /** By resource and QuickBooks' id. */
  private readonly open = new Map<string, Map<string, ExpectedDocument>>();
  /** Payments that are not in the books as they should be, by the invoice they name. */
  private readonly unsettled = new Map<string, DriftSide>();
  /** Invoices that a payment stays applied to though it came back: an entry beside it says so (postings.md §8.5). */
  private readonly paidThough = new Set<string>();
  /** QuickBooks' ids of what was looked at, by resource: a page that shifts meanwhile shows some of them twice. */
  private readonly seen = new Map<string, Set<string>>();

  constructor(private readonly own: OwnAccounts) {}

  /** What is in no books is said, and what should be is looked for from then on. */
  addStream(stream: DriftStream): void {
    if (stream.nature !== 'document') {
      for (const { ref, quickbooksId } of stream.records) this.links.set(ref, quickbooksId);
      return;
    }
    const documents = expectedDocuments(stream, (ref) => this.links.get(ref), this.own);
    for (const document of documents) this.openOf(document.resource).set(document.quickbooksId, document);
    this.documents += documents.length;
    if (stream.standing !== 'settled') {
      for (const id of stream.pays ?? []) if (!this.unsettled.has(id)) this.unsettled.set(id, sideOf(stream));
    }
    if (documents.some(({ resource, removed, ref }) => resource === 'JournalEntry' && !removed && ref !== stream.ref)) {
      for (const id of stream.pays ?? []) this.paidThough.add(id);
    }
    const rest = unposted(stream, documents);
    if (!rest.isZero()) this.notInBooks(stream, documents, rest);
  }

  addItem(item: TextObject): void {
    const account = textAt(item, 'IncomeAccountRef.value');
    if (account !== undefined) this.incomeOf.set(textAt(item, 'Id') ?? '', account);
  }

  /** QuickBooks' resources that documents of ours are of. */
  resources(): readonly string[] {
    return [...this.open.keys()].sort();
  }

  /** The first day of a document of ours; undefined: there is none. */
  firstDay(): string | undefined {
    let first: string | undefined;
    for (const documents of this.open.values()) {
      for (const { date } of documents.values())
        if (date !== undefined && !(first !== undefined && first <= date)) first = date;
    }
    return first;
  }

  /** A document of QuickBooks'. */
  see(resource: string, record: TextObject): void {
    const open = this.openOf(resource);
    const id = textAt(record, 'Id') ?? '';
    const seen = this.seen.get(resource) ?? new Set<string>();
    if (seen.has(id)) return;
    this.seen.set(resource, seen.add(id));
    const document = open.get(id);
    if (document !== undefined) {
      open.delete(id);
      this.compared(document, record);
      return;
    }
    const moved = foundPostings(resource, record, this.own, (item) => this.incomeOf.get(item));
    if (OURS.test(textAt(record, 'PrivateNote') ?? '') && moved.size > 0) this.notKnown(resource, record, moved);
    else for (const [account, amount] of moved) this.accounts.addOthers(account, amount);
  }

  /** Documents of ours that were not seen yet, by resource. */
  unseen(resource: string): readonly string[] {
    return [...this.openOf(resource).keys()];
  }

  /** What was looked for in vain. */
  missing(): void {
    for (const documents of this.open.values()) {
      for (const document of documents.values()) this.compared(document, undefined);
      documents.clear();
    }
  }

  private openOf(resource: string): Map<string, ExpectedDocument> {
    const known = this.open.get(resource) ?? new Map<string, ExpectedDocument>();
    this.open.set(resource, known);
    return known;
  }

  private compared(document: ExpectedDocument, record: TextObject | undefined): void {
    const { stream } = document;
    const compared = compareDocument(document, record, this.own, (id) => this.incomeOf.get(id));
    const cause = compared.fields.length === 0 ? undefined : this.causeFor(document, compared, record);
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
        reason: stream.reason?.code ?? null,
        warnings: cause === 'warning' ? [STAYS_APPLIED] : [],
      },
    });
  }

  /** A balance that differs alone is the matter of what pays the invoice. */
  private causeFor(
    document: ExpectedDocument,
    { fields }: ComparedDocument,
    record: TextObject | undefined,
  ): DriftCause {
    const { stream } = document;
    if (fields.some(({ field }) => field !== 'balance')) return causeOf(document, record);
    const id = idOf(stream.ref);
    const unsettled = this.unsettled.get(id);
    if (unsettled !== undefined) return causeOfStanding(unsettled);
    return this.paidThough.has(id) ? 'warning' : causeOf(document, record);
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
      stream: sideOf(stream),
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

const figures = (expected: Decimal, found: Decimal): Pick<DriftRow, 'expected' | 'found' | 'difference'> => ({
  expected: formatAmount(expected),
  found: formatAmount(found),
  difference: formatAmount(found.minus(expected)),
});
