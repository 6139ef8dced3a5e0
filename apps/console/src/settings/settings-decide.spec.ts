import type { Chart } from '../quickbooks/chart';
import { decide, type SettingsCommand } from './settings-decide';
import type { SettingsEvent } from './settings-events';
import { evolve } from './settings-state';
import { account, after, at, bound, chart, company, made, patch, profile, rate, rates, read, when } from './spec-kit';

describe('a company', () => {
  const make: SettingsCommand = { do: 'make', at, by: 'operator', company };

  it('is made once, and changed only by other facts', () => {
    expect(when([], make)).toEqual([made]);
    expect(when([made], make)).toEqual([]);
    expect(when([made], { ...make, company: { ...company, name: 'Acme 2' } })).toMatchObject([
      { type: 'CompanyChanged' },
    ]);
  });

  it('has nothing to say before it is made', () => {
    expect(when([], { do: 'bind', at, books: 'b1' })).toEqual(['company_unknown']);
  });

  it('has its Stripe account from Run a Call, read-only', () => {
    const stripe = { ...company, stripeAccount: 'acct_1' };
    expect(after([], { ...make, company: stripe }).values['payments.stripeAccount']).toBe('acct_1');
    expect(when([made], patch({ 'payments.stripeAccount': 'acct_2' }))).toEqual([
      '/values/payments.stripeAccount read_only',
    ]);
  });
});

describe('books', () => {
  const chosen = after(
    [made, bound, read, rates],
    patch({ 'items.defaultIncomeAccount': '79', 'tax.rates': { tx: '5' }, 'customers.pull': true }),
    { do: 'activate', at, by: 'company', active: true, acknowledged: [] },
  );

  it('are bound once', () => {
    expect(when([made], { do: 'bind', at, books: 'b1' })).toEqual([bound]);
    expect(when([made, bound], { do: 'bind', at, books: 'b1' })).toEqual([]);
  });

  it('of another QuickBooks company start fresh: no go-live, no value that names a record', () => {
    const fresh = evolve(chosen, { type: 'BooksBound', data: { at, books: 'b2' } });
    expect(chosen.values['items.defaultIncomeAccount']).toEqual({ id: '79', name: 'Service revenue' });
    expect(fresh).toMatchObject({ books: 'b2', profile: null, active: false, goLiveAt: null });
    expect(fresh.values['items.defaultIncomeAccount']).toBeNull();
    expect(fresh.values['tax.rates']).toEqual([rate]);
    expect(fresh.values['customers.pull']).toBe(true);
  });

  it('that are not bound any more say nothing', () => {
    expect(when([made, bound], { do: 'profile', at, books: 'b0', profile })).toEqual([]);
    expect(when([made, bound], { do: 'rates', at, books: 'b0', rates: [rate] })).toEqual([]);
    const choice = { id: '91', name: 'Clearing' };
    expect(when([made, bound], { do: 'account-made', at, books: 'b0', role: 'stripe-clearing', choice })).toEqual([]);
  });
});

describe('what services propose', () => {
  const proposing = (name: string, percentage: string): SettingsCommand => ({
    do: 'rates',
    at,
    books: 'b1',
    rates: [{ rateId: 'tx', name, percentage, state: 'suggested', code: { id: '6', name: 'Zero' } }],
  });

  it('is taken once', () => {
    expect(when([made, bound], { do: 'profile', at, books: 'b1', profile })).toEqual([read]);
    expect(when([made, bound, read], { do: 'profile', at, books: 'b1', profile })).toEqual([]);
    expect(when([made, bound, rates], { do: 'rates', at, books: 'b1', rates: [rate] })).toEqual([]);
  });

  it('never takes a confirmed code away, and brings its name up to date', () => {
    const state = after([made, bound, rates], patch({ 'tax.rates': { tx: '5' } }), proposing('County 2', '8.250'));
    expect(state.values['tax.rates']).toEqual([
      {
        ...rate,
        name: 'County 2',
        percentage: '8.250',
        state: 'confirmed',
        code: { id: '5', name: 'Standard' },
        confirmedAt: '8.25',
      },
    ]);
  });

  it('suspends a confirmed code when its rate gets another percentage, until a person confirms it again', () => {
    const suspended = after(
      [made, bound, rates],
      patch({ 'tax.rates': { tx: '5' } }),
      proposing('County', '9'),
      proposing('County', '9.0'),
    );
    expect(suspended.values['tax.rates']).toMatchObject([
      { percentage: '9.0', state: 'percentage_differs', code: { id: '5' } },
    ]);
    const again = after(
      [made, bound, rates],
      patch({ 'tax.rates': { tx: '5' } }),
      proposing('County', '9'),
      patch({ 'tax.rates': { tx: '5' } }),
    );
    expect(again.values['tax.rates']).toMatchObject([{ percentage: '9', state: 'confirmed' }]);
  });

  it('adds categories without touching their accounts', () => {
    const state = after(
      [made, bound],
      patch({ 'items.categoryAccounts': [{ categoryId: 'c1', name: 'Repairs', account: '82' }] }),
      {
        do: 'categories',
        at,
        books: 'b1',
        categories: [
          { categoryId: 'c1', name: 'Repair' },
          { categoryId: 'c2', name: 'Parts' },
        ],
      },
    );
    expect(state.values['items.categoryAccounts']).toEqual([
      { categoryId: 'c1', name: 'Repair', account: { id: '82', name: 'Equipment' } },
      { categoryId: 'c2', name: 'Parts' },
    ]);
  });

  it('puts a made account into its empty setting, and leaves one a person chose', () => {
    const choice = { id: '99', name: 'Stripe clearing' };
    const command: SettingsCommand = { do: 'account-made', at, books: 'b1', role: 'stripe-clearing', choice };
    expect(after([made, bound], command).values['payments.clearingAccount']).toEqual(choice);
    expect(
      after([made, bound], patch({ 'payments.clearingAccount': '91' }), command).values['payments.clearingAccount'],
    ).toEqual({
      id: '91',
      name: 'Clearing',
    });
    expect(after([made, bound], command).changed['payments.clearingAccount']).toMatchObject({ by: 'quickbooks' });
    expect(decide(after([made, bound], command), command)).toEqual({ ok: true, events: [] });
  });
});

