import type { TextJson, TextObject } from '@qbo-sync/contracts/exact-json';

/** Reading of QuickBooks' records, whose numbers are decimal strings. */

const isObject = (json: TextJson | undefined): json is TextObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** Text at a dotted path (`CustomerRef.value`); undefined where there is none or it is empty. */
export function textAt(record: TextJson, path: string): string | undefined {
  const value = path
    .split('.')
    .reduce<TextJson | undefined>((json, key) => (isObject(json) ? json[key] : undefined), record);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The objects in the array of this name; none where there is no array. */
export function listIn(record: TextJson, name: string): readonly TextObject[] {
  const value = isObject(record) ? record[name] : undefined;
  return Array.isArray(value) ? value.filter(isObject) : [];
}
