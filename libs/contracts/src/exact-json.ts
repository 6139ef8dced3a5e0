/**
 * JSON whose numbers keep their source text, so that no amount ever passes through a float.
 *
 * `parseExact` gives a tree in which every number is an {@link ExactNumber}; `printExact` writes such a tree back with
 * the same digits and key order. `readNumbersAsText` gives a plain tree whose numbers are decimal strings, for code
 * that only reads (rules, comparisons).
 */
export class ExactNumber {
  constructor(readonly source: string) {}
}

export type ExactJson = null | boolean | string | ExactNumber | ExactJson[] | ExactObject;
export interface ExactObject {
  [key: string]: ExactJson;
}

/** Plain JSON in which every number became its source text: `129.00` → `"129.00"`. */
export type TextJson = null | boolean | string | TextJson[] | TextObject;
export interface TextObject {
  [key: string]: TextJson;
}

interface ReviverContext {
  source?: string;
}
type SourceReviver = (this: unknown, key: string, value: unknown, context: ReviverContext) => unknown;
const parse = JSON.parse as (text: string, reviver: SourceReviver) => unknown;
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** Parses JSON text. Throws SyntaxError on text that is not JSON. */
export function parseExact(text: string): ExactJson {
  return parse(text, (_key, value, context) =>
    typeof value === 'number' ? new ExactNumber(context.source ?? String(value)) : value,
  ) as ExactJson;
}

/** Prints a tree of {@link parseExact} with the numbers as they were written. */
export function printExact(json: ExactJson): string {
  return JSON.stringify(json, (_key, value: unknown) => (value instanceof ExactNumber ? rawJson(value.source) : value));
}

/** Parses JSON text into a plain tree whose numbers are decimal strings. Throws SyntaxError. */
export function readNumbersAsText(text: string): TextJson {
  return parse(text, (_key, value, context) =>
    typeof value === 'number' ? (context.source ?? String(value)) : value,
  ) as TextJson;
}

/** True for a JSON object (not an array, a number or null). */
export function isObject(json: ExactJson | undefined): json is ExactObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof ExactNumber);
}
