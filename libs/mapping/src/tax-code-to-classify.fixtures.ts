import { json } from './context.fixtures';

/** Ref of the family → the request that makes it in QuickBooks: path, resource and the whole body. */
export interface FamilyCase {
  readonly section: string;
  readonly ref: string;
  readonly path: string;
  readonly resource: string;
  readonly body: string;
}

export const FAMILY_CASES: readonly FamilyCase[] = [
  {
    section: '7',
    ref: 'tax-agency:to-classify',
    path: 'taxagency',
    resource: 'TaxAgency',
    body: '{"DisplayName":"To classify"}',
  },
  {
    section: '7',
    ref: 'tax-code:8.25',
    path: 'taxservice/taxcode',
    resource: 'TaxCode',
    body: json(`
      {"TaxCode":"To classify 8.25%",
      "TaxRateDetails":[{"TaxRateName":"To classify 8.25%","RateValue":"8.25",
      "TaxAgencyId":{"$ref":"tax-agency:to-classify"},"TaxApplicableOn":"Sales"}]}`),
  },
  {
    section: '7',
    ref: 'tax-code:20',
    path: 'taxservice/taxcode',
    resource: 'TaxCode',
    body: json(`
      {"TaxCode":"To classify 20%",
      "TaxRateDetails":[{"TaxRateName":"To classify 20%","RateValue":"20",
      "TaxAgencyId":{"$ref":"tax-agency:to-classify"},"TaxApplicableOn":"Sales"}]}`),
  },
];
