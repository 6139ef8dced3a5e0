import type { Draft } from '../draft';
import type { CompanySeed } from '../emulator';
import type { CompanyProfile } from '../company';
import { number, ref } from '../exact';
import { SeedWriter } from './seed-writer';

const PROFILE: CompanyProfile = {
  key: 'us-auto',
  realmId: '9341453908217734',
  name: 'Lone Star Comfort Heating & Air LLC',
  country: 'US',
  currency: 'USD',
  state: 'TX',
};

/** State → code, its agency and rates: what automated tax knows of the country. */
const STATES: readonly {
  state: string;
  code: string;
  agency: string;
  rates: readonly (readonly [string, string])[];
}[] = [
  {
    state: 'TX',
    code: 'Texas 8.25',
    agency: 'Texas Comptroller of Public Accounts',
    rates: [
      ['Texas State', '6.25'],
      ['Texas Local', '2'],
    ],
  },
  {
    state: 'CA',
    code: 'CA 7.25',
    agency: 'California Department of Tax and Fee Administration',
    rates: [
      ['California State', '6'],
      ['California Local', '1.25'],
    ],
  },
  {
    state: 'OK',
    code: 'Oklahoma 8.63',
    agency: 'Oklahoma Tax Commission',
    rates: [
      ['Oklahoma State', '4.5'],
      ['Oklahoma City', '4.125'],
    ],
  },
  {
    state: 'LA',
    code: 'Louisiana 9.45',
    agency: 'Louisiana Department of Revenue',
    rates: [
      ['Louisiana State', '4.45'],
      ['Orleans Parish', '5'],
    ],
  },
  {
    state: 'NM',
    code: 'New Mexico 7.63',
    agency: 'New Mexico Taxation and Revenue Department',
    rates: [
      ['New Mexico State', '5.125'],
      ['Albuquerque', '2.5'],
    ],
  },
  {
    state: 'FL',
    code: 'Florida 7',
    agency: 'Florida Department of Revenue',
    rates: [
      ['Florida State', '6'],
      ['Miami-Dade County', '1'],
    ],
  },
];

/** A US company with automated sales tax, opened after November 2017. */
export const US_AUTO: CompanySeed = { profile: PROFILE, fill };

function fill(draft: Draft): void {
  const seed = new SeedWriter(draft);
  seed.companyInfo(PROFILE, {
    Line1: '2210 S Lamar Blvd',
    City: 'Austin',
    CountrySubDivisionCode: 'TX',
    PostalCode: '78704',
    Country: 'USA',
  });
  const services = accounts(seed);
  const discounts = seed.account('Discounts given', 'Income', 'DiscountsRefundsGiven');
  seed.preferences(PROFILE, {
    sales: {
      CustomTxnNumbers: true,
      AllowDiscount: true,
      DefaultDiscountAccount: ref(discounts),
      DefaultTerms: ref('3'),
    },
    tax: { UsingSalesTax: true, PartnerTaxEnabled: true, TaxGroupCodeRef: ref('1') },
  });
  seed.pseudoCodes();
  for (const { state, code, agency, rates } of STATES) {
    const agencyId = seed.store('TaxAgency', {
      DisplayName: agency,
      TaxTrackedOnPurchases: false,
      TaxTrackedOnSales: true,
    });
    seed.code({
      name: code,
      description: `Sales tax, ${state}`,
      sales: rates.map(([name, percent]) => seed.rate(name, percent, agencyId)),
    });
  }
  for (const [name, days] of [
    ['Due on receipt', 0],
    ['Net 15', 15],
    ['Net 30', 30],
    ['Net 60', 60],
  ] as const)
    seed.build('Term', { Name: name, DueDays: number(days) });
  for (const name of ['Cash', 'Check']) seed.build('PaymentMethod', { Name: name, Type: 'NON_CREDIT_CARD' });
  seed.build('Item', { Name: 'Services', Type: 'Service', IncomeAccountRef: ref(services), Taxable: false });
  seed.build('Item', { Name: 'Hours', Type: 'Service', IncomeAccountRef: ref(services), Taxable: false });
  for (const name of ['Barton Creek Dental', 'Old Customer Walk-in', 'Maria Gonzalez'])
    seed.build('Customer', { DisplayName: name });
  seed.people('Vendor', ['Ferguson HVAC Supply', 'Johnstone Supply', 'City of Austin Utilities', 'Robert Hall']);
  seed.people('Employee', ['Jake Moreno', 'Tina Alvarez']);
}

/** The chart of accounts QuickBooks gives a new service company; answers the Id of the services income account. */
function accounts(seed: SeedWriter): string {
  seed.account('Checking', 'Bank', 'Checking');
  seed.account('Savings', 'Bank', 'Savings');
  seed.account('Accounts Receivable (A/R)', 'Accounts Receivable', 'AccountsReceivable');
  seed.account('Undeposited Funds', 'Other Current Asset', 'UndepositedFunds');
  seed.account('Inventory Asset', 'Other Current Asset', 'Inventory');
  seed.account('Accounts Payable (A/P)', 'Accounts Payable', 'AccountsPayable');
  for (const { agency } of STATES) seed.account(`${agency} Payable`, 'Other Current Liability', 'SalesTaxPayable');
  seed.account('Opening Balance Equity', 'Equity', 'OpeningBalanceEquity');
  seed.account('Retained Earnings', 'Equity', 'RetainedEarnings');
  const services = seed.account('Services', 'Income', 'ServiceFeeIncome');
  seed.account('Sales of Product Income', 'Income', 'SalesOfProductIncome');
  seed.account('Uncategorized Income', 'Income', 'ServiceFeeIncome');
  seed.account('Cost of Goods Sold', 'Cost of Goods Sold', 'SuppliesMaterialsCogs');
  seed.account('Job Materials', 'Expense', 'SuppliesMaterials');
  seed.account('Bank Charges & Fees', 'Expense', 'BankCharges');
  seed.account('Car & Truck', 'Expense', 'Auto');
  seed.account('Office Supplies', 'Expense', 'OfficeGeneralAdministrativeExpenses');
  seed.account('Interest Earned', 'Other Income', 'InterestEarned');
  return services;
}
