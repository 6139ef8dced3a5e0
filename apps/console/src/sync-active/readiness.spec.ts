import type { CompanyProfile } from '@qbo-sync/contracts/sync/settings';
import { NO_SETTINGS, type SettingsState } from '../settings/settings-state';
import { advisedPoints, neededPoints } from './readiness';

const with_ = (values: Partial<SettingsState['values']>, rest: Partial<SettingsState> = {}): SettingsState => ({
  ...NO_SETTINGS,
  ...rest,
  values: { ...NO_SETTINGS.values, ...values },
});
const missing = (points: readonly { code: string; ok: boolean }[]): string[] =>
  points.filter(({ ok }) => !ok).map(({ code }) => code);
const account = { id: '79', name: 'Service revenue' };
const profile = { customTxnNumbers: true } as CompanyProfile;

describe('Sync active needs', () => {
  it.each<[string, SettingsState, { connected: boolean; settingsValid: boolean | null }, string[]]>([
    [
      'everything at first',
      NO_SETTINGS,
      { connected: false, settingsValid: null },
      ['connected', 'profile_read', 'settings_valid', 'default_income_account'],
    ],
    [
      'an income account',
      with_({}, { books: 'b', profile }),
      { connected: true, settingsValid: true },
      ['default_income_account'],
    ],
    [
      'valid choices',
      with_({ 'items.defaultIncomeAccount': account }, { books: 'b', profile }),
      { connected: true, settingsValid: false },
      ['settings_valid'],
    ],
    [
      'QuickBooks to be asked',
      with_({ 'items.defaultIncomeAccount': account }, { books: 'b', profile }),
      { connected: true, settingsValid: null },
      ['settings_valid'],
    ],
    [
      'the profile',
      with_({ 'items.defaultIncomeAccount': account }, { books: 'b' }),
      { connected: true, settingsValid: true },
      ['profile_read'],
    ],
    [
      'nothing more',
      with_({ 'items.defaultIncomeAccount': account }, { books: 'b', profile }),
      { connected: true, settingsValid: true },
      [],
    ],
  ])('%s', (_name, state, findings, codes) => expect(missing(neededPoints(state, findings))).toEqual(codes));
});

describe('Sync active is advised against', () => {
  const rate = { rateId: 'tx', name: 'County', percentage: '8', state: 'suggested' } as const;
  it.each<[string, SettingsState, string[]]>([
    ['without a fallback and a payout account', NO_SETTINGS, ['verified', 'tax_fallback', 'payout_account']],
    [
      'with a rate nobody confirmed',
      with_({ 'tax.rates': [rate], 'tax.defaultCode': account, 'payments.reconcile': false }),
      ['verified', 'rates_confirmed'],
    ],
    [
      'with our numbers where QuickBooks ignores them',
      with_(
        { 'tax.defaultCode': account, 'payments.payoutAccount': account },
        { profile: { ...profile, customTxnNumbers: false } },
      ),
      ['verified', 'custom_numbers'],
    ],
    [
      'no more for numbers that QuickBooks gives',
      with_(
        { 'invoices.numbering': 'quickbooks', 'tax.defaultCode': account, 'payments.payoutAccount': account },
        { profile: { ...profile, customTxnNumbers: false } },
      ),
      ['verified'],
    ],
    [
      'where QuickBooks applies credit by itself (postings.md §2)',
      with_(
        { 'tax.defaultCode': account, 'payments.payoutAccount': account },
        { profile: { ...profile, autoApplyCredit: true } },
      ),
      ['verified', 'auto_apply'],
    ],
  ])('%s', (_name, state, codes) => expect(missing(advisedPoints(state, false))).toEqual(codes));

  it('no more for an invoice that nobody verified, once one has passed', () =>
    expect(missing(advisedPoints(NO_SETTINGS, true))).not.toContain('verified'));
});
