import type { CompanyProfile } from '../company';
import type { Draft } from '../draft';
import type { CompanySeed } from '../emulator';
import { number, ref } from '../exact';
import { SeedWriter } from './seed-writer';

const PROFILE: CompanyProfile = {
  key: 'ca-rates',
  realmId: '9130347812290556',
  name: 'Great Lakes Mechanical Ltd',
  country: 'CA',
  currency: 'CAD',
  state: '',
};

interface Code {
  readonly name: string;
  readonly description: string;
  readonly rates: readonly (readonly [name: string, percent: string, agency: Agency])[];
  readonly taxable?: false;
}
type Agency = keyof typeof AGENCIES;

const AGENCIES = { cra: 'Canada Revenue Agency', bc: 'Minister of Finance, BC' } as const;

/** Federal, harmonised and provincial taxes: a code may hold rates of two agencies. */
const CODES: readonly Code[] = [
  { name: 'H', description: 'HST ON 13%', rates: [['HST ON', '13', 'cra']] },
  { name: 'G', description: 'GST 5%', rates: [['GST', '5', 'cra']] },
  {
    name: 'S',
    description: 'GST 5%, PST BC 7%',
    rates: [
      ['GST BC', '5', 'cra'],
      ['PST BC', '7', 'bc'],
    ],
  },
  { name: 'Z', description: 'Zero-rated', rates: [['Zero-rated', '0', 'cra']] },
  { name: 'E', description: 'Exempt', rates: [['Exempt', '0', 'cra']], taxable: false },
  { name: 'Out of scope', description: 'Out of scope', rates: [['Out of scope', '0', 'cra']], taxable: false },
];

/** A Canadian company with a code per line. */
export const CA_RATES: CompanySeed = { profile: PROFILE, fill };

function fill(draft: Draft): void {
  const seed = new SeedWriter(draft);
  seed.companyInfo(PROFILE, {
    Line1: '220 Queens Quay W',
    City: 'Toronto',
    CountrySubDivisionCode: 'ON',
    PostalCode: 'M5J 2Y5',
    Country: 'CAN',
  });
  const { sales, cost } = accounts(seed);
  seed.preferences(PROFILE, { sales: { CustomTxnNumbers: true, AllowDiscount: false }, tax: { UsingSalesTax: true } });
  const agencies = Object.fromEntries(
    Object.entries(AGENCIES).map(([key, DisplayName]) => [
      key,
      seed.store('TaxAgency', { DisplayName, TaxTrackedOnPurchases: true, TaxTrackedOnSales: true }),
    ]),
  ) as Record<Agency, string>;
  for (const { name, description, rates, taxable = true } of CODES) {
    const made = (suffix: string): string[] =>
      rates.map(([rate, percent, agency]) => seed.rate(`${rate}${suffix}`, percent, agencies[agency]));
    seed.code({ name, description, taxable, sales: made(''), purchases: made(' (Purchases)') });
  }
  seed.build('Term', { Name: 'Net 30', DueDays: number(30) });
  for (const name of ['Cash', 'Cheque']) seed.build('PaymentMethod', { Name: name, Type: 'NON_CREDIT_CARD' });
  seed.build('Item', { Name: 'Services', Type: 'Service', IncomeAccountRef: ref(sales), ExpenseAccountRef: ref(cost) });
  for (const name of ['Harbourfront Condos', 'M. Tremblay']) seed.build('Customer', { DisplayName: name });
  seed.people('Vendor', ['Emco', 'Toronto Hydro']);
  seed.people('Employee', ['Amrit Gill', 'Claire Roy']);
}

/** The chart of accounts of a new Canadian company; answers the Ids of the sales and cost of sales accounts. */
function accounts(seed: SeedWriter): { sales: string; cost: string } {
  seed.account('Chequing', 'Bank', 'Checking');
  seed.account('Accounts Receivable (A/R)', 'Accounts Receivable', 'AccountsReceivable');
  seed.account('Undeposited Funds', 'Other Current Asset', 'UndepositedFunds');
  seed.account('Accounts Payable (A/P)', 'Accounts Payable', 'AccountsPayable');
  seed.account('GST/HST Payable', 'Other Current Liability', 'GlobalTaxPayable');
  seed.account('PST Payable (BC)', 'Other Current Liability', 'OtherCurrentLiabilities');
  seed.account('Opening Balance Equity', 'Equity', 'OpeningBalanceEquity');
  seed.account('Retained Earnings', 'Equity', 'RetainedEarnings');
  const sales = seed.account('Sales', 'Income', 'ServiceFeeIncome');
  const cost = seed.account('Cost of Goods Sold', 'Cost of Goods Sold', 'SuppliesMaterialsCogs');
  seed.account('Bank charges', 'Expense', 'BankCharges');
  seed.account('Vehicle expenses', 'Expense', 'Auto');
  return { sales, cost };
}
