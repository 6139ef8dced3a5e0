import type { Coded } from '@qbo-sync/contracts/reasons';
import { existingAfter } from './existing-items';
import type { SettingChanges } from './settings-events';
import type { SettingsState } from './settings-state';

const TEXTS = {
  from_now_on: 'Applies from now on. What is in QuickBooks stays.',
  customers_wait: 'Invoices of customers that are not linked will wait.',
  items_helper: 'Lines of items that are not linked use a helper item.',
  payments_skipped: 'Payments and payouts are skipped.',
  payouts_skipped: 'Payouts are skipped.',
  unpaid_wait: 'Invoices first sent from now on wait until they are paid.',
  items_stay: 'Items already in QuickBooks keep their account.',
  items_move: 'Items already in QuickBooks move to it; earlier invoices keep theirs until they are edited.',
  unmapped_stops: 'An invoice with an unmapped rate stops until its rate is mapped.',
} as const;

/** What a save would do beyond the values themselves (console.md §3). */
export function effectsOf(state: SettingsState, changes: SettingChanges, existingItems: boolean): Coded[] {
  const codes: (keyof typeof TEXTS)[] = [];
  if (Object.keys(changes).length > 0 && state.goLiveAt !== null) codes.push('from_now_on');
  if (changes['customers.push']?.to === false) codes.push('customers_wait');
  if (changes['items.push']?.to === false) codes.push('items_helper');
  if (changes['invoices.push']?.to === false) codes.push('payments_skipped');
  if (changes['payments.push']?.to === false) codes.push('payouts_skipped');
  if (changes['invoices.when']?.to === 'on_payment') codes.push('unpaid_wait');
  if (existingAfter(state.values, changes, true).moves) codes.push(existingItems ? 'items_move' : 'items_stay');
  if (changes['tax.defaultCode']?.to === null) codes.push('unmapped_stops');
  return codes.map((code) => ({ code, params: {}, text: TEXTS[code] }));
}
