import type { Item } from '@qbo-sync/contracts/runacall/item';
import { json } from './context.fixtures';

export const TUNE_UP: Item = {
  id: 'itm_ac_tune',
  name: 'AC tune-up',
  description: 'Spring check of the cooling side',
  sku: 'ACT',
  kind: 'service',
  categoryId: 'cat_maint',
  categoryName: 'Maintenance',
  unitPrice: '129',
  taxable: true,
  active: true,
  updatedAt: '2026-11-20T16:04:05Z',
};

/** postings.md §5. */
export const TUNE_UP_BODY = json(`
  {"Name":"AC tune-up","Type":"Service","Sku":"ACT","Description":"Spring check of the cooling side","UnitPrice":129.00,
   "IncomeAccountRef":{"value":"79"},"Taxable":true}`);

export const FURNACE: Item = {
  id: 'itm_furnace',
  name: 'Furnace: 80 kBTU',
  kind: 'equipment',
  categoryId: 'cat_install',
  categoryName: 'Equipment installs',
  unitPrice: '2450.125',
  unitCost: '1200.5',
  taxable: true,
  active: true,
  updatedAt: '2026-11-20T16:04:05Z',
};

export const FURNACE_BODY = json(`
  {"Name":"Furnace- 80 kBTU","Type":"NonInventory","UnitPrice":2450.125,"IncomeAccountRef":{"value":"82"},"Taxable":true}`);

export const FURNACE_UK_BODY = json(`
  {"Name":"Furnace- 80 kBTU","Type":"NonInventory","UnitPrice":2450.125,"IncomeAccountRef":{"value":"82"},
   "ExpenseAccountRef":{"value":"80"},"PurchaseCost":1200.50,"Taxable":true}`);

/** postings.md §3, to the letter. */
export const EQUIPMENT_HELPER_BODY = json(`
  {"Name":"Run a Call sales - Equipment","Type":"Service","IncomeAccountRef":{"value":"82"},"Taxable":true}`);
