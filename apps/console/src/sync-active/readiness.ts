import type { SettingsState } from '../settings/settings-state';

/** One point of the checklist; `link` is the place on Configuration that ends it. */
export interface ReadinessPoint {
  readonly code: string;
  readonly ok: boolean;
  readonly link: string;
}

/** What is found out beside the settings. Null: QuickBooks could not be asked. */
export interface Findings {
  readonly connected: boolean;
  readonly settingsValid: boolean | null;
}

/** What blocks Sync active (product.md §1, §4). */
export function neededPoints(state: SettingsState, { connected, settingsValid }: Findings): ReadinessPoint[] {
  return [
    { code: 'connected', ok: connected, link: '#connection' },
    { code: 'profile_read', ok: state.books !== null && state.profile !== null, link: '#connection' },
    { code: 'settings_valid', ok: settingsValid === true, link: '#settings' },
    {
      code: 'default_income_account',
      ok: state.values['items.defaultIncomeAccount'] !== null,
      link: '#items.defaultIncomeAccount',
    },
  ];
}

/** What ought to be done first; a person may tick "I know" instead. */
export function advisedPoints({ values, profile }: SettingsState, verified: boolean): ReadinessPoint[] {
  const numbers = values['invoices.numbering'] !== 'run_a_call' || profile?.customTxnNumbers !== false;
  const payouts = !values['payments.reconcile'] || values['payments.payoutAccount'] !== null;
  const rates = values['tax.rates'].every((rate) => rate.state === 'confirmed' || rate.retired === true);
  return [
    { code: 'verified', ok: verified, link: '/settings/quickbooks/verify' },
    { code: 'tax_fallback', ok: values['tax.defaultCode'] !== null, link: '#tax.defaultCode' },
    { code: 'rates_confirmed', ok: rates, link: '#tax.rates' },
    { code: 'payout_account', ok: payouts, link: '#payments.payoutAccount' },
    { code: 'custom_numbers', ok: numbers, link: '#invoices.numbering' },
    // QuickBooks may put a prepayment on another invoice than Run a Call does (postings.md §2).
    { code: 'auto_apply', ok: profile?.autoApplyCredit !== true, link: '#payments.push' },
  ];
}
