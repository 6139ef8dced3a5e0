/**
 * Postgres' values as they are kept here: text is a string, int a number, bigint a BigInt (so that a driver's text form
 * is known when a row is shown), timestamptz a Date, jsonb its parsed JSON, bytea a Buffer.
 */
export type Row = Readonly<Record<string, unknown>>;

export interface Interval {
  readonly intervalMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  millisecond: 1,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

const intervals = new Map<string, Interval>();

function parseInterval(text: string): Interval {
  const known = intervals.get(text);
  if (known !== undefined) return known;
  let intervalMs = 0;
  for (const [, count = '0', unit = ''] of text.matchAll(/(-?\d+(?:\.\d+)?)\s*([a-z]+)/gi)) {
    const ms = UNIT_MS[unit.toLowerCase().replace(/(?<=..)s$/, '')];
    if (ms === undefined) throw new Error(`no interval: ${text}`);
    intervalMs += Number(count) * ms;
  }
  const interval = { intervalMs };
  intervals.set(text, interval);
  return interval;
}

function isInterval(value: unknown): value is Interval {
  return typeof value === 'object' && value !== null && 'intervalMs' in value;
}

/** A value as a column of this type keeps it. */
export function cast(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null;
  if (type.endsWith('[]')) return (asArray(value) as unknown[]).map((each) => cast(each, type.slice(0, -2)));
  switch (type) {
    case 'int':
    case 'integer':
    case 'int4':
    case 'int2':
    case 'smallint':
    case 'float8':
    case 'numeric':
    case 'real':
    case 'tid':
    case 'xid':
      return Number(value);
    case 'bigint':
    case 'int8':
      return BigInt(typeof value === 'number' ? Math.round(value) : (value as string));
    case 'text':
    case 'varchar':
    case 'uuid':
      return value instanceof Date ? value.toISOString() : String(value);
    case 'boolean':
    case 'bool':
      return value === true || value === 'true' || value === 't' || value === 1;
    case 'timestamptz':
    case 'timestamptztz':
      return value instanceof Date ? value : new Date(value as string);
    case 'date':
      return (value instanceof Date ? value.toISOString() : String(value)).slice(0, 10);
    case 'json':
    case 'jsonb':
      return typeof value === 'string' ? (JSON.parse(value) as unknown) : value;
    case 'interval':
      return isInterval(value) ? value : parseInterval(String(value));
    case 'bytea':
      return Buffer.isBuffer(value) ? value : Buffer.from(String(value));
    default:
      throw new Error(`the type ${type} is not known here`);
  }
}

function asArray(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const inner = value.replace(/^\{|\}$/g, '');
  return inner === '' ? [] : inner.split(',');
}

/** −1, 0 or 1 of two values that are not null; texts by code point. */
export function compare(left: unknown, right: unknown): number {
  if (left instanceof Date || right instanceof Date) return sign(time(left) - time(right));
  if (Buffer.isBuffer(left) && Buffer.isBuffer(right)) return left.compare(right);
  if (Array.isArray(left) && Array.isArray(right)) {
    for (const [index, each] of left.entries()) {
      if (index >= right.length) return 1;
      const order = compare(each, right[index]);
      if (order !== 0) return order;
    }
    return left.length === right.length ? 0 : -1;
  }
  if (typeof left === 'object' || typeof right === 'object') {
    return JSON.stringify(left) === JSON.stringify(right) ? 0 : -1;
  }
  if (isNumeric(left) || isNumeric(right)) {
    const [a, b] = [left as number, right as number];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  const [a, b] = [left as string, right as string];
  return a === b ? 0 : a < b ? -1 : 1;
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

function time(value: unknown): number {
  return value instanceof Date ? value.getTime() : Date.parse(String(value));
}

function sign(difference: number): number {
  return difference === 0 ? 0 : difference < 0 ? -1 : 1;
}

export function add(left: unknown, right: unknown, direction: 1 | -1): unknown {
  if (left instanceof Date) {
    return isInterval(right)
      ? new Date(left.getTime() + direction * right.intervalMs)
      : { intervalMs: left.getTime() - time(right) };
  }
  if (isInterval(left) && right instanceof Date) return new Date(right.getTime() + left.intervalMs);
  if (isInterval(left) && isInterval(right)) return { intervalMs: left.intervalMs + direction * right.intervalMs };
  if (typeof left === 'bigint' || typeof right === 'bigint') {
    const [a, b] = [BigInt(left as number), BigInt(right as number)];
    return direction === 1 ? a + b : a - b;
  }
  return Number(left) + direction * Number(right);
}

export function multiply(left: unknown, right: unknown): unknown {
  if (isInterval(left)) return { intervalMs: left.intervalMs * Number(right) };
  if (isInterval(right)) return { intervalMs: right.intervalMs * Number(left) };
  if (typeof left === 'bigint' || typeof right === 'bigint') return BigInt(left as number) * BigInt(right as number);
  return Number(left) * Number(right);
}

export function divide(left: unknown, right: unknown): unknown {
  if (isInterval(left)) return { intervalMs: left.intervalMs / Number(right) };
  if (typeof left === 'bigint' || typeof right === 'bigint') return BigInt(left as number) / BigInt(right as number);
  const quotient = Number(left) / Number(right);
  return Number.isInteger(left) && Number.isInteger(right) ? Math.trunc(quotient) : quotient;
}

export function contains(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return right.every((each) => left.some((one) => compare(one, each) === 0));
  }
  const [whole, part] = [left as Row, right as Row];
  return Object.entries(part).every(([key, value]) => JSON.stringify(whole[key]) === JSON.stringify(value));
}

export function overlaps(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.some((each) => right.some((one) => compare(each, one) === 0));
}

/** `||` of texts, arrays, jsonb and bytea. */
export function concatenate(left: unknown, right: unknown): unknown {
  if (Array.isArray(left) || Array.isArray(right)) return [left, right].flat();
  if (Buffer.isBuffer(left) && Buffer.isBuffer(right)) return Buffer.concat([left, right]);
  if (typeof left === 'object' && typeof right === 'object') return { ...left, ...right };
  return `${String(left)}${String(right)}`;
}

/** As the driver hands a value over: bigint as text. */
export function shown(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return new Date(value);
  if (Array.isArray(value)) return value.map(shown);
  return value === undefined ? null : value;
}

/** One text for equal key values. */
export function keyText(values: readonly unknown[]): string {
  let text: string | undefined;
  for (const value of values) {
    const part =
      typeof value === 'string'
        ? value
        : value instanceof Date
          ? value.toISOString()
          : Buffer.isBuffer(value)
            ? value.toString('hex')
            : String(value);
    text = text === undefined ? part : `${text}\u0000${part}`;
  }
  return text ?? '';
}
