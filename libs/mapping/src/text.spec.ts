import * as fc from 'fast-check';
import { foreignCountry } from './country';
import { cleanName, cleanText, cut, tail, texts, withSuffix } from './text';

const RUNS = { numRuns: 1_000 };
const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const wellFormed = (text: string): boolean => !/\p{Cs}/u.test(text);

describe('text as QuickBooks takes it', () => {
  test.each([
    ['a:b\tc\nd\r\ne', 'a-b-c-d-e'],
    ['  bell\u0007 \u0085', 'bell'],
    ['half \ud83d pair', 'half  pair'],
    ["Zoë's “café” & Söhne 🛠", "Zoë's “café” & Söhne 🛠"],
  ])('§1.12 the name %j is %j', (text, name) => {
    expect(cleanName(text)).toBe(name);
  });

  test('§1.12 lines stay lines', () => {
    expect(cleanText('one\r\ntwo\rthree\tfour\u0000')).toBe('one\ntwo\nthreefour');
  });

  test('a cut never leaves half a code point and never more than the limit', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 40 }), (text, limit) => {
        const clean = cleanName(text);
        for (const part of [cut(clean, limit), tail(clean, limit)]) {
          expect(part.length).toBeLessThanOrEqual(limit);
          expect(wellFormed(part)).toBe(true);
        }
        expect(clean.startsWith(cut(clean, limit))).toBe(true);
        expect(clean.endsWith(tail(clean, limit))).toBe(true);
      }),
      RUNS,
    );
    expect(cut('ab🛠', 3)).toBe('ab');
    expect(cut('ab🛠', 4)).toBe('ab🛠');
    expect(tail('🛠ab', 3)).toBe('ab');
  });

  test('a suffix stays whole', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = withSuffix(text, ' - 12', 20);
        expect(name.endsWith(' - 12')).toBe(true);
        expect(name.length).toBeLessThanOrEqual(20);
      }),
      RUNS,
    );
  });

  test('what is shortened is remembered once per kind; what is merely cleaned is not', () => {
    const text = texts();
    expect(text.name('abcdef', 3)).toBe('abc');
    expect(text.name('ghijkl', 3)).toBe('ghi');
    expect(text.lines('fits\t', 10)).toBe('fits');
    expect(text.lines(' \n ', 10)).toBeUndefined();
    expect(text.name(undefined, 10)).toBeUndefined();
    expect(text.warnings()).toEqual([{ code: 'name_shortened' }]);
  });

  test.each([
    ['US', 'US', undefined],
    ['gb', 'UK', undefined],
    ['GB', 'US', 'GBR'],
    ['DE', 'US', 'DEU'],
    ['XX', 'US', undefined],
  ])('§1.13 %s in a company of %s is %s', (country, own, sent) => {
    expect(foreignCountry(country, own)).toBe(sent);
  });
});
