import { CopiedRows } from './copied-rows';
import { evaluate, type Binding, type Execution, type Scope } from './evaluate';
import { Table, UniqueViolation, type Slot, type Transaction } from './rows';
import { cached, equalities, joined, select, shape, sorted, TOP } from './select';
import type { Copied, Delete, Insert, Query, Statement, Update, With } from './syntax';
import { cast, keyText, type Row } from './values';

export interface Executed {
  readonly rows: readonly Row[];
  readonly count: number;
}

export interface Surroundings {
  readonly transaction: Transaction;
  readonly params: readonly unknown[];
  readonly now: Date;
  readonly tables: Map<string, Table>;
  readonly effect: (name: string, args: readonly unknown[]) => unknown;
}

/** Runs one statement. Throws LockWait where it has to wait; whoever calls undoes it then and runs it again. */
export function execute(statement: Statement, around: Surroundings): Executed {
  const { tables } = around;
  switch (statement.is) {
    case 'create table': {
      if (tables.has(statement.name)) return NONE;
      const table = new Table(statement.name, statement.columns, statement.keys[0] ?? []);
      for (const columns of statement.keys.slice(1)) table.uniques.push({ columns, where: undefined });
      tables.set(statement.name, table);
      return NONE;
    }
    case 'partition':
    case 'nothing':
      return NONE;
    case 'create unique index':
      tableNamed(tables, statement.table).uniques.push({ columns: statement.columns, where: statement.where });
      return NONE;
    case 'add columns':
      for (const column of statement.columns) tableNamed(tables, statement.table).columns.set(column.name, column);
      return NONE;
    case 'drop columns':
      for (const column of statement.columns) tableNamed(tables, statement.table).columns.delete(column);
      return NONE;
    case 'set default': {
      const { columns } = tableNamed(tables, statement.table);
      const column = columns.get(statement.column);
      if (column !== undefined) columns.set(column.name, { ...column, byDefault: statement.byDefault });
      return NONE;
    }
    case 'drop table':
      tables.delete(statement.table);
      return NONE;
    default: {
      const run: Execution = {
        ...around,
        ctes: new Map(),
        cache: new Map(),
        functions: new Map(),
        lowest: Infinity,
        query: (query, outer) => cached(query, outer, run, () => queryRows(query, outer, run).rows),
      };
      return queryRows(statement, TOP, run);
    }
  }
}

const NONE: Executed = { rows: [], count: 0 };

function queryRows(query: Query, outer: Scope, run: Execution): Executed {
  switch (query.is) {
    case 'select':
      return counted(select(query, outer, run));
    case 'values':
      return counted(
        query.rows.map((row) =>
          Object.fromEntries(row.map((each, at) => [`column${at + 1}`, evaluate(each, outer, run)])),
        ),
      );
    case 'union': {
      const names = new Map<number, string>();
      let rows = query.parts.flatMap((part) =>
        queryRows(part, outer, run).rows.map((row) =>
          Object.fromEntries(
            Object.entries(row).map(([name, value], at) => {
              if (!names.has(at)) names.set(at, name);
              return [names.get(at) ?? name, value];
            }),
          ),
        ),
      );
      if (!query.all) rows = [...new Map(rows.map((row) => [keyText(Object.values(row)), row])).values()];
      const ordered = sorted(
        rows.map((row) => ({ scope: outer, row })),
        query.order,
        run,
      ).map(({ row }) => row);
      return counted(query.limit === undefined ? ordered : ordered.slice(0, Number(evaluate(query.limit, outer, run))));
    }
    case 'copied':
      return counted(copiedRows(query, run));
    case 'with':
      return withRows(query, outer, run);
    case 'insert':
      return insert(query, outer, run);
    case 'update':
      return update(query, outer, run);
    case 'delete':
      return remove(query, outer, run);
  }
}

