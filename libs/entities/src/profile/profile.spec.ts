import type { TaxRate } from '@qbo-sync/contracts/runacall/tax-rate';
import type { RateMapping } from '@qbo-sync/contracts/sync/settings';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { standing } from '../sync/stream-state';
import {
  answered,
  BOOKS,
  context,
  given,
  isOpen,
  lines,
  NOW,
  only,
  REDECIDE,
  settings,
  wanted,
  type Story,
} from '../sync/spec-kit';
import { type ProfileRelated, profileRules } from './profile';

const fresh = settings({ goLiveAt: null, active: false, profile: null, values: { 'tax.rates': [] } });
const start = (related: ProfileRelated = {}) =>
  given(profileRules, 'profile:company', context<ProfileRelated>(related, { settings: fresh }));
const asked = (related?: ProfileRelated) => start(related).when(REDECIDE);

const listed = (resource: string, record: object): Trigger => ({
  kind: 'listed',
  books: BOOKS,
  resource,
  record: JSON.stringify(record),
  at: NOW,
});
const done = (story: Story<ProfileRelated>, resource: string) =>
  story.when(answered(story, { ref: `profile:${resource}` }));

const companyInfo = { Id: '1', Country: 'US' };
const preferences = {
  Id: '1',
  TaxPrefs: { UsingSalesTax: true, PartnerTaxEnabled: true },
  SalesFormsPrefs: { CustomTxnNumbers: true, AllowDiscount: true },
};
const read = () => {
  let story = asked().when(listed('CompanyInfo', companyInfo)).when(listed('Preferences', preferences));
  story = story.when(listed('Account', { Id: '4', Name: 'Undeposited Funds', AccountSubType: 'UndepositedFunds' }));
  return done(story, 'Account');
};

describe('the company profile (postings.md §2)', () => {
  it('is asked for once the books are known, before go-live, and once only', () => {
    expect(lines(asked().events)).toEqual([
      'PushRequested list profile:CompanyInfo',
      'PushRequested list profile:Preferences',
      'PushRequested list profile:Account',
      'PushRequested list profile:TaxCode',
      'PushRequested list profile:TaxRate',
    ]);
    expect(asked().when(REDECIDE).events).toEqual([]);
    expect(isOpen(asked())).toBe(true);
  });

  it('without books has nothing to show', () => {
    expect(
      start()
        .under({ settings: settings({ books: null }) })
        .when(REDECIDE).events,
    ).toEqual([]);
    expect(start().under({ settings: null }).when(REDECIDE).events).toEqual([]);
  });

  it('is said when company, preferences and accounts are there', () => {
    const before = asked().when(listed('CompanyInfo', companyInfo)).when(listed('Preferences', preferences));
    expect(lines(before.events)).toEqual(['Listed']);
    const story = read();
    expect(lines(story.events)).toEqual(['Settled', 'Proposed']);
    expect(only(story.events, 'Proposed').personal.activity).toMatchObject({
      kind: 'profile',
      tenant: 'acme',
      books: BOOKS,
      profile: { country: 'US', taxMode: 'automated_us', undepositedAccount: { id: '4' } },
    });
  });

  it('is said again only when it comes out differently', () => {
    const same = read().when(listed('Account', { Id: '5', Name: 'Checking', AccountType: 'Bank' }));
    expect(lines(same.events)).toEqual(['Listed']);
    expect(same.when(listed('Account', { Id: '5', Name: 'Checking', AccountType: 'Bank' })).events).toEqual([]);
    const off = { ...preferences, TaxPrefs: { UsingSalesTax: false } };
    const story = same.when(listed('Preferences', off));
    expect(only(story.events, 'Proposed').personal.activity).toMatchObject({ profile: { taxMode: 'off' } });
  });

  it('is read again when somebody wants it', () => {
    let story: Story<ProfileRelated> = asked();
    for (const resource of ['CompanyInfo', 'Preferences', 'Account', 'TaxCode', 'TaxRate'])
      story = done(story, resource);
    expect(isOpen(story)).toBe(false);
    expect(lines(story.when(wanted()).events).slice(1)).toHaveLength(5);
  });

  describe('a day after its last answer', () => {
    const RESOURCES = ['CompanyInfo', 'Preferences', 'Account', 'TaxCode', 'TaxRate'] as const;
    const TOMORROW = new Date(Date.parse(NOW) + 24 * 3_600_000).toISOString();
    const DUE: Trigger = { kind: 'redecide', why: 'revisit' };
    const allRead = () => RESOURCES.reduce((story: Story<ProfileRelated>, each) => done(story, each), asked());
    const dueAt = (story: Story<ProfileRelated>) => standing(story.state).revisitAt;

    it('is read anew, by one request per list', () => {
      expect(dueAt(allRead())).toBe(TOMORROW);
      const again = allRead().when(DUE);
      expect(lines(again.events)).toEqual(RESOURCES.map((each) => `PushRequested list profile:${each}`));
    });

    it('is not due while an answer is missing, nor while it cannot be asked for', () => {
      expect(dueAt(done(asked(), 'CompanyInfo'))).toBeNull();
      const again = allRead().when(DUE);
      expect(dueAt(again)).toBeNull();
      expect(again.when(DUE).events).toEqual([]);
      const none = allRead().under({ settings: settings({ books: null }) });
      expect(dueAt(none.when(wanted()))).toBeNull();
    });

    it('says nothing when QuickBooks says the same', () => {
      const same = read().when(listed('Preferences', preferences));
      expect(same.events).toEqual([]);
    });
  });

  it('belongs to its books: others are read anew', () => {
    const other = read()
      .under({ settings: settings({ books: 'books_2', goLiveAt: null }) })
      .when(REDECIDE);
    expect(other.events.map((event) => event.type)).toEqual(Array(5).fill('PushRequested'));
  });
});

