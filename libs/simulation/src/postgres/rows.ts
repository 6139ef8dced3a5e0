import type { ColumnDefinition, Expr, LockMode } from './syntax';
import { compare, keyText, type Row } from './values';

/** A transaction: what it wrote, so that it can be undone, and the rows it holds locked. */
export class Transaction {
  readonly undo: (() => void)[] = [];
  readonly touched = new Set<Slot>();
  /** The transaction it waits for, to see deadlocks. */
  waitsFor: Transaction | undefined;
  ended = false;
  private readonly waiters: (() => void)[] = [];

  constructor(readonly id: number) {}

  whenEnded(then: () => void): void {
    if (this.ended) then();
    else this.waiters.push(then);
  }

  undoTo(mark: number): void {
    while (this.undo.length > mark) this.undo.pop()?.();
  }

  end(how: 'commit' | 'rollback'): void {
    if (this.ended) return;
    if (how === 'rollback') this.undoTo(0);
    this.ended = true;
    for (const slot of this.touched) slot.release(this, how);
    for (const wake of this.waiters) wake();
  }
}

/** A statement met a row that another transaction holds: it is run again once that one has ended. */
export class LockWait extends Error {
  constructor(readonly holder: Transaction) {
    super('waits for a lock');
    this.name = 'LockWait';
  }
}

/** Which row locks exclude each other (Postgres, 13.3.2). */
const CONFLICTS: Readonly<Record<LockMode, readonly LockMode[]>> = {
  'key share': ['update'],
  share: ['no key update', 'update'],
  'no key update': ['share', 'no key update', 'update'],
  update: ['key share', 'share', 'no key update', 'update'],
};

/** A place of one row: what is committed, what one transaction has made of it, and who holds it locked. */
export class Slot {
  private static places = 0;
  private static writes = 0;
  private static readonly writeOf = new WeakMap<Row, number>();
  /** Its `ctid`; here a row keeps its place when it is changed. */
  readonly place = (Slot.places += 1);
  draft: { readonly by: Transaction; readonly row: Row | null } | undefined;
  readonly locks = new Map<Transaction, LockMode>();

  constructor(
    private readonly table: Table,
    public committed: Row | null,
  ) {}

  /** The `xmin` of one of its rows: here each write has its own. */
  static xmin(row: Row): number | undefined {
    return Slot.writeOf.get(row);
  }

  seenBy(transaction: Transaction): Row | null {
    return this.draft?.by === transaction ? this.draft.row : this.committed;
  }

  holderAgainst(transaction: Transaction, mode: LockMode): Transaction | undefined {
    for (const [holder, held] of this.locks) {
      if (holder !== transaction && CONFLICTS[mode].includes(held)) return holder;
    }
    return undefined;
  }

  lock(transaction: Transaction, mode: LockMode): void {
    const holder = this.holderAgainst(transaction, mode);
    if (holder !== undefined) throw new LockWait(holder);
    const held = this.locks.get(transaction);
    if (held === undefined || CONFLICTS[mode].length > CONFLICTS[held].length) this.locks.set(transaction, mode);
    transaction.touched.add(this);
  }

  write(transaction: Transaction, row: Row | null): void {
    const before = this.draft;
    if (row !== null) Slot.writeOf.set(row, (Slot.writes += 1));
    this.draft = { by: transaction, row };
    transaction.touched.add(this);
    transaction.undo.push(() => {
      this.draft = before;
      this.table.forgetEmpty(this);
    });
  }

  release(transaction: Transaction, how: 'commit' | 'rollback'): void {
    if (this.draft?.by === transaction) {
      if (how === 'commit') this.committed = this.draft.row;
      this.draft = undefined;
    }
    this.locks.delete(transaction);
    this.table.forgetEmpty(this);
  }
}

export class UniqueViolation extends Error {
  readonly code = '23505';
}

