import type { Item, ItemKind } from '@qbo-sync/contracts/runacall/item';
import { EQUIPMENT_CATEGORY } from './companies';
import type { Prng } from './prng';

interface Entry {
  readonly name: string;
  readonly kind: ItemKind;
  readonly category?: string;
  readonly price: string;
}

const CATEGORY_NAMES: Readonly<Record<string, string>> = {
  cat_maint: 'Maintenance',
  cat_repair: 'Repairs & call-outs',
  cat_parts: 'Parts: consumables',
  [EQUIPMENT_CATEGORY.id]: EQUIPMENT_CATEGORY.name,
  cat_member: 'Memberships',
};

const ENTRIES: readonly Entry[] = [
  { name: 'AC tune-up', kind: 'service', category: 'cat_maint', price: '129.00' },
  { name: 'Filter 16x25', kind: 'material', category: 'cat_parts', price: '18.50' },
  { name: 'Boiler 24 kW installed', kind: 'equipment', category: EQUIPMENT_CATEGORY.id, price: '2450.00' },
  { name: 'Comfort Club, one year', kind: 'membership', category: 'cat_member', price: '180.00' },
  { name: 'Call-out fee', kind: 'fee', category: 'cat_repair', price: '60.00' },
  { name: 'Furnace inspection', kind: 'service', category: 'cat_maint', price: '89.00' },
  { name: 'Copper pipe 3/4" × 50\'', kind: 'material', category: 'cat_parts', price: '3.4275' },
  { name: 'Heat pump 3 t', kind: 'equipment', category: EQUIPMENT_CATEGORY.id, price: '4890.00' },
  { name: '🔥 Winter check', kind: 'service', category: 'cat_maint', price: '99.00' },
  { name: 'Kältemittel R-32, je Gramm', kind: 'material', category: 'cat_parts', price: '0.185' },
  { name: 'Duct: cleaning per metre', kind: 'service', category: 'cat_maint', price: '7.25' },
  { name: 'Drain clearing', kind: 'service', category: 'cat_repair', price: '145.00' },
  { name: 'Thermostat "Nest" fitted', kind: 'equipment', category: EQUIPMENT_CATEGORY.id, price: '319.00' },
  { name: 'Leak search', kind: 'service', category: 'cat_repair', price: '110.00' },
  { name: 'Disposal fee', kind: 'fee', price: '15.00' },
  { name: 'Monthly care plan', kind: 'membership', category: 'cat_member', price: '19.00' },
  { name: 'Labour, hour', kind: 'service', price: '96.00' },
  { name: 'Apprentice, hour', kind: 'service', category: 'cat_repair', price: '48.20' },
  { name: 'Screws & sealant', kind: 'material', price: '0.333' },
  { name: 'Water heater 50 gal', kind: 'equipment', category: EQUIPMENT_CATEGORY.id, price: '1380.00' },
];
const SIZES = [
  '10x10',
  '12x12',
  '14x20',
  '16x20',
  '20x20',
  '20x25',
  '24x24',
  '8 mm',
  '10 mm',
  '15 mm',
  '22 mm',
  '28 mm',
  'small',
  'medium',
  'large',
  'XL',
];

/** The pricebook: the same twenty entries first, then parts in sizes. */
export function pricebook(count: number, prng: Prng): Item[] {
  return Array.from({ length: count }, (_, index) => {
    const part = index - ENTRIES.length;
    const entry: Entry = ENTRIES[index] ?? {
      name: `Part ${SIZES[part % SIZES.length]}${part < SIZES.length ? '' : `, series ${Math.floor(part / SIZES.length) + 1}`}`,
      kind: 'material',
      category: 'cat_parts',
      price: `${prng.between(2, 60)}.${prng.pick(['00', '25', '50', '95'])}`,
    };
    const categoryName = entry.category === undefined ? undefined : CATEGORY_NAMES[entry.category];
    return {
      id: `itm_${201 + index}`,
      name: entry.name,
      description: `${entry.name}, as quoted`,
      sku: `SKU-${201 + index}`,
      kind: entry.kind,
      ...(entry.category === undefined || categoryName === undefined
        ? {}
        : { categoryId: entry.category, categoryName }),
      unitPrice: entry.price,
      taxable: entry.kind !== 'membership',
      active: true,
      updatedAt: '',
    };
  });
}