describe('§10.5 the type of the disputes account', () => {
  const typed = (type: string): SettingsCommand => ({
    ...{ do: 'account-types', at },
    chart: { ...chart, accounts: [{ ...account, id: '93', name: 'Renamed', type }] },
  });
  const made93: SettingsCommand = {
    ...{ do: 'account-made', at, books: 'b1', role: 'stripe-disputes' },
    choice: { id: '93', name: 'Stripe disputes' },
  };
  const chosen = after([made, bound, read], made93);

  it('is that of the books as they were read last, whoever chose it', () => {
    const asset = decide(chosen, typed('Other Current Asset'));
    expect(asset).toMatchObject({
      events: [{ data: { by: 'quickbooks', changes: { 'payments.disputeAccount': { from: { id: '93' } } } } }],
    });
    const after93 = asset.ok ? asset.events.reduce(evolve, chosen) : chosen;
    const choice = { id: '93', name: 'Stripe disputes', type: 'Other Current Asset' };
    expect(after93.values['payments.disputeAccount']).toEqual(choice);
    expect(decide(after93, typed('Other Current Asset'))).toEqual({ ok: true, events: [] });
  });

  it('says nothing of an account QuickBooks does not show, nor of a setting that keeps no type', () => {
    expect(decide(chosen, { do: 'account-types', at, chart: { ...chart, accounts: [] } })).toEqual({
      ok: true,
      events: [],
    });
    const clearing = after([made, bound, read], { ...made93, role: 'stripe-clearing' });
    expect(decide(clearing, typed('Income'))).toEqual({ ok: true, events: [] });
  });
});

describe('§12 default accounts', () => {
  const clearing = { ...account, id: '92', name: 'Stripe clearing', type: 'Other Current Asset' };
  const fees = { ...account, id: '93', name: 'Stripe fees', type: 'Income' };
  const own = {
    ...profile,
    defaultDiscountAccount: { id: '86', name: 'Given' },
    undepositedAccount: { id: '91', name: 'x' },
  };
  const books: SettingsEvent = { type: 'ProfileRead', data: { at, books: 'b1', profile: own } };
  const offered: SettingsCommand = {
    do: 'defaults',
    at,
    chart: { ...chart, accounts: [...chart.accounts, clearing, fees] },
  };

  it('are those of the exact name and a fitting type, and QuickBooks’ own', () => {
    const { values, changed } = after([made, bound, books], offered);
    expect(values).toMatchObject({
      'items.defaultIncomeAccount': { id: '79', name: 'Service revenue' },
      'payments.clearingAccount': { id: '92', name: 'Stripe clearing' },
      'payments.feeAccount': null,
      'invoices.discountsAccount': { id: '86', name: 'Given' },
      'payments.undepositedAccount': { id: '91', name: 'Clearing' },
    });
    expect(changed['items.defaultIncomeAccount']).toEqual({ by: 'default', at, from: null });
    expect(decide(after([made, bound, books], offered), offered)).toEqual({ ok: true, events: [] });
  });

  it('two of one name are a person’s to tell apart, another type is none', () => {
    const twice = [{ ...clearing, id: '94', path: 'Bank:Stripe clearing' }, clearing, { ...clearing, type: 'Bank' }];
    const given = (accounts: Chart['accounts']): unknown =>
      after([made, bound, books], { ...offered, chart: { ...chart, accounts } }).values['payments.clearingAccount'];
    expect(given(twice)).toBeNull();
    expect(given(twice.slice(1))).toEqual({ id: '92', name: 'Stripe clearing' });
  });

  it('never fill what a person emptied or chose', () => {
    const state = after(
      [made, bound, books],
      patch({ 'items.defaultIncomeAccount': '82', 'invoices.discountsAccount': '86' }),
      patch({ 'invoices.discountsAccount': null }),
      offered,
    );
    expect(state.values['items.defaultIncomeAccount']).toEqual({ id: '82', name: 'Equipment' });
    expect(state.values['invoices.discountsAccount']).toBeNull();
  });
});

