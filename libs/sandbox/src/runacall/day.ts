import { dayOf } from '@qbo-sync/money/zone';
import { PLAYED_COMPANIES, type PlayedCompany } from './companies';
import { CompanyDay, type DayCounts, type PersonalChoice } from './company-day';
import type { DayEvent } from './journal';
import { Prng } from './prng';
import { inPublishingOrder } from './publishing-order';
import { SCENARIOS, type ScenarioName } from './scenarios';

export type DaySize = 'full' | 'short';

/** Everything Run a Call says, in the order in which it is published; an event may stand there twice. */
export interface PlannedDay {
  readonly companies: readonly PlayedCompany[];
  readonly events: readonly DayEvent[];
  /** What persons choose, by company, once the late acts are in the books. */
  readonly choices: Readonly<Record<string, readonly PersonalChoice[]>>;
  /** The last day of the month in which the company's day begins. */
  readonly monthEnds: Readonly<Record<string, string>>;
  readonly pace: 'a busy day' | 'at once';
}

interface Script {
  readonly counts: DayCounts;
  readonly acts: Partial<Record<ScenarioName, number>>;
}

const FULL: Script = {
  counts: { people: 9, businesses: 4, items: 36, awkward: true },
  acts: {
    'customer edited': 3,
    open: 6,
    paid: 18,
    'part paid': 5,
    'paid in two': 4,
    'two invoices, one check': 4,
    'lowered, then paid': 3,
    'raised, paid when the books know': 3,
    'memo changed, left open': 3,
    voided: 3,
    'voided late': 2,
    'tip when sent': 4,
    'tip while paying': 2,
    subscription: 5,
    prepayment: 4,
    'paid too much': 2,
    'cash entered in error': 1,
    'check entered in error, late': 1,
    'customer note': 3,
    'site added': 2,
    'price raised': 4,
    'customer left': 1,
    'customers merged': 1,
    'twin customer': 1,
    'left owing': 1,
    'number too long': 1,
    'an unmapped rate': 1,
    'two rates on one invoice': 1,
    'void of a paid invoice': 1,
    'part refunded': 1,
    'refunded in two': 1,
    'card refund that failed': 1,
    'refunded from the till': 1,
    'refund that failed': 1,
    'refund that failed, nothing owed again': 1,
    'refunded, owes again': 1,
    'prepayment returned': 1,
    'check returned': 1,
    'transfer failed': 1,
    'one check for two customers': 1,
    'one card for two customers': 2,
    'prepayment used later': 1,
  },
};

/** A smaller company, for what its way of taxing makes different. */
const PART: Script = {
  counts: { people: 5, businesses: 2, items: 14, awkward: true },
  acts: {
    open: 2,
    paid: 5,
    'part paid': 1,
    'two invoices, one check': 1,
    'lowered, then paid': 1,
    voided: 1,
    'voided late': 1,
    'tip when sent': 1,
    'tip while paying': 1,
    subscription: 1,
    prepayment: 1,
    'twin customer': 1,
    'void of a paid invoice': 1,
    'part refunded': 1,
    'refunded in two': 1,
    'refunded, owes again': 1,
    'check returned': 1,
  },
};

/** A company that posts invoices when they are paid, and changes its mind. */
const ON_PAYMENT: Script = {
  ...PART,
  acts: {
    ...PART.acts,
    'half paid, the rest next month': 2,
    'paid, memo changed at once': 2,
    'posted before it is paid': 1,
    'two rates, paid': 1,
  },
};

/** Acts that change, in a later month, what is dated in one that is closed by then. */
const CHANGING_LATE: readonly ScenarioName[] = [
  'voided late',
  'check entered in error, late',
  'void of a paid invoice',
  'refund that failed',
  'refund that failed, nothing owed again',
  'refunded, owes again',
  'prepayment returned',
  'check returned',
  'transfer failed',
  'prepayment used later',
];
/** Acts of companies in the US, and of those whose Stripe payments wait in Stripe clearing. */
const AMERICAN: readonly ScenarioName[] = ['an unmapped rate', 'two rates on one invoice', 'card refund that failed'];

/** Half the size of the first; its books are closed at the month's end. */
const CLOSED: Script = {
  counts: { ...FULL.counts, items: 30 },
  acts: {
    ...Object.fromEntries(
      (Object.entries(FULL.acts) as [ScenarioName, number][])
        .filter(([act]) => !CHANGING_LATE.includes(act) && !AMERICAN.includes(act))
        .map(([act, times]) => [act, Math.ceil(times / 2)]),
    ),
    'transfer of the new month failed': 1,
    'sent late for a closed day': 1,
    'voided in closed books': 1,
    'check returned': 1,
    'changed in closed books': 1,
  },
};

/** A company that chose a code for each invoice itself, and lets QuickBooks number them and apply money by itself. */
const BY_CODE: Script = {
  ...PART,
  acts: {
    ...PART.acts,
    'twin customer': 0,
    'an unmapped rate': 2,
    'two rates on one invoice': 1,
    'two rates, one code': 1,
    'a cent off': 2,
    'exempt, taxed by mistake': 1,
    'prepaid, applied by itself': 1,
  },
};

const SCRIPTS: Readonly<Record<string, Script>> = { 'uk-vat': CLOSED, 'us-manual': BY_CODE, 'ca-rates': ON_PAYMENT };

/** Two companies, sixty events together. */
const SHORT: Readonly<Record<string, Script>> = {
  'us-auto': {
    counts: { people: 3, businesses: 1, items: 5, awkward: false },
    acts: {
      paid: 3,
      'part paid': 1,
      'memo changed, left open': 1,
      open: 1,
      voided: 1,
      subscription: 1,
      'two invoices, one check': 1,
    },
  },
  'uk-vat': {
    counts: { people: 2, businesses: 1, items: 4, awkward: false },
    acts: { paid: 2, 'part paid': 1, voided: 1, 'tip when sent': 1 },
  },
};

/** Who works on such a day. */
export function companiesOf(size: DaySize): readonly PlayedCompany[] {
  return PLAYED_COMPANIES.filter(({ id }) => size === 'full' || id in SHORT);
}

/**
 * Plays the companies' days from a seed.
 * @param anchor RFC 3339; documents are dated on its day, in the company's zone, or later
 */
export function planDay(
  seed: string,
  anchor: string,
  size: DaySize,
  companies: readonly PlayedCompany[] = companiesOf(size),
): PlannedDay {
  const played = companies.map((company) => {
    const script = (size === 'full' ? SCRIPTS : SHORT)[company.id] ?? FULL;
    const prng = new Prng(`${seed}/${company.id}`);
    const day = new CompanyDay(company, script.counts, prng, dayOf(anchor, company.timeZone));
    for (const act of prng.shuffled(repeated(script.acts))) SCENARIOS[act](day);
    day.sayNumbers();
    return day;
  });
  const events = played.flatMap(({ journal }) => journal.events);
  return {
    companies,
    events: inPublishingOrder(events, new Prng(`${seed}/order`)),
    choices: Object.fromEntries(played.map(({ company, choices }) => [company.id, choices])),
    monthEnds: Object.fromEntries(played.map(({ company, calendar }) => [company.id, calendar.monthEnd])),
    pace: size === 'full' ? 'a busy day' : 'at once',
  };
}

function repeated(acts: Script['acts']): ScenarioName[] {
  return (Object.entries(acts) as [ScenarioName, number][]).flatMap(([name, times]) =>
    Array<ScenarioName>(times).fill(name),
  );
}
