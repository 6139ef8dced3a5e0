import type { Item, ItemKind } from '@qbo-sync/contracts/runacall/item';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Find, How } from '@qbo-sync/contracts/sync/request';
import type { Choice } from '@qbo-sync/contracts/sync/settings';
import { parseDecimal } from '@qbo-sync/money/decimal';
import { exactNumber } from '@qbo-sync/money/print';
import { wantsCostAccount } from './country';
import {
  type BodyObject,
  hold,
  idTo,
  type Mapped,
  type MappedRecord,
  type MappingContext,
  printBody,
} from './document';
import { accountName, categoryAccount, type Helper, membershipAccount, type HelperRole } from './helper-item';
import { texts, withSuffix } from './text';

/** quickbooks.md §9.4 */
const ITEM_NAME_LIMIT = 100;
const SKU_LIMIT = 100;
const DESCRIPTION_LIMIT = 4000;
const PRICE_PLACES = 2;

const TYPES: Readonly<Record<ItemKind, 'Service' | 'NonInventory'>> = {
  service: 'Service',
  membership: 'Service',
  fee: 'Service',
  material: 'NonInventory',
  equipment: 'NonInventory',
};

export const ITEM_HOW: How = {
  path: 'item',
  update: 'changed',
  clear: 'full',
  remove: { as: 'inactive', fields: '{"sparse":true,"Active":false}' },
};

const find = (name: string): Find => ({
  where: [['Name', name]],
  agree: ['Name', 'Type', 'IncomeAccountRef.value'],
  adopt: true,
});

/** Name for the n-th try (0 = its own): `Name (SKU)`, then `Name - 2`, `Name - 3` … (postings.md §5). */
export function itemName(item: Item, round: number): string {
  if (round === 0) return item.name;
  const sku = item.sku?.trim();
  const numbered = sku === undefined || sku === '' ? round + 1 : round;
  const suffix = numbered === 1 ? ` (${sku})` : ` - ${numbered}`;
  return withSuffix(item.name, suffix, ITEM_NAME_LIMIT);
}

/** The item as QuickBooks has it. */
export interface PostedItem {
  /** The income account it was last posted with; undefined: QuickBooks' own, which is left alone (it was linked). */
  readonly accountId: string | undefined;
}

/** Income account an item is created with, by its kind and category; null: none is chosen. */
export function mappedAccount(item: Item, ctx: MappingContext): Choice | null {
  return item.kind === 'membership'
    ? membershipAccount(ctx)
    : (categoryAccount(item.categoryId, ctx) ?? ctx.values['items.defaultIncomeAccount']);
}

/** True when the place its account comes from is among those whose existing items follow. */
function followsMap(item: Item, { values }: MappingContext): boolean {
  // Settings published by an older console do not say.
  const existing = (values as Partial<typeof values>)['items.existing'] ?? [];
  const place = item.kind === 'membership' ? 'membership' : (item.categoryId ?? 'default');
  const own =
    place === 'membership'
      ? values['invoices.membershipAccount']
      : values['items.categoryAccounts'].find(({ categoryId }) => categoryId === place)?.account;
  return existing.includes(place) || (!own && existing.includes('default'));
}

/**
 * Item of the pricebook (postings.md §5).
 *
 *   {"Name":"AC tune-up","Type":"Service","Sku":"ACT","Description":"…","UnitPrice":129.00,
 *    "IncomeAccountRef":{"value":"79"},"ExpenseAccountRef":{"value":"80"},"PurchaseCost":40.00,"Taxable":true}
 *
 * Canada and the UK want a cost account; elsewhere it is sent, with the cost, where one is chosen. `round` counts the
 * names tried ({@link itemName}). `posted`: QuickBooks has the item, and it keeps its income account whatever else of it
 * changes, unless a person said that existing ones follow the map (scenarios.md 9). Holds: account_missing, cost_account.
 */
