import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { RAC_1041 } from '@qbo-sync/mapping/invoice.fixtures';
import { PAY_500 } from '@qbo-sync/mapping/payment.fixtures';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { customerRules } from '../customer/customer';
import { invoiceRules } from '../invoice/invoice';
import { record, ref, related, start } from '../invoice/spec-invoices';
import { paymentRules } from '../payment/payment';
import { followed, ref as paymentRef, start as startPayment } from '../payment/spec-payment';
import { foresee } from './foresee';
import { recognize } from './recognize';
import { answered, changed, context, given, isOpen, lines, only, PROFILE, settings } from './spec-kit';

const OCTOBER = '2026-10-05T15:00:00Z';
const before: Invoice = { ...RAC_1041, issuedOn: '2026-10-05', dueOn: '2026-11-04' };
const october = { ...record('179.70', '13.70'), TxnDate: '2026-10-05' };
const leftOut = (data: Invoice = before, change = {}) => start(change).when(changed('sent', 3, data, { at: OCTOBER }));
const take = (link?: string, run = 'run_1'): Trigger => ({
  kind: 'wanted',
  commandId: `${run}/${ref}`,
  by: 'dana',
  at: '2026-11-20T17:00:00Z',
  backfill: { run, ...(link === undefined ? {} : { link }) },
});
const closedTo = (day: string) => ({ settings: settings({ profile: { ...PROFILE, bookCloseDate: day } }) });

describe('a record that go-live left out', () => {
  it('is taken in by a backfill, behind what happens now, and moves the row of its event', () => {
    const taken = leftOut().when(take());
    expect(lines(taken.events)).toEqual(['Wanted', 'PushRequested put invoice:inv_1041']);
    const { data } = only(taken.events, 'PushRequested');
    expect(data).toMatchObject({ lane: 'backlog', covers: [{ id: 'evt_3' }] });
    expect(data.run).toBeUndefined();
    expect(lines(taken.when(answered(taken, { record: october })).events)).toEqual(['Settled']);
  });

  it('is taken in once: by the same run, by the next one, and when it is linked', () => {
    const taken = leftOut().when(take());
    expect(taken.when(take()).events).toEqual([]);
    expect(taken.when(take(undefined, 'run_2')).events).toEqual([]);
    const posted = taken.when(answered(taken, { record: record('179.70', '13.70') }));
    expect(posted.when(take(undefined, 'run_2')).events).toEqual([]);
  });

  it('follows its changes while its first request is under way', () => {
    const changedNow = leftOut()
      .when(take())
      .when(changed('updated', 4, { ...before, poNumber: 'PO-7' }));
    expect(lines(changedNow.events)).toEqual(['Changed updated', 'PushRequested put invoice:inv_1041']);
  });

  it('is left out again under other books', () => {
    const taken = leftOut().when(take());
    const fresh = taken
      .under({ settings: settings({ books: 'books_2', version: 2 }) })
      .when(changed('updated', 4, before));
    expect(lines(fresh.events)).toContain('Skipped before_cutover');
  });

  it('takes the form QuickBooks asks for behind what happens now, too', () => {
    const taken = leftOut().when(take());
    const again = taken.when(answered(taken, { record: record('179.68', '13.70') }));
    expect(only(again.events, 'PushRequested').data).toMatchObject({ round: 1, lane: 'backlog' });
  });

  it('is held for a person like any other, and stays taken in', () => {
    const rates = { values: { 'tax.rates': [] } };
    const held = leftOut(before, { settings: settings(rates) })
      .under({ settings: settings({ ...rates, profile: { ...PROFILE, taxMode: 'per_line', country: 'CA' } }) })
      .when(take());
    expect(lines(held.events)).toEqual(['Wanted', 'Held tax_unmapped', 'Chosen']);
    expect(isOpen(held)).toBe(true);
  });

  it('entered by a person is linked, and nothing is written until it changes', () => {
    const linked = leftOut().when(take('901'));
    const { data, personal } = only(linked.events, 'PushRequested');
    expect(data).toMatchObject({ kind: 'link', lane: 'backlog' });
    expect(personal).toMatchObject({ body: '{"Id":"901"}', expect: { TotalAmt: '179.70' } });
    expect(personal.find).toBeUndefined();
    const done = linked.when(answered(linked, { quickbooksId: '901', record: record('179.70', '13.70') }));
    expect(lines(done.events)).toEqual(['Settled']);
    const paid = done.when(changed('paid', 4, { ...before, balance: '0.00', paidOn: '2026-11-21' }));
    expect(paid.state.links).toMatchObject({ [`books_1 ${ref}`]: { id: '901' } });
  });

  it('with other amounts in QuickBooks is held, whoever said it is the same', () => {
    const linked = leftOut().when(take('901'));
    const held = linked.when(answered(linked, { quickbooksId: '901', record: record('199.70', '13.70') }));
    expect(lines(held.events)).toEqual(['Held total_differs']);
  });
});

