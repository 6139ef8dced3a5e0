import type { TextJson, TextObject } from '@qbo-sync/contracts/exact-json';
import { fromAddress } from './from-address';
import type { MappingContext } from './document';

/** What a command to Run a Call sets; null empties a field. */
export type CommandFields = Readonly<Record<string, unknown>>;

type Reading = (value: TextJson | undefined, ctx: MappingContext) => unknown;

const text: Reading = (value) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined);
const inside =
  (field: string): Reading =>
  (value, ctx) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? text(value[field], ctx) : undefined;
const address: Reading = (value, { company }) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? fromAddress(value, company.country)
    : undefined;

/** QuickBooks' field → Run a Call's. Tax exemption and notes stay each side's own. */
const FIELDS: readonly (readonly [quickbooks: string, runACall: string, read: Reading])[] = [
  ['DisplayName', 'displayName', text],
  ['GivenName', 'givenName', text],
  ['FamilyName', 'familyName', text],
  ['CompanyName', 'companyName', text],
  ['PrimaryEmailAddr', 'email', inside('Address')],
  ['PrimaryPhone', 'phone', inside('FreeFormNumber')],
  ['Mobile', 'mobile', inside('FreeFormNumber')],
  ['BillAddr', 'billingAddress', address],
];
const NAME = 'displayName';

/** The fields of Run a Call that these changed fields of QuickBooks' customer set; a name is never emptied. */
export function changedCustomerFields(
  record: TextObject,
  changed: readonly string[],
  ctx: MappingContext,
): CommandFields {
  return Object.fromEntries(
    FIELDS.filter(([field]) => changed.includes(field))
      .map(([field, name, read]) => [name, read(record[field], ctx) ?? null] as const)
      .filter(([name, value]) => name !== NAME || value !== null),
  );
}

/** A customer made in QuickBooks, whole; undefined where Run a Call has nothing to make of it. */
export function newCustomerFields(record: TextObject, ctx: MappingContext): CommandFields | undefined {
  if (record['Active'] === false || record['status'] === 'Deleted') return undefined;
  const set = FIELDS.flatMap(([field, name, read]) => {
    const value = read(record[field], ctx);
    return value === undefined ? [] : [[name, value] as const];
  });
  const fields = Object.fromEntries(set);
  if (fields[NAME] === undefined) return undefined;
  const kind = fields['companyName'] === undefined ? 'residential' : 'commercial';
  return { kind, ...fields, taxExempt: record['Taxable'] === false, active: true };
}
