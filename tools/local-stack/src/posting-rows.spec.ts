import path from 'node:path';
import { postingRows, type PostingRow, untested } from './posting-rows';

const VOID: PostingRow = { section: '8.5', row: 'payment.voided, entered in error', tests: ['§8.5 entered in error'] };

describe('rows of postings.md', () => {
  test.each<[string, PostingRow, string[], string[]]>([
    ['a test of its section that passed', VOID, ['payment §8.5 entered in error is voided'], []],
    [
      'its test did not pass, or is gone',
      VOID,
      ['payment §8.5 another'],
      ['§8.5 payment.voided, entered in error: no test "§8.5 entered in error" passed'],
    ],
    [
      'a test of another section',
      { ...VOID, tests: ['§8.1 the example'] },
      ['payment §8.1 the example'],
      ['§8.5 payment.voided, entered in error: no test carries §8.5'],
    ],
    [
      'a test of a part of its section',
      { ...VOID, section: '8', tests: ['§8.5 entered in error'] },
      ['payment §8.5 entered in error is voided'],
      [],
    ],
    [
      'a test of another section that begins alike',
      { ...VOID, section: '1.1', tests: ['§1.10 another currency'] },
      ['payment §1.10 another currency holds'],
      ['§1.1 payment.voided, entered in error: no test carries §1.1'],
    ],
    [
      'no test',
      { ...VOID, tests: [] },
      ['payment §8.5 entered in error is voided'],
      ['§8.5 payment.voided, entered in error: no test carries §8.5'],
    ],
    [
      'a story by its number',
      { section: 'story 9', row: 'scenarios.md', tests: ['story 9: the account'] },
      ['items story 9: the account changes'],
      [],
    ],
  ])('%s', (_what, row, passed, missing) => {
    expect(untested([row], passed)).toEqual(missing);
  });

  test('the list names each row of a section once', () => {
    const rows = postingRows(path.resolve(__dirname, '../../..'));
    const names = rows.map(({ section, row }) => `${section} ${row}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(rows.length).toBeGreaterThan(60);
  });
});
