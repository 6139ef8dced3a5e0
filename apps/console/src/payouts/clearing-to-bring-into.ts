import type { SettingsState } from '../settings/settings-state';

/**
 * The account that takes what no record of ours holds: where Stripe's payments wait. None where that is QuickBooks' own Undeposited
 * Funds, out of which only records are taken: a line there would stand for ever.
 */
export function clearingToBringInto({
  values,
  profile,
}: Pick<SettingsState, 'values' | 'profile'>): string | undefined {
  const id = values['payments.clearingAccount']?.id;
  return id === profile?.undepositedAccount?.id ? undefined : id;
}