/** One table: its slots in the order in which they were made, found by primary key and by all of it but its last column. */
export class Table {
  readonly columns = new Map<string, ColumnDefinition>();
  readonly uniques: { readonly columns: readonly string[]; readonly where: Expr | undefined }[] = [];
  readonly slots = new Set<Slot>();
  private readonly byKey = new Map<string, Slot>();
  private readonly byPlace = new Map<number, Slot>();
  private readonly byPrefix = new Map<string, Set<Slot>>();
  private readonly placed = new Map<Slot, Row>();
  private nextIdentity = 1n;

  constructor(
    readonly name: string,
    columns: readonly ColumnDefinition[],
    readonly key: readonly string[],
  ) {
    for (const column of columns) this.columns.set(column.name, column);
  }

  identity(): bigint {
    const id = this.nextIdentity;
    this.nextIdentity += 1n;
    return id;
  }

  slotOf(row: Row): Slot | undefined {
    return this.byKey.get(this.keyOf(row));
  }

  /** A new slot of this transaction. Its key must be free. */
  place(transaction: Transaction, row: Row): Slot {
    const slot = new Slot(this, null);
    this.slots.add(slot);
    this.byPlace.set(slot.place, slot);
    this.placed.set(slot, row);
    if (this.key.length > 0) {
      this.byKey.set(this.keyOf(row), slot);
      const prefix = this.prefixOf(row);
      const group = this.byPrefix.get(prefix);
      if (group === undefined) this.byPrefix.set(prefix, new Set([slot]));
      else group.add(slot);
    }
    slot.lock(transaction, 'update');
    slot.write(transaction, row);
    return slot;
  }

  /** Slots whose key columns may equal these values; all of them when the values do not cover the key's beginning. */
  candidates(known: ReadonlyMap<string, unknown>): Iterable<Slot> {
    if (known.has('ctid')) {
      const slot = this.byPlace.get(known.get('ctid') as number);
      return slot === undefined ? [] : [slot];
    }
    if (this.key.length === 0) return this.slots;
    const prefix = this.key.slice(0, -1);
    const last = this.key[this.key.length - 1] as string;
    if (!prefix.every((column) => known.has(column))) return this.slots;
    const values = prefix.map((column) => known.get(column));
    if (known.has(last)) {
      const slot = this.byKey.get(keyText([...values, known.get(last)]));
      return slot === undefined ? [] : [slot];
    }
    return prefix.length === 0 ? this.slots : (this.byPrefix.get(keyText(values)) ?? []);
  }

  forgetEmpty(slot: Slot): void {
    if (slot.committed !== null || slot.draft !== undefined || slot.locks.size > 0) return;
    const row = this.placed.get(slot);
    if (row === undefined) return;
    this.slots.delete(slot);
    this.byPlace.delete(slot.place);
    this.placed.delete(slot);
    if (this.key.length === 0) return;
    if (this.byKey.get(this.keyOf(row)) === slot) this.byKey.delete(this.keyOf(row));
    this.byPrefix.get(this.prefixOf(row))?.delete(slot);
  }

  /** The slot that holds the same values of a unique index; throws LockWait where another transaction decides. */
  twin(
    transaction: Transaction,
    columns: readonly string[],
    row: Row,
    covers: (row: Row) => boolean,
  ): Slot | undefined {
    if (columns.some((column) => row[column] === null) || !covers(row)) return undefined;
    for (const slot of this.slots) {
      const same = (other: Row | null): boolean =>
        other !== null && covers(other) && columns.every((c) => other[c] !== null && compare(other[c], row[c]) === 0);
      const draft = slot.draft;
      if (draft !== undefined && draft.by !== transaction) {
        if (same(draft.row) || same(slot.committed)) throw new LockWait(draft.by);
      } else if (same(slot.seenBy(transaction))) return slot;
    }
    return undefined;
  }

  private keyOf(row: Row): string {
    return keyText(this.key.map((column) => row[column]));
  }

  private prefixOf(row: Row): string {
    return keyText(this.key.slice(0, -1).map((column) => row[column]));
  }
}
