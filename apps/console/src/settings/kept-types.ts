import type { AccountChoice } from '@qbo-sync/contracts/sync/settings';
import type { Chart } from '../quickbooks/chart';
import type { SettingChanges } from './settings-events';
import type { SettingsState } from './settings-state';
import { chosenKeys, SETTING_RULES } from './settings-table';

/**
 * Settings that keep their account's type and whose account is of another one in QuickBooks by now, or was chosen before types were
 * kept: a lost dispute waits for somebody in an asset account alone.
 */
export function typeChanges({ values }: SettingsState, chart: Chart): SettingChanges {
  const types = new Map(chart.accounts.map(({ id, type }) => [id, type]));
  const changes: Record<string, { from: AccountChoice; to: AccountChoice }> = {};
  for (const key of chosenKeys(values)) {
    const rule = SETTING_RULES[key];
    const chosen = values[key] as AccountChoice;
    const type = types.get(chosen.id);
    if (rule.kind !== 'account' || rule.keepsType !== true || type === undefined || type === chosen.type) continue;
    changes[key] = { from: chosen, to: { ...chosen, type } };
  }
  return changes;
}
