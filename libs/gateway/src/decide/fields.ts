import { createHash } from 'node:crypto';
import { ExactNumber, isObject, type ExactJson, type ExactObject } from '@qbo-sync/contracts/exact-json';

/**
 * Comparing what we send with what QuickBooks shows, per top-level field. Numbers are equal by value (129.00 = 129). The
 * `name` of a reference is QuickBooks' decoration: it changes when the other record is renamed, and is ignored on input
 * (quickbooks.md §9.1).
 */
export type FieldHashes = Readonly<Record<string, string>>;

/** Fields that say which version of the record this is, not what it holds. */
const ENVELOPE: ReadonlySet<string> = new Set(['Id', 'SyncToken', 'MetaData', 'sparse', 'domain', 'status']);

/** The hash of each top-level field, without those of the envelope. */
export function hashFields(record: ExactObject): FieldHashes {
  const entries = Object.entries(record).filter(([field]) => !ENVELOPE.has(field));
  return Object.fromEntries(entries.map(([field, value]) => [field, hashField(value)]));
}

export function hashField(value: ExactJson): string {
  return createHash('sha256').update(canonical(value)).digest('base64url').slice(0, 22);
}

/**
 * True when `shown` says all that `wanted` says: objects may hold more, lists may hold more between (a subtotal line),
 * what is wanted empty may be absent.
 */
export function covers(shown: ExactJson | undefined, wanted: ExactJson): boolean {
  if (wanted === null || wanted === '') return shown === undefined || shown === null || shown === '';
  if (shown === undefined || shown === null) return false;
  if (wanted instanceof ExactNumber) {
    return shown instanceof ExactNumber && plainNumber(shown.source) === plainNumber(wanted.source);
  }
  if (Array.isArray(wanted)) return Array.isArray(shown) && coversList(shown, wanted);
  if (isObject(wanted)) {
    return isObject(shown) && referenced(wanted).every(([key, value]) => covers(shown[key], value));
  }
  if (typeof wanted === 'string') return typeof shown === 'string' && shown.trim() === wanted.trim();
  return shown === wanted;
}

/** The value at a dotted path, array indexes included: `Line.0.Id`. */
export function valueAt(record: ExactJson, path: string): ExactJson | undefined {
  let value: ExactJson | undefined = record;
  for (const step of path.split('.')) {
    if (Array.isArray(value)) value = value[Number(step)];
    else if (isObject(value)) value = value[step];
    else return undefined;
  }
  return value;
}

/** Every id in a record by its dotted path, kept on the link for `at`. */
export function idsIn(record: ExactJson, path = ''): Record<string, string> {
  if (Array.isArray(record))
    return Object.assign({}, ...record.map((each, index) => idsIn(each, join(path, `${index}`))));
  if (!isObject(record)) return {};
  const own: Record<string, string> = {};
  for (const [key, value] of Object.entries(record)) {
    if (typeof value !== 'string') Object.assign(own, idsIn(value, join(path, key)));
    else if (key === 'Id' || key === 'value') own[join(path, key)] = value;
  }
  return own;
}

/** A number's value as text, whatever its form: `129.00`, `1.29E2` → `129`. */
export function plainNumber(source: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source);
  if (match === null) return source;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent) - fraction.length;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  const padded = shift >= 0 ? `${digits}${'0'.repeat(shift)}.` : pointed(digits, -shift);
  return sign + padded.replace(/(\.\d*?)0*$/, '$1').replace(/\.$/, '');
}

function pointed(digits: string, decimals: number): string {
  const padded = digits.padStart(decimals + 1, '0');
  return `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
}

function coversList(shown: readonly ExactJson[], wanted: readonly ExactJson[]): boolean {
  let from = 0;
  return wanted.every((each) => {
    const found = shown.findIndex((candidate, index) => index >= from && covers(candidate, each));
    from = found + 1;
    return found >= 0;
  });
}

/** An object's entries without the name of a reference, in key order. */
function referenced(object: ExactObject): [string, ExactJson][] {
  const isReference = typeof object['value'] === 'string';
  return Object.entries(object)
    .filter(([key]) => !(isReference && key === 'name'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function canonical(json: ExactJson): string {
  if (json instanceof ExactNumber) return plainNumber(json.source);
  if (Array.isArray(json)) return `[${json.map(canonical).join(',')}]`;
  if (isObject(json)) {
    return `{${referenced(json)
      .map(([key, value]) => `${JSON.stringify(key)}:${canonical(value)}`)
      .join(',')}}`;
  }
  return JSON.stringify(json);
}

function join(path: string, step: string): string {
  return path === '' ? step : `${path}.${step}`;
}
