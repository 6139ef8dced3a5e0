import type { CompanyProfile } from '@qbo-sync/contracts/sync/settings';
import { NO_SETTINGS } from '../settings/settings-state';
import { clearingToBringInto } from './clearing-to-bring-into';

test.each<[string, string | null, string | null, string | undefined]>([
  ['where Stripe’s payments wait', '91', '4', '91'],
  ['Undeposited Funds: a person names another', '4', '4', undefined],
  ['none is chosen', null, '4', undefined],
  ['the profile is not read yet', '91', null, '91'],
])('what Run a Call does not know goes to: %s', (_what, clearing, funds, account) => {
  const values = {
    ...NO_SETTINGS.values,
    'payments.clearingAccount': clearing === null ? null : { id: clearing, name: '' },
  };
  const undepositedAccount = funds === null ? null : { id: funds, name: 'Undeposited Funds' };
  expect(clearingToBringInto({ values, profile: { undepositedAccount } as CompanyProfile })).toBe(account);
});
