import { fromMinor } from './minor-units';

test.each([
  [17970, 'usd', '179.70'],
  [-5, 'USD', '-0.05'],
  [0, 'usd', '0.00'],
  [-0, 'usd', '0.00'],
  [500, 'jpy', '500'],
  [12340, 'kwd', '12.340'],
  [500, 'huf', '5.00'],
  [9007199254740991, 'usd', '90071992547409.91'],
])('%i %s is %s', (amount, currency, text) => {
  expect(fromMinor(amount, currency)).toBe(text);
});

test.each([1.5, Number.NaN, 9007199254740992])('%p is no amount of Stripe', (amount) => {
  expect(() => fromMinor(amount, 'usd')).toThrow('whole number');
});
