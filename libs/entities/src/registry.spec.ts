import { answered, context, given, lines, only, settings, wanted, type Story } from './sync/spec-kit';
import { registry } from './registry';

const roles = {
  'stripe-clearing': {
    name: 'Stripe clearing',
    accountType: 'Other Current Asset',
    accountSubType: 'OtherCurrentAssets',
    setting: 'payments.clearingAccount',
  },
};
const services = registry(roles);
const beforeGoLive = context<unknown>({}, { settings: settings({ goLiveAt: null }) });
const story = (ref: string): Story<unknown> => given(services.payments.rulesFor(ref)!, ref, beforeGoLive);

describe('which rules decide about a ref', () => {
  it.each([
    ['customers', 'customer:cus_1', 'customer'],
    ['items', 'item:itm_1', 'item'],
    ['items', 'item:helper.tip.95', 'item'],
    ['invoices', 'invoice:inv_1', 'invoice'],
    ['payments', 'payment:pay_1', 'payment'],
    ['payments', 'payout:po_1', 'payout'],
    ['payments', 'dispute:dp_1', 'dispute'],
    ['payments', 'payout:po_1/deposits.2026-12-02.1', 'payout'],
    ['payments', 'payment-method:card', 'payment-method'],
    ['payments', 'account:stripe-clearing', 'account'],
    ['tax', 'tax-rate:tax_1', 'tax-rate'],
    ['tax', 'profile:company', 'profile'],
  ] as const)('%s decides about %s', (name, ref, entity) => {
    expect(services[name].rulesFor(ref)?.entity).toBe(entity);
  });

  it('another service’s has none', () => {
    expect(services.payments.rulesFor('customer:cus_1')).toBeUndefined();
    expect(services.items.rulesFor('customer:cus_1')).toBeUndefined();
  });

  it('helper items are wanted, pricebook items are masters', () => {
    expect(services.items.rulesFor('item:helper.tip.95')?.nature).toBe('wanted');
    expect(services.items.rulesFor('item:itm_1')?.nature).toBe('master');
  });

  it('parts belong to the stream of their record', () => {
    expect(services.payments.streamOf('payment:pay_1/cus_2')).toBe('payment:pay_1');
    expect(services.payments.streamOf('payout:po_1/2')).toBe('payout:po_1');
    expect(services.payments.streamOf('payout:po_1/failed')).toBe('payout:po_1');
    const look = 'payout:po_1/deposits.2026-12-02.1';
    expect(services.payments.streamOf(look)).toBe(look);
    expect(services.payments.streamOf('payment-method:card')).toBe('payment-method:card');
    expect(services.tax.streamOf('profile:Account')).toBe('profile:company');
    expect(services.tax.streamOf('tax-rate:tax_1')).toBe('tax-rate:tax_1');
    expect(services.tax.standing).toEqual(['profile:company']);
  });
});

describe('payment methods and accounts, made when wanted', () => {
  it('a payment method, by its name', () => {
    const method = given(
      services.payments.rulesFor('payment-method:card')!,
      'payment-method:card',
      context<unknown>({}),
    );
    const asked = method.when(wanted());
    expect(only(asked.events, 'PushRequested').personal.body).toBe('{"Name":"Credit Card","Type":"CREDIT_CARD"}');
    expect(lines(asked.when(answered(asked, { record: {} })).events)).toEqual(['Settled']);
  });

  it('of an unknown name is kept and shown', () => {
    expect(lines(story('payment-method:seashells').when(wanted('run_1')).events)).toEqual([
      'Wanted',
      'Held unreadable',
    ]);
    expect(lines(story('account:moon').when(wanted('run_1')).events)).toEqual(['Wanted', 'Held unreadable']);
  });

  it('an account is made before go-live by a run, and offered to the console once, with its id', () => {
    const ref = 'account:stripe-clearing';
    expect(lines(story(ref).when(wanted()).events)).toEqual(['Wanted', 'Deferred not_active']);
    const asked = story(ref).when(wanted('run_1'));
    expect(lines(asked.events)).toEqual(['Wanted', 'PushRequested put account:stripe-clearing']);
    const made = asked.when(
      answered(asked, { quickbooksId: '91', record: { Id: '91', AccountType: 'Other Current Asset' } }),
    );
    expect(lines(made.events)).toEqual(['Settled', 'Proposed']);
    expect(only(made.events, 'Proposed').personal.activity).toMatchObject({
      kind: 'proposal',
      account: { role: 'stripe-clearing', choice: { id: '91', name: 'Stripe clearing' } },
    });
    const again = made.when(wanted('run_2'));
    expect(lines(again.when(answered(again, { quickbooksId: '91' })).events)).toEqual(['Settled']);
  });
});
