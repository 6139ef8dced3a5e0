import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { RAC_1041 } from '@qbo-sync/mapping/invoice.fixtures';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { answered, changed, lines, only, PROFILE, settings, VALUES } from '../sync/spec-kit';
import { standing } from '../sync/stream-state';
import { bodyOf, PAID, posted, record, related, sent } from './spec-invoices';

const RELATED: Trigger = { kind: 'redecide', why: 'related' };
const resolve = (choice: string): Trigger => ({ kind: 'resolve', commandId: 'cmd_9', by: 'pat', choice });
const applied = (amount: string) => related({ payments: [{ ref: 'payment:pay_500', amount, locked: false }] });
const closedOn = (day: string, profile: object = {}) => ({
  settings: settings({ version: 2, profile: { ...PROFILE, bookCloseDate: day, ...profile } }),
});
/** One line less. */
const lowered: Invoice = {
  ...RAC_1041,
  lines: RAC_1041.lines.slice(0, 1),
  taxes: [{ taxRateId: 'tax_tx', taxableAmount: '129.00', amount: '10.64' }],
  ...{ subtotal: '129.00', taxTotal: '10.64', total: '139.64', balance: '0.00', paidOn: '2026-11-25' },
};

describe('updated after payment (postings.md §6.6)', () => {
  it('below what our payments pay of it: they are shortened first, then the update goes last', () => {
    const waits = posted()
      .under({ related: applied('179.70') })
      .when(changed('updated', 4, lowered));
    expect(lines(waits.events)).toEqual(['Changed updated', 'Deferred parent']);
    expect(standing(waits.state).waitsOn).toBe('payment:pay_500');
    const free = waits.under({ related: applied('139.64') }).when(RELATED);
    expect(lines(free.events)).toEqual(['PushRequested put invoice:inv_1041']);
    expect(only(free.events, 'PushRequested').data.last).toBe(true);
  });

  it('lowered with nothing applied that we know of: waits in the gateway for payments under way', () => {
    const story = posted().when(changed('updated', 4, { ...lowered, balance: '139.64' }));
    expect(only(story.events, 'PushRequested').data.last).toBe(true);
    const raised = posted().when(changed('updated', 4, { ...RAC_1041, customerMemo: 'x' }));
    expect(only(raised.events, 'PushRequested').data.last).toBeUndefined();
  });

  it('paid, and changed in what is no amount: put', () => {
    const story = posted()
      .under({ related: applied('179.70') })
      .when(changed('updated', 4, { ...PAID, customerMemo: 'x' }));
    expect(lines(story.events)).toEqual(['Changed updated', 'PushRequested put invoice:inv_1041']);
  });

  it('another customer on a paid invoice → held; without payments → put', () => {
    const other = { ...RAC_1041, customerId: 'cus_89' };
    const held = posted()
      .under({ related: applied('179.70') })
      .when(changed('updated', 4, other));
    expect(lines(held.events)).toEqual(['Changed updated', 'Held customer_kept']);
    expect(held.when(RELATED).events).toEqual([]);
    const free = held.under({ related: related() }).when(RELATED);
    expect(bodyOf(free)).toContain('customer:cus_89');
    const late = free.when(answered(free, { outcome: 'refused', code: '6130' }));
    expect(lines(late.events)).toEqual(['Held customer_kept']);
  });

  it('a person changed the same field in QuickBooks → held', () => {
    const story = posted().when(changed('updated', 4, { ...RAC_1041, customerMemo: 'x' }));
    expect(lines(story.when(answered(story, { outcome: 'clash' })).events)).toEqual(['Held both_changed']);
  });
});

describe('closed books (postings.md §1.5)', () => {
  it('before the send: held; the day a person chooses is after them', () => {
    const held = sent(closedOn('2026-11-30'));
    expect(lines(held.events)).toEqual(['Changed sent', 'Held closed_period', 'Chosen']);
    expect(held.when(resolve('date 2026-11-30')).events).toEqual([]);
    const chosen = held.when(resolve('date 2026-12-01'));
    expect(lines(chosen.events)).toEqual(['Chosen', 'PushRequested put invoice:inv_1041']);
    expect(bodyOf(chosen)).toContain('"TxnDate":"2026-12-01","DueDate":"2026-12-20"');
    expect(bodyOf(chosen)).toContain('Run a Call inv_1041 issued 2026-11-20');
    const done = chosen.when(answered(chosen, { record: { ...record('179.70', '13.70'), TxnDate: '2026-12-01' } }));
    expect(lines(done.events)).toEqual(['Settled']);
    expect(lines(done.when(changed('paid', 4, PAID)).events)).toEqual(['Changed paid', 'Skipped unchanged']);
  });

  it('after the send: held with what QuickBooks did not tell; reopened → sent', () => {
    const story = sent();
    const held = story.when(answered(story, { outcome: 'refused', code: '6200', detail: 'closed' }));
    expect(lines(held.events)).toEqual(['Held closed_period']);
    expect(only(held.events, 'Held').personal.reason.params).toMatchObject({ d: '2026-11-20', c: 'the closing date' });
    expect(lines(held.when(resolve('retry')).events)).toEqual(['PushRequested put invoice:inv_1041']);
    expect(bodyOf(held.when(resolve('date 2026-12-01')))).toContain('"TxnDate":"2026-12-01"');
  });

  it('what is posted and says the same stays; a change of it is held', () => {
    const later = posted().under(closedOn('2026-11-30'));
    expect(lines(later.when(changed('paid', 4, PAID)).events)).toEqual(['Changed paid', 'Skipped unchanged']);
    const held = later.when(changed('updated', 4, { ...RAC_1041, customerMemo: 'x' }));
    expect(lines(held.events)).toEqual(['Changed updated', 'Held closed_period']);
    expect(held.when(resolve('date 2026-12-01')).events).toEqual([]);
  });

  it('a change that would move it out of closed books is held too: QuickBooks minds both days', () => {
    const held = posted()
      .under(closedOn('2026-11-30'))
      .when(changed('updated', 4, { ...RAC_1041, issuedOn: '2026-12-05' }));
    expect(lines(held.events)).toEqual(['Changed updated', 'Held closed_period']);
    expect(only(held.events, 'Held').personal.reason.params).toMatchObject({ d: '2026-11-20' });
  });

  it('posted with a rounding line: says the same, stays', () => {
    const story = sent();
    const second = story.when(answered(story, { record: record('179.69', '13.69') }));
    const rounded = second.when(answered(second, { record: record('179.70', '13.69') }));
    expect(lines(rounded.events)).toEqual(['Settled rounded']);
    const later = rounded.under(closedOn('2026-11-30'));
    expect(lines(later.when(changed('paid', 4, PAID)).events)).toEqual(['Changed paid', 'Skipped unchanged']);
  });
});

