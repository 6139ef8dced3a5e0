import type { Item } from '@qbo-sync/contracts/runacall/item';
import { UK, US, withProfile, withValues } from './context.fixtures';
import { isHold, type Mapped, type MappingContext } from './document';
import { readHelperRef } from './helper-item';
import { itemName, toHelperItem, toInactiveItem, toItem } from './item';
import { EQUIPMENT_HELPER_BODY, FURNACE, FURNACE_BODY, FURNACE_UK_BODY, TUNE_UP, TUNE_UP_BODY } from './item.fixtures';

const bodyOf = (mapped: Mapped): Record<string, unknown> => {
  if (isHold(mapped)) throw new Error(mapped.hold.code);
  return JSON.parse(mapped.body);
};

const NO_MEMBERSHIPS = withValues(US, { 'invoices.membershipAccount': null });

describe('item', () => {
  test.each<[string, Item, MappingContext, string]>([
    ['§5 service, category without an account', TUNE_UP, US, TUNE_UP_BODY],
    ["§5 equipment on its category's account", FURNACE, US, FURNACE_BODY],
    ['§5 cost account and cost (UK)', FURNACE, UK, FURNACE_UK_BODY],
  ])('%s', (_section, item, ctx, body) => {
    expect(toItem(item, ctx)).toMatchObject({
      resource: 'Item',
      body,
      warnings: [],
      how: { path: 'item', update: 'changed' },
    });
  });

  test.each<[string, Partial<Item>, MappingContext, string]>([
    ['§5 membership kind', { kind: 'membership', categoryId: 'cat_install' }, US, '83'],
    [
      '§5 membership kind without a memberships account',
      { kind: 'membership', categoryId: 'cat_install' },
      NO_MEMBERSHIPS,
      '79',
    ],
    ['§5 an unknown category', { categoryId: 'cat_new' }, US, '79'],
  ])('%s posts to %s', (_section, change, ctx, account) => {
    expect(bodyOf(toItem({ ...TUNE_UP, ...change }, ctx))['IncomeAccountRef']).toEqual({ value: account });
  });

  const moved = (existing: string[], change: Partial<MappingContext['values']> = {}): MappingContext =>
    withValues(US, {
      'items.defaultIncomeAccount': { id: '100', name: 'New default' },
      'items.categoryAccounts': [
        { categoryId: 'cat_install', name: 'Installs', account: { id: '101', name: 'New installs' } },
      ],
      'invoices.membershipAccount': { id: '102', name: 'New memberships' },
      'items.existing': existing,
      ...change,
    });
  const DEFAULT = TUNE_UP;
  const MEMBER = { ...TUNE_UP, kind: 'membership' } as const;
  const NO_OWN = { 'invoices.membershipAccount': null, 'items.categoryAccounts': [] };

  test.each<[string, string, Item, MappingContext]>([
    ['new items only', '79', DEFAULT, moved([])],
    ['the default follows', '100', DEFAULT, moved(['default'])],
    ['another place follows', '79', DEFAULT, moved(['cat_install', 'membership'])],
    ['its category follows', '101', FURNACE, moved(['cat_install'])],
    ['the default follows, its category has its own', '79', FURNACE, moved(['default'])],
    ['its category follows, and gave its account back', '100', FURNACE, moved(['cat_install'], NO_OWN)],
    ['the default follows, its category has none', '100', FURNACE, moved(['default'], NO_OWN)],
    ['memberships follow', '102', MEMBER, moved(['membership'])],
    ['the default follows, memberships have none', '100', MEMBER, moved(['default'], NO_OWN)],
  ])('§5 the map changed for an item posted on 79, %s: on %s', (_what, account, item, ctx) => {
    expect(bodyOf(toItem(item, ctx, 0, { accountId: '79' }))['IncomeAccountRef']).toEqual({ value: account });
    expect(bodyOf(toItem(item, ctx))['IncomeAccountRef']).not.toEqual({ value: '79' });
  });

  test('§5 settings of an older console move nothing', () => {
    const { 'items.existing': _, ...values } = moved([]).values;
    const ctx = { ...US, values: values as MappingContext['values'] };
    expect(bodyOf(toItem(TUNE_UP, ctx, 0, { accountId: '79' }))['IncomeAccountRef']).toEqual({ value: '79' });
  });

  test('§12 what is adopted keeps QuickBooks’ account, also without a default', () => {
    const ctx = withValues(US, { 'items.defaultIncomeAccount': null });
    expect(bodyOf(toItem(TUNE_UP, ctx, 0, { accountId: undefined }))).not.toHaveProperty('IncomeAccountRef');
  });

  test.each<[Item['kind'], string]>([
    ['service', 'Service'],
    ['membership', 'Service'],
    ['fee', 'Service'],
    ['material', 'NonInventory'],
    ['equipment', 'NonInventory'],
  ])('§5 %s is %s', (kind, type) => {
    expect(bodyOf(toItem({ ...TUNE_UP, kind }, US))['Type']).toBe(type);
  });

  test.each<[string, MappingContext, string, Record<string, string> | undefined]>([
    [
      '§3 no default income account',
      withValues(US, { 'items.defaultIncomeAccount': null }),
      'account_missing',
      { setting: 'items.defaultIncomeAccount' },
    ],
    ['§3 no cost account in the UK', withValues(UK, { 'items.costAccount': null }), 'cost_account', undefined],
    ['§3 no cost account in Canada', withProfile(US, { country: 'CA' }), 'cost_account', undefined],
  ])('%s holds', (_section, ctx, code, params) => {
    expect(toItem(TUNE_UP, ctx)).toEqual({ hold: params === undefined ? { code } : { code, params } });
  });

  test('§5 taken names: the SKU, then numbers', () => {
    const bare: Item = { ...FURNACE };
    expect([0, 1, 2, 3].map((round) => itemName(TUNE_UP, round))).toEqual([
      'AC tune-up',
      'AC tune-up (ACT)',
      'AC tune-up - 2',
      'AC tune-up - 3',
    ]);
    expect([1, 2].map((round) => itemName(bare, round))).toEqual(['Furnace- 80 kBTU - 2', 'Furnace- 80 kBTU - 3']);
    expect(toItem(TUNE_UP, US, 1)).toMatchObject({
      find: { where: [['Name', 'AC tune-up (ACT)']], agree: ['Name', 'Type', 'IncomeAccountRef.value'], adopt: true },
      warnings: [{ code: 'name_changed', params: { name: 'AC tune-up (ACT)' } }],
    });
  });

  test('§1.12 a name of 120 is cut at 100 with a warning, a suffix stays whole', () => {
    const long: Item = { ...TUNE_UP, name: 'n'.repeat(120) };
    expect(toItem(long, US)).toMatchObject({ warnings: [{ code: 'name_shortened' }] });
    expect(bodyOf(toItem(long, US))['Name']).toBe('n'.repeat(100));
    expect(bodyOf(toItem(long, US, 2))['Name']).toBe(`${'n'.repeat(96)} - 2`);
  });

  test('§5 deactivated', () => {
    expect(toInactiveItem()).toMatchObject({
      body: '{}',
      how: { remove: { as: 'inactive' } },
      expect: { Active: 'false' },
    });
  });
});