describe('what is no backfill’s', () => {
  it('is not touched by one: posted, held, not active', () => {
    const now = start().when(changed('sent', 3, RAC_1041));
    expect(now.when(take()).events).toEqual([]);
    const waiting = leftOut(before, { settings: settings({ goLiveAt: null }) });
    expect(lines(waiting.events)).toContain('Deferred not_active');
    expect(waiting.when(take()).events).toEqual([]);
    expect(foresee(invoiceRules, now.state, now.context)).toBeUndefined();
    expect(foresee(invoiceRules, waiting.state, waiting.context)).toBeUndefined();
  });
});

describe('a preview', () => {
  it('says of each record what taking it in would come to, and changes nothing', () => {
    const cases = [
      [leftOut(), { comes: 'write' }],
      [
        leftOut(before, closedTo('2026-10-31')),
        { comes: 'stop', code: 'closed_period', params: { doc: 'RAC-1041', d: '2026-10-05', c: '2026-10-31' } },
      ],
      [
        leftOut(before, { settings: settings({ values: { 'invoices.when': 'on_payment' } }) }),
        { comes: 'nothing', code: 'not_paid_yet' },
      ],
      [
        leftOut(before, { settings: settings({ values: { 'invoices.push': false } }) }),
        { comes: 'nothing', code: 'setting_off', params: { setting: 'invoices.push' } },
      ],
    ] as const;
    for (const [story, comes] of cases) {
      expect(foresee(invoiceRules, story.state, story.context)).toEqual({
        ...{ ref, date: '2026-10-05', number: 'RAC-1041', party: 'Maria Lopez', amount: '179.70', currency: 'USD' },
        ...comes,
      });
    }
  });

  it('of a payment says which invoices it pays; of a customer the day it was first heard of', () => {
    const october = { ...PAY_500, collectedOn: '2026-10-06' };
    const paid = startPayment({ inv_1041: followed({ linked: false, firstOccurredAt: OCTOBER }) }).when(
      changed('collected', 1, october, { at: OCTOBER }),
    );
    expect(foresee(paymentRules, paid.state, paid.context)).toMatchObject({
      ...{ ref: paymentRef, date: '2026-10-06', amount: '179.70', pays: ['inv_1041'], comes: 'write' },
    });
    const maria = { id: 'cus_88', kind: 'residential', displayName: 'Maria Lopez', taxExempt: false, active: true };
    const late = given(customerRules, 'customer:cus_88', context({})).when(
      changed('created', 1, { ...maria, updatedAt: OCTOBER }, { at: '2026-10-06T03:00:00Z' }),
    );
    expect(foresee(customerRules, late.state, late.context)).toMatchObject({ date: '2026-10-05', comes: 'write' });
  });
});

const NONE = { ids: {}, payers: {} };

describe('what QuickBooks has already', () => {
  const theirs = (change: object = {}) => ({
    ...{ Id: '901', DocNumber: 'RAC-1041', TotalAmt: '179.70', TxnDate: '2026-10-07' },
    ...{ CustomerRef: { value: '58', name: 'Maria Lopez' } },
    ...change,
  });
  const story = leftOut();
  it.each([
    ['the same number, customer and total', theirs(), 'same'],
    ['another total', theirs({ TotalAmt: '200.00' }), 'differs'],
    ['another customer', theirs({ CustomerRef: { value: '59', name: 'J. Ruiz' } }), 'differs'],
    ['our note', theirs({ DocNumber: '7', PrivateNote: 'Run a Call inv_1041' }), 'same'],
    ['another number', theirs({ DocNumber: '7' }), undefined],
  ])('an invoice with %s', (_name, one, is) => {
    const match = recognize(invoiceRules, story.state, [one], NONE, context(related()));
    expect(match?.is).toBe(is);
  });

  it('a payment of the same invoice, as much and within three days', () => {
    const paid = startPayment({ inv_1041: followed() }).when(changed('collected', 1, PAY_500, { at: OCTOBER }));
    const line = { Amount: '179.70', LinkedTxn: [{ TxnId: '901', TxnType: 'Invoice' }] };
    const entered = (TxnDate: string, TotalAmt = '179.70') => ({
      ...{ Id: '902', TotalAmt, TxnDate, CustomerRef: { value: '58' }, Line: [line] },
    });
    const of = (one: object) =>
      recognize(paymentRules, paid.state, [one as never], { ids: { inv_1041: '901' }, payers: {} }, paid.context)?.is;
    expect(of(entered('2026-11-27'))).toBe('same');
    expect(of(entered('2026-11-30'))).toBe('differs');
    expect(of(entered('2026-11-25', '20.00'))).toBe('differs');
    expect(recognize(paymentRules, paid.state, [entered('2026-11-25') as never], NONE, paid.context)).toBeUndefined();
  });
});
