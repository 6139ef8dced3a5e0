import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { readRecord } from './record-text';

/** So much of a value is shown; a document's lines may be long. */
const MOST_TEXT = 500;

/**
 * What a person chooses between where both sides changed a record, as params of `both_changed`: `fields` names them,
 * `ours.<field>` and `theirs.<field>` say what each side has, as text or JSON; an empty one is not there on that side.
 * `body` is the request's, undefined or empty once it was erased.
 */
export function bothSides(
  fields: readonly string[],
  body: string | undefined,
  theirs: TextObject | undefined,
): Readonly<Record<string, string>> {
  if (fields.length === 0 || body === undefined || body === '' || theirs === undefined) return {};
  const ours = readRecord(body);
  const values = fields.flatMap((field) => [
    [`ours.${field}`, shown(ours[field])],
    [`theirs.${field}`, shown(theirs[field])],
  ]);
  return { fields: fields.join(', '), ...(Object.fromEntries(values) as Record<string, string>) };
}

function shown(value: unknown): string {
  const text = value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT - 1)}…`;
}
