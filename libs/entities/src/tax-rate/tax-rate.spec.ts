import type { TaxRate } from '@qbo-sync/contracts/runacall/tax-rate';
import type { RateMapping } from '@qbo-sync/contracts/sync/settings';
import { changed, context, given, lines, NOW, REDECIDE, settings } from '../sync/spec-kit';
import { taxRateRules } from './tax-rate';

const texas: TaxRate = {
  id: 'tax_tx',
  name: 'Texas',
  percentage: '8.25',
  components: [],
  active: true,
  updatedAt: NOW,
};
const mapping: RateMapping = {
  rateId: 'tax_tx',
  name: 'Texas',
  percentage: '8.25',
  code: { id: '5', name: 'TX' },
  state: 'confirmed',
};
const under = (...rates: RateMapping[]) => settings({ goLiveAt: null, values: { 'tax.rates': rates } });
const start = (...rates: RateMapping[]) =>
  given(taxRateRules, 'tax-rate:tax_tx', context({}, { settings: under(...rates) }));

describe('a tax rate', () => {
  it('§7 mapped: settled at once, without a request and before go-live', () => {
    expect(lines(start(mapping).when(changed('created', 1, texas)).events)).toEqual(['Changed created', 'Settled']);
  });

  it('not mapped: waits, and is settled once a person confirms', () => {
    const story = start().when(changed('created', 1, texas));
    expect(lines(story.events)).toEqual(['Changed created', 'Deferred tax_unmapped']);
    const offered = story.under({ settings: under({ ...mapping, state: 'suggested' }) }).when(REDECIDE);
    expect(offered.events).toEqual([]);
    const confirmed = offered.under({ settings: under(mapping) }).when(REDECIDE);
    expect(lines(confirmed.events)).toEqual(['Settled']);
    expect(confirmed.when(REDECIDE).events).toEqual([]);
  });

  it('§7 another percentage than was confirmed: suspended until a person confirms it again', () => {
    const story = start(mapping)
      .when(changed('created', 1, texas))
      .when(changed('updated', 2, { ...texas, percentage: '8.5' }));
    expect(lines(story.events)).toEqual(['Changed updated', 'Deferred tax_unmapped']);
    const suspended = { ...mapping, percentage: '8.5', state: 'percentage_differs' } as const;
    expect(story.under({ settings: under(suspended) }).when(REDECIDE).events).toEqual([]);
    const again = { ...suspended, state: 'confirmed' } as const;
    expect(lines(story.under({ settings: under(again) }).when(REDECIDE).events)).toEqual(['Settled']);
  });

  it('the same percentage, written otherwise, stays mapped', () => {
    const same = start(mapping).when(changed('created', 1, { ...texas, percentage: '8.250' }));
    expect(lines(same.events)).toEqual(['Changed created', 'Settled']);
  });

  it('§7 retired: kept for old invoices, mapped or not', () => {
    const story = start(mapping)
      .when(changed('created', 1, texas))
      .when(changed('retired', 2, { ...texas, active: false }));
    expect(lines(story.events)).toEqual(['Changed retired', 'Settled']);
    const unmapped = start().when(changed('retired', 1, { ...texas, active: false }));
    expect(lines(unmapped.events)).toEqual(['Changed retired', 'Skipped unchanged']);
  });

  it('without books waits like everything else', () => {
    const story = given(taxRateRules, 'tax-rate:tax_tx', context({}, { settings: null }));
    expect(lines(story.when(changed('created', 1, texas)).events)).toEqual(['Changed created', 'Deferred not_active']);
  });
});
