import { ACCOUNT_ROLES, type AccountRoleName } from '@qbo-sync/contracts/account-roles';
import type { SettingKey } from '@qbo-sync/contracts/sync/settings';
import type { Chart } from '../quickbooks/chart';
import { worded } from './fault-text';
import { checkValues, type ValueFault } from './settings-check';
import type { SettingsCommand } from './settings-decide';
import { SETTING_RULES } from './settings-table';
import { after, at, bound, given, made, read } from './spec-kit';

describe('§3 accounts of one click', () => {
  it.each<[AccountRoleName, string, string, SettingKey]>([
    ['stripe-clearing', 'Other Current Asset', 'OtherCurrentAssets', 'payments.clearingAccount'],
    ['stripe-fees', 'Expense', 'BankCharges', 'payments.feeAccount'],
    ['stripe-disputes', 'Expense', 'OtherMiscellaneousServiceCost', 'payments.disputeAccount'],
    ['tips', 'Other Current Liability', 'Gratuity', 'invoices.tipsAccount'],
  ])('%s: a %s of subtype %s, set as %s', (role, accountType, accountSubType, setting) => {
    expect(ACCOUNT_ROLES[role]).toMatchObject({ accountType, accountSubType, setting });
    const rule = SETTING_RULES[setting];
    expect(rule).toMatchObject({ kind: 'account', fit: { types: expect.arrayContaining([accountType]) } });
    const choice = { id: '99', name: ACCOUNT_ROLES[role].name };
    const answer: SettingsCommand = { do: 'account-made', at, books: 'b1', role, choice };
    expect(after([made, bound], answer).values[setting]).toEqual(choice);
  });
});

describe('§3 an account setting that is wrong says so', () => {
  const TYPES = [
    'Income',
    'Other Income',
    'Bank',
    'Other Current Asset',
    'Other Current Liability',
    'Expense',
    'Other Expense',
    'Cost of Goods Sold',
    'Equity',
  ];
  const plain = { path: '', number: null, subType: '', currency: 'USD', active: true };
  const chart: Chart = {
    accounts: [
      ...TYPES.map((type) => ({ ...plain, id: type, name: `One ${type}`, type })),
      { ...plain, id: 'given', name: 'Given', type: 'Income', subType: 'DiscountsRefundsGiven' },
      { ...plain, id: 'old', name: 'Old fees', type: 'Expense', active: false },
      { ...plain, id: 'euro', name: 'Fees in euros', type: 'Expense', currency: 'EUR' },
    ],
    taxCodes: [],
  };
  const faultsOf = (key: string, id: string): readonly (ValueFault & { text: string })[] => {
    const checked = checkValues(given(made, bound, read), { [key]: id }, chart);
    return checked.ok ? [] : checked.faults.map(worded);
  };
  const EXPENSES = ['Expense', 'Other Expense', 'Cost of Goods Sold'];

  it.each<[SettingKey, string[]]>([
    ['items.defaultIncomeAccount', ['Income', 'Other Income', 'given']],
    ['invoices.membershipAccount', ['Income', 'Other Income', 'Other Current Liability', 'given']],
    ['invoices.discountsAccount', ['given']],
    ['invoices.tipsAccount', ['Income', 'Other Current Liability', 'given']],
    ['payments.undepositedAccount', ['Bank', 'Other Current Asset']],
    ['payments.clearingAccount', ['Other Current Asset']],
    ['payments.payoutAccount', ['Bank']],
    ['payments.feeAccount', EXPENSES],
    ['payments.disputeAccount', ['Other Current Asset', 'Expense']],
    ['payments.refundAccount', ['Bank', 'Other Current Asset']],
    ['items.costAccount', ['Expense', 'Cost of Goods Sold']],
  ])('%s takes %j and no other', (key, allowed) => {
    const taken = [...TYPES, 'given'].filter((id) => faultsOf(key, id).length === 0);
    expect(taken.toSorted()).toEqual(allowed.toSorted());
  });

  it('keeps the type of an account where what is posted depends on it', () => {
    const taken = (key: string, id: string): unknown => {
      const checked = checkValues(given(made, bound, read), { [key]: id }, chart);
      return checked.ok ? checked.changes[key as SettingKey]?.to : undefined;
    };
    expect(taken('payments.disputeAccount', 'Other Current Asset')).toEqual({
      ...{ id: 'Other Current Asset', name: 'One Other Current Asset', type: 'Other Current Asset' },
    });
    expect(taken('payments.feeAccount', 'Expense')).toEqual({ id: 'Expense', name: 'One Expense' });
  });

  it.each([
    ['old', 'Old fees is inactive in QuickBooks (or of type Expense). Choose another for Stripe fees account.'],
    ['Bank', 'One Bank is inactive in QuickBooks (or of type Bank). Choose another for Stripe fees account.'],
    [
      'euro',
      'Fees in euros is kept in EUR; this QuickBooks company keeps USD. Choose another for Stripe fees account.',
    ],
    ['77', 'QuickBooks has no account 77. Choose another for Stripe fees account.'],
  ])('§11 %s', (id, text) => {
    expect(faultsOf('payments.feeAccount', id)).toMatchObject([{ pointer: '/values/payments.feeAccount', text }]);
  });

  it('names every wrong one at once, in lists too', () => {
    const values = {
      'payments.feeAccount': 'Bank',
      'payments.payoutAccount': 'Expense',
      'items.categoryAccounts': [{ categoryId: 'c', account: 'Bank' }],
    };
    const checked = checkValues(given(made, bound, read), values, chart);
    const texts = checked.ok ? [] : checked.faults.map((fault) => worded(fault).text);
    expect(texts).toEqual([
      'One Bank is inactive in QuickBooks (or of type Bank). Choose another for Stripe fees account.',
      'One Expense is inactive in QuickBooks (or of type Expense). Choose another for Stripe payouts.',
      'One Bank is inactive in QuickBooks (or of type Bank). Choose another for Map by category.',
    ]);
  });
});