describe('helper items', () => {
  const helper = (ref: string, ctx: MappingContext, round = 0): Mapped => {
    const read = readHelperRef(ref);
    if (read === undefined) throw new Error(`${ref} is no helper`);
    return toHelperItem(read, ctx, round);
  };

  test("§3 sales on a category's account", () => {
    expect(helper('item:helper.sales.82', US)).toMatchObject({ body: EQUIPMENT_HELPER_BODY });
  });

  test.each([
    ['item:helper.sales.79', 'Run a Call sales', true],
    ['item:helper.membership.83', 'Run a Call memberships', true],
    ['item:helper.discount.86', 'Run a Call discount', true],
    ['item:helper.tip.95', 'Run a Call tip', false],
    ['item:helper.rounding.79', 'Run a Call rounding', false],
  ])('§3 %s is %s', (ref, name, taxable) => {
    const account = ref.split('.')[2] ?? '';
    expect(bodyOf(helper(ref, US))).toEqual({
      Name: name,
      Type: 'Service',
      IncomeAccountRef: { value: account },
      Taxable: taxable,
    });
  });

  test('§3 outside the US it needs the cost account too', () => {
    expect(bodyOf(helper('item:helper.tip.95', UK))['ExpenseAccountRef']).toEqual({ value: '80' });
    expect(helper('item:helper.tip.95', withValues(UK, { 'items.costAccount': null }))).toEqual({
      hold: { code: 'cost_account' },
    });
  });

  test('§3 a second helper of a role carries its account, then a number', () => {
    expect(bodyOf(helper('item:helper.tip.95', US, 1))['Name']).toBe('Run a Call tip - Tips payable');
    expect(bodyOf(helper('item:helper.tip.95', US, 2))['Name']).toBe('Run a Call tip - Tips payable - 2');
    expect(bodyOf(helper('item:helper.sales.82', US, 1))['Name']).toBe('Run a Call sales - Equipment - 2');
    expect(bodyOf(helper('item:helper.discount.999', US, 1))['Name']).toBe('Run a Call discount - 999');
  });

  test('other refs are no helpers', () => {
    expect(readHelperRef('item:itm_1')).toBeUndefined();
    expect(readHelperRef('item:helper.payroll.1')).toBeUndefined();
  });
});
