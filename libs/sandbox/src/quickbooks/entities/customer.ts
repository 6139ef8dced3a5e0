import type { ExactJson, ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Company } from '../company';
import type { Actor } from '../journal';
import { writeOff } from './write-off';
import type { Draft } from '../draft';
import { amount, number, object, pick, present, ref, refValue, sum, text } from '../exact';
import { checkNameCharacters, checkNameFree, follow, isActive, nameInLife, refTo, staysActive } from '../name-list';
import { refuse, refuseReference } from '../refusal';
import type { Resource, Writing } from '../resource';
import {
  ADDRESS,
  choice,
  date,
  ENVELOPE,
  flag,
  ignored,
  number as numberKind,
  one,
  ref as refKind,
  text as textKind,
  type Shape,
} from '../shape';

const PHONE: Shape = { FreeFormNumber: textKind(30) };
const NAME_PARTS = ['Title', 'GivenName', 'MiddleName', 'FamilyName', 'Suffix'] as const;
const MOST_LEVELS = 4;

/** quickbooks.md §9.3. */
const CUSTOMER_SHAPE: Shape = {
  ...ENVELOPE,
  DisplayName: textKind(500),
  Title: textKind(16),
  GivenName: textKind(100),
  MiddleName: textKind(100),
  FamilyName: textKind(100),
  Suffix: textKind(16),
  CompanyName: textKind(100),
  PrintOnCheckName: textKind(110),
  PrimaryEmailAddr: one({ Address: textKind(100) }),
  PrimaryPhone: one(PHONE),
  AlternatePhone: one(PHONE),
  Mobile: one(PHONE),
  Fax: one(PHONE),
  Notes: textKind(2000),
  WebAddr: one({ URI: textKind(1000) }),
  ResaleNum: textKind(16),
  GSTIN: textKind(15),
  BusinessNumber: textKind(10),
  BillAddr: one(ADDRESS),
  ShipAddr: one(ADDRESS),
  Job: flag,
  ParentRef: refKind,
  BillWithParent: flag,
  CurrencyRef: refKind,
  Taxable: flag,
  DefaultTaxCodeRef: refKind,
  TaxExemptionReasonId: textKind(2),
  PrimaryTaxIdentifier: textKind(30),
  SalesTermRef: refKind,
  PaymentMethodRef: refKind,
  PreferredDeliveryMethod: choice('None', 'Print', 'Email'),
  Active: flag,
  OpenBalanceDate: date,
  FullyQualifiedName: ignored,
  Level: ignored,
  Balance: numberKind,
  BalanceWithJobs: ignored,
  IsProject: ignored,
  ClientEntityId: ignored,
  V4IDPseudonym: ignored,
};

const COPIED = [
  ...NAME_PARTS,
  'CompanyName',
  'PrimaryEmailAddr',
  'PrimaryPhone',
  'AlternatePhone',
  'Mobile',
  'Fax',
  'Notes',
  'WebAddr',
  'ResaleNum',
  'GSTIN',
  'BusinessNumber',
  'BillAddr',
  'ShipAddr',
  'DefaultTaxCodeRef',
  'TaxExemptionReasonId',
  'SalesTermRef',
  'PaymentMethodRef',
] as const;

const PEOPLE = [
  { entity: 'Customer', field: 'DisplayName' },
  { entity: 'Vendor', field: 'DisplayName' },
  { entity: 'Employee', field: 'DisplayName' },
] as const;

export const customer: Resource = {
  name: 'Customer',
  shape: CUSTOMER_SHAPE,
  nameList: true,
  sequence: 'Customer',
  queryable: [
    'DisplayName',
    'GivenName',
    'MiddleName',
    'FamilyName',
    'CompanyName',
    'PrintOnCheckName',
    'FullyQualifiedName',
    'Active',
    'Balance',
    'Job',
    'ParentRef',
    'Taxable',
    'PrimaryEmailAddr',
    'PrimaryPhone',
    'Level',
  ],
  cdc: true,
  build,
  shown,
};

function build({ draft, id, current, wanted, actor }: Writing): ExactObject {
  const active = staysActive(wanted, current);
  const displayName = nameInLife(chooseDisplayName(wanted, current), active);
  checkText(wanted, displayName);
  if (current !== undefined && isActive(current) && !active) settleForInactive(draft, current, actor);
  const parent = findParent(draft, id, wanted);
  if (active) {
    checkNameFree(
      draft,
      displayName,
      { entity: 'Customer', id },
      PEOPLE,
      'Another customer, vendor or employee is already using this name. Please use a different name.',
    );
  }
  const currency = refValue(wanted['CurrencyRef']) ?? draft.company.profile.currency;
  if (currency !== draft.company.profile.currency) refuse('2220', `Invalid Currency Type : ${currency}`, 'CurrencyRef');
  follow(draft, wanted['SalesTermRef'], 'Term', 'SalesTermRef');
  follow(draft, wanted['PaymentMethodRef'], 'PaymentMethod', 'PaymentMethodRef');
  const fields = present({
    ...pick(wanted, COPIED),
    DisplayName: displayName,
    PrintOnCheckName:
      text(wanted['PrintOnCheckName']) ?? text(current?.['PrintOnCheckName']) ?? bareName(displayName).slice(0, 110),
    FullyQualifiedName: qualified(parent, displayName),
    Active: active,
    Job: parent !== undefined,
    ...(parent === undefined
      ? {}
      : { ParentRef: refTo(parent, 'DisplayName'), Level: number(levelOf(draft, parent) + 1) }),
    BillWithParent: wanted['BillWithParent'] === true,
    Taxable: wanted['Taxable'] ?? true,
    CurrencyRef: ref(currency),
    PreferredDeliveryMethod: wanted['PreferredDeliveryMethod'] ?? 'None',
    IsProject: false,
  });
  const record = draft.save('Customer', id, fields);
  renameChildren(draft, record);
  return record;
}