describe('Sync active', () => {
  const turn = (active: boolean, moment: string): SettingsCommand => ({
    do: 'activate',
    at: moment,
    by: 'company',
    active,
    acknowledged: [],
  });

  it('goes live at its first switch-on, for ever', () => {
    const state = after(
      [made, bound],
      turn(true, '2026-11-01T00:00:00Z'),
      turn(false, '2026-11-02T00:00:00Z'),
      turn(true, '2026-11-03T00:00:00Z'),
    );
    expect(state).toMatchObject({ active: true, goLiveAt: '2026-11-01T00:00:00Z' });
  });

  it('says nothing when it stands so already', () => {
    expect(when([made, bound], turn(false, at))).toEqual([]);
  });
});

describe('a save', () => {
  it('keeps who, when and from what, and is nothing when nothing changes', () => {
    const state = after([made], {
      ...patch({ 'invoices.when': 'on_payment', 'items.push': true }),
      why: 'cash basis',
    } as SettingsCommand);
    expect(state.changed).toEqual({ 'invoices.when': { by: 'company', at, from: 'on_send' } });
    expect(when([made], patch({ 'invoices.when': 'on_send' }))).toEqual([]);
  });

  it('is whole or not at all, with every fault beside its field', () => {
    expect(when([made], patch({ 'items.pull': true, 'items.push': 'yes', colour: 'red' }))).toEqual([
      '/values/items.push wrong_type',
      '/values/colour unknown_setting',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['items.defaultIncomeAccount', '1', 'account_not_found'],
    ['items.defaultIncomeAccount', { id: '80' }, 'account_inactive'],
    ['items.defaultIncomeAccount', { id: '35', name: 'x' }, 'account_type'],
    ['items.defaultIncomeAccount', '81', 'account_currency'],
    ['items.defaultIncomeAccount', 79, 'wrong_type'],
    ['invoices.discountsAccount', '79', 'account_type'],
    ['payments.payoutAccount', '91', 'account_type'],
    ['tax.defaultCode', '9', 'code_not_found'],
    ['tax.defaultCode', '7', 'code_inactive'],
    ['tax.untaxedCode', '5', 'code_not_untaxed'],
    ['invoices.when', 'later', 'wrong_type'],
    ['tax.rates', ['tx'], 'wrong_type'],
    ['items.categoryAccounts', {}, 'wrong_type'],
  ])('refuses %s = %j: %s (postings.md §3)', (key, value, code) => {
    expect(when([made, bound, read, rates], patch({ [key]: value }))).toEqual([`/values/${key} ${code}`]);
  });

  it.each<[string, unknown, unknown]>([
    ['items.defaultIncomeAccount', '79', { id: '79', name: 'Service revenue' }],
    ['items.defaultIncomeAccount', { id: '79', name: 'another name' }, { id: '79', name: 'Service revenue' }],
    ['invoices.discountsAccount', { id: '86' }, { id: '86', name: 'Given' }],
    ['payments.undepositedAccount', '91', { id: '91', name: 'Clearing' }],
    ['tax.untaxedCode', '6', { id: '6', name: 'Zero' }],
    ['tax.untaxedCode', 'NON', { id: 'NON', name: 'NON' }],
    [
      'tax.rates',
      { tx: { id: '5' } },
      [{ ...rate, state: 'confirmed', code: { id: '5', name: 'Standard' }, confirmedAt: '8.25' }],
    ],
    ['items.categoryAccounts', [{ categoryId: 'c', account: null }], [{ categoryId: 'c', name: 'c' }]],
  ])('takes %s = %j', (key, value, kept) => {
    const state = after([made, bound, read, rates], patch({ [key]: value }));
    expect((state.values as unknown as Record<string, unknown>)[key]).toEqual(kept);
  });

  it('points into lists', () => {
    expect(when([made, rates], patch({ 'tax.rates': { 'a/b': '5' } }))).toEqual([
      '/values/tax.rates/a~1b rate_unknown',
    ]);
    expect(when([made], patch({ 'items.categoryAccounts': [{ categoryId: 'c', account: '35' }] }))).toEqual([
      '/values/items.categoryAccounts/0/account account_type',
    ]);
  });

  it('refuses our numbers where QuickBooks would ignore them', () => {
    const numbered = after([made, bound, read], patch({ 'invoices.numbering': 'quickbooks' }));
    expect(decide(numbered, patch({ 'invoices.numbering': 'run_a_call' }))).toMatchObject({
      faults: [{ pointer: '/values/invoices.numbering', code: 'custom_numbers_off' }],
    });
  });

  it('refuses a value without what it needs', () => {
    expect(when([made], patch({ 'invoices.when': 'on_payment', 'payments.push': false }))).toEqual([
      '/values/invoices.when needs_setting',
    ]);
    const off = after([made, bound], patch({ 'payments.reconcile': false }));
    expect(decide(off, patch({ 'payments.reconcile': true, 'payments.payoutAccount': '35' }))).toMatchObject({
      faults: [{ params: { setting: 'payments.feeAccount' } }, { params: { setting: 'payments.disputeAccount' } }],
    });
  });
});
