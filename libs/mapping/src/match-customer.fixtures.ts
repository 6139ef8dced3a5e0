import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { Match } from './match';
import type { CustomerContext } from './match-customer';

export interface CustomerMatchCase {
  readonly section: string;
  readonly says: string;
  readonly customer?: Partial<Customer>;
  readonly records: readonly TextObject[];
  readonly others?: readonly TextObject[];
  readonly context?: Partial<CustomerContext>;
  readonly match: Match;
}

export const MARIA: Customer = {
  id: 'cus_88',
  kind: 'residential',
  displayName: 'Maria Lopez',
  email: 'maria@x.io',
  phone: '(512) 555-0101',
  billingAddress: { line1: '12 Oak St', city: 'Austin', region: 'TX', postalCode: '78701', country: 'US' },
  taxExempt: false,
  active: true,
  updatedAt: '2026-11-20T16:00:00Z',
};

export const CONTEXT: CustomerContext = { currency: 'USD', parentId: null, heldBy: () => undefined };

/** A customer of QuickBooks: its name, and what else is told of it. */
export const theirs = (Id: string, DisplayName: string, more: TextObject = {}): TextObject => ({
  Id,
  DisplayName,
  Active: true,
  CurrencyRef: { value: 'USD' },
  ...more,
});
const email = (Address: string): TextObject => ({ PrimaryEmailAddr: { Address } });
const phone = (FreeFormNumber: string): TextObject => ({ PrimaryPhone: { FreeFormNumber } });
const at = (Line1: string, PostalCode: string): TextObject => ({ BillAddr: { Line1, PostalCode } });
const held = (as: 'made' | 'adopted'): Partial<CustomerContext> => ({ heldBy: (id) => (id === '58' ? as : undefined) });
const one = (group: Match['group'], why: Match['why'], id = '58'): Match => ({ group, why, candidates: [id] });
const none = (why: Match['why']): Match => ({ group: 'new', why, candidates: [] });