describe('tax codes', () => {
  const rate: TaxRate = {
    id: 'tax_vat',
    name: '20.0% S',
    percentage: '20',
    components: [{ name: 'VAT', percentage: '20' }],
    active: true,
    updatedAt: NOW,
  };
  const code = {
    Id: '6',
    Name: '20.0% S',
    Active: true,
    SalesTaxRateList: { TaxRateDetail: [{ TaxRateRef: { value: '9' } }] },
  };
  const taxRate = { Id: '9', Name: 'Standard', RateValue: 20 };
  const withCodes = (related?: ProfileRelated) => {
    const story = asked(related).when(listed('TaxCode', code)).when(listed('TaxRate', taxRate));
    return done(done(story, 'TaxCode'), 'TaxRate');
  };
  const suggested = {
    rateId: 'tax_vat',
    name: '20.0% S',
    percentage: '20',
    code: { id: '6', name: '20.0% S' },
    state: 'suggested',
  };

  it('are offered for the rates the service knows', () => {
    const story = withCodes({ rates: [rate] });
    expect(only(story.events, 'Proposed').personal.activity).toMatchObject({ kind: 'proposal', rates: [suggested] });
  });

  const offeredBy = (story: Story<ProfileRelated>) =>
    story.events.flatMap((event) => (event.type === 'Proposed' ? [event.personal.activity['rates']] : []));
  const known = (rates: RateMapping[]) => ({ settings: { ...fresh, values: { ...fresh.values, 'tax.rates': rates } } });
  const bare = { rateId: 'tax_vat', name: '20.0% S', percentage: '20', state: 'not_mapped' } as const;

  it('a new rate is offered before QuickBooks’ codes are read, once, and with its code after', () => {
    const story = asked({ rates: [rate] });
    expect(offeredBy(story)).toEqual([[bare]]);
    expect(story.under(known([bare])).when(REDECIDE).events).toEqual([]);
    const read = story
      .under(known([bare]))
      .when(listed('TaxCode', code))
      .when(listed('TaxRate', taxRate));
    expect(offeredBy(done(done(read, 'TaxCode'), 'TaxRate'))).toEqual([[suggested]]);
  });

  it('§7 a rate that is renamed, retired or at another percentage is offered again, also back as it was', () => {
    const before = asked({ rates: [rate] }).under(known([bare]));
    const moved = { ...rate, percentage: '21' };
    const story = before.under({ related: { rates: [moved] } }).when(REDECIDE);
    expect(offeredBy(story)).toEqual([[{ ...bare, percentage: '21' }]]);
    const back = story.under({ ...known([{ ...bare, percentage: '21' }]), related: { rates: [rate] } }).when(REDECIDE);
    expect(offeredBy(back)).toEqual([[bare]]);
    const retired = before.under({ related: { rates: [{ ...rate, active: false }] } }).when(REDECIDE);
    expect(offeredBy(retired)).toEqual([[{ ...bare, retired: true }]]);
  });

  it('are offered for rates that come to the settings later', () => {
    const story = withCodes();
    expect(lines(story.events)).toEqual(['Settled']);
    const known = {
      ...fresh,
      values: {
        ...fresh.values,
        'tax.rates': [{ rateId: 'tax_vat', name: '20.0% S', percentage: '20', state: 'not_mapped' as const }],
      },
    };
    const later = story.under({ settings: known }).when(REDECIDE);
    expect(only(later.events, 'Proposed').personal.activity).toMatchObject({ rates: [suggested] });
    expect(later.when(REDECIDE).events).toEqual([]);
  });

  it('what a person confirmed is not offered again', () => {
    const confirmed = {
      ...fresh,
      values: { ...fresh.values, 'tax.rates': [{ ...suggested, state: 'confirmed' as const }] },
    };
    expect(withCodes().under({ settings: confirmed }).when(REDECIDE).events).toEqual([]);
  });
});
