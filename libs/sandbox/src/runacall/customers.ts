import type { Address } from '@qbo-sync/contracts/runacall/address';
import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { PlayedCompany } from './companies';
import type { Prng } from './prng';

const GIVEN = [
  'Dana',
  'Maria',
  'Lee',
  'Zoë',
  'José',
  'Priya',
  'Seán',
  'Aisha',
  'Björn',
  'Chloé',
  'Omar',
  'Grace',
  'Łukasz',
  'Mei',
  'Tomás',
  'Ruth',
];
const FAMILY = [
  'Ruiz',
  'Lopez',
  'Cho',
  'Núñez',
  'Østergård',
  "O'Malley",
  'Patel',
  'Haddad',
  'Müller',
  'Dubois',
  'Kowalski',
  'Chen',
  'Brown',
  'Iyer',
  'Smith-Jones',
  'Ahmed',
];
const BUSINESSES = ['Bistro', 'Dental Care', 'Lofts', 'Brewing', 'Motors', 'Bakery', 'Storage', 'Clinic'];
const LONG_NAME =
  'The Honourable Society of Very Long Customer Names and Their Many Subsidiaries, Trustees and Successors in Title, Branch No 7';

/** Names a pricebook of ten years collects. 120 characters is the longest Run a Call takes. */
export const AWKWARD_NAMES: readonly string[] = [
  'D\'Angelo & Sons "The Boiler Men", LLC',
  'Depot: North Yard',
  '🔥 Hot Stuff Heating 🔧',
  '上海小館 Café Łódź',
  '<b>Bold</b> Properties',
  '=SUM(A1) Holdings',
  LONG_NAME.slice(0, 120),
];

/** Twin customers carry the same name; nothing else agrees. */
export const TWIN_NAME = 'Alex Morgan';

/** Makes customers with names, e-mails and phones that nobody else has. */
export class CustomerBook {
  private count = 0;
  private readonly names = new Set<string>();

  constructor(
    private readonly company: PlayedCompany,
    private readonly prng: Prng,
  ) {}

  address(): Address {
    const place = this.prng.pick(this.company.places);
    return {
      line1: `${this.prng.between(1, 999)} ${this.prng.pick(this.company.streets)}`,
      ...place,
      country: this.company.country,
    };
  }

  person(): Customer {
    let given = '';
    let family = '';
    do {
      given = this.prng.pick(GIVEN);
      family = this.prng.pick(FAMILY);
    } while (this.names.has(`${given} ${family}`));
    return { ...this.named(`${given} ${family}`, 'residential'), givenName: given, familyName: family };
  }

  business(): Customer {
    let name = '';
    do {
      name = `${this.prng.pick(FAMILY)} ${this.prng.pick(BUSINESSES)}`;
    } while (this.names.has(name));
    return { ...this.named(name, 'commercial'), companyName: name, paymentTermsDays: 30 };
  }

  /** A sub-customer: a site of a commercial customer. */
  site(parent: Customer): Customer {
    return { ...this.named(`${parent.displayName} site ${this.count + 1}`, 'commercial'), parentId: parent.id };
  }

  named(displayName: string, kind: Customer['kind']): Customer {
    this.count += 1;
    this.names.add(displayName);
    const n = this.count;
    const address = this.address();
    return {
      id: `cus_${100 + n}`,
      kind,
      displayName,
      email: `customer${n}.${this.company.id}@example.com`,
      phone: this.company.phone(100 + n),
      ...(this.prng.chance(40) ? { mobile: this.company.phone(5000 + n) } : {}),
      ...(this.prng.chance(85) ? { billingAddress: address } : {}),
      serviceAddresses: [{ id: `adr_${n}`, name: 'Main site', address: this.address() }],
      taxExempt: false,
      active: true,
      updatedAt: '',
    };
  }
}
