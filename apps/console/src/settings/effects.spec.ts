import type { SettingValues } from '@qbo-sync/contracts/sync/settings';
import { effectsOf } from './effects';
import { checkValues } from './settings-check';
import { bound, chart, given, made, profile, rates, read } from './spec-kit';

describe('what a save would do', () => {
  const told = (values: Record<string, unknown>) => {
    const state = given(made, bound, read, rates);
    const checked = checkValues(state, values, chart);
    if (!checked.ok) throw new Error(checked.faults[0]?.code);
    return effectsOf({ state, changes: checked.changes, existingItems: false, chart });
  };

  it('§12 a code confirmed for a rate of another percentage says both', () => {
    expect(told({ 'tax.rates': { tx: '5' } })).toEqual([
      {
        code: 'percentage_differs',
        params: { rate: 'County', percentage: '8.25', code: 'Standard', found: '20' },
        text: 'County is 8.25 %, and Standard in QuickBooks is 20 %.',
      },
    ]);
    const taxCodes = [{ id: '5', name: 'Standard', percentage: '8.250', taxable: true, active: true }];
    const to: SettingValues['tax.rates'] = [
      { rateId: 'tx', name: 'County', percentage: '8.25', code: { id: '5', name: 'Standard' }, state: 'confirmed' },
    ];
    const same = { 'tax.rates': { from: [], to } };
    expect(
      effectsOf({ state: given(made), changes: same, existingItems: false, chart: { accounts: [], taxCodes } }),
    ).toEqual([]);
  });

  it('§6.4 no default stops an invoice, except under automated sales tax', () => {
    const none = { 'tax.defaultCode': { from: { id: '5', name: 'Standard' }, to: null } };
    const codes = (taxMode: 'automated_us' | 'per_line') =>
      effectsOf({
        state: { ...given(made, bound, read), profile: { ...profile, taxMode } },
        ...{ changes: none, existingItems: false, chart },
      }).map(({ code }) => code);
    expect(codes('per_line')).toEqual(['unmapped_stops']);
    expect(codes('automated_us')).toEqual(['unmapped_warns']);
  });
});
