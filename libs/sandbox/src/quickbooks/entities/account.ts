import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Company } from '../company';
import type { Draft } from '../draft';
import { amount, pick, present, ref, refValue, text } from '../exact';
import { checkNameFree, isActive, nameInLife, refTo, staysActive } from '../name-list';
import { refuse, refuseReference } from '../refusal';
import type { Resource, Writing } from '../resource';
import { choice, date, ENVELOPE, flag, ignored, number, ref as refKind, text as textKind } from '../shape';

/** AccountType → classification and the subtype it gets when none is sent (quickbooks.md §9.10). */
const ACCOUNT_TYPES: Readonly<Record<string, { classification: string; subType: string; debit: boolean }>> = {
  Bank: { classification: 'Asset', subType: 'Checking', debit: true },
  'Accounts Receivable': { classification: 'Asset', subType: 'AccountsReceivable', debit: true },
  'Other Current Asset': { classification: 'Asset', subType: 'OtherCurrentAssets', debit: true },
  'Fixed Asset': { classification: 'Asset', subType: 'FurnitureAndFixtures', debit: true },
  'Other Asset': { classification: 'Asset', subType: 'OtherLongTermAssets', debit: true },
  'Accounts Payable': { classification: 'Liability', subType: 'AccountsPayable', debit: false },
  'Credit Card': { classification: 'Liability', subType: 'CreditCard', debit: false },
  'Other Current Liability': { classification: 'Liability', subType: 'OtherCurrentLiabilities', debit: false },
  'Long Term Liability': { classification: 'Liability', subType: 'OtherLongTermLiabilities', debit: false },
  Equity: { classification: 'Equity', subType: 'OpeningBalanceEquity', debit: false },
  Income: { classification: 'Revenue', subType: 'ServiceFeeIncome', debit: false },
  'Other Income': { classification: 'Revenue', subType: 'OtherMiscellaneousIncome', debit: false },
  'Cost of Goods Sold': { classification: 'Expense', subType: 'SuppliesMaterialsCogs', debit: true },
  Expense: { classification: 'Expense', subType: 'OtherMiscellaneousServiceCost', debit: true },
  'Other Expense': { classification: 'Expense', subType: 'OtherMiscellaneousExpense', debit: true },
  'Non-Posting': { classification: 'Asset', subType: 'OtherCurrentAssets', debit: true },
};

/** Subtypes this emulator knows by name, each with its type. Others are taken as they are beside a type. */
const SUB_TYPES: Readonly<Record<string, string>> = {
  Checking: 'Bank',
  Savings: 'Bank',
  CashOnHand: 'Bank',
  MoneyMarket: 'Bank',
  TrustAccounts: 'Bank',
  AccountsReceivable: 'Accounts Receivable',
  UndepositedFunds: 'Other Current Asset',
  OtherCurrentAssets: 'Other Current Asset',
  Inventory: 'Other Current Asset',
  PrepaidExpenses: 'Other Current Asset',
  FurnitureAndFixtures: 'Fixed Asset',
  Vehicles: 'Fixed Asset',
  MachineryAndEquipment: 'Fixed Asset',
  OtherLongTermAssets: 'Other Asset',
  AccountsPayable: 'Accounts Payable',
  CreditCard: 'Credit Card',
  OtherCurrentLiabilities: 'Other Current Liability',
  Gratuity: 'Other Current Liability',
  DeferredRevenue: 'Other Current Liability',
  SalesTaxPayable: 'Other Current Liability',
  GlobalTaxPayable: 'Other Current Liability',
  PayrollTaxPayable: 'Other Current Liability',
  OtherLongTermLiabilities: 'Long Term Liability',
  OpeningBalanceEquity: 'Equity',
  RetainedEarnings: 'Equity',
  OwnersEquity: 'Equity',
  ServiceFeeIncome: 'Income',
  SalesOfProductIncome: 'Income',
  DiscountsRefundsGiven: 'Income',
  OtherPrimaryIncome: 'Income',
  NonProfitIncome: 'Income',
  UnappliedCashPaymentIncome: 'Income',
  OtherMiscellaneousIncome: 'Other Income',
  InterestEarned: 'Other Income',
  SuppliesMaterialsCogs: 'Cost of Goods Sold',
  CostOfLaborCos: 'Cost of Goods Sold',
  OtherCostsOfServiceCos: 'Cost of Goods Sold',
  OtherMiscellaneousServiceCost: 'Expense',
  BankCharges: 'Expense',
  Auto: 'Expense',
  OfficeGeneralAdministrativeExpenses: 'Expense',
  AdvertisingPromotional: 'Expense',
  SuppliesMaterials: 'Expense',
  Insurance: 'Expense',
  FinanceCosts: 'Expense',
  OtherMiscellaneousExpense: 'Other Expense',
  ExchangeGainOrLoss: 'Other Expense',
};

const LONG_NUMBERS = new Set(['AU', 'CA']);

export const account: Resource = {
  name: 'Account',
  shape: {
    ...ENVELOPE,
    Name: textKind(100),
    AcctNum: textKind(20),
    AccountType: choice(...Object.keys(ACCOUNT_TYPES)),
    AccountSubType: textKind(100),
    Description: textKind(4000),
    SubAccount: flag,
    ParentRef: refKind,
    Active: flag,
    CurrencyRef: refKind,
    TaxCodeRef: refKind,
    OpeningBalance: number,
    OpeningBalanceDate: date,
    FullyQualifiedName: ignored,
    Classification: ignored,
    CurrentBalance: ignored,
    CurrentBalanceWithSubAccounts: ignored,
  },
  nameList: true,
  sequence: 'Account',
  queryable: [
    'Name',
    'AcctNum',
    'AccountType',
    'AccountSubType',
    'Classification',
    'FullyQualifiedName',
    'Active',
    'SubAccount',
    'ParentRef',
    'CurrentBalance',
    'Description',
  ],
  cdc: true,
  build,
  shown,
};

