import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { TaxRate } from '@qbo-sync/contracts/runacall/tax-rate';
import type { RateMapping } from '@qbo-sync/contracts/sync/settings';

export interface RateCase {
  readonly section: string;
  readonly says: string;
  readonly rate: TaxRate;
  readonly codes: readonly TextObject[];
  /** Beside the rate's own id, name and percentage. */
  readonly proposed: Partial<RateMapping>;
}

const rateRecord = (Id: string, RateValue: string): TextObject => ({ Id, Name: `rate ${Id}`, RateValue, Active: true });
/** The books' rates: a code names some of them. */
export const BOOKS_RATES: readonly TextObject[] = [
  rateRecord('1', '6.25'),
  rateRecord('2', '2'),
  rateRecord('3', '20'),
  rateRecord('4', '8'),
  rateRecord('5', '0'),
];

export const code = (Id: string, Name: string, rates: string[], more: TextObject = {}): TextObject => ({
  Id,
  Name,
  Active: true,
  SalesTaxRateList: { TaxRateDetail: rates.map((value) => ({ TaxRateRef: { value } })) },
  ...more,
});

/** A rate of Run a Call; told as one component of its own percentage unless said otherwise. */
export const rate = (
  name: string,
  percentage: string,
  components: readonly string[] = [percentage],
  active = true,
): TaxRate => ({
  id: 'tax_1',
  name,
  percentage,
  components: components.map((each) => ({ name: each, percentage: each })),
  active,
  updatedAt: '2026-11-20T16:04:05Z',
});

const AUSTIN = code('5', 'Austin', ['1', '2']);
const suggested = (id: string, name: string): Partial<RateMapping> => ({ state: 'suggested', code: { id, name } });
const NONE: Partial<RateMapping> = { state: 'not_mapped' };

export const RATE_CASES: readonly RateCase[] = [
  {
    section: '12',
    says: 'name and Σ of its sales rates equal',
    rate: rate('Austin, TX', '8.25'),
    codes: [code('5', 'austin tx', ['1', '2'])],
    proposed: suggested('5', 'austin tx'),
  },
  {
    section: '12',
    says: 'percentage and number of components equal',
    rate: rate('State + city', '8.250', ['6.25', '2']),
    codes: [AUSTIN],
    proposed: suggested('5', 'Austin'),
  },
  {
    section: '12',
    says: 'percentage equal, other number of components',
    rate: rate('Single', '8.25'),
    codes: [AUSTIN],
    proposed: NONE,
  },
  {
    section: '12',
    says: 'components not told: the percentage alone tells',
    rate: rate('Single', '8.25', []),
    codes: [AUSTIN],
    proposed: suggested('5', 'Austin'),
  },
  {
    section: '12',
    says: 'same name, other percentage',
    rate: rate('Austin', '8.25'),
    codes: [code('5', 'Austin', ['4'])],
    proposed: {
      state: 'percentage_differs',
      code: { id: '5', name: 'Austin' },
      conflict: { is: 'percentage', percentage: '8' },
    },
  },
  {
    section: '12',
    says: 'same name, hidden',
    rate: rate('Austin', '8'),
    codes: [code('5', 'Austin', ['4'], { Hidden: true })],
    proposed: {
      state: 'percentage_differs',
      code: { id: '5', name: 'Austin' },
      conflict: { is: 'hidden', percentage: '8' },
    },
  },
  {
    section: '12',
    says: 'same name, inactive',
    rate: rate('Austin', '8'),
    codes: [code('5', 'Austin', ['4'], { Active: false })],
    proposed: {
      state: 'percentage_differs',
      code: { id: '5', name: 'Austin' },
      conflict: { is: 'inactive', percentage: '8' },
    },
  },
  {
    section: '12',
    says: 'a namesake in the way is not passed by for another code of the percentage',
    rate: rate('Austin', '8.25', ['6.25', '2']),
    codes: [code('6', 'Round Rock', ['1', '2']), code('5', 'Austin', ['4'])],
    proposed: {
      state: 'percentage_differs',
      code: { id: '5', name: 'Austin' },
      conflict: { is: 'percentage', percentage: '8' },
    },
  },
  {
    section: '12',
    says: 'two codes of the percentage: a person chooses',
    rate: rate('VAT', '20'),
    codes: [code('6', '20.0% S', ['3']), code('7', '20.0% ECG', ['3'])],
    proposed: NONE,
  },
  {
    section: '12',
    says: 'two codes of the percentage, one of the name',
    rate: rate('20.0% S', '20'),
    codes: [code('7', '20.0% ECG', ['3']), code('6', '20.0% S', ['3'])],
    proposed: suggested('6', '20.0% S'),
  },
  {
    section: '12',
    says: 'of the 0 % codes only the taxable one is a rate',
    rate: rate('VAT 0%', '0'),
    codes: [
      code('1', '0.0% Z', ['5'], { Taxable: true }),
      code('2', 'Exempt', ['5'], { Taxable: false }),
      code('3', 'No VAT', ['5'], { Taxable: false }),
    ],
    proposed: suggested('1', '0.0% Z'),
  },
  {
    section: '7',
    says: 'a retired rate is offered all the same: old invoices need its code',
    rate: rate('Austin', '8.25', [], false),
    codes: [AUSTIN],
    proposed: { ...suggested('5', 'Austin'), retired: true },
  },
  {
    section: '12',
    says: 'the pseudo codes are none',
    rate: rate('TAX', '20'),
    codes: [code('TAX', 'TAX', ['3'])],
    proposed: NONE,
  },
  {
    section: '12',
    says: 'a code whose rate is unknown is none',
    rate: rate('Odd', '20'),
    codes: [code('9', 'Odd', ['77'])],
    proposed: NONE,
  },
  {
    section: '12',
    says: 'a code for purchases alone is none',
    rate: rate('Odd', '0'),
    codes: [{ Id: '9', Name: 'Odd', Active: true }],
    proposed: NONE,
  },
];
