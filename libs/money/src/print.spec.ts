import { parseDecimal } from './decimal';
import { amountNumber, exactNumber } from './print';

describe('exact numbers in JSON', () => {
  test.each([
    ['2', 0, '2'],
    ['2.000', 0, '2'],
    ['0.3333333', 0, '0.3333333'],
    ['18.5', 2, '18.50'],
    ['0.12345', 2, '0.12345'],
    ['123456789012345.1234567', 2, '123456789012345.1234567'],
    ['-0.00', 2, '0.00'],
  ])('%s with at least %i places prints %s', (text, places, printed) => {
    expect(JSON.stringify({ UnitPrice: exactNumber(parseDecimal(text), places) })).toBe(`{"UnitPrice":${printed}}`);
  });

  test('an amount prints with exactly two places', () => {
    expect(JSON.stringify([amountNumber(parseDecimal('129')), amountNumber(parseDecimal('-0.005'))])).toBe(
      '[129.00,-0.01]',
    );
  });
});
