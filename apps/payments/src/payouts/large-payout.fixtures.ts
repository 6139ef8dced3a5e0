import { DEFAULT_SETTINGS, type SyncSettings } from '@qbo-sync/contracts/sync/settings';

/** When the payments of a large payout were heard of. */
export const NOW = '2026-11-20T16:00:00.000Z';

/** Of a company whose Stripe payments wait in a clearing account. */
export const largeSettings = (
  tenant: string,
  books: string,
  values: Partial<SyncSettings['values']>,
): SyncSettings => ({
  ...{ tenant, version: 1, books, active: true, goLiveAt: '2026-01-01T06:00:00Z' },
  company: { name: 'Large', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
  profile: {
    ...{ country: 'US', taxMode: 'automated_us', customTxnNumbers: true, allowDiscount: true, autoApplyCredit: false },
    ...{ bookCloseDate: null, multiCurrency: false, homeCurrency: 'USD' },
    defaultDiscountAccount: null,
    undepositedAccount: { id: '4', name: 'Undeposited Funds' },
    receivableAccount: { id: '84', name: 'Accounts Receivable' },
  },
  values: { ...DEFAULT_SETTINGS, ...values },
});