/** DisplayName can be generated from the name parts, and is never removed (quickbooks.md §9.1, §9.3). */
function chooseDisplayName(wanted: ExactObject, current: ExactObject | undefined): string {
  const given = text(wanted['DisplayName'])?.trim();
  if (given !== undefined && given !== '') return given;
  const kept = text(current?.['DisplayName']);
  if (kept !== undefined) return kept;
  const parts = NAME_PARTS.map((part) => text(wanted[part])).filter((part) => part !== undefined);
  if (parts.length === 0) {
    refuse(
      '6080',
      'No Name Provided : At least one of Title, GivenName, MiddleName, FamilyName, Suffix, DisplayName must be provided.',
      'DisplayName',
    );
  }
  return parts.join(' ');
}

function checkText(wanted: ExactObject, displayName: string): void {
  checkNameCharacters(displayName, 'DisplayName', '2040');
  for (const part of [...NAME_PARTS, 'PrintOnCheckName'] as const) {
    const value = text(wanted[part]);
    if (value !== undefined) checkNameCharacters(value, part, '2040');
  }
  const email = text(object(wanted['PrimaryEmailAddr'])['Address']);
  if (email !== undefined && !(email.includes('@') && email.includes('.'))) {
    refuse(
      '2210',
      'Invalid Email Address format. : Email Address does not conform to the RFC 822 standard.',
      'PrimaryEmailAddr',
    );
  }
  const reason = text(wanted['TaxExemptionReasonId']);
  if (reason !== undefined && !/^([1-9]|1[0-5])$/.test(reason))
    refuse('2170', `Invalid Enumeration : ${reason}`, 'TaxExemptionReasonId');
  for (const key of ['BillAddr', 'ShipAddr'] as const) checkCountry(wanted[key], key);
}

/** Countries in addresses are alpha-3 or a full name (quickbooks.md §14.17). */
export function checkCountry(address: ExactJson | undefined, element: string): void {
  const country = text(object(address)['Country']);
  if (country !== undefined && country.length < 3)
    refuse('2170', `Invalid Enumeration : ${country}`, `${element}.Country`);
}

/** Who owes is not made inactive by the API, or by a credit memo of all they owe, as when a person does it (quickbooks.md §9.1). */
function settleForInactive(draft: Draft, current: ExactObject, actor: Actor): void {
  const owed = draft.company.ledger.receivable(text(current['Id']) ?? '');
  if (owed.isZero()) return;
  const isWrittenOff = actor === 'human' || draft.company.switches.inactivateOwing === 'credit-memo';
  if (!isWrittenOff || owed.isNegative())
    refuse('6220', 'The customer has an open balance and cannot be made inactive.', 'Active');
  writeOff(draft, current, owed);
}

/** A sub-customer needs Job and ParentRef, at most four levels below the top (quickbooks.md §9.3). */
function findParent(draft: Draft, id: string, wanted: ExactObject): ExactObject | undefined {
  const parentId = refValue(wanted['ParentRef']);
  if (wanted['Job'] !== true) return undefined;
  if (parentId === undefined) refuse('6150', 'ParentRef is required if it is a sub-customer.', 'ParentRef');
  const parent = draft.get('Customer', parentId);
  if (parent === undefined) return refuseReference('ParentRef', parentId);
  if (isAncestor(draft, id, parent)) refuse('900', 'A customer cannot be its own parent.', 'ParentRef');
  if (levelOf(draft, parent) + 1 > MOST_LEVELS)
    refuse('6180', 'Only 4 levels of sub-customers are allowed.', 'ParentRef');
  return parent;
}

function isAncestor(draft: Draft, id: string, record: ExactObject): boolean {
  if (text(record['Id']) === id) return true;
  const parent = draft.get('Customer', refValue(record['ParentRef']) ?? '');
  return parent !== undefined && isAncestor(draft, id, parent);
}

function levelOf(draft: Draft, record: ExactObject): number {
  const parent = draft.get('Customer', refValue(record['ParentRef']) ?? '');
  return parent === undefined ? 0 : levelOf(draft, parent) + 1;
}

function qualified(parent: ExactObject | undefined, name: string): string {
  return parent === undefined ? name : `${text(parent['FullyQualifiedName']) ?? ''}:${name}`;
}

function bareName(displayName: string): string {
  return nameInLife(displayName, true);
}

/** The qualified names below a renamed customer follow; that is no change of the children's own. */
function renameChildren(draft: Draft, parent: ExactObject): void {
  for (const child of draft.indexed('Customer', 'parent', parentOf, text(parent['Id']) ?? '')) {
    if (child['Id'] === parent['Id']) continue;
    const renamed: ExactObject = {
      ...child,
      ParentRef: refTo(parent, 'DisplayName'),
      FullyQualifiedName: qualified(parent, text(child['DisplayName']) ?? ''),
    };
    draft.put('Customer', text(child['Id']) ?? '', renamed);
    renameChildren(draft, renamed);
  }
}

/** The balances are the ledger's. */
function shown(company: Company, record: ExactObject): ExactObject {
  const id = text(record['Id']) ?? '';
  return {
    ...record,
    Balance: amount(company.ledger.receivable(id)),
    BalanceWithJobs: amount(sum(family(company, id).map((member) => company.ledger.receivable(member)))),
  };
}

function family(company: Company, id: string): string[] {
  const children = [...company.indexed('Customer', 'parent', parentOf, id)];
  return [id, ...children.flatMap((child) => family(company, child))];
}

function parentOf(record: ExactObject): string[] {
  const parent = refValue(record['ParentRef']);
  return parent === undefined ? [] : [parent];
}
