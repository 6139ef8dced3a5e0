import type { CategoryAccount, SettingValues } from '@qbo-sync/contracts/sync/settings';
import { sameJson as same } from '../same-json';
import type { SettingChanges } from './settings-events';

type Values = Pick<SettingValues, 'items.categoryAccounts' | 'invoices.membershipAccount'>;

/**
 * What a save does to items that exist (scenarios.md 9, postings.md §5). New items only is the rule: an item keeps the
 * account it was posted with, whatever else of it changes. `items.existing` names those a person said shall follow
 * their account: `default`, `membership`, or a category by its id.
 */
export function existingAfter(
  before: SettingValues,
  changes: SettingChanges,
  follow: boolean,
): { readonly changes: SettingChanges; readonly moves: boolean } {
  const next = { ...before, ...Object.fromEntries(Object.entries(changes).map(([key, { to }]) => [key, to])) };
  const touched = touchedBy(changes);
  const standing = before['items.existing'].filter(
    (place) => !touched.includes(place) && !(touched.includes('default') && !hasOwnAccount(next, place)),
  );
  const existing = follow ? [...new Set([...before['items.existing'], ...touched])].toSorted() : standing;
  const change = same(existing, before['items.existing'])
    ? {}
    : { 'items.existing': { from: before['items.existing'], to: existing } };
  return { changes: change, moves: follow && touched.length > 0 };
}

/** The places whose account a save changes. */
function touchedBy(changes: SettingChanges): readonly string[] {
  const categories = changes['items.categoryAccounts'];
  return [
    ...(changes['items.defaultIncomeAccount'] === undefined ? [] : ['default']),
    ...(changes['invoices.membershipAccount'] === undefined ? [] : ['membership']),
    ...(categories === undefined ? [] : categories.to.filter((one) => isMoved(one, categories.from))).map(
      ({ categoryId }) => categoryId,
    ),
  ];
}

function isMoved({ categoryId, account }: CategoryAccount, before: readonly CategoryAccount[]): boolean {
  return before.find((one) => one.categoryId === categoryId)?.account?.id !== account?.id;
}

/** Without an account of its own a place uses the default. */
function hasOwnAccount(values: Values, place: string): boolean {
  if (place === 'membership') return values['invoices.membershipAccount'] !== null;
  return values['items.categoryAccounts'].some(
    ({ categoryId, account }) => categoryId === place && account !== undefined,
  );
}
