import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import { json } from './context.fixtures';

export const DANA: Customer = {
  id: 'cus_88',
  kind: 'residential',
  displayName: 'Dana Ruiz',
  givenName: 'Dana',
  familyName: 'Ruiz',
  email: 'dana@example.com',
  phone: '(512) 555-0101',
  mobile: '(512) 555-0102',
  billingAddress: { line1: '12 Oak St', city: 'Austin', region: 'TX', postalCode: '78701', country: 'US' },
  taxExempt: false,
  active: true,
  updatedAt: '2026-11-20T16:04:05Z',
};

/** postings.md §5, to the letter. */
export const DANA_BODY = json(`
  {"DisplayName":"Dana Ruiz","GivenName":"Dana","FamilyName":"Ruiz","PrimaryEmailAddr":{"Address":"dana@example.com"},
   "PrimaryPhone":{"FreeFormNumber":"(512) 555-0101"},"Mobile":{"FreeFormNumber":"(512) 555-0102"},
   "BillAddr":{"Line1":"12 Oak St","City":"Austin","CountrySubDivisionCode":"TX","PostalCode":"78701"},"Taxable":true}`);

export const COMMERCIAL: Customer = {
  id: 'cus_90',
  kind: 'commercial',
  displayName: 'Café Zoë: North\tBranch',
  companyName: 'Café Zoë LLC',
  billingAddress: {
    line1: '1 Rue\nHaute',
    line2: 'Floor 2',
    city: 'Montréal',
    region: 'QC',
    postalCode: 'H2X',
    country: 'CA',
  },
  taxExempt: true,
  taxExemptReason: 'Resale',
  notes: 'Gate code on file\u0007',
  parentId: 'cus_57',
  active: true,
  updatedAt: '2026-11-20T16:04:05Z',
};

export const COMMERCIAL_BODY = json(`
  {"DisplayName":"Café Zoë- North-Branch","CompanyName":"Café Zoë LLC",
   "BillAddr":{"Line1":"1 Rue\\nHaute","Line2":"Floor 2","City":"Montréal","CountrySubDivisionCode":"QC","PostalCode":"H2X",
    "Country":"CAN"},
   "Notes":"Gate code on file","Taxable":false,"TaxExemptionReasonId":"9",
   "ParentRef":{"value":{"$ref":"customer:cus_57"}},"Job":true,"BillWithParent":false}`);