export function toItem(item: Item, ctx: MappingContext, round = 0, posted?: PostedItem): Mapped {
  const mapped = mappedAccount(item, ctx);
  const kept = posted !== undefined && !followsMap(item, ctx);
  if (!kept && mapped === null) return hold('account_missing', { setting: 'items.defaultIncomeAccount' });
  const account = kept ? posted.accountId : mapped?.id;
  const cost = costOf(ctx, item.unitCost);
  if (cost === 'missing') return hold('cost_account');
  const text = texts();
  const name = text.name(itemName(item, round), ITEM_NAME_LIMIT) ?? item.id;
  const body = printBody({
    Name: name,
    Type: TYPES[item.kind],
    Sku: text.name(item.sku, SKU_LIMIT),
    Description: text.lines(item.description, DESCRIPTION_LIMIT),
    UnitPrice: exactNumber(parseDecimal(item.unitPrice), PRICE_PLACES),
    IncomeAccountRef: account === undefined ? undefined : idTo(account),
    ...cost,
    Taxable: item.taxable,
  });
  const warnings: Reason[] = text.warnings();
  if (round > 0) warnings.push({ code: 'name_changed', params: { name } });
  return { resource: 'Item', how: ITEM_HOW, body, find: find(name), expect: {}, warnings };
}

function costOf(ctx: MappingContext, unitCost: string | undefined): BodyObject | 'missing' {
  const account = ctx.values['items.costAccount'];
  if (account === null) return wantsCostAccount(ctx.profile.country) ? 'missing' : {};
  return {
    ExpenseAccountRef: idTo(account.id),
    PurchaseCost: unitCost === undefined ? undefined : exactNumber(parseDecimal(unitCost), PRICE_PLACES),
  };
}

/** Makes the item inactive. */
export function toInactiveItem(): MappedRecord {
  return { resource: 'Item', how: ITEM_HOW, body: '{}', expect: { Active: 'false' }, warnings: [] };
}

const HELPER_NAMES: Readonly<Record<HelperRole, string>> = {
  sales: 'Run a Call sales',
  membership: 'Run a Call memberships',
  discount: 'Run a Call discount',
  tip: 'Run a Call tip',
  rounding: 'Run a Call rounding',
};
/** Never taxed; the others are taxed or not line by line. */
const UNTAXED_HELPERS: readonly HelperRole[] = ['tip', 'rounding'];

/**
 * Name of a helper item for the n-th try. A second one of its role (the setting moved to another account) carries the
 * account's name, as sales helpers of a category always do.
 */
function helperItemName(helper: Helper, ctx: MappingContext, round: number): string {
  const base = HELPER_NAMES[helper.role];
  const account = accountName(helper.accountId, ctx) ?? helper.accountId;
  const ofCategory = helper.role === 'sales' && helper.accountId !== ctx.values['items.defaultIncomeAccount']?.id;
  const tried = ofCategory ? round + 1 : round;
  if (tried === 0) return base;
  return withSuffix(`${base} - ${account}`, tried === 1 ? '' : ` - ${tried}`, ITEM_NAME_LIMIT);
}

/**
 * Helper item (postings.md §3): `{"Name":"Run a Call sales - Equipment","Type":"Service","IncomeAccountRef":{"value":"82"},
 * "Taxable":true}`. Holds: cost_account.
 */
export function toHelperItem(helper: Helper, ctx: MappingContext, round = 0): Mapped {
  const cost = costOf(ctx, undefined);
  if (cost === 'missing') return hold('cost_account');
  const name = helperItemName(helper, ctx, round);
  const body = printBody({
    Name: name,
    Type: 'Service',
    IncomeAccountRef: idTo(helper.accountId),
    ...cost,
    Taxable: !UNTAXED_HELPERS.includes(helper.role),
  });
  const warnings: Reason[] = round === 0 ? [] : [{ code: 'name_changed', params: { name } }];
  return { resource: 'Item', how: ITEM_HOW, body, find: find(name), expect: {}, warnings };
}
