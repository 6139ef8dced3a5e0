import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { Ledger, type Posting } from './ledger';
import { RecordIndex } from './record-index';

export const ENTITY_NAMES = [
  'Account',
  'CompanyInfo',
  'CreditMemo',
  'Customer',
  'Deposit',
  'Employee',
  'Estimate',
  'Invoice',
  'Item',
  'JournalEntry',
  'Payment',
  'PaymentMethod',
  'Preferences',
  'Purchase',
  'RefundReceipt',
  'TaxAgency',
  'TaxCode',
  'TaxRate',
  'Term',
  'Vendor',
] as const;
export type EntityName = (typeof ENTITY_NAMES)[number];

/** How tax is worked out (quickbooks.md §9.9). */
export type TaxMode = 'automated' | 'us-manual' | 'per-line' | 'off';

/** What a company is from the day it is opened. */
export interface CompanyProfile {
  /** Ours, for settings and admin calls; never shown by the API. */
  key: string;
  realmId: string;
  name: string;
  /** alpha-2. */
  country: string;
  currency: string;
  /** Where automated tax falls back to. */
  state: string;
}

/** What people switch in QuickBooks' own pages, or what public text leaves open; set by admin calls. */
export interface CompanySwitches {
  /** "Warn if duplicate number is used": 6140 only with it (quickbooks.md §9.5). */
  warnDuplicateNumbers: boolean;
  /** Reads work, writes get 6190. */
  subscriptionEnded: boolean;
  /** False: AST computes its own tax although `TotalTax` was sent. */
  allowPartnerTaxOverride: boolean;
  /** True: any negative sales line gets 2290, not only a negative total. */
  refuseNegativeLines: boolean;
  /** What voiding a paid invoice does: refused in production since 2026, unapplied by the docs (quickbooks.md §9.2). */
  voidPaidInvoice: 'refuse' | 'unapply';
  /** What an invoice lowered below its payments does. */
  loweredBelowPaid: 'unapply' | 'refuse';
  /** Whether what a deposited payment is applied to may change (postings.md §15). */
  depositedApplications: 'refuse' | 'allow';
  /** Whether a payment can be linked to an entry that debits receivables (postings.md §15). */
  payDebitEntry: 'link' | 'refuse';
  /** Whether a refund receipt can be on a deposit: one page of Intuit's says so, another does not (quickbooks.md §9.8, §14.5). */
  depositRefundReceipts: 'link' | 'refuse';
  /** Closed books answer 6210 with a closing password, 6200 without. */
  closingPassword: boolean;
  /** What US manual tax does with a `TotalTax` that is not its rates' (postings.md §15). */
  manualTotalTax: 'compute' | 'honour';
  /** What automated tax does with a custom rate sent as `TxnTaxCodeRef` (postings.md §15, quickbooks.md §14.10). */
  customRate: 'replace' | 'keep';
  /** Whether automated tax lets a company have tax agencies of its own (postings.md §15). */
  newTaxAgencies: 'allow' | 'refuse';
  /** What the API does with a customer who owes and is made inactive; people get a credit memo (quickbooks.md §9.1; postings.md §15). */
  inactivateOwing: 'refuse' | 'credit-memo';
  /** Whether a deposit outside the US must say how its lines are taxed (postings.md §15). */
  depositTax: 'needed' | 'ignored';
  /** Cents added to every per-line tax that is not zero, as the odd cent of quickbooks.md §9.9. */
  oddTaxCents: number;
}

export const DEFAULT_SWITCHES: CompanySwitches = {
  warnDuplicateNumbers: false,
  subscriptionEnded: false,
  allowPartnerTaxOverride: true,
  refuseNegativeLines: false,
  voidPaidInvoice: 'refuse',
  loweredBelowPaid: 'unapply',
  depositedApplications: 'refuse',
  payDebitEntry: 'link',
  depositRefundReceipts: 'link',
  closingPassword: true,
  manualTotalTax: 'compute',
  customRate: 'replace',
  newTaxAgencies: 'allow',
  inactivateOwing: 'refuse',
  depositTax: 'needed',
  oddTaxCents: 0,
};

export interface Row {
  record: ExactObject;
  /** Place of the last change in the company's history. */
  order: number;
}

/** A name-list record, transaction or tombstone as it now stands, or null when it was deleted. */
export interface Put {
  entity: EntityName;
  id: string;
  record: ExactObject | null;
}

