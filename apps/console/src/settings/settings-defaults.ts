import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import type { Choice, SettingKey } from '@qbo-sync/contracts/sync/settings';
import type { Chart } from '../quickbooks/chart';
import { fits } from './settings-check';
import type { SettingChanges } from './settings-events';
import type { SettingsState } from './settings-state';
import { SETTING_RULES } from './settings-table';

/** Settings that take the account of a role's exact name and a fitting type, where QuickBooks has it (postings.md §3). */
const BY_NAME = ['service-revenue', 'stripe-clearing', 'stripe-fees', 'stripe-disputes'] as const;

/**
 * Defaults that depend on the books, for settings that are empty and that nobody has touched: accounts by their name, and
 * QuickBooks' own discount account and Undeposited Funds.
 */
export function defaultChanges(state: SettingsState, chart: Chart): SettingChanges {
  const named = BY_NAME.map((role) => [ACCOUNT_ROLES[role].setting, byName(chart, role)] as const);
  const own = [
    ['invoices.discountsAccount', state.profile?.defaultDiscountAccount?.id],
    ['payments.undepositedAccount', state.profile?.undepositedAccount?.id],
  ] as const;
  const changes: Record<string, { from: null; to: Choice }> = {};
  for (const [key, id] of [...named, ...own]) {
    const choice = state.values[key] === null && state.changed[key] === undefined ? fitting(chart, key, id) : undefined;
    if (choice !== undefined) changes[key] = { from: null, to: choice };
  }
  return changes;
}

function byName(chart: Chart, role: (typeof BY_NAME)[number]): string | undefined {
  return chart.accounts.find(({ name, active }) => active && name === ACCOUNT_ROLES[role].name)?.id;
}

function fitting(chart: Chart, key: SettingKey, id: string | undefined): Choice | undefined {
  const rule = SETTING_RULES[key];
  const account = chart.accounts.find((candidate) => candidate.id === id && candidate.active);
  if (account === undefined || rule.kind !== 'account' || !fits(account, rule.fit)) return undefined;
  return { id: account.id, name: account.name };
}
