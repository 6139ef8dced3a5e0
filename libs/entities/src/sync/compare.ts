import { equalByValue, parseDecimal } from '@qbo-sync/money/decimal';
import type { TextJson, TextObject } from '@qbo-sync/contracts/exact-json';

/** So far an invoice's total may be off: a rounding line closes it (postings.md §1.4). */
export const PENNIES = parseDecimal('0.05');

/**
 * The paths at which QuickBooks' record says something else than expected, in the order of `expect`. A path is dotted,
 * array indexes are numbers (`Line.0.Amount`); numbers are compared by value (`129` = `129.00`); a missing value differs.
 */
export function differences(record: TextObject, expect: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(expect)
    .filter(([path, wanted]) => !equalByValue(valueAt(record, path) ?? '(nothing)', wanted))
    .map(([path]) => path);
}

/** The value at a dotted path as text, or undefined when there is none. */
export function valueAt(record: TextObject, path: string): string | undefined {
  let here: TextJson | undefined = record;
  for (const step of path.split('.')) {
    if (Array.isArray(here)) here = here[Number(step)];
    else if (typeof here === 'object' && here !== null) here = here[step];
    else return undefined;
  }
  return typeof here === 'string' ? here : typeof here === 'boolean' ? String(here) : undefined;
}
