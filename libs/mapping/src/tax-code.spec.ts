import type { RateMapping } from '@qbo-sync/contracts/sync/settings';
import { proposeRates } from './tax-code';
import { BOOKS_RATES, code, rate, RATE_CASES } from './tax-code.fixtures';

describe('tax code proposals', () => {
  test.each(RATE_CASES)('§$section $says', ({ rate: ofRunACall, codes, proposed }) => {
    const { name, percentage } = ofRunACall;
    expect(proposeRates([ofRunACall], codes, BOOKS_RATES, [])).toEqual([
      { rateId: 'tax_1', name, percentage, ...proposed },
    ]);
  });

  const AUSTIN = [code('5', 'Austin', ['1', '2'])];
  const confirmed: RateMapping = {
    rateId: 'tax_1',
    name: 'Austin',
    percentage: '8.25',
    code: { id: '9', name: 'Mine' },
    state: 'confirmed',
    confirmedAt: '8.25',
  };

  test('§7 what a person confirmed stays, also when the rate is retired', () => {
    expect(proposeRates([rate('Austin', '8.250')], AUSTIN, BOOKS_RATES, [confirmed])).toMatchObject([
      { state: 'confirmed', code: { id: '9' } },
    ]);
    expect(proposeRates([rate('Austin', '8.25', [], false)], AUSTIN, BOOKS_RATES, [confirmed])).toMatchObject([
      { state: 'confirmed', code: { id: '9' }, retired: true },
    ]);
  });

  test('§7 another percentage suspends it, and says at which one it was confirmed', () => {
    expect(proposeRates([rate('Austin', '8.5')], AUSTIN, BOOKS_RATES, [confirmed])).toMatchObject([
      { state: 'percentage_differs', percentage: '8.5', code: { id: '9' }, confirmedAt: '8.25' },
    ]);
  });

  test('§12 an old suggestion is made anew', () => {
    const old: RateMapping = {
      rateId: 'tax_1',
      name: 'Austin',
      percentage: '8.25',
      code: { id: '1', name: 'Gone' },
      state: 'suggested',
    };
    expect(proposeRates([rate('Austin', '8.25')], [], BOOKS_RATES, [old])).toMatchObject([{ state: 'not_mapped' }]);
  });
});
