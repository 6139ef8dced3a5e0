import { isObject, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { Decimal, number as plain, objects, ref, text } from '../exact';
import { sameName } from '../name-list';
import { refuse, refuseMissing, refuseReference } from '../refusal';
import { checkShape, choice, ENVELOPE, many, text as textKind } from '../shape';

const SHAPE = {
  ...ENVELOPE,
  TaxCode: textKind(100),
  TaxRateDetails: many({
    TaxRateId: textKind(20),
    TaxRateName: textKind(100),
    RateValue: textKind(20),
    TaxAgencyId: textKind(20),
    TaxApplicableOn: choice('Sales', 'Purchase'),
  }),
};

/** `POST /taxservice/taxcode`: one code with its rates, answered without an entity key (quickbooks.md §9.9). */
export function createTaxCode(draft: Draft, body: ExactObject): { id: string; answer: ExactObject } {
  const input = checkShape(SHAPE, body);
  const name = text(input['TaxCode']) ?? refuseMissing('TaxCode');
  const details = objects(input['TaxRateDetails']);
  if (details.length === 0) refuseMissing('TaxRateDetails');
  if (draft.all('TaxCode').some((code) => sameName(text(code['Name']) ?? '', name))) {
    refuse('6240', `The name supplied already exists. : Another tax code is already using this name.`, 'TaxCode');
  }
  const rates = details.map((detail) => ({ detail, id: rateFor(draft, detail) }));
  if (new Set(rates.map((rate) => rate.id)).size < rates.length)
    refuse('6000', 'The same tax rate cannot be used twice in a tax code.', 'TaxRateDetails');
  const id = String(draft.next('TaxCode'));
  const listOf = (side: string) => ({
    TaxRateDetail: rates
      .filter((rate) => (text(rate.detail['TaxApplicableOn']) ?? 'Sales') === side)
      .map((rate, order) => ({
        TaxRateRef: ref(rate.id, rateName(draft, rate.id)),
        TaxTypeApplicable: 'TaxOnAmount',
        TaxOrder: plain(order),
      })),
  });
  draft.save('TaxCode', id, {
    Name: name,
    Description: name,
    Active: true,
    Taxable: true,
    TaxGroup: true,
    TaxCodeConfigType: 'USER_DEFINED',
    SalesTaxRateList: listOf('Sales'),
    PurchaseTaxRateList: listOf('Purchase'),
  });
  return {
    id,
    answer: {
      TaxCode: name,
      TaxCodeId: id,
      TaxRateDetails: rates.map((rate) => ({ ...rate.detail, TaxRateId: rate.id })),
    },
  };
}

function rateName(draft: Draft, id: string): string {
  const rate = draft.get('TaxRate', id);
  return isObject(rate) ? (text(rate['Name']) ?? '') : '';
}

function rateFor(draft: Draft, detail: ExactObject): string {
  const known = text(detail['TaxRateId']);
  if (known !== undefined)
    return draft.get('TaxRate', known) === undefined ? refuseReference('TaxRateId', known) : known;
  const name = text(detail['TaxRateName']) ?? refuseMissing('TaxRateName');
  const value = text(detail['RateValue']) ?? refuseMissing('RateValue');
  const agency = text(detail['TaxAgencyId']) ?? refuseMissing('TaxAgencyId');
  if (draft.get('TaxAgency', agency) === undefined) refuseReference('TaxAgencyId', agency);
  if (!/^\d+(\.\d+)?$/.test(value) || new Decimal(value).greaterThan(100))
    refuse('2150', 'Invalid Percent : RateValue must be from 0 to 100.', 'RateValue');
  if (draft.all('TaxRate').some((rate) => sameName(text(rate['Name']) ?? '', name))) {
    refuse(
      '6240',
      'The name supplied already exists. : Another tax rate is already using this \nname. Please enter a different name.',
      'TaxRateName',
    );
  }
  const id = String(draft.next('TaxRate'));
  draft.save('TaxRate', id, {
    Name: name,
    Description: name,
    Active: true,
    RateValue: plain(value),
    AgencyRef: ref(agency),
    SpecialTaxType: 'NONE',
    DisplayType: 'ReadOnly',
  });
  return id;
}
