import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Item } from '@qbo-sync/contracts/runacall/item';
import { firstRow, type Match, type Row, together } from './match';
import { indexBy, type MatchIndex } from './match-index';
import { plainName } from './match-text';
import { flagAt, textAt } from './record';

/** An item of QuickBooks, made comparable. */
export interface ItemRecord {
  readonly id: string;
  readonly name: string;
  readonly sku: string;
  /** QuickBooks' Type: `Service`, `NonInventory`, `Inventory`, `Group` (a bundle), `Category`. */
  readonly type: string;
  readonly active: boolean;
  readonly accountId: string | undefined;
}

/** What is known of one item of ours beside itself. */
export interface ItemContext {
  /** Income account it would be created with; undefined: none is chosen. */
  readonly accountId: string | undefined;
  readonly linkedTo?: string;
  /** Who else of ours a record is linked to: one we made, or one a person made and we adopted. */
  heldBy(id: string): 'made' | 'adopted' | undefined;
}

interface Facts {
  readonly name: boolean;
  readonly sku: boolean;
  readonly sellable: boolean;
  readonly active: boolean;
  readonly sameAccount: boolean;
  readonly linked: boolean;
  readonly held: boolean;
}

/** Types whose lines post to an income account and nothing else (postings.md §5). */
const SELLABLE: readonly string[] = ['Service', 'NonInventory'];

/** postings.md §12. */
const TABLE: readonly (Row<Facts> & { readonly group: 'exact' | 'likely' | 'conflict' })[] = [
  { group: 'exact', why: 'linked', when: ({ linked }) => linked },
  { group: 'conflict', why: 'linked_elsewhere', when: ({ held }) => held },
  { group: 'conflict', why: 'type', when: ({ sellable }) => !sellable },
  { group: 'conflict', why: 'inactive', when: ({ active }) => !active },
  { group: 'exact', why: 'sku', when: ({ sku }) => sku },
  { group: 'exact', why: 'name', when: ({ name, sameAccount }) => name && sameAccount },
  { group: 'likely', why: 'account_differs', when: ({ name }) => name },
];

/** Where an item stands: by its SKU, else by its name. One of our own making under that name is no candidate. */
export function matchItem(item: Item, books: MatchIndex<ItemRecord>, context: ItemContext): Match {
  const traits = { name: plainName(item.name), sku: plainSku(item.sku) };
  const { linkedTo, heldBy } = context;
  const near = books.candidates(keysOf(traits));
  const ours = near.filter(({ id }) => id !== linkedTo && heldBy(id) === 'made');
  const said = near
    .filter((record) => !ours.includes(record))
    .flatMap((record) => firstRow(TABLE, record.id, factsOf(traits, record, context)) ?? []);
  if (linkedTo !== undefined && said.every(({ why }) => why !== 'linked')) {
    return { group: 'exact', why: 'linked', candidates: [linkedTo] };
  }
  return together(said, ours.some(({ name }) => name === traits.name) ? 'name_is_ours' : 'nothing_alike');
}

/** Reads QuickBooks' items, inactive ones too. */
export function itemBooks(items: readonly TextObject[]): MatchIndex<ItemRecord> {
  return indexBy(
    items.flatMap((record) => recordOf(record) ?? []),
    keysOf,
  );
}

const keysOf = ({ name, sku }: Pick<ItemRecord, 'name' | 'sku'>): readonly string[] => [
  ...(name === '' ? [] : [`n ${name}`]),
  ...(sku === '' ? [] : [`s ${sku}`]),
];

/** What an item of ours could be found by among QuickBooks' (`itemRecordKeys`). */
export const itemKeys = ({ name, sku }: Item): readonly string[] =>
  keysOf({ name: plainName(name), sku: plainSku(sku) });

export function itemRecordKeys(record: TextObject): readonly string[] {
  const traits = recordOf(record);
  return traits === undefined ? [] : keysOf(traits);
}

const plainSku = (sku: string | undefined): string => (sku ?? '').normalize('NFKC').trim().toLowerCase();

function recordOf(record: TextObject): ItemRecord | undefined {
  const id = textAt(record, 'Id');
  if (id === undefined) return undefined;
  return {
    id,
    name: plainName(textAt(record, 'Name') ?? ''),
    sku: plainSku(textAt(record, 'Sku')),
    type: textAt(record, 'Type') ?? '',
    active: flagAt(record, 'Active') !== false,
    accountId: textAt(record, 'IncomeAccountRef.value'),
  };
}

function factsOf(ours: Pick<ItemRecord, 'name' | 'sku'>, record: ItemRecord, context: ItemContext): Facts {
  return {
    name: ours.name !== '' && ours.name === record.name,
    sku: ours.sku !== '' && ours.sku === record.sku,
    sellable: SELLABLE.includes(record.type),
    active: record.active,
    sameAccount: record.accountId !== undefined && record.accountId === context.accountId,
    linked: record.id === context.linkedTo,
    held: context.heldBy(record.id) !== undefined,
  };
}
