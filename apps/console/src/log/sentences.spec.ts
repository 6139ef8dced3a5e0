import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SENTENCES } from './sentences.fixtures';

/** No sentence of postings.md §11 is there for show: a rule gives it, and a case of the rules or the mapping says when. */
const root = path.resolve(__dirname, '../../../..');
const files = ['libs/mapping/src', 'libs/entities/src'].flatMap((dir) =>
  readdirSync(path.join(root, dir), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(root, dir, file)),
);
const isCase = (file: string): boolean => /\.(spec|fixtures)\.ts$/.test(file);
const textOf = (which: (file: string) => boolean): string =>
  files
    .filter(which)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
const rules = textOf((file) => !isCase(file));
const cases = textOf(isCase);

const isGiven = (code: string): boolean =>
  new RegExp(`code: '${code}'|hold\\(\\s*'${code}'|'\\d+': '${code}'|\\? '${code}'|: '${code}';`).test(rules);

test.each(SENTENCES.map(({ when, code }) => [when, code] as const))('§11 %s: %s is given by a rule', (_when, code) => {
  expect(isGiven(code)).toBe(true);
});

test.each(SENTENCES.map(({ when, code }) => [when, code] as const))(
  '§11 %s: a case says when %s is given',
  (_when, code) => {
    expect(cases.includes(`'${code}'`) || cases.includes(`Held ${code}`)).toBe(true);
  },
);
