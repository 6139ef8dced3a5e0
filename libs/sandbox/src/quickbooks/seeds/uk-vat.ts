import type { CompanyProfile } from '../company';
import type { Draft } from '../draft';
import type { CompanySeed } from '../emulator';
import { number, ref } from '../exact';
import { SeedWriter } from './seed-writer';

const PROFILE: CompanyProfile = {
  key: 'uk-vat',
  realmId: '9130355771204418',
  name: 'Severnside Plumbing & Heating Ltd',
  country: 'GB',
  currency: 'GBP',
  state: '',
};

const CODES: readonly { name: string; percent: string; description: string; taxable: boolean }[] = [
  { name: '20.0% S', percent: '20', description: 'Standard rate', taxable: true },
  { name: '5.0% R', percent: '5', description: 'Reduced rate', taxable: true },
  { name: '0.0% Z', percent: '0', description: 'Zero rate', taxable: true },
  { name: 'Exempt', percent: '0', description: 'Exempt', taxable: false },
  { name: 'No VAT', percent: '0', description: 'Outside the scope of VAT', taxable: false },
];

/** A British company with VAT per line. */
export const UK_VAT: CompanySeed = { profile: PROFILE, fill };

function fill(draft: Draft): void {
  const seed = new SeedWriter(draft);
  seed.companyInfo(PROFILE, { Line1: '14 Corn Street', City: 'Bristol', PostalCode: 'BS1 1HQ', Country: 'GBR' });
  const { sales, cost } = accounts(seed);
  const discounts = seed.account('Discounts given', 'Income', 'DiscountsRefundsGiven');
  seed.preferences(PROFILE, {
    sales: { CustomTxnNumbers: true, AllowDiscount: true, DefaultDiscountAccount: ref(discounts) },
    tax: { UsingSalesTax: true },
  });
  const agency = seed.store('TaxAgency', {
    DisplayName: 'HMRC',
    TaxTrackedOnPurchases: true,
    TaxTrackedOnSales: true,
    TaxRegistrationNumber: 'GB 123 4567 89',
  });
  for (const { name, percent, description, taxable } of CODES) {
    const sale = seed.rate(name, percent, agency);
    const purchase = seed.rate(`${name} (Purchases)`, percent, agency);
    seed.code({ name, description, taxable, sales: [sale], purchases: [purchase] });
  }
  for (const [name, days] of [
    ['Due on receipt', 0],
    ['Net 14', 14],
    ['Net 30', 30],
  ] as const)
    seed.build('Term', { Name: name, DueDays: number(days) });
  for (const name of ['Cash', 'Cheque', 'Direct Debit'])
    seed.build('PaymentMethod', { Name: name, Type: 'NON_CREDIT_CARD' });
  seed.build('Item', { Name: 'Services', Type: 'Service', IncomeAccountRef: ref(sales), ExpenseAccountRef: ref(cost) });
  for (const name of ['Clifton Lettings', 'Mrs P Hargreaves']) seed.build('Customer', { DisplayName: name });
  seed.people('Vendor', ['Screwfix', 'Plumb Center', 'Wessex Water']);
  seed.people('Employee', ['Gareth Hughes', 'Priya Nair']);
}

/** The chart of accounts of a new company in Britain; answers the Ids of the sales and cost of sales accounts. */
function accounts(seed: SeedWriter): { sales: string; cost: string } {
  seed.account('Current', 'Bank', 'Checking');
  seed.account('Debtors', 'Accounts Receivable', 'AccountsReceivable');
  seed.account('Undeposited Funds', 'Other Current Asset', 'UndepositedFunds');
  seed.account('Prepayments', 'Other Current Asset', 'PrepaidExpenses');
  seed.account('Creditors', 'Accounts Payable', 'AccountsPayable');
  seed.account('VAT Control', 'Other Current Liability', 'GlobalTaxPayable');
  seed.account('VAT Suspense', 'Other Current Liability', 'OtherCurrentLiabilities');
  seed.account('Opening Balance Equity', 'Equity', 'OpeningBalanceEquity');
  seed.account('Retained Earnings', 'Equity', 'RetainedEarnings');
  const sales = seed.account('Sales', 'Income', 'ServiceFeeIncome');
  seed.account('Sales of Product Income', 'Income', 'SalesOfProductIncome');
  const cost = seed.account('Cost of sales', 'Cost of Goods Sold', 'SuppliesMaterialsCogs');
  seed.account('Bank charges', 'Expense', 'BankCharges');
  seed.account('Motor expenses', 'Expense', 'Auto');
  seed.account('Tools and materials', 'Expense', 'SuppliesMaterials');
  return { sales, cost };
}
