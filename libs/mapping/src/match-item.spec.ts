import fc from 'fast-check';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Item } from '@qbo-sync/contracts/runacall/item';
import { itemBooks, type ItemContext, matchItem } from './match-item';
import { CONTEXT, ITEM_CASES, theirs } from './match-item.fixtures';
import { TUNE_UP } from './item.fixtures';

describe('matching items', () => {
  test.each(ITEM_CASES)('§$section $says', ({ item, records, context, match }) => {
    expect(matchItem({ ...TUNE_UP, ...item }, itemBooks(records), { ...CONTEXT, ...context })).toEqual(match);
  });
});

describe('any items and any books', () => {
  const NAMES = ['Tune-up', 'Filter'];
  const SKUS = ['A1', 'B2'];
  const thing = fc.record({
    name: fc.nat(NAMES.length - 1),
    sku: fc.option(fc.nat(SKUS.length - 1)),
    type: fc.constantFrom('Service', 'NonInventory', 'Inventory', 'Group', 'Category'),
    active: fc.boolean(),
    account: fc.constantFrom('79', '82'),
  });

  test('§12 never exact where two are alike, and only in use, of a type and by SKU or on the same account', () => {
    fc.assert(
      fc.property(thing, fc.array(thing, { maxLength: 4 }), (one, things) => {
        const ours: Item = {
          ...TUNE_UP,
          name: NAMES[one.name] ?? '',
          sku: one.sku === null ? '' : (SKUS[one.sku] ?? ''),
        };
        const records: TextObject[] = things.map(({ name, sku, type, active, account }, index) =>
          theirs(String(index), (NAMES[name] ?? '').toUpperCase(), {
            ...{ Type: type, Active: active, IncomeAccountRef: { value: account } },
            ...(sku === null ? {} : { Sku: (SKUS[sku] ?? '').toLowerCase() }),
          }),
        );
        const context: ItemContext = { ...CONTEXT, accountId: one.account };
        const match = matchItem(ours, itemBooks(records), context);
        const alike = things.filter(({ name, sku }) => name === one.name || (sku !== null && sku === one.sku));
        expect(match.candidates).toHaveLength(alike.length);
        if (alike.length > 1) expect(match.group).toBe('conflict');
        if (match.group !== 'exact') return;
        const [only] = alike;
        expect(only).toMatchObject({ active: true });
        expect(['Service', 'NonInventory']).toContain(only?.type);
        expect((only?.sku !== null && only?.sku === one.sku) || only?.account === one.account).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
