import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { objects, text } from '../exact';

/** Ids of lines that stay are kept; new ones get the next number of their document, from `first`. */
export function lineIds(
  current: ExactObject | undefined,
  given: readonly ExactObject[],
  first = 1,
): (wanted: string | undefined) => string {
  const known = new Set(objects(current?.['Line']).map((line) => text(line['Id'])));
  const numbers = [...known, ...given.map((line) => text(line['Id']))].map(Number).filter(Number.isInteger);
  let next = Math.max(first - 1, ...numbers);
  return (wanted) => {
    if (wanted !== undefined && known.has(wanted)) return wanted;
    next += 1;
    return String(next);
  };
}
