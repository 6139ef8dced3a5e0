import { DEFAULT_SETTINGS } from '@qbo-sync/contracts/sync/settings';

const PROFILE = {
  country: 'US',
  taxMode: 'automated_us',
  customTxnNumbers: true,
  allowDiscount: true,
  autoApplyCredit: false,
  bookCloseDate: null,
  multiCurrency: false,
  homeCurrency: 'USD',
  defaultDiscountAccount: null,
  undepositedAccount: null,
  receivableAccount: { id: '84', name: 'Accounts Receivable' },
};

/** What the console publishes of a company: everything is set up, and it went live before the day. */
export function settingsOf(tenant: string, version: number, active: boolean): object {
  return {
    tenant,
    version,
    books: `books_${tenant}`,
    active,
    goLiveAt: '2026-11-01T12:00:00Z',
    company: { name: tenant, timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
    profile: PROFILE,
    values: {
      ...DEFAULT_SETTINGS,
      'items.defaultIncomeAccount': { id: '79', name: 'Services' },
      'payments.undepositedAccount': { id: '91', name: 'Undeposited Funds' },
      'tax.rates': [
        { rateId: 'tax_tx', name: 'Texas', percentage: '8.25', code: { id: '5', name: 'Texas' }, state: 'confirmed' },
      ],
    },
  };
}
