import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import { firstRow, type Match, type Row, together } from './match';
import { commonKeys, indexBy, type MatchIndex } from './match-index';
import { plainAddress, plainEmails, plainName, plainPhones } from './match-text';
import { flagAt, textAt } from './record';

/** What a person could be recognised by, of either side. */
interface Traits {
  readonly name: string;
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  readonly address: string | undefined;
}

/** A customer of QuickBooks, made comparable. */
export interface CustomerRecord extends Traits {
  readonly id: string;
  readonly active: boolean;
  /** QuickBooks id of its parent; null: it has none. */
  readonly parentId: string | null;
  readonly currency: string | undefined;
}

/** QuickBooks' customers by their traits, and the names nobody else may take: vendors' and employees'. */
export interface CustomerBooks {
  readonly records: MatchIndex<CustomerRecord>;
  readonly takenNames: ReadonlySet<string>;
}

/** What is known of one customer of ours beside itself. */
export interface CustomerContext {
  /** The company's own currency. */
  readonly currency: string;
  /** QuickBooks id it is linked to. */
  readonly linkedTo?: string;
  /** QuickBooks id of its parent; null: it has none; undefined: the parent is not in QuickBooks yet. */
  readonly parentId: string | null | undefined;
  /** Who else of ours a record is linked to: one we made, or one a person made and we adopted. */
  heldBy(id: string): 'made' | 'adopted' | undefined;
}

type Compared = 'equal' | 'differs' | 'unknown';

interface Facts {
  readonly name: boolean;
  readonly email: Compared;
  readonly phone: Compared;
  readonly address: Compared;
  readonly active: boolean;
  readonly sameParent: boolean;
  readonly sameCurrency: boolean;
  readonly linked: boolean;
  readonly held: boolean;
}

/** postings.md §12. Of a namesake everything counts; of another name only that it is in use and nobody's. */
const TABLE: readonly (Row<Facts> & { readonly group: 'exact' | 'likely' | 'conflict' })[] = [
  { group: 'exact', why: 'linked', when: ({ linked }) => linked },
  { group: 'conflict', why: 'linked_elsewhere', when: ({ name, held }) => name && held },
  { group: 'conflict', why: 'inactive', when: ({ name, active }) => name && !active },
  { group: 'conflict', why: 'currency_differs', when: ({ name, sameCurrency }) => name && !sameCurrency },
  {
    group: 'conflict',
    why: 'contradicts',
    when: ({ name, email, phone }) => name && email === 'differs' && phone === 'differs',
  },
  { group: 'likely', why: 'parent_differs', when: ({ name, sameParent }) => name && !sameParent },
  { group: 'exact', why: 'name_and_email', when: ({ name, email }) => name && email === 'equal' },
  { group: 'exact', why: 'name_and_phone', when: ({ name, phone }) => name && phone === 'equal' },
  { group: 'exact', why: 'name_and_address', when: ({ name, address }) => name && address === 'equal' },
  { group: 'likely', why: 'name', when: ({ name }) => name },
  { group: 'likely', why: 'email', when: ({ email, active, held }) => email === 'equal' && active && !held },
  { group: 'likely', why: 'phone', when: ({ phone, active, held }) => phone === 'equal' && active && !held },
];

/**
 * Where a customer stands. Candidates come from {@link customerBooks}. A namesake of our own making is no candidate, and
 * neither is a vendor or an employee of that name: ours is created under another name.
 */
export function matchCustomer(customer: Customer, books: CustomerBooks, context: CustomerContext): Match {
  const traits = traitsOf(customer);
  const { linkedTo, heldBy } = context;
  const near = books.records.candidates(keysOf(traits));
  const ours = near.filter(({ id }) => id !== linkedTo && heldBy(id) === 'made');
  const open = near.filter((record) => !ours.includes(record));
  const said = open.flatMap((record) => firstRow(TABLE, record.id, factsOf(traits, record, context)) ?? []);
  if (linkedTo !== undefined && said.every(({ why }) => why !== 'linked')) {
    return { group: 'exact', why: 'linked', candidates: [linkedTo] };
  }
  const isTaken = ours.some(({ name }) => name === traits.name);
  const none = isTaken ? 'name_is_ours' : books.takenNames.has(traits.name) ? 'name_is_a_vendors' : 'nothing_alike';
  return together(said, none);
}