function build({ draft, id, current, wanted }: Writing): ExactObject {
  const active = staysActive(wanted, current);
  const given = text(wanted['Name']) ?? text(current?.['Name']);
  if (given === undefined) refuse('2020', 'Required parameter Name is missing in the request', 'Name');
  if (/[":\t\n\r]/.test(given)) {
    refuse(
      '2180',
      'Names must have at least one character, must be on one line, and cannot include colons or tabbing.',
      'Name',
    );
  }
  const name = nameInLife(given, active);
  const { type, subType } = typeOf(wanted);
  const acctNum = text(wanted['AcctNum']);
  checkNumber(draft, id, acctNum);
  if (current !== undefined && isActive(current) && !active) checkUnused(draft, current);
  const parent = parentOf(draft.get('Account', refValue(wanted['ParentRef']) ?? ''), wanted, type);
  const qualified = parent === undefined ? name : `${text(parent['FullyQualifiedName']) ?? ''}:${name}`;
  if (active) {
    checkNameFree(
      draft,
      qualified,
      { entity: 'Account', id },
      [{ entity: 'Account', field: 'FullyQualifiedName' }],
      'An account already has the same display name. Display Name must be unique. Please provide a different display name.',
    );
  }
  return draft.save(
    'Account',
    id,
    present({
      Name: name,
      ...pick(wanted, ['Description', 'AcctNum', 'TaxCodeRef']),
      SubAccount: parent !== undefined,
      ...(parent === undefined ? {} : { ParentRef: refTo(parent) }),
      FullyQualifiedName: qualified,
      Active: active,
      Classification: ACCOUNT_TYPES[type]?.classification ?? 'Asset',
      AccountType: type,
      AccountSubType: subType,
      CurrencyRef: ref(draft.company.profile.currency),
    }),
  );
}

/** Accounts that QuickBooks itself needs are never made inactive [assumption: of those it opens, these]. */
const NEEDED = new Set(['AccountsReceivable', 'AccountsPayable', 'UndepositedFunds', 'RetainedEarnings']);

function checkUnused(draft: Draft, current: ExactObject): void {
  const id = text(current['Id']) ?? '';
  if (NEEDED.has(text(current['AccountSubType']) ?? ''))
    refuse('6000', 'Business Validation Error: This account cannot be deleted because QuickBooks needs it.', 'Active');
  const isUsed = draft
    .all('Item')
    .filter(isActive)
    .some((item) => ITEM_ACCOUNTS.some((field) => refValue(item[field]) === id));
  if (isUsed) {
    refuse(
      '6000',
      'Business Validation Error: This account cannot be deleted because it is used by a product or service.',
      'Active',
    );
  }
}

const ITEM_ACCOUNTS = ['IncomeAccountRef', 'ExpenseAccountRef', 'AssetAccountRef'] as const;

/** Type or subtype, the other follows; both must agree (quickbooks.md §9.10). */
function typeOf(wanted: ExactObject): { type: string; subType: string } {
  const type = text(wanted['AccountType']);
  const subType = text(wanted['AccountSubType']);
  if (subType !== undefined) {
    const own = SUB_TYPES[subType] ?? type;
    if (own === undefined) refuse('2170', `Invalid Enumeration : ${subType}`, 'AccountSubType');
    if (type !== undefined && own !== type)
      refuse('2120', `Invalid Type : ${subType} is no subtype of ${type}`, 'AccountSubType');
    return { type: own, subType };
  }
  if (type === undefined) refuse('6010', 'Account type or subtype is required.', 'AccountType');
  return { type, subType: ACCOUNT_TYPES[type]?.subType ?? '' };
}

function checkNumber(draft: Writing['draft'], id: string, acctNum: string | undefined): void {
  if (acctNum === undefined) return;
  const most = LONG_NUMBERS.has(draft.company.profile.country) ? 20 : 7;
  if (acctNum.length > most) {
    refuse(
      '2050',
      `String length specified does not match the supported length. Min:0 Max:${most} supported. Supplied length:${acctNum.length}`,
      'AcctNum',
    );
  }
  if (draft.all('Account').some((other) => other['AcctNum'] === acctNum && other['Id'] !== id)) {
    refuse(
      '6000',
      'Business Validation Error: Another account is already using this number.  Please use a different number.',
      'AcctNum',
    );
  }
}

function parentOf(parent: ExactObject | undefined, wanted: ExactObject, type: string): ExactObject | undefined {
  const id = refValue(wanted['ParentRef']);
  if (id === undefined) return undefined;
  if (parent === undefined) return refuseReference('ParentRef', id);
  if (parent['AccountType'] !== type) refuse('700', 'A sub-account must have the type of its parent.', 'ParentRef');
  return parent;
}

/** The balance is the ledger's, on the account's own side. */
function shown(company: Company, record: ExactObject): ExactObject {
  const own = company.ledger.balance(text(record['Id']) ?? '');
  const debit = ACCOUNT_TYPES[text(record['AccountType']) ?? '']?.debit ?? true;
  const balance = amount(debit ? own : own.negated());
  return { ...record, CurrentBalance: balance, CurrentBalanceWithSubAccounts: balance };
}
