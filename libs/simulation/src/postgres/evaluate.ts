import type { Expr, Query } from './syntax';
import { plainCall } from './functions';
import { Slot, type Table, type Transaction } from './rows';
import { add, cast, compare, concatenate, contains, divide, multiply, overlaps, type Row } from './values';

export interface Binding {
  readonly alias: string;
  readonly row: Row;
  readonly slot?: Slot;
}

/** The rows an expression may name, innermost first. */
export interface Scope {
  readonly outer: Scope | undefined;
  readonly level: number;
  readonly bindings: readonly Binding[];
  /** The rows of one group, for aggregates. */
  readonly group?: readonly Scope[];
  readonly windows?: Map<Expr, unknown>;
}

/** One statement being run. */
export interface Execution {
  readonly transaction: Transaction;
  readonly params: readonly unknown[];
  readonly now: Date;
  readonly tables: ReadonlyMap<string, Table>;
  readonly ctes: Map<string, readonly Row[]>;
  /** Results of subqueries that name nothing of the rows around them. */
  readonly cache: Map<Query, readonly Row[]>;
  /** The same of functions in `from`. */
  readonly functions: Map<object, readonly Row[]>;
  /** The outermost level named since it was last set. */
  lowest: number;
  /** Calls with effects beside the rows: advisory locks, notifications. */
  readonly effect: (name: string, args: readonly unknown[]) => unknown;
  readonly query: (query: Query, outer: Scope) => readonly Row[];
}

const AGGREGATES = new Set([
  'count',
  'min',
  'max',
  'sum',
  'array_agg',
  'bool_or',
  'bool_and',
  'avg',
  'count distinct',
  'jsonb_agg',
  'json_agg',
  'string_agg',
]);

export function hasAggregate(expr: Expr): boolean {
  switch (expr.is) {
    case 'call':
      return (expr.over === undefined && AGGREGATES.has(expr.name)) || expr.args.some(hasAggregate);
    case 'binary':
      return hasAggregate(expr.left) || hasAggregate(expr.right);
    case 'unary':
    case 'cast':
    case 'null':
      return hasAggregate(expr.of);
    case 'case':
      return (
        expr.whens.some(([when, then]) => hasAggregate(when) || hasAggregate(then)) || hasAggregate(expr.otherwise)
      );
    default:
      return false;
  }
}

/** The value of an expression; null is SQL's, comparisons with it are null. */
export function evaluate(expr: Expr, scope: Scope, run: Execution): unknown {
  switch (expr.is) {
    case 'literal':
      return expr.value;
    case 'param':
      return run.params[expr.index] ?? null;
    case 'column':
      return column(expr.table, expr.name, scope, run);
    case 'cast':
      return cast(evaluate(expr.of, scope, run), expr.type);
    case 'binary':
      return binary(expr, scope, run);
    case 'unary': {
      const value = evaluate(expr.of, scope, run);
      if (value === null) return null;
      return expr.op === 'not' ? value !== true : typeof value === 'bigint' ? -value : -Number(value);
    }
    case 'null':
      return (evaluate(expr.of, scope, run) === null) !== expr.not;
    case 'in':
      return isIn(expr, scope, run);
    case 'quantified':
      return quantified(expr, scope, run);
    case 'case':
      for (const [when, then] of expr.whens) if (evaluate(when, scope, run) === true) return evaluate(then, scope, run);
      return evaluate(expr.otherwise, scope, run);
    case 'row':
    case 'array':
      return expr.of.map((each) => evaluate(each, scope, run));
    case 'exists':
      return run.query(expr.query, scope).length > 0;
    case 'subquery': {
      const [row] = run.query(expr.query, scope);
      return row === undefined ? null : (Object.values(row)[0] ?? null);
    }
    case 'call':
      return call(expr, scope, run);
    case 'star':
      throw new Error('a star stands for no value');
  }
}

function column(table: string | undefined, name: string, from: Scope, run: Execution): unknown {
  for (let scope: Scope | undefined = from; scope !== undefined; scope = scope.outer) {
    for (const { alias, row, slot } of scope.bindings) {
      if (table !== undefined && alias !== table) continue;
      const isOfVersion = (name === 'ctid' || name === 'xmin') && slot !== undefined;
      if (!isOfVersion && !Object.hasOwn(row, name)) continue;
      if (scope.level < run.lowest) run.lowest = scope.level;
      if (!isOfVersion) return row[name] ?? null;
      return name === 'ctid' ? slot.place : Slot.xmin(row);
    }
    if (table === undefined) {
      const whole = scope.bindings.find(({ alias }) => alias === name);
      if (whole !== undefined) return whole.row;
    }
  }
  throw new Error(`no column ${table === undefined ? '' : `${table}.`}${name}`);
}

