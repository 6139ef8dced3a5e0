import fc from 'fast-check';
import { ExactNumber, isObject, parseExact, printExact, readNumbersAsText } from './exact-json';

describe('exact JSON', () => {
  it.each(['129.00', '0.1', '10000000000000000.13', '9007199254740993.15', '1e3', '-0', '7.0000001'])(
    'keeps %s as it was written',
    (number) => {
      const text = `{"TotalAmt":${number},"Line":[${number}]}`;
      expect(printExact(parseExact(text))).toBe(text);
      expect(readNumbersAsText(text)).toEqual({ TotalAmt: number, Line: [number] });
    },
  );

  it('keeps key order and strings that look like numbers', () => {
    const text = '{"b":"129.00","a":null,"c":[true,{"z":1.50,"y":""}]}';
    expect(printExact(parseExact(text))).toBe(text);
  });

  it('prints any parsed document back to the same value', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(printExact(parseExact(text)))).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('tells an object from a number, an array and null', () => {
    expect([parseExact('{}'), parseExact('1'), parseExact('[]'), parseExact('null')].map(isObject)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(parseExact('1')).toBeInstanceOf(ExactNumber);
  });

  it('refuses what is not JSON', () => {
    expect(() => parseExact('{not json')).toThrow(SyntaxError);
  });
});