/** A `copy` alone has rows in place of parameters. */
function copiedRows({ table, columns }: Copied, { tables, params }: Execution): Row[] {
  const [given] = params;
  if (!(given instanceof CopiedRows)) throw new Error('no rows came with the copy');
  const defined = tableNamed(tables, table).columns;
  return given.of(columns.map((column) => defined.get(column)?.type ?? ''));
}

function counted(rows: readonly Row[]): Executed {
  return { rows, count: rows.length };
}

function withRows({ parts, main }: With, outer: Scope, run: Execution): Executed {
  for (const { name, columns, query } of parts) {
    const { rows } = queryRows(query, outer, run);
    run.ctes.set(
      name,
      columns.length === 0
        ? rows
        : rows.map((row) =>
            Object.fromEntries(Object.values(row).map((value, at) => [columns[at] ?? `c${at}`, value])),
          ),
    );
  }
  return queryRows(main, outer, run);
}

function tableNamed(tables: ReadonlyMap<string, Table>, name: string): Table {
  const table = tables.get(name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
}

function insert(query: Insert, outer: Scope, run: Execution): Executed {
  const table = tableNamed(run.tables, query.table);
  const columns = query.columns.length > 0 ? query.columns : [...table.columns.keys()];
  const source = queryRows(query.from, outer, run).rows.map((row) => Object.values(row));
  const shown: Row[] = [];
  let count = 0;
  for (const values of source) {
    const row = fresh(table, columns, values, run);
    const twin = twinOf(table, row, run);
    let stored: Row | undefined;
    if (twin === undefined) {
      const slot = table.key.length > 0 ? table.slotOf(row) : undefined;
      if (slot === undefined) table.place(run.transaction, row);
      else {
        slot.lock(run.transaction, 'update');
        slot.write(run.transaction, row);
      }
      stored = row;
    } else if (query.conflict === undefined || !arbitrates(query.conflict.target, twin.columns)) {
      throw new UniqueViolation(`duplicate key in ${table.name}`);
    } else if (query.conflict.set !== undefined) {
      const { slot } = twin;
      slot.lock(run.transaction, 'no key update');
      const current = slot.seenBy(run.transaction) as Row;
      const bindings: Binding[] = [
        { alias: query.alias, row: current, slot },
        { alias: 'excluded', row },
      ];
      const scope: Scope = { outer, level: outer.level + 1, bindings };
      if (query.conflict.where === undefined || evaluate(query.conflict.where, scope, run) === true) {
        stored = assigned(table, current, query.conflict.set, scope, run);
        slot.write(run.transaction, stored);
      }
    }
    if (stored === undefined) continue;
    count += 1;
    const scope: Scope = { outer, level: outer.level + 1, bindings: [{ alias: query.alias, row: stored }] };
    if (query.returning.length > 0) shown.push(...shape(query.returning, scope, run));
  }
  return { rows: shown, count };
}

/** Whether `on conflict (target)` speaks of this key; without a target it speaks of all. */
function arbitrates(target: readonly string[], columns: readonly string[]): boolean {
  return target.length === 0 || keyText([...target].sort()) === keyText([...columns].sort());
}

function fresh(table: Table, columns: readonly string[], values: readonly unknown[], run: Execution): Row {
  const row: Record<string, unknown> = {};
  for (const [name, { type, identity, byDefault, notNull }] of table.columns) {
    const at = columns.indexOf(name);
    if (at >= 0 && at < values.length) row[name] = cast(values[at], type);
    else if (identity) row[name] = table.identity();
    else row[name] = byDefault === undefined ? null : cast(evaluate(byDefault, TOP, run), type);
    if (notNull && row[name] === null) {
      throw Object.assign(new Error(`${table.name}.${name} is null`), { code: '23502' });
    }
  }
  return row;
}

/** The row that stands in the way of this one; throws LockWait where another transaction decides whether it does. */
function twinOf(table: Table, row: Row, run: Execution): { slot: Slot; columns: readonly string[] } | undefined {
  if (table.key.length > 0) {
    const slot = table.slotOf(row);
    if (slot !== undefined) {
      if (slot.draft !== undefined && slot.draft.by !== run.transaction) slot.lock(run.transaction, 'update');
      if (slot.seenBy(run.transaction) !== null) return { slot, columns: table.key };
    }
  }
  for (const { columns, where } of table.uniques) {
    const covers = (one: Row): boolean =>
      where === undefined ||
      evaluate(where, { outer: undefined, level: 1, bindings: [{ alias: table.name, row: one }] }, run) === true;
    const twin = table.twin(run.transaction, columns, row, covers);
    if (twin !== undefined) return { slot: twin, columns };
  }
  return undefined;
}

function assigned(table: Table, current: Row, set: Update['set'], scope: Scope, run: Execution): Row {
  const next: Record<string, unknown> = { ...current };
  for (const { column, value } of set) {
    const definition = table.columns.get(column);
    if (definition === undefined) throw new Error(`no column ${table.name}.${column}`);
    if (table.key.includes(column)) throw new Error(`the key ${table.name}.${column} does not change`);
    next[column] = cast(evaluate(value, scope, run), definition.type);
  }
  return next;
}

function update(query: Update, outer: Scope, run: Execution): Executed {
  const table = tableNamed(run.tables, query.table);
  const shown: Row[] = [];
  const done = new Set<Slot>();
  for (const { slot, scope } of targets(table, query.alias, query.from, query.where, outer, run)) {
    if (done.has(slot)) continue;
    done.add(slot);
    slot.lock(run.transaction, 'no key update');
    const current = slot.seenBy(run.transaction) as Row;
    const next = assigned(table, current, query.set, scope, run);
    for (const { columns, where } of table.uniques) {
      const covers = (row: Row): boolean =>
        where === undefined ||
        evaluate(where, { outer: undefined, level: 1, bindings: [{ alias: table.name, row }] }, run) === true;
      const twin = table.twin(run.transaction, columns, next, covers);
      if (twin !== undefined && twin !== slot) throw new UniqueViolation(`duplicate key in ${table.name}`);
    }
    slot.write(run.transaction, next);
    const [, ...others] = scope.bindings;
    const after: Scope = { ...scope, bindings: [{ alias: query.alias, row: next, slot }, ...others] };
    if (query.returning.length > 0) shown.push(...shape(query.returning, after, run));
  }
  return { rows: shown, count: done.size };
}

function remove(query: Delete, outer: Scope, run: Execution): Executed {
  const table = tableNamed(run.tables, query.table);
  const shown: Row[] = [];
  const done = new Set<Slot>();
  for (const { slot, scope } of targets(table, query.alias, query.using, query.where, outer, run)) {
    if (done.has(slot)) continue;
    done.add(slot);
    slot.lock(run.transaction, 'update');
    slot.write(run.transaction, null);
    if (query.returning.length > 0) shown.push(...shape(query.returning, scope, run));
  }
  return { rows: shown, count: done.size };
}

/** What is joined comes first, so that the table's own rows are found by key where they are set equal to it. */
function targets(
  table: Table,
  alias: string,
  joins: Update['from'],
  where: Update['where'],
  outer: Scope,
  run: Execution,
): { slot: Slot; scope: Scope }[] {
  const base: Scope = { outer, level: outer.level + 1, bindings: [] };
  const found: { slot: Slot; scope: Scope }[] = [];
  for (const source of joined(joins, undefined, base, run)) {
    const known = new Map<string, unknown>();
    equalities(alias, where, source, run, known);
    for (const slot of table.candidates(known)) {
      const row = slot.seenBy(run.transaction);
      if (row === null) continue;
      const scope: Scope = { ...base, bindings: [{ alias, row, slot }, ...source.bindings] };
      if (where === undefined || evaluate(where, scope, run) === true) found.push({ slot, scope });
    }
  }
  return found;
}