function binary({ op, left, right }: Extract<Expr, { is: 'binary' }>, scope: Scope, run: Execution): unknown {
  const a = evaluate(left, scope, run);
  if (op === 'and') {
    if (a === false) return false;
    const b = evaluate(right, scope, run);
    return b === false ? false : a === null || b === null ? null : true;
  }
  if (op === 'or') {
    if (a === true) return true;
    const b = evaluate(right, scope, run);
    return b === true ? true : a === null || b === null ? null : false;
  }
  const b = evaluate(right, scope, run);
  if (op === 'distinct' || op === 'same') {
    const same = a === null || b === null ? a === b : compare(a, b) === 0;
    return op === 'same' ? same : !same;
  }
  return a === null || b === null ? null : operate(op, a, b);
}

function operate(op: string, a: unknown, b: unknown): unknown {
  switch (op) {
    case '=':
      return compare(a, b) === 0;
    case '<>':
    case '!=':
      return compare(a, b) !== 0;
    case '<':
      return compare(a, b) < 0;
    case '<=':
      return compare(a, b) <= 0;
    case '>':
      return compare(a, b) > 0;
    case '>=':
      return compare(a, b) >= 0;
    case '+':
      return add(a, b, 1);
    case '-':
      return add(a, b, -1);
    case '*':
      return multiply(a, b);
    case '/':
      return divide(a, b);
    case '%':
      return typeof a === 'bigint' || typeof b === 'bigint'
        ? BigInt(a as number) % BigInt(b as number)
        : Number(a) % Number(b);
    case '||':
      return concatenate(a, b);
    case '@>':
      return contains(a, b);
    case '<@':
      return contains(b, a);
    case '&&':
      return overlaps(a as unknown[], b as unknown[]);
    case '->':
      return (a as Row)[b as string] ?? null;
    case '->>': {
      const value = (a as Row)[b as string] ?? null;
      return value === null ? null : typeof value === 'object' ? JSON.stringify(value) : String(value);
    }
    case 'like':
      return new RegExp(
        `^${String(b)
          .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
          .replaceAll('%', '.*')
          .replaceAll('_', '.')}$`,
        's',
      ).test(String(a));
    default:
      throw new Error(`the operator ${op} is not known here`);
  }
}

function isIn({ of, among, not }: Extract<Expr, { is: 'in' }>, scope: Scope, run: Execution): unknown {
  const value = evaluate(of, scope, run);
  if (value === null) return null;
  const found = Array.isArray(among)
    ? among.some((each) => {
        const one = evaluate(each, scope, run);
        return one !== null && compare(value, one) === 0;
      })
    : run.query(among as Query, scope).some((row) => {
        const values = Object.values(row);
        return compare(value, Array.isArray(value) ? values : values[0]) === 0;
      });
  return found !== not;
}

function quantified(expr: Extract<Expr, { is: 'quantified' }>, scope: Scope, run: Execution): unknown {
  const value = evaluate(expr.left, scope, run);
  const array = evaluate(expr.array, scope, run) as readonly unknown[] | null;
  if (value === null || array === null) return null;
  const holds = (each: unknown): boolean => each !== null && operate(expr.op, value, each) === true;
  return expr.all ? array.every(holds) : array.some(holds);
}

function call(expr: Extract<Expr, { is: 'call' }>, scope: Scope, run: Execution): unknown {
  const { name, args } = expr;
  if (expr.over !== undefined) return scope.windows?.get(expr) ?? null;
  if (AGGREGATES.has(name)) return aggregate(expr, scope, run);
  if (name === 'coalesce') {
    for (const each of args) {
      const value = evaluate(each, scope, run);
      if (value !== null) return value;
    }
    return null;
  }
  if (name === 'array') {
    const [of] = args;
    if (of?.is !== 'subquery') throw new Error('array(select …) alone is known here');
    return run.query(of.query, scope).map((row) => Object.values(row)[0] ?? null);
  }
  return plainCall(
    name,
    args.map((each) => evaluate(each, scope, run)),
    run,
  );
}

const NOTHING: Expr = { is: 'literal', value: '' };

function aggregate({ name, args }: Extract<Expr, { is: 'call' }>, scope: Scope, run: Execution): unknown {
  const members = scope.group ?? [];
  const [of, between = NOTHING] = args;
  if (of === undefined || of.is === 'star') return BigInt(members.length);
  const values = members.map((each) => evaluate(of, each, run));
  const present = values.filter((value) => value !== null);
  switch (name) {
    case 'count':
      return BigInt(present.length);
    case 'count distinct':
      return BigInt(new Set(present.map(String)).size);
    case 'min':
    case 'max':
      return present.length === 0
        ? null
        : present.reduce((best, value) => (compare(value, best) > 0 === (name === 'max') ? value : best));
    case 'sum':
      return present.length === 0 ? null : present.reduce<unknown>((total, value) => add(total, value, 1), 0n);
    case 'bool_or':
      return present.length === 0 ? null : present.includes(true);
    case 'bool_and':
      return present.length === 0 ? null : !present.includes(false);
    case 'array_agg':
    case 'json_agg':
    case 'jsonb_agg':
      return values.length === 0 ? null : values;
    case 'string_agg':
      return present.length === 0 ? null : present.map(String).join(evaluate(between, scope, run) as string);
    default:
      throw new Error(`the aggregate ${name} is not known here`);
  }
}
