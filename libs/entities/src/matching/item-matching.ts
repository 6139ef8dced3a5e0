import type { Item } from '@qbo-sync/contracts/runacall/item';
import { mappedAccount } from '@qbo-sync/mapping/item';
import { itemBooks, itemKeys, itemRecordKeys, matchItem } from '@qbo-sync/mapping/match-item';
import { valueAt } from '../sync/compare';
import { mappingContext } from '../sync/plans';
import { notLinked } from './changed-since';
import { type Matching, sketch, withoutSharing } from './matching';

/** Pricebook items against QuickBooks' items (postings.md §12). */
export const itemMatching: Matching = {
  entity: 'item',
  resource: 'Item',
  others: [],

  matchAll(ours, { records, held }, settings) {
    const books = itemBooks(records);
    const ctx = mappingContext({ settings });
    const holders = new Map(held);
    for (const { linked } of ours) if (linked !== undefined) holders.set(linked.id, linked.as);
    return withoutSharing(
      new Map(
        ours.map(({ ref, data, linked }) => {
          const item = data as unknown as Item;
          const match = matchItem(item, books, {
            accountId: ctx === undefined ? undefined : mappedAccount(item, ctx)?.id,
            ...(linked === undefined ? {} : { linkedTo: linked.id }),
            heldBy: (id) => holders.get(id),
          });
          return [ref, match];
        }),
      ),
    );
  },

  besides: () => [],

  keysOfOurs: (data) => itemKeys(data as unknown as Item),
  keysOfRecord: itemRecordKeys,

  sketchOfOurs(data) {
    const { name, sku, kind, unitPrice } = data as unknown as Item;
    return sketch({ name, sku, kind, price: unitPrice });
  },

  sketchOfRecord(record) {
    const text = (path: string): string | undefined => valueAt(record, path);
    return sketch({
      name: text('Name'),
      sku: text('Sku'),
      kind: text('Type'),
      price: text('UnitPrice'),
      account: text('IncomeAccountRef.name'),
      active: text('Active'),
    });
  },

  sharesName: () => true,
  notLinked,
};
