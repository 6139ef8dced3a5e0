import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Change, Company, EntityName, Put } from './company';
import { object, text } from './exact';
import type { Posting } from './ledger';
import { metaTime, pacificDay } from './pacific-time';

/** What one write would change: reads see it, the company does not until it is applied. */
export class Draft {
  private readonly changed = new Map<string, Put>();
  private readonly posted = new Map<string, readonly Posting[]>();
  private readonly counted: Record<string, number> = {};

  constructor(
    readonly company: Company,
    readonly nowMs: number,
    /** `Entity/Id` of records that are there, but not yet for this write: made by the same batch (quickbooks.md §5). */
    private readonly unseen: ReadonlySet<string> = NOTHING,
  ) {}

  get(entity: EntityName, id: string): ExactObject | undefined {
    return this.unseen.has(`${entity}/${id}`) ? undefined : this.stands(entity, id);
  }

  private stands(entity: EntityName, id: string): ExactObject | undefined {
    const put = this.changed.get(`${entity}/${id}`);
    return put === undefined ? this.company.get(entity, id) : (put.record ?? undefined);
  }

  all(entity: EntityName): ExactObject[] {
    const records: ExactObject[] = [];
    for (const row of this.company.rows(entity)) {
      const put = this.changed.get(`${entity}/${text(row.record['Id'])}`);
      if (put === undefined) records.push(row.record);
    }
    for (const put of this.changed.values()) if (put.entity === entity && put.record !== null) records.push(put.record);
    return records;
  }

  /** The records whose values hold `value`, as {@link Company.indexed} tells them, with what this write changes. */
  indexed(
    entity: EntityName,
    name: string,
    valuesOf: (record: ExactObject) => readonly string[],
    value: string,
  ): ExactObject[] {
    const records: ExactObject[] = [];
    for (const id of this.company.indexed(entity, name, valuesOf, value)) {
      const record = this.changed.has(`${entity}/${id}`) ? undefined : this.company.get(entity, id);
      if (record !== undefined) records.push(record);
    }
    for (const { entity: of, record } of this.changed.values())
      if (of === entity && record !== null && valuesOf(record).includes(value)) records.push(record);
    return records;
  }

  /** Stores a record under its Id with a fresh envelope: SyncToken 0, or one more than it had (quickbooks.md §9.1). */
  save(entity: EntityName, id: string, fields: ExactObject): ExactObject {
    const current = this.stands(entity, id);
    const time = metaTime(this.nowMs);
    const record: ExactObject = {
      ...fields,
      domain: 'QBO',
      sparse: false,
      Id: id,
      SyncToken: current === undefined ? '0' : String(Number(text(current['SyncToken'])) + 1),
      MetaData: {
        CreateTime: current === undefined ? time : (object(current['MetaData'])['CreateTime'] ?? time),
        LastUpdatedTime: time,
      },
    };
    this.put(entity, id, record);
    return record;
  }

  /** Stores a record as it is: derived fields that are no change of their own. */
  put(entity: EntityName, id: string, record: ExactObject): void {
    this.changed.set(`${entity}/${id}`, { entity, id, record });
  }

  remove(entity: EntityName, id: string): void {
    this.changed.set(`${entity}/${id}`, { entity, id, record: null });
  }

  post(document: string, lines: readonly Posting[]): void {
    this.posted.set(
      document,
      lines.filter((line) => !line.amount.isZero()),
    );
  }

  /** A document's postings as this write leaves them. */
  postingsOf(document: string): readonly Posting[] {
    return this.posted.get(document) ?? this.company.ledger.postingsOf(document);
  }

  /** The next number of a sequence; transactions share one, each list has its own (quickbooks.md §9.1). */
  next(sequence: string, first = 1): number {
    const value = (this.counted[sequence] ?? this.company.counters.get(sequence) ?? first - 1) + 1;
    this.counted[sequence] = value;
    return value;
  }

  /** Moves a sequence on to at least `value`. */
  advance(sequence: string, value: number): void {
    this.counted[sequence] = Math.max(this.counted[sequence] ?? this.company.counters.get(sequence) ?? 0, value);
  }

  today(): string {
    return pacificDay(this.nowMs);
  }

  change(): Change {
    return {
      puts: [...this.changed.values()],
      postings: [...this.posted].map(([document, lines]) => ({ document, lines })),
      counters: { ...this.counted },
      at: this.nowMs,
    };
  }
}

const NOTHING: ReadonlySet<string> = new Set();
