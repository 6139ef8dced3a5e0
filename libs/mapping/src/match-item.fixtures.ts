import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Item } from '@qbo-sync/contracts/runacall/item';
import type { Match } from './match';
import type { ItemContext } from './match-item';

export interface ItemMatchCase {
  readonly section: string;
  readonly says: string;
  /** Beside the tune-up of item.fixtures.ts: name `AC tune-up`, SKU `ACT`. */
  readonly item?: Partial<Item>;
  readonly records: readonly TextObject[];
  readonly context?: Partial<ItemContext>;
  readonly match: Match;
}

export const CONTEXT: ItemContext = { accountId: '79', heldBy: () => undefined };

export const theirs = (Id: string, Name: string, more: TextObject = {}): TextObject => ({
  Id,
  Name,
  Type: 'Service',
  Active: true,
  IncomeAccountRef: { value: '79' },
  ...more,
});
const held = (as: 'made' | 'adopted'): Partial<ItemContext> => ({ heldBy: () => as });
const one = (group: Match['group'], why: Match['why']): Match => ({ group, why, candidates: ['11'] });
const none = (why: Match['why']): Match => ({ group: 'new', why, candidates: [] });

const section = '12';
export const ITEM_CASES: readonly ItemMatchCase[] = [
  {
    section,
    says: 'exact: linked already',
    records: [theirs('11', 'Anything')],
    context: { linkedTo: '11' },
    match: one('exact', 'linked'),
  },
  {
    section,
    says: 'exact: the SKU, under another name and account',
    records: [theirs('11', 'Tune up', { Sku: 'act ', IncomeAccountRef: { value: '82' } })],
    match: one('exact', 'sku'),
  },
  {
    section,
    says: 'exact: the name, on the account it would be created with',
    records: [theirs('11', 'AC Tune Up', { Type: 'NonInventory' })],
    match: one('exact', 'name'),
  },
  {
    section,
    says: 'likely: the name, on another account',
    records: [theirs('11', 'AC tune-up', { IncomeAccountRef: { value: '82' } })],
    match: one('likely', 'account_differs'),
  },
  {
    section,
    says: 'likely: the name, and no account is chosen yet',
    records: [theirs('11', 'AC tune-up')],
    context: { accountId: undefined },
    match: one('likely', 'account_differs'),
  },
  ...['Inventory', 'Group', 'Category'].map((Type) => ({
    section,
    says: `conflict: QuickBooks’ ${Type}`,
    records: [theirs('11', 'AC tune-up', { Type })],
    match: one('conflict', 'type'),
  })),
  {
    section,
    says: 'conflict: inactive',
    records: [theirs('11', 'AC tune-up (deleted)', { Active: false })],
    match: one('conflict', 'inactive'),
  },
  {
    section,
    says: 'conflict: one has the SKU, another the name',
    records: [theirs('11', 'Other', { Sku: 'ACT' }), theirs('12', 'AC tune-up')],
    match: { group: 'conflict', why: 'several', candidates: ['11', '12'] },
  },
  {
    section,
    says: 'conflict: another of ours has adopted it',
    records: [theirs('11', 'AC tune-up')],
    context: held('adopted'),
    match: one('conflict', 'linked_elsewhere'),
  },
  {
    section,
    says: 'new: the name is another item’s of ours, made by us',
    records: [theirs('11', 'AC tune-up')],
    context: held('made'),
    match: none('name_is_ours'),
  },
  {
    section,
    says: 'new: without a SKU of ours an empty one there is none',
    item: { sku: ' ' },
    records: [theirs('11', 'Other', { Sku: '' })],
    match: none('nothing_alike'),
  },
  { section, says: 'new: nothing alike', records: [theirs('11', 'Other', { Sku: 'X' })], match: none('nothing_alike') },
];
