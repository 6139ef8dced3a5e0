import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import { pick, text } from '../exact';
import { checkNameFree, nameInLife, staysActive } from '../name-list';
import { refuseMissing } from '../refusal';
import type { Resource, Writing } from '../resource';
import { choice, ENVELOPE, flag, ignored, number, text as textKind } from '../shape';

/** quickbooks.md §9.10. */
export const paymentMethod: Resource = {
  name: 'PaymentMethod',
  shape: { ...ENVELOPE, Name: textKind(31), Type: choice('CREDIT_CARD', 'NON_CREDIT_CARD'), Active: flag },
  nameList: true,
  sequence: 'PaymentMethod',
  queryable: ['Name', 'Type', 'Active'],
  cdc: true,
  build: (writing) => {
    const fields = named('PaymentMethod', writing);
    return writing.draft.save('PaymentMethod', writing.id, {
      ...fields,
      Type: writing.wanted['Type'] ?? 'NON_CREDIT_CARD',
    });
  },
};

/** quickbooks.md §9.10. */
export const term: Resource = {
  name: 'Term',
  shape: {
    ...ENVELOPE,
    Name: textKind(31),
    DueDays: number,
    DiscountPercent: number,
    DiscountDays: number,
    Type: ignored,
    Active: flag,
  },
  nameList: true,
  sequence: 'Term',
  queryable: ['Name', 'Active', 'DueDays'],
  cdc: true,
  build: (writing) => {
    const fields = named('Term', writing);
    return writing.draft.save('Term', writing.id, {
      ...fields,
      ...pick(writing.wanted, ['DueDays', 'DiscountPercent', 'DiscountDays']),
      Type: 'STANDARD',
    });
  },
};

/** Made through the tax service alone. */
export const taxCode: Resource = {
  name: 'TaxCode',
  shape: ENVELOPE,
  nameList: true,
  sequence: 'TaxCode',
  queryable: ['Name', 'Description', 'Active', 'Taxable', 'TaxGroup'],
  cdc: false,
};

/** Made through the tax service alone. */
export const taxRate: Resource = {
  name: 'TaxRate',
  shape: ENVELOPE,
  nameList: true,
  sequence: 'TaxRate',
  queryable: ['Name', 'Description', 'Active', 'RateValue'],
  cdc: false,
};

function person(name: 'Vendor' | 'Employee'): Resource {
  return {
    name,
    shape: ENVELOPE,
    nameList: true,
    sequence: name,
    queryable: [
      'DisplayName',
      'GivenName',
      'FamilyName',
      'PrintOnCheckName',
      'Active',
      ...(name === 'Vendor' ? ['CompanyName', 'Balance'] : []),
    ],
    cdc: true,
  };
}
/** Read only here: they hold names that customers cannot take. */
export const vendor = person('Vendor');
export const employee = person('Employee');

export const companyInfo: Resource = {
  name: 'CompanyInfo',
  shape: ENVELOPE,
  nameList: false,
  sequence: 'CompanyInfo',
  queryable: ['CompanyName', 'LegalName', 'Country'],
  cdc: true,
};

/** Read only by the API; people switch it by admin calls. */
export const preferences: Resource = {
  name: 'Preferences',
  shape: ENVELOPE,
  nameList: false,
  sequence: 'Preferences',
  queryable: [],
  cdc: true,
};

function named(entity: 'PaymentMethod' | 'Term', { draft, id, current, wanted }: Writing): ExactObject {
  const active = staysActive(wanted, current);
  const given = text(wanted['Name']) ?? text(current?.['Name']) ?? refuseMissing('Name');
  const name = nameInLife(given, active);
  if (active)
    checkNameFree(
      draft,
      name,
      { entity, id },
      [{ entity, field: 'Name' }],
      'Another record of this list is already using this name. Please use a different name.',
    );
  return { Name: name, Active: active };
}
