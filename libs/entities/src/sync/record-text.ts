import type { TextObject } from '@qbo-sync/contracts/exact-json';

type SourceReviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver: SourceReviver) => unknown;

/** QuickBooks' record from its JSON text, every number as the text it was written in: no amount becomes a float. */
export function readRecord(text: string): TextObject {
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' ? (source ?? String(value)) : value,
  ) as TextObject;
}
