import { sameJson } from './same-json';

describe('two JSON values', () => {
  it.each([
    [1, 1],
    ['a', 'a'],
    [null, null],
    [
      { a: 1, b: { c: [1, 2], d: null } },
      { b: { d: null, c: [1, 2] }, a: 1 },
    ],
    [[], []],
  ])('%j says the same as %j', (a, b) => {
    expect(sameJson(a, b)).toBe(true);
  });

  it.each([
    [1, '1'],
    [null, {}],
    [undefined, null],
    [{ a: 1 }, { a: 1, b: 2 }],
    [
      { a: 1, b: 2 },
      { a: 1, c: 2 },
    ],
    [{ a: undefined }, { b: undefined }],
    [
      [1, 2],
      [2, 1],
    ],
    [[], {}],
  ])('%j does not say the same as %j', (a, b) => {
    expect(sameJson(a, b)).toBe(false);
  });
});
