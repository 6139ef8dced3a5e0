import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { CompanyFacts, CompanyProfile } from '@qbo-sync/contracts/sync/settings';
import { toCompanyProfile } from './company-profile';

const COMPANY: CompanyFacts = { name: 'Acme', timeZone: 'America/Chicago', currency: 'USD', country: 'US' };
const ACCOUNTS: TextObject[] = [
  {
    Id: '4',
    Name: 'Payments to deposit',
    AccountType: 'Other Current Asset',
    AccountSubType: 'UndepositedFunds',
    Active: true,
  },
  { Id: '84', Name: 'A/R', FullyQualifiedName: 'Assets:A/R', AccountType: 'Accounts Receivable', Active: true },
  { Id: '85', Name: 'Old A/R', AccountType: 'Accounts Receivable', Active: false },
  { Id: '86', Name: 'Discounts given', AccountType: 'Income', AccountSubType: 'DiscountsRefundsGiven', Active: true },
];
const PREFERENCES: TextObject = {
  AccountingInfoPrefs: { BookCloseDate: '2026-10-31' },
  SalesFormsPrefs: {
    CustomTxnNumbers: true,
    AllowDiscount: true,
    AutoApplyCredit: false,
    AutoApplyPayments: true,
    DefaultDiscountAccount: '86',
  },
  TaxPrefs: { UsingSalesTax: true, PartnerTaxEnabled: true },
  CurrencyPrefs: { MultiCurrencyEnabled: false, HomeCurrency: { value: 'USD' } },
};
const profile = (country: string, preferences: TextObject, accounts = ACCOUNTS): CompanyProfile =>
  toCompanyProfile({ companyInfo: { Country: country }, preferences, accounts }, COMPANY);

describe('company profile', () => {
  test('§2 all of it', () => {
    expect(profile('US', PREFERENCES)).toEqual({
      country: 'US',
      taxMode: 'automated_us',
      customTxnNumbers: true,
      allowDiscount: true,
      autoApplyCredit: true,
      bookCloseDate: '2026-10-31',
      multiCurrency: false,
      homeCurrency: 'USD',
      defaultDiscountAccount: { id: '86', name: 'Discounts given' },
      undepositedAccount: { id: '4', name: 'Payments to deposit' },
      receivableAccount: { id: '84', name: 'Assets:A/R' },
    });
  });

  test('§2 what QuickBooks leaves out', () => {
    expect(toCompanyProfile({ companyInfo: {}, preferences: {}, accounts: [] }, COMPANY)).toEqual({
      country: 'US',
      taxMode: 'off',
      customTxnNumbers: false,
      allowDiscount: false,
      autoApplyCredit: false,
      bookCloseDate: null,
      multiCurrency: false,
      homeCurrency: 'USD',
      defaultDiscountAccount: null,
      undepositedAccount: null,
      receivableAccount: null,
    });
  });

  test.each<[string, string, Record<string, boolean>]>([
    ['automated_us', 'US', { UsingSalesTax: true, PartnerTaxEnabled: true }],
    ['automated_us', 'US', { PartnerTaxEnabled: true }],
    ['manual_us', 'US', { UsingSalesTax: true }],
    ['off', 'US', { UsingSalesTax: true, PartnerTaxEnabled: false }],
    ['off', 'US', { UsingSalesTax: false }],
    ['off', 'US', { UsingSalesTax: false, PartnerTaxEnabled: true }],
    ['per_line', 'GB', { UsingSalesTax: true }],
    ['per_line', 'CA', { UsingSalesTax: true, PartnerTaxEnabled: false }],
    ['off', 'GB', { UsingSalesTax: false }],
    ['off', 'GB', {}],
  ])('§2 tax mode %s: %s %j', (mode, country, taxPrefs) => {
    expect(profile(country, { TaxPrefs: taxPrefs }).taxMode).toBe(mode);
  });

  test.each<[string, TextObject, boolean]>([
    ['neither', {}, false],
    ['prepayments', { AutoApplyPayments: true }, true],
    ['credit memos', { AutoApplyCredit: true }, true],
  ])('§2 QuickBooks applies by itself: %s', (_what, salesFormsPrefs, applies) => {
    expect(profile('US', { SalesFormsPrefs: salesFormsPrefs }).autoApplyCredit).toBe(applies);
  });

  test('§8.5 with two active receivable accounts none is the one', () => {
    const second: TextObject = { Id: '87', Name: 'A/R 2', AccountType: 'Accounts Receivable', Active: true };
    expect(profile('US', PREFERENCES, [...ACCOUNTS, second]).receivableAccount).toBeNull();
  });

  test.each([
    ['PO number', { id: '2', name: 'PO number' }],
    ['Customer P.O.', { id: '2', name: 'Customer P.O.' }],
    ['Sports', undefined],
    ['Crew', undefined],
  ])('§6.1 the custom field for order numbers: %s', (name, field) => {
    const custom = [
      { CustomField: [{ Name: 'SalesFormsPrefs.UseSalesCustom2', Type: 'BooleanType', BooleanValue: true }] },
      { CustomField: [{ Name: 'SalesFormsPrefs.SalesCustomName2', Type: 'StringType', StringValue: name }] },
    ];
    expect(profile('US', { SalesFormsPrefs: { CustomField: custom } }).poField).toEqual(field);
  });

  test('§6.4 the codes that an invoice names: all with one code per invoice, else only the own ones', () => {
    const code = (Id: string, rates: string[], more: TextObject = {}): TextObject => ({
      Id,
      Active: true,
      TaxGroup: true,
      SalesTaxRateList: { TaxRateDetail: rates.map((value) => ({ TaxRateRef: { value } })) },
      ...more,
    });
    const taxes = {
      taxCodes: [
        code('5', ['9']),
        code('6', ['9', '10'], { TaxCodeConfigType: 'USER_DEFINED' }),
        code('7', ['9'], { Active: false }),
        code('TAX', [], { TaxGroup: false }),
      ],
      taxRates: [
        { Id: '9', RateValue: '8.25' },
        { Id: '10', RateValue: '1' },
      ],
    };
    const codes = (country: string, taxPrefs: TextObject) =>
      toCompanyProfile(
        { companyInfo: { Country: country }, preferences: { TaxPrefs: taxPrefs }, accounts: [], ...taxes },
        COMPANY,
      ).taxCodes;
    const own = { id: '6', custom: true };
    expect(codes('US', { UsingSalesTax: true })).toEqual([
      { id: '5', custom: false, rate: { id: '9', percentage: '8.25' } },
      own,
    ]);
    expect(codes('US', { UsingSalesTax: true, PartnerTaxEnabled: true })).toEqual([own]);
    expect(codes('CA', { UsingSalesTax: true })).toBeUndefined();
  });
});
