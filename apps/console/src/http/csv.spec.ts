import { csvLine } from './csv';

describe('a CSV line', () => {
  it.each([
    [['RAC-1', null, '179.70', '-20.00'], 'RAC-1,,179.70,-20.00'],
    [['Lopez, Maria', 'the "best"', 'two\nlines'], '"Lopez, Maria","the ""best""","two\nlines"'],
    [['=1+1', '+1', '-cmd', '@x', '-5'], "'=1+1,'+1,'-cmd,'@x,-5"],
  ])('%j', (cells, line) => expect(csvLine(cells)).toBe(`${line}\r\n`));
});
