import type { Coded } from '@qbo-sync/contracts/reasons';
import { equalByValue } from '@qbo-sync/money/decimal';
import type { Chart } from '../quickbooks/chart';
import { sameJson as same } from '../same-json';
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
  unmapped_warns: 'An invoice with an unmapped rate is posted with its own tax and a warning.',
} as const;

export interface Saving {
  readonly state: SettingsState;
  readonly changes: SettingChanges;
  readonly existingItems: boolean;
  readonly chart: Chart;
}

/** What a save would do beyond the values themselves (console.md §3). */
export function effectsOf({ state, changes, existingItems, chart }: Saving): Coded[] {
  const codes: (keyof typeof TEXTS)[] = [];
  if (Object.keys(changes).length > 0 && state.goLiveAt !== null) codes.push('from_now_on');
  if (changes['customers.push']?.to === false) codes.push('customers_wait');
  if (changes['items.push']?.to === false) codes.push('items_helper');
  if (changes['invoices.push']?.to === false) codes.push('payments_skipped');
  if (changes['payments.push']?.to === false) codes.push('payouts_skipped');
  if (changes['invoices.when']?.to === 'on_payment') codes.push('unpaid_wait');
  if (existingAfter(state.values, changes, true).moves) codes.push(existingItems ? 'items_move' : 'items_stay');
  const automated = state.profile?.taxMode === 'automated_us';
  if (changes['tax.defaultCode']?.to === null) codes.push(automated ? 'unmapped_warns' : 'unmapped_stops');
  return [...codes.map((code) => ({ code, params: {}, text: TEXTS[code] })), ...otherPercentages(changes, chart)];
}

/** Rates confirmed here whose code is of another percentage: QuickBooks works the tax out with the code's own. */
function otherPercentages(changes: SettingChanges, { taxCodes }: Chart): Coded[] {
  const { from = [], to = [] } = changes['tax.rates'] ?? {};
  return to.flatMap((rate) => {
    const before = from.find(({ rateId }) => rateId === rate.rateId);
    const found = taxCodes.find(({ id }) => id === rate.code?.id)?.percentage;
    if (rate.state !== 'confirmed' || same(before, rate) || !found || equalByValue(found, rate.percentage)) return [];
    const params = { rate: rate.name, percentage: rate.percentage, code: rate.code?.name ?? '', found };
    const text = `${params.rate} is ${params.percentage} %, and ${params.code} in QuickBooks is ${found} %.`;
    return [{ code: 'percentage_differs', params, text }];
  });
}
