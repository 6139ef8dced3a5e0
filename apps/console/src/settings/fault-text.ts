import { sentence } from '@qbo-sync/contracts/reasons';
import type { ValueFault, ValueFaultCode } from './settings-check';

/** What stands beside the control: the setting's own words (console.md §3). */
const LABELS: Readonly<Record<string, string>> = {
  'items.defaultIncomeAccount': 'Default income account',
  'items.categoryAccounts': 'Map by category',
  'items.costAccount': 'Cost account',
  'invoices.membershipAccount': 'Memberships subscription invoices',
  'invoices.tipsAccount': 'Tips account',
  'invoices.discountsAccount': 'Discounts account',
  'payments.clearingAccount': 'Stripe payments wait in',
  'payments.payoutAccount': 'Stripe payouts',
  'payments.feeAccount': 'Stripe fees account',
  'payments.disputeAccount': 'Stripe disputes account',
  'payments.undepositedAccount': 'Undeposited Funds account',
  'payments.refundAccount': 'Offline refunds paid from',
  'payments.push': 'Sync payments',
  'tax.rates': 'Tax rate map',
  'tax.defaultCode': 'Default for unmapped',
  'tax.untaxedCode': 'Code for untaxed lines',
};

const labelOf = (key: string): string => LABELS[key] ?? key;

type Words = (params: Readonly<Record<string, string>>, setting: string) => string;

/** An account that cannot be used, whatever the reason, has the sentence of postings.md §11. */
const unusable: Words = ({ name = '', type = '' }, setting) =>
  sentence({ code: 'account_unusable', params: { account: name, x: type, setting } });

const TEXTS: Readonly<Record<ValueFaultCode, Words>> = {
  unknown_setting: () => 'There is no such setting.',
  wrong_type: ({ expected = '' }) => `This takes: ${expected}.`,
  read_only: () => 'This is shown, not set here.',
  account_not_found: ({ id = '' }, setting) => `QuickBooks has no account ${id}. Choose another for ${setting}.`,
  account_inactive: unusable,
  account_type: unusable,
  account_currency: ({ name = '', currency = '', home = '' }, setting) =>
    `${name} is kept in ${currency}; this QuickBooks company keeps ${home}. Choose another for ${setting}.`,
  code_not_found: ({ id = '' }, setting) => `QuickBooks has no tax code ${id}. Choose another for ${setting}.`,
  code_inactive: ({ name = '' }, setting) => `${name} is inactive in QuickBooks. Choose another for ${setting}.`,
  code_not_untaxed: ({ name = '' }) => `${name} is not a code of 0 %. Choose one for untaxed lines.`,
  rate_unknown: ({ rateId = '' }) => `Run a Call has not told us of a tax rate ${rateId}.`,
  custom_numbers_off: () =>
    'QuickBooks would ignore our numbers. Turn on Custom transaction numbers under Account and settings, Sales.',
  needs_setting: ({ setting = '' }) => `Choose ${labelOf(setting)} first.`,
};

/** A fault with the sentence a person reads beside its field. */
export function worded(fault: ValueFault): ValueFault & { readonly text: string } {
  const key = fault.pointer.split('/')[2] ?? '';
  return { ...fault, text: TEXTS[fault.code](fault.params, labelOf(key)) };
}
