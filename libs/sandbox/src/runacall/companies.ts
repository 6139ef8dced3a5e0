import type { Phase } from './journal';

/** The companies Run a Call plays, in the order they are connected. */
export interface PlayedRate {
  readonly id: string;
  readonly name: string;
  readonly percentage: string;
  readonly components: readonly { readonly name: string; readonly percentage: string; readonly agency?: string }[];
}

export interface Place {
  readonly city: string;
  readonly region: string;
  readonly postalCode: string;
}

export interface PlayedCompany {
  readonly id: string;
  readonly name: string;
  readonly country: string;
  readonly currency: string;
  readonly timeZone: string;
  /** Its own account at Stripe. */
  readonly stripeAccount: string;
  /** Who works out the tax: QuickBooks takes our total, or computes it from a code of the invoice, or of each line. */
  readonly tax: 'automated' | 'by code' | 'per line';
  /** Phases in which it posts invoices when they are paid; in the others when they are sent. */
  readonly onPayment: readonly Phase[];
  /** Who numbers invoices. */
  readonly numbers: 'run_a_call' | 'quickbooks';
  /** QuickBooks applies its credits by itself, from the late acts on. */
  readonly appliesByItself?: true;
  /** Its books are closed at the month's end, before the late acts. */
  readonly closesBooks?: true;
  /** The first is the usual one; in the US the last has no code in QuickBooks. */
  readonly rates: readonly PlayedRate[];
  readonly places: readonly Place[];
  readonly streets: readonly string[];
  readonly phone: (n: number) => string;
}

const US_AUTO: PlayedCompany = {
  id: 'us-auto',
  name: 'Lone Star Heating & Air',
  country: 'US',
  currency: 'USD',
  timeZone: 'America/Chicago',
  stripeAccount: 'acct_1LoneStarHeating',
  tax: 'automated',
  onPayment: [],
  numbers: 'run_a_call',
  rates: [
    {
      id: 'tax_tx',
      name: 'Texas 8.25%',
      percentage: '8.25',
      components: [
        { name: 'Texas State', percentage: '6.25', agency: 'Texas Comptroller' },
        { name: 'Austin', percentage: '2.00', agency: 'Texas Comptroller' },
      ],
    },
    {
      id: 'tax_ok',
      name: 'Oklahoma border jobs 8.9%',
      percentage: '8.9',
      components: [{ name: 'Oklahoma', percentage: '8.9' }],
    },
  ],
  places: [
    { city: 'Austin', region: 'TX', postalCode: '78701' },
    { city: 'Austin', region: 'TX', postalCode: '78704' },
    { city: 'Round Rock', region: 'TX', postalCode: '78664' },
    { city: 'Cedar Park', region: 'TX', postalCode: '78613' },
  ],
  streets: ['Oak St', 'Elm St', 'Barton Springs Rd', 'E 6th St', 'Lamar Blvd', 'Ranch Road 620'],
  phone: (n) => `(512) 555-${String(n).padStart(4, '0')}`,
};

const UK_VAT: PlayedCompany = {
  id: 'uk-vat',
  name: 'Thames Boilers & Plumbing',
  country: 'GB',
  currency: 'GBP',
  timeZone: 'Europe/London',
  stripeAccount: 'acct_1ThamesBoilers',
  tax: 'per line',
  onPayment: [],
  numbers: 'run_a_call',
  closesBooks: true,
  rates: [
    {
      id: 'tax_vat20',
      name: 'VAT 20%',
      percentage: '20',
      components: [{ name: 'VAT', percentage: '20', agency: 'HMRC' }],
    },
    { id: 'tax_vat5', name: 'VAT 5%', percentage: '5', components: [{ name: 'VAT', percentage: '5', agency: 'HMRC' }] },
    { id: 'tax_vat0', name: 'VAT 0%', percentage: '0', components: [{ name: 'VAT', percentage: '0', agency: 'HMRC' }] },
  ],
  places: [
    { city: 'London', region: 'LND', postalCode: 'SE1 7PB' },
    { city: 'Croydon', region: 'LND', postalCode: 'CR0 1LB' },
    { city: 'Guildford', region: 'SRY', postalCode: 'GU1 3UW' },
    { city: 'Reading', region: 'RDG', postalCode: 'RG1 2AG' },
  ],
  streets: ['High Street', 'Station Road', 'Church Lane', "King's Road", 'Mill Lane', 'The Avenue'],
  phone: (n) => `020 7946 ${String(n).padStart(4, '0')}`,
};

