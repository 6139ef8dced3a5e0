import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * libs/mapping/posting-rows.json: every row of the tables of postings.md, by the section it stands in, and the tests that
 * show it, each by a part of its full name. A story is a row under its own number.
 */
export interface PostingRow {
  /** `6.4`, `story 9` */
  readonly section: string;
  readonly row: string;
  readonly tests: readonly string[];
}

export function postingRows(root: string): readonly PostingRow[] {
  return JSON.parse(readFileSync(path.join(root, 'libs/mapping/posting-rows.json'), 'utf8')) as PostingRow[];
}

/** What is missing, a sentence each: a row without a test of its section, or with one that did not pass. */
export function untested(rows: readonly PostingRow[], passed: readonly string[]): string[] {
  return rows.flatMap(({ section, row, tests }) => {
    const sign = section.startsWith('story ') ? section : `§${section}`;
    const named = tests.some((test) => carries(test, sign)) ? [] : [`§${section} ${row}: no test carries ${sign}`];
    const missing = tests.filter((test) => !passed.some((name) => name.includes(test)));
    return [...named, ...missing.map((test) => `§${section} ${row}: no test "${test}" passed`)];
  });
}

/** `§6` is carried by a test of §6.1 too, `§1.1` by none of §1.10. */
const carries = (test: string, sign: string): boolean =>
  test.split(sign).some((after, place) => place > 0 && !/^\d/.test(after));
