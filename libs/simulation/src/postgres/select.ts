import { evaluate, hasAggregate, type Binding, type Execution, type Scope } from './evaluate';
import type { Expr, Join, Order, Output, Query, Select, Source } from './syntax';
import { cast, compare, keyText, type Row } from './values';

export const TOP: Scope = { outer: undefined, level: 0, bindings: [] };

/** The rows of a select, locked where it says so. */
export function select(query: Select, outer: Scope, run: Execution): readonly Row[] {
  const base: Scope = { outer, level: outer.level + 1, bindings: [] };
  let scopes = joined(query.joins, query.where, base, run);
  if (query.where !== undefined) {
    const { where } = query;
    scopes = scopes.filter((scope) => evaluate(where, scope, run) === true);
  }
  const aggregates = query.group.length > 0 || query.outputs.some(({ expr }) => hasAggregate(expr));
  if (aggregates) scopes = grouped(scopes, query, base, run);
  scopes = windowed(scopes, query.outputs, run);
  let results = scopes.flatMap((scope) => shape(query.outputs, scope, run).map((row) => ({ scope, row })));
  if (query.distinct) results = unique(results, ({ row }) => Object.values(row));
  if (query.order.length > 0) results = sorted(results, query.order, run);
  if (query.distinctOn.length > 0) {
    results = unique(results, ({ scope }) => query.distinctOn.map((expr) => evaluate(expr, scope, run)));
  }
  const { locking } = query;
  const offset = query.offset === undefined ? 0 : Number(evaluate(query.offset, base, run));
  const limit = query.limit === undefined ? null : evaluate(query.limit, base, run);
  const most = limit === null ? Infinity : Number(limit);
  const taken: Row[] = [];
  for (const { scope, row } of results.slice(offset)) {
    if (taken.length >= most) break;
    if (locking !== undefined) {
      const slots = scope.bindings.flatMap(({ alias, slot }) =>
        slot === undefined || (locking.of !== undefined && locking.of !== alias) ? [] : [slot],
      );
      if (locking.skipLocked && slots.some((slot) => slot.holderAgainst(run.transaction, locking.mode))) continue;
      for (const slot of slots) slot.lock(run.transaction, locking.mode);
    }
    taken.push(row);
  }
  return taken;
}

/** What a select or a `returning` shows of one row; set-returning functions make several, side by side. */
export function shape(outputs: readonly Output[], scope: Scope, run: Execution): Row[] {
  const row: Record<string, unknown> = {};
  const series: { name: string; values: readonly unknown[] }[] = [];
  for (const { expr, name } of outputs) {
    if (expr.is === 'star') {
      for (const binding of [...scope.bindings].reverse()) {
        if (expr.table === undefined || expr.table === binding.alias) Object.assign(row, binding.row);
      }
    } else if (expr.is === 'call' && (expr.name === 'generate_series' || expr.name === 'unnest')) {
      row[name] = null;
      const args = expr.args.map((each) => evaluate(each, scope, run));
      series.push({ name, values: setOf(expr.name, args) });
    } else row[name] = evaluate(expr, scope, run);
  }
  if (series.length === 0) return [row];
  return Array.from({ length: Math.max(...series.map(({ values }) => values.length)) }, (_, at) =>
    Object.assign({ ...row }, ...series.map(({ name, values }) => ({ [name]: values[at] ?? null }))),
  );
}

export function joined(joins: readonly Join[], where: Expr | undefined, base: Scope, run: Execution): Scope[] {
  let scopes: Scope[] = [base];
  for (const join of joins) {
    const next: Scope[] = [];
    for (const scope of scopes) joinOne(scope, join, where, run, next);
    scopes = next;
  }
  return scopes;
}

