/**
 * Accounts that one click (or the field-service day) makes in QuickBooks: `account:<role>` → what to create and the
 * setting that takes it. Types and subtypes spelt as QuickBooks does (quickbooks.md §9.10, postings.md §3).
 */
export interface AccountRole {
  readonly name: string;
  readonly accountType: string;
  readonly accountSubType: string;
  readonly setting?: string;
}

export const ACCOUNT_ROLES = {
  'stripe-clearing': {
    name: 'Stripe clearing',
    accountType: 'Other Current Asset',
    accountSubType: 'OtherCurrentAssets',
    setting: 'payments.clearingAccount',
  },
  'stripe-fees': {
    name: 'Stripe fees',
    accountType: 'Expense',
    accountSubType: 'BankCharges',
    setting: 'payments.feeAccount',
  },
  'stripe-disputes': {
    name: 'Stripe disputes',
    accountType: 'Expense',
    accountSubType: 'OtherMiscellaneousServiceCost',
    setting: 'payments.disputeAccount',
  },
  'service-revenue': {
    name: 'Service revenue',
    accountType: 'Income',
    accountSubType: 'ServiceFeeIncome',
    setting: 'items.defaultIncomeAccount',
  },
  'equipment-sales': { name: 'Equipment sales', accountType: 'Income', accountSubType: 'SalesOfProductIncome' },
  memberships: {
    name: 'Memberships',
    accountType: 'Income',
    accountSubType: 'ServiceFeeIncome',
    setting: 'invoices.membershipAccount',
  },
  discounts: {
    name: 'Discounts given',
    accountType: 'Income',
    accountSubType: 'DiscountsRefundsGiven',
    setting: 'invoices.discountsAccount',
  },
  tips: {
    name: 'Undistributed Tips',
    accountType: 'Other Current Liability',
    accountSubType: 'Gratuity',
    setting: 'invoices.tipsAccount',
  },
  costs: {
    name: 'Cost of materials',
    accountType: 'Cost of Goods Sold',
    accountSubType: 'SuppliesMaterialsCogs',
    setting: 'items.costAccount',
  },
} as const satisfies Record<string, AccountRole>;
export type AccountRoleName = keyof typeof ACCOUNT_ROLES;

export function isAccountRole(role: string): role is AccountRoleName {
  return Object.hasOwn(ACCOUNT_ROLES, role);
}
