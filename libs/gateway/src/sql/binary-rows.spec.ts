import { BinaryRows } from './binary-rows';

/** What stands between the header of 19 bytes and the end. */
const bytesOf = (write: (to: BinaryRows) => void): string => {
  const rows = new BinaryRows();
  write(rows);
  const bytes = rows.end();
  expect([bytes.toString('latin1', 0, 19), bytes.toString('hex', bytes.length - 2)]).toEqual([
    'PGCOPY\n\u00ff\r\n\0' + '\0'.repeat(8),
    'ffff',
  ]);
  return bytes.toString('hex', 19, bytes.length - 2);
};

describe('rows in the binary form of COPY', () => {
  it.each<[string, (to: BinaryRows) => void, string]>([
    ['a row of two columns', (to) => to.row(2), '0002'],
    ['a text', (to) => to.text('aü'), '00000003' + '61c3bc'],
    ['an empty text', (to) => to.text(''), '00000000'],
    ['no text', (to) => to.text(null), 'ffffffff'],
    ['half a pair of surrogates', (to) => to.text('\ud800'), '00000003' + 'efbfbd'],
    ['no texts', (to) => to.texts([]), '0000000c' + '000000000000000000000019'],
    [
      'texts',
      (to) => to.texts(['a', '']),
      '0000001d' + '000000010000000000000019' + '0000000200000001' + '0000000161' + '00000000',
    ],
    ['a smallint', (to) => to.smallint(-2), '00000002' + 'fffe'],
    ['a bigint', (to) => to.bigint(2 ** 32 + 5), '00000008' + '0000000100000005'],
    ['one below nothing', (to) => to.bigint(-1), '00000008' + 'ffffffffffffffff'],
    ['the largest', (to) => to.bigint(2 ** 53 - 1), '00000008' + '001fffffffffffff'],
    ['a boolean', (to) => to.boolean(true), '00000001' + '01'],
  ])('%s', (_what, write, bytes) => expect(bytesOf(write)).toBe(bytes));

  it('grow as far as they must', () => {
    const long = 'ü'.repeat(100_000);
    const bytes = bytesOf((to) => [long, 'a'].forEach((each) => to.text(each)));
    expect(Buffer.from(bytes, 'hex').toString('utf8', 4, 200_004)).toBe(long);
    expect(bytes.slice(-10)).toBe('0000000161');
  });

  it.each([0.5, NaN, Infinity, 2 ** 53])('refuse %s as a whole number', (value) => {
    expect(() => new BinaryRows().bigint(value)).toThrow(RangeError);
  });
});
