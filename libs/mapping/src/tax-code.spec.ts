import type { TaxRate } from '@qbo-sync/contracts/runacall/tax-rate';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { RateMapping } from '@qbo-sync/contracts/sync/settings';
import { proposeRates } from './tax-code';

const rateRecord = (Id: string, RateValue: string): TextObject => ({ Id, Name: `rate ${Id}`, RateValue, Active: true });
const code = (Id: string, Name: string, rates: string[], more: TextObject = {}): TextObject => ({
  Id,
  Name,
  Active: true,
  SalesTaxRateList: { TaxRateDetail: rates.map((value) => ({ TaxRateRef: { value } })) },
  ...more,
});
const RATES = [
  rateRecord('1', '6.25'),
  rateRecord('2', '2'),
  rateRecord('3', '20'),
  rateRecord('4', '8'),
  rateRecord('5', '0'),
];
const rate = (name: string, percentage: string, components: string[] = [percentage]): TaxRate => ({
  id: 'tax_1',
  name,
  percentage,
  components: components.map((each) => ({ name: each, percentage: each })),
  active: true,
  updatedAt: '2026-11-20T16:04:05Z',
});

describe('tax code proposals', () => {
  test.each<[string, TaxRate, TextObject[], Partial<RateMapping>]>([
    [
      '§12 name and Σ of its rates equal',
      rate('Austin, TX', '8.25'),
      [code('5', 'austin tx', ['1', '2'])],
      { state: 'suggested', code: { id: '5', name: 'austin tx' } },
    ],
    [
      '§12 percentage and number of components equal',
      rate('State + city', '8.250', ['6.25', '2']),
      [code('5', 'Austin', ['1', '2'])],
      { state: 'suggested', code: { id: '5', name: 'Austin' } },
    ],
    [
      '§12 percentage equal, other number of components',
      rate('Single', '8.25'),
      [code('5', 'Austin', ['1', '2'])],
      { state: 'not_mapped' },
    ],
    [
      '§12 same name, other percentage',
      rate('Austin', '8.25'),
      [code('5', 'Austin', ['4'])],
      { state: 'percentage_differs', code: { id: '5', name: 'Austin' } },
    ],
    [
      '§12 same name, hidden',
      rate('Austin', '8'),
      [code('5', 'Austin', ['4'], { Hidden: true })],
      { state: 'percentage_differs', code: { id: '5', name: 'Austin' } },
    ],
    [
      '§12 same name, inactive',
      rate('Austin', '8'),
      [code('5', 'Austin', ['4'], { Active: false })],
      { state: 'percentage_differs', code: { id: '5', name: 'Austin' } },
    ],
    [
      'two codes of the percentage: a person chooses',
      rate('VAT', '20'),
      [code('6', '20.0% S', ['3']), code('7', '20.0% ECG', ['3'])],
      { state: 'not_mapped' },
    ],
    [
      'two codes of the percentage, one of the name',
      rate('20.0% S', '20'),
      [code('7', '20.0% ECG', ['3']), code('6', '20.0% S', ['3'])],
      { state: 'suggested', code: { id: '6', name: '20.0% S' } },
    ],
    [
      'of the 0 % codes only the taxable one is a rate',
      rate('VAT 0%', '0'),
      [
        code('1', '0.0% Z', ['5'], { Taxable: true }),
        code('2', 'Exempt', ['5'], { Taxable: false }),
        code('3', 'No VAT', ['5'], { Taxable: false }),
      ],
      { state: 'suggested', code: { id: '1', name: '0.0% Z' } },
    ],
    [
      'a rate whose components are not told goes by its percentage',
      { ...rate('Single', '8.25'), components: [] },
      [code('5', 'Austin', ['1', '2'])],
      { state: 'suggested', code: { id: '5', name: 'Austin' } },
    ],
    ['the pseudo codes are none', rate('TAX', '20'), [code('TAX', 'TAX', ['3'])], { state: 'not_mapped' }],
    ['a code whose rate is unknown is none', rate('Odd', '20'), [code('9', 'Odd', ['77'])], { state: 'not_mapped' }],
    [
      'a code for purchases alone is none',
      rate('Odd', '0'),
      [{ Id: '9', Name: 'Odd', Active: true }],
      { state: 'not_mapped' },
    ],
  ])('%s', (_section, runACall, codes, wanted) => {
    const [proposed] = proposeRates([runACall], codes, RATES, []);
    expect(proposed).toEqual({ rateId: 'tax_1', name: runACall.name, percentage: runACall.percentage, ...wanted });
  });

  test('§7 what a person confirmed stays; another percentage suspends it', () => {
    const confirmed: RateMapping = {
      rateId: 'tax_1',
      name: 'Austin',
      percentage: '8.25',
      code: { id: '9', name: 'Mine' },
      state: 'confirmed',
    };
    const codes = [code('5', 'Austin', ['1', '2'])];
    expect(proposeRates([rate('Austin', '8.250')], codes, RATES, [confirmed])).toMatchObject([
      { state: 'confirmed', code: { id: '9' } },
    ]);
    expect(proposeRates([rate('Austin', '8.5')], codes, RATES, [confirmed])).toMatchObject([
      { state: 'percentage_differs', percentage: '8.5', code: { id: '9' } },
    ]);
  });

  test('an old suggestion is made anew', () => {
    const old: RateMapping = {
      rateId: 'tax_1',
      name: 'Austin',
      percentage: '8.25',
      code: { id: '1', name: 'Gone' },
      state: 'suggested',
    };
    expect(proposeRates([rate('Austin', '8.25')], [], RATES, [old])).toMatchObject([{ state: 'not_mapped' }]);
  });
});