/** Adds what a source's rows make of one scope. */
function joinOne(scope: Scope, join: Join, where: Expr | undefined, run: Execution, found: Scope[]): void {
  const { source, using, on, kind } = join;
  const of = (name: string): unknown => evaluate({ is: 'column', table: undefined, name }, scope, run);
  const wanted = using.map((name) => [name, of(name)] as const);
  const known = new Map<string, unknown>(wanted);
  if (source.is === 'table' && !run.ctes.has(source.name)) {
    equalities(source.alias, kind === 'left' ? on : both(on, where), scope, run, known);
  }
  const before = found.length;
  for (const binding of rowsOf(source, scope, known, run)) {
    if (
      wanted.length > 0 &&
      !wanted.every(
        ([name, value]) => value !== null && binding.row[name] !== null && compare(binding.row[name], value) === 0,
      )
    )
      continue;
    const next: Scope = { ...scope, bindings: [...scope.bindings, binding] };
    if (on === undefined || evaluate(on, next, run) === true) found.push(next);
  }
  if (found.length > before || kind === 'inner') return;
  const table = source.is === 'table' ? run.tables.get(source.name) : undefined;
  const empty = Object.fromEntries([...(table?.columns.keys() ?? source.columns)].map((name) => [name, null]));
  found.push({ ...scope, bindings: [...scope.bindings, { alias: source.alias, row: empty }] });
}

function both(left: Expr | undefined, right: Expr | undefined): Expr | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return { is: 'binary', op: 'and', left, right };
}

/** Columns of a table that a condition sets equal to what is known before its rows are looked at. */
export function equalities(
  alias: string,
  on: Expr | undefined,
  scope: Scope,
  run: Execution,
  into: Map<string, unknown>,
): void {
  if (on?.is !== 'binary') return;
  if (on.op === 'and') {
    equalities(alias, on.left, scope, run, into);
    equalities(alias, on.right, scope, run, into);
    return;
  }
  if (on.op !== '=') return;
  equality(alias, on.left, on.right, scope, run, into);
  equality(alias, on.right, on.left, scope, run, into);
}

function equality(
  alias: string,
  own: Expr,
  other: Expr,
  scope: Scope,
  run: Execution,
  into: Map<string, unknown>,
): void {
  if (own.is !== 'column' || !(own.table === alias || (own.table === undefined && scope.bindings.length === 0))) return;
  if (isKnown(other, alias, scope)) into.set(own.name, evaluate(other, scope, run));
}

function isKnown(expr: Expr, alias: string, scope: Scope): boolean {
  if (expr.is === 'param' || expr.is === 'literal') return true;
  if (expr.is === 'cast') return isKnown(expr.of, alias, scope);
  if (expr.is !== 'column' || expr.table === undefined || expr.table === alias) return false;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    if (at.bindings.some((binding) => binding.alias === expr.table)) return true;
  }
  return false;
}

function rowsOf(source: Source, scope: Scope, known: ReadonlyMap<string, unknown>, run: Execution): Iterable<Binding> {
  const { alias, columns } = source;
  if (source.is === 'query')
    return run.query(source.query, scope).map((row) => ({ alias, row: renamed(row, columns) }));
  if (source.is === 'function') {
    const made =
      run.functions.get(source) ??
      tableOf(
        source.name,
        source.args.map((each) => evaluate(each, scope, run)),
        source,
      );
    if (source.args.every((each) => isKnown(each, alias, TOP))) run.functions.set(source, made);
    return made.map((row) => ({ alias, row }));
  }
  const cte = run.ctes.get(source.name);
  if (cte !== undefined) return cte.map((row) => ({ alias, row: renamed(row, columns) }));
  const table = run.tables.get(source.name);
  if (table === undefined) throw new Error(`no table ${source.name}`);
  const seen: Binding[] = [];
  for (const slot of table.candidates(known)) {
    const row = slot.seenBy(run.transaction);
    if (row !== null) seen.push({ alias, row, slot });
  }
  return seen;
}

function renamed(row: Row, columns: readonly string[]): Row {
  if (columns.length === 0) return row;
  return Object.fromEntries(Object.entries(row).map(([name, value], index) => [columns[index] ?? name, value]));
}