describe('story 9: a changed setting never moves what is posted', () => {
  const moved = (values: object) => ({ settings: settings({ version: 2, values }) });
  const bare: Invoice = {
    ...RAC_1041,
    lines: RAC_1041.lines.map(({ itemId: _itemId, ...line }) => ({ ...line, categoryId: 'cat_maint' })),
    taxes: [{ taxRateId: 'tax_tx', taxableAmount: '156.00', amount: '12.87' }],
    discount: { amount: '10.00' },
    tip: '5.00',
    ...{ subtotal: '166.00', taxTotal: '12.87', total: '173.87', balance: '173.87' },
  };
  const bareSent = () => sent().when(changed('updated', 4, bare));
  const barePosted = () => {
    const story = bareSent();
    return story.when(answered(story, { record: record('173.87', '12.87') }));
  };
  const account = (id: string) => ({ id, name: `Account ${id}` });
  const ELSEWHERE = moved({
    'items.defaultIncomeAccount': account('179'),
    'items.categoryAccounts': [{ categoryId: 'cat_maint', name: 'Maintenance', account: account('182') }],
    'invoices.discountsAccount': account('186'),
    'invoices.tipsAccount': account('195'),
    'invoices.membershipAccount': account('183'),
  });
  const memo = { ...bare, customerMemo: 'Thanks' };

  it('story 9: paid later, the account map changed: nothing to send', () => {
    const later = barePosted()
      .under(ELSEWHERE)
      .when(changed('paid', 5, { ...bare, balance: '0.00', paidOn: '2026-11-25' }));
    expect(lines(later.events)).toEqual(['Changed paid', 'Skipped unchanged']);
  });

  it('story 9: updated later, every line keeps its account', () => {
    const body = bodyOf(
      barePosted()
        .under(ELSEWHERE)
        .when(changed('updated', 5, memo)),
    );
    expect(body).toContain('item:helper.sales.79');
    expect(body).toContain('"DiscountAccountRef":{"value":"86"}');
    expect(body).toContain('item:helper.tip.95');
    expect(body).not.toMatch(/"1(79|82|86|95)"|\.1(79|82|86|95)/);
  });

  it('story 9: pending and held are decided again at once', () => {
    const pending = bareSent().under(ELSEWHERE).when({ kind: 'redecide', why: 'settings' });
    expect(lines(pending.events)).toEqual([]);
    const held = sent({ settings: settings({ values: { 'items.defaultIncomeAccount': null, 'items.push': false } }) });
    expect(lines(held.events)).toEqual(['Changed sent', 'Held account_missing', 'Chosen']);
    const again = held.under(moved({ 'items.push': false, 'items.defaultIncomeAccount': account('179') }));
    expect(bodyOf(again.when({ kind: 'redecide', why: 'settings' }))).toContain('item:helper.sales.179');
  });

  it('a new line of a posted invoice goes where the settings say now', () => {
    const [first] = bare.lines;
    const grown: Invoice = {
      ...bare,
      lines: [
        ...bare.lines,
        {
          ...first!,
          id: 'l3',
          name: 'Pump',
          categoryId: 'cat_install',
          taxable: false,
          amount: '10.00',
          unitPrice: '10.00',
        },
      ],
      ...{ subtotal: '176.00', total: '183.87', balance: '183.87' },
    };
    const install = moved({
      'items.categoryAccounts': [{ categoryId: 'cat_install', name: 'Installs', account: account('182') }],
    });
    const body = bodyOf(
      barePosted()
        .under(install)
        .when(changed('updated', 5, grown)),
    );
    expect(body).toContain('item:helper.sales.182');
    expect(body).toContain('item:helper.sales.79');
  });

  it('the rate map, the untaxed code and items as they were', () => {
    const rates = [{ ...VALUES['tax.rates'][0]!, code: account('15') }];
    const manual = { profile: { ...PROFILE, taxMode: 'manual_us' as const } };
    const story = sent({ settings: settings(manual) });
    const done = story.when(answered(story, { record: record('179.70', '13.70') }));
    const later = done.under({ settings: settings({ ...manual, version: 2, values: { 'tax.rates': rates } }) });
    expect(lines(later.when(changed('paid', 4, PAID)).events)).toEqual(['Changed paid', 'Skipped unchanged']);
    const off = posted().under(moved({ 'items.push': false }));
    expect(lines(off.when(changed('paid', 4, PAID)).events)).toEqual(['Changed paid', 'Skipped unchanged']);
  });
});
