import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { TaxRate } from '@qbo-sync/contracts/runacall/tax-rate';
import type { ProfileActivity, ProposalActivity } from '@qbo-sync/contracts/sync/activity';
import type { How } from '@qbo-sync/contracts/sync/request';
import type { RateMapping, SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { toCompanyProfile } from '@qbo-sync/mapping/company-profile';
import { proposeRates } from '@qbo-sync/mapping/tax-code';
import { equalByValue } from '@qbo-sync/money/decimal';
import { sameJson } from '../sync/same-json';
import { plainVerdict } from '../sync/refusals';
import type { Context, Push, Rules, View } from '../sync/rules';
import { readRecord } from '../sync/record-text';

/** The stream all `profile:` refs belong to. */
export const PROFILE_STREAM = 'profile:company';

/** What QuickBooks has one of: said whole with every change that it tells of. */
export const SINGLETONS = ['CompanyInfo', 'Preferences'] as const;
const RESOURCES = [...SINGLETONS, 'Account', 'TaxCode', 'TaxRate'] as const;
type Resource = (typeof RESOURCES)[number];

/** Nobody is told of a change of the tax codes, nor of the company's country (quickbooks.md §8.4). */
const READ_AGAIN_AFTER_MS = 24 * 3_600_000;

export interface ProfileRelated {
  /** Run a Call's rates where the service knows them; the settings' own list stands in for the others. */
  readonly rates?: readonly TaxRate[];
}

/**
 * What QuickBooks says of the company (postings.md §2): read once the books are known, a day after it was read last, and
 * whenever it is wanted again. A change of the preferences that QuickBooks tells of comes with them, and is taken as read.
 *
 *   books known ─▶ five lists asked for ─Listed─▶ CompanyInfo, Preferences and Account there → the profile is said
 *        ▲ a day after the last answer │
 *        └─────────────────────────────┘
 *                                               ▶ TaxCode and TaxRate there → a code is offered for each rate
 *   a rate the settings do not know as it is (new, renamed, at another percentage, retired) ──▶ offered, also before that
 *
 * Both are said again when they come out differently; the console puts them into settings.
 */
export const profileRules: Rules<Readonly<Record<string, unknown>>, ProfileRelated> = {
  entity: 'profile',
  nature: 'wanted',
  gate: 'books',
  follows: 'always',
  facts: [],

  describe: () => ({}),

  plan: () => ({ do: 'push', pushes: RESOURCES.map(listOf), warnings: [], againAfterMs: READ_AGAIN_AFTER_MS }),

  judge: (answer, expect) => plainVerdict(answer, expect),

  propose(view, context) {
    const { settings } = context;
    if (settings === null || !settings.books) return [];
    return [...profileOf(view, settings, context.now), ...ratesOf(view, settings, context)].map((said) => ({
      ...said,
    }));
  },
};

function listOf(resource: Resource): Push {
  const how: How = { path: resource.toLowerCase(), update: 'whole' };
  return { ref: `profile:${resource}`, kind: 'list', resource, how, body: '{}', expect: {} };
}

function profileOf(view: View, settings: SyncSettings, at: string): readonly ProfileActivity[] {
  const books = settings.books ?? '';
  const [companyInfo] = recordsOf(view, books, 'CompanyInfo');
  const [preferences] = recordsOf(view, books, 'Preferences');
  if (companyInfo === undefined || preferences === undefined || !isRead(view, 'Account')) return [];
  const accounts = recordsOf(view, books, 'Account');
  const rates = isRead(view, 'TaxCode') && isRead(view, 'TaxRate');
  const taxes = rates
    ? { taxCodes: recordsOf(view, books, 'TaxCode'), taxRates: recordsOf(view, books, 'TaxRate') }
    : {};
  const profile = toCompanyProfile({ companyInfo, preferences, accounts, ...taxes }, settings.company);
  const said = ofKind<ProfileActivity>(view, 'profile', books);
  if (sameJson(said[said.length - 1]?.profile, profile)) return [];
  return [{ kind: 'profile', tenant: view.tenant, at, books, profile }];
}

function ratesOf(
  view: View,
  settings: SyncSettings,
  { now, related }: Context<ProfileRelated>,
): readonly ProposalActivity[] {
  const books = settings.books ?? '';
  const current = settings.values['tax.rates'];
  const known = related.rates ?? [];
  const wanted = [...known, ...current.filter(({ rateId }) => known.every(({ id }) => id !== rateId)).map(asRate)];
  const codesRead = isRead(view, 'TaxCode') && isRead(view, 'TaxRate');
  const rates = codesRead
    ? proposeRates(wanted, recordsOf(view, books, 'TaxCode'), recordsOf(view, books, 'TaxRate'), current)
    : proposeRates(
        known.filter((rate) => !current.some(isAs(rate))),
        [],
        [],
        current,
      );
  const said = ofKind<ProposalActivity>(view, 'proposal', books);
  const news = rates.filter((rate) => !current.some((one) => sameJson(one, rate)));
  if (news.length === 0 || sameJson(said[said.length - 1]?.rates, news)) return [];
  return [{ kind: 'proposal', tenant: view.tenant, at: now, books, rates: news }];
}

/** The settings know the rate as Run a Call last told it. */
function isAs(rate: TaxRate): (known: RateMapping) => boolean {
  return ({ rateId, name, percentage, retired }) =>
    rateId === rate.id &&
    name === rate.name &&
    equalByValue(percentage, rate.percentage) &&
    (retired === true) === !rate.active;
}

/** A rate as the settings know it; how many components it has is not told there. */
function asRate({ rateId, name, percentage, retired }: RateMapping): TaxRate {
  return { id: rateId, name, percentage, components: [], active: retired !== true, updatedAt: '' };
}

function isRead(view: View, resource: Resource): boolean {
  return view.answered.includes(`profile:${resource}`);
}

function recordsOf(view: View, books: string, resource: Resource): readonly TextObject[] {
  return view.listed
    .filter((one) => one.books === books && one.resource === resource)
    .map(({ record }) => readRecord(record));
}

function ofKind<Kind extends ProfileActivity | ProposalActivity>(
  view: View,
  kind: Kind['kind'],
  books: string,
): readonly Kind[] {
  return (view.proposed as unknown as readonly Kind[]).filter((one) => one.kind === kind && one.books === books);
}