function setOf(name: string, args: readonly unknown[]): readonly unknown[] {
  if (name === 'unnest') return (args[0] as readonly unknown[] | null) ?? [];
  const [from, to] = [Number(args[0]), Number(args[1])];
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

function tableOf(name: string, args: readonly unknown[], source: Extract<Source, { is: 'function' }>): Row[] {
  const { columns, types, alias } = source;
  if (name === 'json_to_recordset' || name === 'jsonb_to_recordset') {
    return (args[0] as Row[]).map((record) =>
      Object.fromEntries(columns.map((column, index) => [column, cast(record[column], types[index] ?? 'text')])),
    );
  }
  if (name !== 'unnest' && name !== 'generate_series') throw new Error(`the function ${name} is not known here`);
  const lists = name === 'unnest' ? args.map((list) => setOf('unnest', [list])) : [setOf(name, args)];
  const length = Math.max(0, ...lists.map((list) => list.length));
  if (source.ordinality) lists.push(Array.from({ length }, (_, index) => BigInt(index + 1)));
  return Array.from({ length }, (_, index) =>
    Object.fromEntries(
      lists.map((list, at) => [columns[at] ?? (lists.length === 1 ? alias : `unnest${at}`), list[index] ?? null]),
    ),
  );
}

function grouped(scopes: readonly Scope[], query: Select, base: Scope, run: Execution): Scope[] {
  const groups = new Map<string, Scope[]>();
  if (query.group.length === 0) groups.set('', [...scopes]);
  else {
    for (const scope of scopes) {
      const key = keyText(query.group.map((expr) => evaluate(expr, scope, run)));
      groups.set(key, [...(groups.get(key) ?? []), scope]);
    }
  }
  const all = [...groups.values()].map((group): Scope => ({ ...(group[0] ?? base), group }));
  const { having } = query;
  return having === undefined ? all : all.filter((scope) => evaluate(having, scope, run) === true);
}

function windowed(scopes: readonly Scope[], outputs: readonly Output[], run: Execution): Scope[] {
  const calls = outputs.flatMap(({ expr }) => (expr.is === 'call' && expr.over !== undefined ? [expr] : []));
  if (calls.length === 0) return [...scopes];
  const all = scopes.map((scope) => ({ ...scope, windows: new Map<Expr, unknown>() }));
  for (const call of calls) {
    const { partition = [], order = [] } = call.over ?? {};
    const parts = new Map<string, typeof all>();
    for (const scope of all) {
      const key = keyText(partition.map((expr) => evaluate(expr, scope, run)));
      parts.set(key, [...(parts.get(key) ?? []), scope]);
    }
    for (const part of parts.values()) {
      const rows = sorted(
        part.map((scope) => ({ scope, row: {} as Row })),
        order,
        run,
      );
      if (call.name !== 'row_number' && call.name !== 'count')
        throw new Error(`the window function ${call.name} is not known here`);
      rows.forEach(({ scope }, index) =>
        scope.windows?.set(call, BigInt(call.name === 'count' ? rows.length : index + 1)),
      );
    }
  }
  return all;
}

export interface Result {
  readonly scope: Scope;
  readonly row: Row;
}

export function sorted<R extends Result>(results: readonly R[], order: readonly Order[], run: Execution): R[] {
  const keyed = results.map((result) => ({ result, keys: order.map(({ by }) => orderKey(by, result, run)) }));
  keyed.sort((a, b) => {
    for (const [index, { descending, nullsFirst }] of order.entries()) {
      const [x, y] = [a.keys[index] ?? null, b.keys[index] ?? null];
      if (x === null || y === null) {
        if (x === y) continue;
        return (x === null) === nullsFirst ? -1 : 1;
      }
      const by = compare(x, y);
      if (by !== 0) return descending ? -by : by;
    }
    return 0;
  });
  return keyed.map(({ result }) => result);
}

function orderKey(by: Expr, { scope, row }: Result, run: Execution): unknown {
  if (by.is === 'column' && by.table === undefined && Object.hasOwn(row, by.name)) return row[by.name];
  if (by.is === 'literal' && typeof by.value === 'number') return Object.values(row)[by.value - 1];
  return evaluate(by, scope, run);
}

function unique<R>(results: readonly R[], keyOf: (result: R) => readonly unknown[]): R[] {
  const seen = new Set<string>();
  return results.filter((result) => {
    const key = keyText(keyOf(result));
    return !seen.has(key) && (seen.add(key), true);
  });
}

/** Rows of a query that is asked for the same again within a statement, unless it names what is around it. */
export function cached(query: Query, outer: Scope, run: Execution, rows: () => readonly Row[]): readonly Row[] {
  const known = run.cache.get(query);
  if (known !== undefined) return known;
  const before = run.lowest;
  run.lowest = Infinity;
  const found = rows();
  if (run.lowest > outer.level) run.cache.set(query, found);
  run.lowest = Math.min(before, run.lowest);
  return found;
}