const US_MANUAL: PlayedCompany = {
  id: 'us-manual',
  name: 'Gulf Coast Electric',
  country: 'US',
  currency: 'USD',
  timeZone: 'America/New_York',
  stripeAccount: 'acct_1GulfCoastElectric',
  tax: 'by code',
  onPayment: [],
  numbers: 'quickbooks',
  appliesByItself: true,
  rates: [
    {
      id: 'tax_hillsborough',
      name: 'Hillsborough 7.5%',
      percentage: '7.5',
      components: [{ name: 'Hillsborough County', percentage: '7.5', agency: 'Florida Department of Revenue' }],
    },
    {
      id: 'tax_pasco',
      name: 'Florida and county',
      percentage: '7',
      components: [
        { name: 'Florida State', percentage: '6', agency: 'Florida Department of Revenue' },
        { name: 'Pasco County', percentage: '1', agency: 'Florida Department of Revenue' },
      ],
    },
    {
      id: 'tax_sarasota',
      name: 'Sarasota 6.5%',
      percentage: '6.5',
      components: [{ name: 'Sarasota County', percentage: '6.5', agency: 'Florida Department of Revenue' }],
    },
  ],
  places: [
    { city: 'Tampa', region: 'FL', postalCode: '33606' },
    { city: 'Brandon', region: 'FL', postalCode: '33511' },
    { city: 'Plant City', region: 'FL', postalCode: '33563' },
  ],
  streets: ['Bay St', 'Bayshore Blvd', 'Swann Ave', 'Dale Mabry Hwy', 'Palm Ave'],
  phone: (n) => `(813) 555-${String(n).padStart(4, '0')}`,
};

const CA_RATES: PlayedCompany = {
  id: 'ca-rates',
  name: 'Great Lakes Mechanical',
  country: 'CA',
  currency: 'CAD',
  timeZone: 'America/Toronto',
  stripeAccount: 'acct_1GreatLakesMech',
  tax: 'per line',
  onPayment: ['day'],
  numbers: 'run_a_call',
  rates: [
    {
      id: 'tax_hst13',
      name: 'HST ON 13%',
      percentage: '13',
      components: [{ name: 'HST', percentage: '13', agency: 'Canada Revenue Agency' }],
    },
    {
      id: 'tax_gst5',
      name: 'GST 5%',
      percentage: '5',
      components: [{ name: 'GST', percentage: '5', agency: 'Canada Revenue Agency' }],
    },
  ],
  places: [
    { city: 'Toronto', region: 'ON', postalCode: 'M5J 2Y5' },
    { city: 'Mississauga', region: 'ON', postalCode: 'L5B 3C1' },
    { city: 'Oakville', region: 'ON', postalCode: 'L6J 1H7' },
  ],
  streets: ['Queen St W', 'Dundas St', 'Lakeshore Rd', 'Bloor St', 'Spadina Ave'],
  phone: (n) => `(416) 555-${String(n).padStart(4, '0')}`,
};

export const PLAYED_COMPANIES: readonly PlayedCompany[] = [US_AUTO, UK_VAT, US_MANUAL, CA_RATES];

/** The pricebook category that gets an income account of its own. */
export const EQUIPMENT_CATEGORY = { id: 'cat_equip', name: 'Equipment installs' } as const;
