import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import { decimal, decimalOrZero, number as plain, pick, present, refValue, text } from '../exact';
import { checkNameCharacters, checkNameFree, follow, nameInLife, refTo, staysActive } from '../name-list';
import { refuse, refuseMissing, refuseReference } from '../refusal';
import type { Resource, Writing } from '../resource';
import { date, ENVELOPE, flag, ignored, number, ref as refKind, text as textKind } from '../shape';

const TYPES = new Set(['Inventory', 'Service', 'NonInventory', 'Category']);
/** Accounts that no item may earn to or cost from (quickbooks.md §9.4; money accounts by inference). */
const NEVER = new Set(['Accounts Receivable', 'Accounts Payable', 'Bank', 'Credit Card', 'Non-Posting']);
/** Countries where every item needs a cost account (quickbooks.md §9.4). */
const COST_ACCOUNT_COUNTRIES = new Set(['CA', 'GB']);
const HIGHEST_PRICE = 99_999_999_999;
const MOST_LEVELS = 4;

export const item: Resource = {
  name: 'Item',
  shape: {
    ...ENVELOPE,
    Name: textKind(100),
    Type: textKind(30),
    Sku: textKind(100),
    Description: textKind(4000),
    PurchaseDesc: textKind(1000),
    UnitPrice: number,
    PurchaseCost: number,
    Taxable: flag,
    SalesTaxIncluded: flag,
    PurchaseTaxIncluded: flag,
    IncomeAccountRef: refKind,
    ExpenseAccountRef: refKind,
    AssetAccountRef: refKind,
    SalesTaxCodeRef: refKind,
    PurchaseTaxCodeRef: refKind,
    TaxClassificationRef: refKind,
    SubItem: flag,
    ParentRef: refKind,
    TrackQtyOnHand: flag,
    QtyOnHand: number,
    InvStartDate: date,
    Active: flag,
    FullyQualifiedName: ignored,
    Level: ignored,
  },
  nameList: true,
  sequence: 'Item',
  queryable: [
    'Name',
    'Type',
    'Sku',
    'Description',
    'UnitPrice',
    'Active',
    'FullyQualifiedName',
    'IncomeAccountRef',
    'ExpenseAccountRef',
    'SubItem',
    'ParentRef',
    'Taxable',
  ],
  cdc: true,
  build,
};

function build({ draft, id, current, wanted }: Writing): ExactObject {
  const active = staysActive(wanted, current);
  const given = text(wanted['Name']) ?? text(current?.['Name']);
  if (given === undefined) refuseMissing('Name');
  checkNameCharacters(given, 'Name', '2180');
  const name = nameInLife(given.trim(), active);
  const type = text(wanted['Type']) ?? text(current?.['Type']) ?? refuseMissing('Type');
  if (!TYPES.has(type)) refuse('2120', `Invalid Type : ${type}`, 'Type');
  if (current?.['Type'] === 'Inventory' && type !== 'Inventory')
    refuse('2120', 'Invalid Type : an inventory item keeps its type', 'Type');
  for (const price of ['UnitPrice', 'PurchaseCost'] as const) {
    if (decimal(wanted[price])?.abs().greaterThan(HIGHEST_PRICE) === true)
      refuse('2140', `Invalid Amount : ${price}`, price);
  }
  const parent = findParent(draft, wanted);
  const qualified = parent === undefined ? name : `${text(parent['FullyQualifiedName']) ?? ''}:${name}`;
  if (active) {
    checkNameFree(
      draft,
      qualified,
      { entity: 'Item', id },
      [{ entity: 'Item', field: 'FullyQualifiedName' }],
      'Another product or service is already using this name. Please use a different name.',
    );
  }
  return draft.save(
    'Item',
    id,
    present({
      Name: name,
      ...pick(wanted, [
        'Sku',
        'Description',
        'PurchaseDesc',
        'SalesTaxIncluded',
        'PurchaseTaxIncluded',
        'SalesTaxCodeRef',
        'PurchaseTaxCodeRef',
        'TaxClassificationRef',
        'QtyOnHand',
        'InvStartDate',
      ]),
      Active: active,
      FullyQualifiedName: qualified,
      Type: type,
      SubItem: parent !== undefined,
      ...(parent === undefined ? {} : { ParentRef: refTo(parent) }),
      ...(type === 'Category' ? {} : pricing(draft, wanted, type)),
    }),
  );
}