/** Reads QuickBooks' customers, inactive ones too; of vendors and employees the names alone. */
export function customerBooks(customers: readonly TextObject[], others: readonly TextObject[]): CustomerBooks {
  const records = customers.flatMap((record) => recordOf(record) ?? []);
  const common = commonKeys(records, contactKeys);
  const telling = records.map((record) => ({
    ...record,
    emails: record.emails.filter((email) => !common.has(emailKey(email))),
    phones: record.phones.filter((phone) => !common.has(phoneKey(phone))),
  }));
  const names = others.flatMap((record) => textAt(record, 'DisplayName') ?? []).map(plainName);
  return { records: indexBy(telling, keysOf), takenNames: new Set(names) };
}

const emailKey = (email: string): string => `e ${email}`;
const phoneKey = (phone: string): string => `p ${phone}`;
const contactKeys = ({ emails, phones }: Traits): readonly string[] => [
  ...emails.map(emailKey),
  ...phones.map(phoneKey),
];
const keysOf = (traits: Traits): readonly string[] => [
  ...(traits.name === '' ? [] : [`n ${traits.name}`]),
  ...contactKeys(traits),
];

/** What a customer of ours could be found by among QuickBooks' (`customerRecordKeys`). */
export const customerKeys = (customer: Customer): readonly string[] => keysOf(traitsOf(customer));

/** What a customer, vendor or employee of QuickBooks can be found by. */
export function customerRecordKeys(record: TextObject): readonly string[] {
  const traits = recordOf(record);
  return traits === undefined ? [] : keysOf(traits);
}

function traitsOf({ displayName, email, phone, mobile, billingAddress }: Customer): Traits {
  return {
    name: plainName(displayName),
    emails: plainEmails(email),
    phones: plainPhones(phone, mobile),
    address: plainAddress(billingAddress?.line1, billingAddress?.postalCode),
  };
}

function recordOf(record: TextObject): CustomerRecord | undefined {
  const id = textAt(record, 'Id');
  if (id === undefined) return undefined;
  const phones = ['PrimaryPhone', 'Mobile', 'AlternatePhone'].map((field) => textAt(record, `${field}.FreeFormNumber`));
  return {
    id,
    name: plainName(textAt(record, 'DisplayName') ?? ''),
    emails: plainEmails(textAt(record, 'PrimaryEmailAddr.Address')),
    phones: plainPhones(...phones),
    address: plainAddress(textAt(record, 'BillAddr.Line1'), textAt(record, 'BillAddr.PostalCode')),
    active: flagAt(record, 'Active') !== false,
    parentId: textAt(record, 'ParentRef.value') ?? null,
    currency: textAt(record, 'CurrencyRef.value'),
  };
}

function factsOf(traits: Traits, record: CustomerRecord, context: CustomerContext): Facts {
  return {
    name: traits.name !== '' && traits.name === record.name,
    email: compared(traits.emails, record.emails),
    phone: compared(traits.phones, record.phones),
    address: compared(present(traits.address), present(record.address)),
    active: record.active,
    sameParent: record.parentId === context.parentId,
    sameCurrency: record.currency === undefined || record.currency === context.currency,
    linked: record.id === context.linkedTo,
    held: context.heldBy(record.id) !== undefined,
  };
}

const present = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);

/** One in common is enough: a person has several numbers. */
function compared(ours: readonly string[], theirs: readonly string[]): Compared {
  if (ours.length === 0 || theirs.length === 0) return 'unknown';
  return ours.some((one) => theirs.includes(one)) ? 'equal' : 'differs';
}
