import type { TextJson, TextObject } from '@qbo-sync/contracts/exact-json';
import { cents, type Cents } from './cents';

/** Fields of QuickBooks' records as they are read, numbers by their text; what is not there is empty. */

/** Our documents carry `Run a Call <id>` in their private note (postings.md §1.6). */
const MARKER = /Run a Call (\S+)(?:\s|$)/;

export const markerOf = (record: TextObject): string => MARKER.exec(textAt(record, 'PrivateNote'))?.[1] ?? '';

export function objectAt(json: TextJson | undefined, key: string): TextObject {
  const found = isRecord(json) ? json[key] : undefined;
  return isRecord(found) ? found : {};
}

export function listAt(record: TextObject, key: string): TextObject[] {
  const found = record[key];
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

export function textAt(record: TextObject, key: string): string {
  const found = record[key];
  return typeof found === 'string' ? found : '';
}

export const centsAt = (record: TextObject, key: string): Cents => cents(textAt(record, key) || '0');

export function refAt(record: TextObject, key: string): string | undefined {
  return textAt(objectAt(record, key), 'value') || undefined;
}

function isRecord(json: TextJson | undefined): json is TextObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
