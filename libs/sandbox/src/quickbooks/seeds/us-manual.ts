import type { CompanyProfile } from '../company';
import type { Draft } from '../draft';
import type { CompanySeed } from '../emulator';
import { number, ref } from '../exact';
import { SeedWriter } from './seed-writer';

const PROFILE: CompanyProfile = {
  key: 'us-manual',
  realmId: '9341450062913377',
  name: 'Gulf Coast Electric Inc',
  country: 'US',
  currency: 'USD',
  state: 'FL',
};

/** Codes made by hand, one rate each but for the last, as a company that opened before automated sales tax has them. */
const CODES: readonly { readonly name: string; readonly rates: readonly (readonly [string, string])[] }[] = [
  { name: 'Hillsborough 7.5', rates: [['Hillsborough County', '7.5']] },
  { name: 'Pinellas 7', rates: [['Pinellas County', '7']] },
  { name: 'Tax exempt', rates: [['Exempt', '0']] },
  {
    name: 'Florida and county',
    rates: [
      ['Florida State', '6'],
      ['Pasco County', '1'],
    ],
  },
];

/** A US company whose sales tax is worked out from a code it chose itself. */
export const US_MANUAL: CompanySeed = { profile: PROFILE, fill };

function fill(draft: Draft): void {
  const seed = new SeedWriter(draft);
  seed.companyInfo(PROFILE, {
    Line1: '801 W Bay St',
    City: 'Tampa',
    CountrySubDivisionCode: 'FL',
    PostalCode: '33606',
    Country: 'USA',
  });
  const services = accounts(seed);
  const discounts = seed.account('Discounts given', 'Income', 'DiscountsRefundsGiven');
  seed.preferences(PROFILE, {
    sales: { CustomTxnNumbers: true, AllowDiscount: true, DefaultDiscountAccount: ref(discounts) },
    tax: { UsingSalesTax: true, TaxGroupCodeRef: ref('1') },
  });
  seed.pseudoCodes();
  const agency = seed.store('TaxAgency', {
    DisplayName: 'Florida Department of Revenue',
    TaxTrackedOnPurchases: false,
    TaxTrackedOnSales: true,
  });
  for (const { name, rates } of CODES) {
    const sales = rates.map(([rate, percent]) => seed.rate(rate, percent, agency));
    seed.code({ name, description: name, sales });
  }
  for (const [name, days] of [
    ['Due on receipt', 0],
    ['Net 30', 30],
  ] as const)
    seed.build('Term', { Name: name, DueDays: number(days) });
  for (const name of ['Cash', 'Check']) seed.build('PaymentMethod', { Name: name, Type: 'NON_CREDIT_CARD' });
  seed.build('Item', { Name: 'Services', Type: 'Service', IncomeAccountRef: ref(services), Taxable: true });
  for (const name of ['Ybor Lofts HOA', 'Dr. Ann Whitfield']) seed.build('Customer', { DisplayName: name });
  seed.people('Vendor', ['Graybar', 'Tampa Electric']);
  seed.people('Employee', ['Luis Ortega', 'Beth Nowak']);
}

/** The chart of accounts of such a company; answers the Id of the services income account. */
function accounts(seed: SeedWriter): string {
  seed.account('Operating', 'Bank', 'Checking');
  seed.account('Accounts Receivable (A/R)', 'Accounts Receivable', 'AccountsReceivable');
  seed.account('Undeposited Funds', 'Other Current Asset', 'UndepositedFunds');
  seed.account('Accounts Payable (A/P)', 'Accounts Payable', 'AccountsPayable');
  seed.account('Florida Department of Revenue Payable', 'Other Current Liability', 'SalesTaxPayable');
  seed.account('Opening Balance Equity', 'Equity', 'OpeningBalanceEquity');
  seed.account('Retained Earnings', 'Equity', 'RetainedEarnings');
  const services = seed.account('Services', 'Income', 'ServiceFeeIncome');
  seed.account('Sales of Product Income', 'Income', 'SalesOfProductIncome');
  seed.account('Cost of Goods Sold', 'Cost of Goods Sold', 'SuppliesMaterialsCogs');
  seed.account('Bank Charges & Fees', 'Expense', 'BankCharges');
  seed.account('Truck Expense', 'Expense', 'Auto');
  seed.account('Disputed payments', 'Other Current Asset', 'OtherCurrentAssets');
  return services;
}