const section = '12';
export const CUSTOMER_CASES: readonly CustomerMatchCase[] = [
  {
    section,
    says: 'exact: linked already, whatever it is called now',
    records: [theirs('58', 'Somebody else')],
    context: { linkedTo: '58' },
    match: one('exact', 'linked'),
  },
  {
    section,
    says: 'exact: linked already, beside a namesake',
    records: [theirs('58', 'Maria Lopez'), theirs('59', 'Maria Lopez Inc', email('maria@x.io'))],
    context: { linkedTo: '58' },
    match: one('exact', 'linked'),
  },
  {
    section,
    says: 'exact: name and e-mail',
    records: [theirs('58', 'maria  LOPEZ', email('MARIA@x.io'))],
    match: one('exact', 'name_and_email'),
  },
  {
    section,
    says: 'exact: name and phone, though the e-mail is another',
    records: [theirs('58', 'Maria Lopez', { ...email('m@work.com'), ...phone('+1 512 555 0101') })],
    match: one('exact', 'name_and_phone'),
  },
  {
    section,
    says: 'exact: name and one of several phones',
    records: [theirs('58', 'Maria Lopez', { ...phone('999-999-9999'), Mobile: { FreeFormNumber: '5125550101' } })],
    match: one('exact', 'name_and_phone'),
  },
  {
    section,
    says: 'exact: name and address',
    records: [theirs('58', 'Maria Lopez', at('12 Oak St., Apt 2', '78701-0001'))],
    match: one('exact', 'name_and_address'),
  },
  {
    section,
    says: 'exact: a company by its name without the legal ending',
    customer: { displayName: 'Acme Heating, LLC' },
    records: [theirs('58', 'ACME Heating Inc.', email('maria@x.io'))],
    match: one('exact', 'name_and_email'),
  },
  {
    section,
    says: 'exact: under the same parent',
    records: [theirs('58', 'Maria Lopez', { ...email('maria@x.io'), ParentRef: { value: '57' } })],
    context: { parentId: '57' },
    match: one('exact', 'name_and_email'),
  },
  {
    section,
    says: 'likely: under another parent',
    records: [theirs('58', 'Maria Lopez', { ...email('maria@x.io'), ParentRef: { value: '57' } })],
    match: one('likely', 'parent_differs'),
  },
  {
    section,
    says: 'likely: its parent is not in QuickBooks yet',
    records: [theirs('58', 'Maria Lopez', email('maria@x.io'))],
    context: { parentId: undefined },
    match: one('likely', 'parent_differs'),
  },
  {
    section,
    says: 'likely: a namesake alone, nothing contradicts',
    records: [theirs('58', 'Maria Lopez')],
    match: one('likely', 'name'),
  },
  {
    section,
    says: 'likely: a namesake with another e-mail and no phone',
    records: [theirs('58', 'Maria Lopez', email('m@other.com'))],
    match: one('likely', 'name'),
  },
  {
    section,
    says: 'likely: the e-mail under another name',
    records: [theirs('58', 'M. Lopez', email('maria@x.io'))],
    match: one('likely', 'email'),
  },
  {
    section,
    says: 'likely: the phone under another name',
    records: [theirs('58', 'Lopez, Maria', phone('5125550101'))],
    match: one('likely', 'phone'),
  },
  {
    section,
    says: 'conflict: a namesake whose e-mail and phone are others',
    records: [theirs('58', 'Maria Lopez', { ...email('m@other.com'), ...phone('512 555 9999') })],
    match: one('conflict', 'contradicts'),
  },
  {
    section,
    says: 'conflict: an exact one and another with the phone',
    records: [theirs('58', 'Maria Lopez', email('maria@x.io')), theirs('59', 'Jose Lopez', phone('5125550101'))],
    match: { group: 'conflict', why: 'several', candidates: ['58', '59'] },
  },
  {
    section,
    says: 'conflict: two namesakes',
    records: [theirs('58', 'Maria Lopez', email('maria@x.io')), theirs('59', 'Maria Lopez Co')],
    match: { group: 'conflict', why: 'several', candidates: ['58', '59'] },
  },
  {
    section,
    says: 'conflict: inactive, its name with " (deleted)"',
    records: [theirs('58', 'Maria Lopez (deleted)', { ...email('maria@x.io'), Active: false })],
    match: one('conflict', 'inactive'),
  },
  {
    section,
    says: 'conflict: linked to another of ours that a person made',
    records: [theirs('58', 'Maria Lopez', email('maria@x.io'))],
    context: held('adopted'),
    match: one('conflict', 'linked_elsewhere'),
  },
  {
    section,
    says: 'conflict: another currency',
    records: [theirs('58', 'Maria Lopez', { ...email('maria@x.io'), CurrencyRef: { value: 'EUR' } })],
    match: one('conflict', 'currency_differs'),
  },
  {
    section,
    says: 'new: the name is another customer’s of ours, made by us',
    records: [theirs('58', 'Maria Lopez', email('maria@x.io'))],
    context: held('made'),
    match: none('name_is_ours'),
  },
  {
    section,
    says: 'new: one of ours that was made by us only shares the phone',
    records: [theirs('58', 'Jose Lopez', phone('5125550101'))],
    context: held('made'),
    match: none('nothing_alike'),
  },
  {
    section,
    says: 'new: one that belongs to another of ours only shares the e-mail',
    records: [theirs('58', 'Jose Lopez', email('maria@x.io'))],
    context: held('adopted'),
    match: none('nothing_alike'),
  },
  {
    section,
    says: 'new: the name is a vendor’s or an employee’s',
    records: [theirs('58', 'Somebody')],
    others: [{ Id: '9', DisplayName: 'Maria Lopez' }],
    match: none('name_is_a_vendors'),
  },
  {
    section,
    says: 'new: an inactive one under another name shares the phone',
    records: [theirs('58', 'Jose Lopez', { ...phone('5125550101'), Active: false })],
    match: none('nothing_alike'),
  },
  { section, says: 'new: nothing alike', records: [theirs('58', 'Jose Ruiz')], match: none('nothing_alike') },
  {
    section,
    says: 'new: names without a letter are no namesakes',
    customer: { displayName: '???', email: 'q@x.io' },
    records: [theirs('58', '!!!')],
    match: none('nothing_alike'),
  },
];