/** All that one write changes, applied at once. */
export interface Change {
  puts: readonly Put[];
  postings: readonly { document: string; lines: readonly Posting[] }[];
  counters: Readonly<Record<string, number>>;
  /** When, epoch milliseconds. */
  at: number;
}

/** An answer kept for its requestid. */
export interface KeptAnswer {
  status: number;
  body: string;
  at: number;
}

/** How far back {@link Company.rowsAsOf} can look. */
export const LONGEST_LAG_MS = 10_000;

/** One company's records and books, in memory; its history is the journal. */
export class Company {
  readonly tables = new Map<EntityName, Map<string, Row>>(ENTITY_NAMES.map((name) => [name, new Map()]));
  readonly deleted = new Map<EntityName, Map<string, number>>(ENTITY_NAMES.map((name) => [name, new Map()]));
  readonly ledger = new Ledger();
  readonly counters = new Map<string, number>();
  readonly keptAnswers = new Map<string, KeptAnswer>();
  /** `Entity/Id` of what people matched with the bank or reconciled. */
  readonly matched = new Set<string>();
  switches: CompanySwitches = DEFAULT_SWITCHES;
  private readonly indexes = new Map<EntityName, Map<string, RecordIndex>>();
  private order = 0;
  /** What the last changes replaced, oldest first: for queries that lag behind. */
  private replaced: { at: number; entity: EntityName; id: string; row: Row | undefined }[] = [];

  constructor(readonly profile: CompanyProfile) {}

  get(entity: EntityName, id: string): ExactObject | undefined {
    return this.table(entity).get(id)?.record;
  }

  /** Ids of the records whose values, as `valuesOf` tells them, hold `value`; `name` tells one index from another. */
  indexed(
    entity: EntityName,
    name: string,
    valuesOf: (record: ExactObject) => readonly string[],
    value: string,
  ): ReadonlySet<string> {
    const indexes = this.indexes.get(entity) ?? new Map<string, RecordIndex>();
    this.indexes.set(entity, indexes);
    let index = indexes.get(name);
    if (index === undefined) {
      index = new RecordIndex(valuesOf);
      for (const [id, { record }] of this.table(entity)) index.replace(id, undefined, record);
      indexes.set(name, index);
    }
    return index.find(value);
  }

  rows(entity: EntityName): Row[] {
    return [...this.table(entity).values()];
  }

  /** The rows that puts are about, as they stand, by `Entity/Id`. */
  rowsOf(puts: readonly Put[]): ReadonlyMap<string, Row> {
    const found = new Map<string, Row>();
    for (const { entity, id } of puts) {
      const row = this.table(entity).get(id);
      if (row !== undefined) found.set(`${entity}/${id}`, row);
    }
    return found;
  }

  /** The rows as they stood at a moment of the last ten seconds. */
  rowsAsOf(entity: EntityName, at: number): Row[] {
    const before = new Map<string, Row | undefined>();
    for (let place = this.replaced.length - 1; place >= 0; place -= 1) {
      const old = this.replaced[place];
      if (old === undefined || old.at <= at) break;
      if (old.entity === entity) before.set(old.id, old.row);
    }
    if (before.size === 0) return this.rows(entity);
    const untouched = [...this.table(entity)].filter(([id]) => !before.has(id)).map(([, row]) => row);
    return [...untouched, ...[...before.values()].filter((row) => row !== undefined)];
  }

  apply(change: Change): void {
    if ((this.replaced[0]?.at ?? change.at) < change.at - 2 * LONGEST_LAG_MS)
      this.replaced = this.replaced.filter((old) => old.at > change.at - LONGEST_LAG_MS);
    for (const { entity, id, record } of change.puts) {
      this.order += 1;
      const row = this.table(entity).get(id);
      this.replaced.push({ at: change.at, entity, id, row });
      for (const index of this.indexes.get(entity)?.values() ?? []) index.replace(id, row?.record, record);
      if (record === null) {
        this.table(entity).delete(id);
        this.deleted.get(entity)?.set(id, change.at);
      } else {
        this.table(entity).set(id, { record, order: this.order });
      }
    }
    for (const { document, lines } of change.postings) this.ledger.post(document, lines);
    for (const [name, value] of Object.entries(change.counters)) this.counters.set(name, value);
  }

  private table(entity: EntityName): Map<string, Row> {
    const table = this.tables.get(entity);
    if (table === undefined) throw new Error(`no table ${entity}`);
    return table;
  }
}
