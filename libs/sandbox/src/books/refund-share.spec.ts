import type { Refund } from '@qbo-sync/contracts/runacall/payment';
import { money } from './cents';
import { shareRefunds } from './refund-share';

const refund = (amount: string, taxAmount?: string): Refund => ({
  id: 're_1',
  amount,
  ...(taxAmount === undefined ? {} : { taxAmount }),
  refundedOn: '2026-12-03',
  method: 'card',
  effect: 'reduce-sale',
  status: 'succeeded',
});
const shown = (invoice: Parameters<typeof shareRefunds>[0], ...refunds: Refund[]): string[] =>
  shareRefunds(invoice, refunds).map(({ parts, tax }) => [...parts, tax].map(money).join(' '));

/** RAC-1041: 129.00 + 37.00, tax 13.70. */
const INVOICE = { amounts: [12900n, 3700n], tax: 1370n };

describe('what a refund takes back', () => {
  test.each([
    ['part of it', [refund('50.00')], ['35.89 10.30 3.81']],
    ['all of it', [refund('179.70')], ['129.00 37.00 13.70']],
    ['the tax as the refund says it', [refund('50.00', '0.00')], ['38.86 11.14 0.00']],
    [
      'several: the last takes what is left',
      [refund('50.00'), refund('129.70')],
      ['35.89 10.30 3.81', '93.11 26.70 9.89'],
    ],
    [
      'the tax was given back whole before: the next takes none',
      [refund('50.00', '13.70'), refund('30.00')],
      ['28.21 8.09 13.70', '23.31 6.69 0.00'],
    ],
    [
      'no tax was given back before: the next takes of the sale what there is',
      [refund('160.00', '0.00'), refund('15.00')],
      ['124.34 35.66 0.00', '4.66 1.34 9.00'],
    ],
  ])('%s', (_what, refunds, shares) => expect(shown(INVOICE, ...refunds)).toEqual(shares));

  test('a discount and a tip are shared like any amount', () => {
    expect(shown({ amounts: [10000n, -1000n, 500n], tax: 825n }, refund('51.62'))).toEqual(['50.00 -5.00 2.50 4.12']);
  });
});
