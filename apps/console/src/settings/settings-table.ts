import type { SettingKey, SettingValues } from '@qbo-sync/contracts/sync/settings';

/**
 * What each setting takes (console.md §3, postings.md §3): one row per key, read by the check, the pickers and the
 * readiness list. Account types are spelt as QuickBooks does.
 */
export interface AccountFit {
  readonly types: readonly string[];
  readonly subType?: string;
}

export type SettingRule =
  | { readonly kind: 'switch'; readonly needs?: readonly SettingKey[] }
  | { readonly kind: 'option'; readonly options: readonly string[] }
  /** `keepsType`: what is posted depends on the account's type. */
  | { readonly kind: 'account'; readonly fit: AccountFit; readonly keepsType?: true }
  | { readonly kind: 'code'; readonly untaxed?: true }
  | { readonly kind: 'categories'; readonly fit: AccountFit }
  | { readonly kind: 'rates' }
  | { readonly kind: 'fixed' };

const INCOME: AccountFit = { types: ['Income', 'Other Income'] };
const EXPENSE: AccountFit = { types: ['Expense', 'Other Expense', 'Cost of Goods Sold'] };
const BANK: AccountFit = { types: ['Bank'] };
const DISCOUNTS: AccountFit = { types: ['Income'], subType: 'DiscountsRefundsGiven' };

export const SETTING_RULES: { readonly [K in SettingKey]: SettingRule } = {
  'customers.push': { kind: 'switch' },
  'customers.pull': { kind: 'switch' },
  'customers.updates': { kind: 'switch' },
  'items.defaultIncomeAccount': { kind: 'account', fit: INCOME },
  'items.categoryAccounts': { kind: 'categories', fit: INCOME },
  'items.push': { kind: 'switch' },
  'items.pull': { kind: 'switch' },
  'items.costAccount': { kind: 'account', fit: { types: ['Cost of Goods Sold', 'Expense'] } },
  // Said with the accounts themselves (settings.dto.ts).
  'items.existing': { kind: 'fixed' },
  'invoices.push': { kind: 'switch' },
  'invoices.when': { kind: 'option', options: ['on_send', 'on_payment'] },
  'invoices.numbering': { kind: 'option', options: ['run_a_call', 'quickbooks'] },
  'invoices.membershipAccount': { kind: 'account', fit: { types: [...INCOME.types, 'Other Current Liability'] } },
  'invoices.tipsAccount': { kind: 'account', fit: { types: ['Other Current Liability', 'Income'] } },
  'invoices.discountsAccount': { kind: 'account', fit: DISCOUNTS },
  'payments.push': { kind: 'switch' },
  'payments.stripeAccount': { kind: 'fixed' },
  'payments.clearingAccount': { kind: 'account', fit: { types: ['Other Current Asset'] } },
  'payments.payoutAccount': { kind: 'account', fit: BANK },
  'payments.feeAccount': { kind: 'account', fit: EXPENSE },
  'payments.disputeAccount': {
    kind: 'account',
    fit: { types: ['Expense', 'Other Current Asset'] },
    keepsType: true,
  },
  'payments.undepositedAccount': { kind: 'account', fit: { types: ['Bank', 'Other Current Asset'] } },
  'payments.refundAccount': { kind: 'account', fit: { types: ['Bank', 'Other Current Asset'] } },
  'payments.reconcile': {
    kind: 'switch',
    needs: ['payments.payoutAccount', 'payments.feeAccount', 'payments.disputeAccount'],
  },
  'tax.rates': { kind: 'rates' },
  'tax.defaultCode': { kind: 'code' },
  'tax.untaxedCode': { kind: 'code', untaxed: true },
};

/** Pickers' `?use=`: which accounts fit. */
export const ACCOUNT_USES: Readonly<Record<string, AccountFit>> = {
  income: INCOME,
  bank: BANK,
  undeposited: { types: ['Bank', 'Other Current Asset'] },
  expense: EXPENSE,
  clearing: { types: ['Other Current Asset'] },
  cost: { types: ['Cost of Goods Sold', 'Expense'] },
  discounts: DISCOUNTS,
  tips: { types: ['Other Current Liability', 'Income'] },
  membership: { types: [...INCOME.types, 'Other Current Liability'] },
};

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTING_RULES, key);
}

/** Keys whose value is one QuickBooks record and which are set now. */
export function chosenKeys(values: SettingValues): SettingKey[] {
  return (Object.keys(SETTING_RULES) as SettingKey[]).filter(
    (key) => ['account', 'code'].includes(SETTING_RULES[key].kind) && values[key] !== null,
  );
}
