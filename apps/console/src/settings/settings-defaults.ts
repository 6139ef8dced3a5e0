import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import type { Choice, SettingKey } from '@qbo-sync/contracts/sync/settings';
import type { Chart, QboAccount } from '../quickbooks/chart';
import { accountChoice, fits } from './settings-check';
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
  const named = BY_NAME.map((role) => {
    const { name, setting } = ACCOUNT_ROLES[role];
    return [setting, (account: QboAccount) => account.name === name] as const;
  });
  const { defaultDiscountAccount, undepositedAccount } = state.profile ?? {};
  const own = [
    ['invoices.discountsAccount', ({ id }: QboAccount) => id === defaultDiscountAccount?.id],
    ['payments.undepositedAccount', ({ id }: QboAccount) => id === undepositedAccount?.id],
  ] as const;
  const changes: Record<string, { from: null; to: Choice }> = {};
  for (const [key, isIt] of [...named, ...own]) {
    const choice = state.values[key] === null && state.changed[key] === undefined ? only(chart, key, isIt) : undefined;
    if (choice !== undefined) changes[key] = { from: null, to: choice };
  }
  return changes;
}

/** The one active account that it is and that fits the setting: of several a person chooses. */
function only(chart: Chart, key: SettingKey, isIt: (account: QboAccount) => boolean): Choice | undefined {
  const rule = SETTING_RULES[key];
  if (rule.kind !== 'account') return undefined;
  const [account, other] = chart.accounts.filter((one) => one.active && isIt(one) && fits(one, rule.fit));
  return account === undefined || other !== undefined ? undefined : accountChoice(account, rule);
}
