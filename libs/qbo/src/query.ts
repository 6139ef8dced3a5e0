/**
 * Statements of QuickBooks' query language (quickbooks.md §6). Values stand in single quotes, `'` is escaped as `\'`,
 * rows are 100 by default and at most 1000, positions start at 1.
 */
export const PAGE_ROWS = 1000;

const NAME = /^[A-Za-z][A-Za-z0-9.]*$/;

/** A value as a literal: `O'Brien` → `'O\'Brien'`. */
export function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

export interface SelectOptions {
  readonly inactiveToo?: boolean;
  readonly start?: number;
  readonly changedSince?: Date;
  /** Some fields alone, of records whose day lies between two, both included. */
  readonly only?: {
    readonly fields: readonly string[];
    readonly day: string;
    readonly from: string;
    readonly to: string;
  };
}

/** `select * from X where a = '…' and b in (…)`. Throws on a name that is none: names come from our code. */
export function select(
  resource: string,
  where: readonly (readonly [field: string, value: string])[],
  options: SelectOptions = {},
): string {
  const { only } = options;
  const conditions = where.map(([field, value]) => `${name(field)} = ${literal(value)}`);
  if (only !== undefined) {
    conditions.push(`${name(only.day)} >= ${literal(only.from)}`, `${name(only.day)} <= ${literal(only.to)}`);
  }
  if (options.changedSince !== undefined) {
    conditions.push(`MetaData.LastUpdatedTime >= ${literal(options.changedSince.toISOString())}`);
  }
  if (options.inactiveToo === true) conditions.push('Active IN (true, false)');
  const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const fields = only === undefined ? '*' : only.fields.map(name).join(', ');
  return `SELECT ${fields} FROM ${name(resource)}${filter} STARTPOSITION ${options.start ?? 1} MAXRESULTS ${PAGE_ROWS}`;
}

/** `select * from X where a in ('…', '…')`. Throws on a name that is none. */
export function selectIn(resource: string, field: string, values: readonly string[]): string {
  const list = values.map(literal).join(', ');
  return `SELECT * FROM ${name(resource)} WHERE ${name(field)} IN (${list}) STARTPOSITION 1 MAXRESULTS ${PAGE_ROWS}`;
}

function name(text: string): string {
  if (!NAME.test(text)) throw new Error('not a name of the query language');
  return text;
}
