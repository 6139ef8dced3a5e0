import type { TextJson, TextObject } from '@qbo-sync/contracts/exact-json';
import type { ItemKind } from '@qbo-sync/contracts/runacall/item';
import { formatExact, parseDecimal } from '@qbo-sync/money/decimal';

import type { CommandFields } from './from-customer';

const PRICE_PLACES = 2;

/** Sold as it stands; bundles and categories are no pricebook items (quickbooks.md §9.4). */
const KINDS: Readonly<Record<string, ItemKind>> = {
  Service: 'service',
  NonInventory: 'material',
  Inventory: 'material',
};

const text = (value: TextJson | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** A price as Run a Call writes it: `129.5` → `129.50`. */
const price = (value: TextJson | undefined): string | undefined =>
  typeof value === 'string' ? formatExact(parseDecimal(value), PRICE_PLACES) : undefined;

const FIELDS: readonly (readonly [
  quickbooks: string,
  runACall: string,
  read: (value: TextJson | undefined) => unknown,
])[] = [
  ['Name', 'name', text],
  ['Sku', 'sku', text],
  ['Description', 'description', text],
  ['UnitPrice', 'unitPrice', price],
  ['PurchaseCost', 'unitCost', price],
];
/** Never emptied: Run a Call has no item without them. */
const ALWAYS: ReadonlySet<string> = new Set(['name', 'unitPrice']);

/** The fields of Run a Call that these changed fields of QuickBooks' item set. */
export function changedItemFields(record: TextObject, changed: readonly string[]): CommandFields {
  return Object.fromEntries(
    FIELDS.filter(([field]) => changed.includes(field))
      .map(([field, name, read]) => [name, read(record[field]) ?? null] as const)
      .filter(([name, value]) => !ALWAYS.has(name) || value !== null),
  );
}

/** An item made in QuickBooks, whole; undefined where it is no pricebook item. */
export function newItemFields(record: TextObject): CommandFields | undefined {
  const kind = typeof record['Type'] === 'string' ? KINDS[record['Type']] : undefined;
  if (kind === undefined || record['Active'] === false || record['status'] === 'Deleted') return undefined;
  const set = FIELDS.flatMap(([field, name, read]) => {
    const value = read(record[field]);
    return value === undefined ? [] : [[name, value] as const];
  });
  const fields = Object.fromEntries(set);
  if (fields['name'] === undefined) return undefined;
  return { kind, unitPrice: '0.00', ...fields, taxable: record['Taxable'] === true, active: true };
}
