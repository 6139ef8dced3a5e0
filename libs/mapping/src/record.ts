import type { TextJson, TextObject } from '@qbo-sync/contracts/exact-json';

/** Reading of QuickBooks' records, whose numbers are decimal strings. */

const isObject = (json: TextJson | undefined): json is TextObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** The value at a dotted path (`CurrencyPrefs.HomeCurrency.value`), or undefined. */
export function at(record: TextJson, path: string): TextJson | undefined {
  return path.split('.').reduce<TextJson | undefined>((json, key) => (isObject(json) ? json[key] : undefined), record);
}

/** Text at a path, or undefined where there is none or it is empty. */
export function textAt(record: TextJson, path: string): string | undefined {
  const value = at(record, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** True or false as QuickBooks says it (also as text), or undefined where it says nothing. */
export function flagAt(record: TextJson, path: string): boolean | undefined {
  const value = at(record, path);
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** The array at a path; one object alone counts as an array of one, absence as none. */
export function listAt(record: TextJson, path: string): readonly TextJson[] {
  const value = at(record, path);
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