/** Prices and accounts of what can be sold. */
function pricing(draft: Draft, wanted: ExactObject, type: string): ExactObject {
  const income = accountFor(draft, wanted, 'IncomeAccountRef') ?? refuseMissing('IncomeAccountRef');
  const expense = accountFor(draft, wanted, 'ExpenseAccountRef');
  const bought = !decimalOrZero(wanted['PurchaseCost']).isZero() || wanted['PurchaseDesc'] !== undefined;
  if (
    expense === undefined &&
    (bought || type === 'Inventory' || COST_ACCOUNT_COUNTRIES.has(draft.company.profile.country))
  ) {
    refuseMissing('ExpenseAccountRef');
  }
  const asset = accountFor(draft, wanted, 'AssetAccountRef');
  if (type === 'Inventory') checkInventory(wanted, income, expense, asset);
  return present({
    Taxable: wanted['Taxable'] ?? false,
    UnitPrice: wanted['UnitPrice'] ?? plain(0),
    PurchaseCost: wanted['PurchaseCost'] ?? plain(0),
    IncomeAccountRef: refTo(income),
    ExpenseAccountRef: expense === undefined ? undefined : refTo(expense),
    AssetAccountRef: asset === undefined ? undefined : refTo(asset),
    TrackQtyOnHand: type === 'Inventory',
  });
}

function accountFor(draft: Draft, wanted: ExactObject, element: string): ExactObject | undefined {
  const account = follow(draft, wanted[element], 'Account', element);
  if (account !== undefined && NEVER.has(text(account['AccountType']) ?? '')) {
    refuse('6430', 'Invalid account type used. : Select a different type of account for this transaction.', element);
  }
  return account;
}

function checkInventory(
  wanted: ExactObject,
  income: ExactObject,
  expense: ExactObject | undefined,
  asset: ExactObject | undefined,
): void {
  for (const needed of ['InvStartDate', 'QtyOnHand'] as const) if (wanted[needed] === undefined) refuseMissing(needed);
  if (wanted['TrackQtyOnHand'] !== true) refuseMissing('TrackQtyOnHand');
  if (asset?.['AccountType'] !== 'Other Current Asset') refuseMissing('AssetAccountRef');
  const rightAccounts =
    income['AccountSubType'] === 'SalesOfProductIncome' && expense?.['AccountType'] === 'Cost of Goods Sold';
  if (!rightAccounts)
    refuse(
      '6430',
      'Invalid account type used. : Inventory items need a Sales of Product Income and a Cost of Goods Sold account.',
      'IncomeAccountRef',
    );
}

function findParent(draft: Draft, wanted: ExactObject): ExactObject | undefined {
  const id = refValue(wanted['ParentRef']);
  if (wanted['SubItem'] !== true) return undefined;
  if (id === undefined) return refuse('6150', 'ParentRef is required if it is a sub-item.', 'ParentRef');
  const parent = draft.get('Item', id);
  if (parent === undefined) return refuseReference('ParentRef', id);
  if (depth(draft, parent) + 1 > MOST_LEVELS) refuse('6180', 'Only 4 levels of categories are allowed.', 'ParentRef');
  return parent;
}

function depth(draft: Draft, record: ExactObject): number {
  const parent = draft.get('Item', refValue(record['ParentRef']) ?? '');
  return parent === undefined ? 0 : depth(draft, parent) + 1;
}
