import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { RAC_1041 } from '@qbo-sync/mapping/invoice.fixtures';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { answered, changed, isOpen, lines, only, PROFILE, REDECIDE, settings, wanted } from '../sync/spec-kit';
import { bodyOf, type InvoiceStory, PAID, posted, record, ref, sent, start } from './spec-invoices';

const ON_PAYMENT = { settings: settings({ values: { 'invoices.when': 'on_payment' } }) };
const ON_SEND = { settings: settings({ version: 2 }) };
const partPaid: Invoice = { ...RAC_1041, balance: '79.70' };
const unpaid = () => sent(ON_PAYMENT);
const paid = () => unpaid().when(changed('paid', 4, PAID));
const resolve = (choice: string): Trigger => ({ kind: 'resolve', commandId: 'cmd_9', by: 'pat', choice });
const settled = (story: InvoiceStory): InvoiceStory =>
  story.when(answered(story, { record: { ...record('179.70', '13.70'), TxnDate: '2026-11-25' } }));

describe('story 10: on payment (postings.md §6.7)', () => {
  it('story 10: nothing is posted when it is sent, nor when some of it is paid', () => {
    expect(lines(unpaid().events)).toEqual(['Changed sent', 'Skipped not_paid_yet', 'Chosen']);
    expect(isOpen(unpaid())).toBe(false);
    const part = unpaid().when(changed('updated', 4, partPaid));
    expect(lines(part.events)).toEqual(['Changed updated', 'Skipped not_paid_yet']);
  });

  it('story 10: at paid it is posted, dated and due that day, the day of issue in its note', () => {
    expect(lines(paid().events)).toEqual(['Changed paid', 'PushRequested put invoice:inv_1041']);
    const body = JSON.parse(bodyOf(paid())) as Record<string, unknown>;
    expect(body).toMatchObject({
      TxnDate: '2026-11-25',
      DueDate: '2026-11-25',
      PrivateNote: 'Run a Call inv_1041 issued 2026-11-20',
    });
    expect(lines(settled(paid()).events)).toEqual(['Settled']);
  });

  it('story 10: the balance decides, not the type: `updated` may overtake `paid`', () => {
    const overtaken = unpaid().when(changed('updated', 5, PAID));
    expect(lines(overtaken.events)).toEqual(['Changed updated', 'PushRequested put invoice:inv_1041']);
    expect(lines(overtaken.when(changed('paid', 4, PAID)).events)).toEqual(['Skipped replaced']);
  });

  it('paid without a day is held', () => {
    const { paidOn: _paidOn, ...undated } = PAID;
    const held = unpaid().when(changed('paid', 4, undated));
    expect(lines(held.events)).toEqual(['Changed paid', 'Held date_missing']);
  });

  it('edited before it is paid: the newest state alone', () => {
    const body = bodyOf(
      unpaid()
        .when(changed('updated', 4, { ...RAC_1041, customerMemo: 'one' }))
        .when(changed('paid', 5, { ...PAID, customerMemo: 'two' })),
    );
    expect(body).toContain('two');
    expect(body).not.toContain('one');
  });

  it('voided before it is paid: nothing', () => {
    const story = unpaid().when(changed('voided', 4, { ...RAC_1041, voidedOn: '2026-11-26' }));
    expect(lines(story.events)).toEqual(['Changed voided', 'Skipped unchanged']);
    expect(isOpen(story)).toBe(false);
  });

  it('voided after it was posted: voided in QuickBooks', () => {
    const story = settled(paid()).when(changed('voided', 5, { ...PAID, voidedOn: '2026-11-26' }));
    expect(lines(story.events)).toEqual(['Changed voided', 'PushRequested remove invoice:inv_1041']);
  });

  it('a balance that rises again later: the invoice stays, on the day it was posted', () => {
    const risen = settled(paid()).when(changed('updated', 5, RAC_1041));
    expect(lines(risen.events)).toEqual(['Changed updated', 'Skipped unchanged']);
    const again = risen.when(changed('paid', 6, { ...PAID, paidOn: '2026-12-09' }));
    expect(lines(again.events)).toEqual(['Changed paid', 'Skipped unchanged']);
    const edited = risen.when(changed('updated', 6, { ...RAC_1041, customerMemo: 'Thanks' }));
    expect(bodyOf(edited)).toContain('"TxnDate":"2026-11-25"');
  });

  it('risen while its request is under way: it stays too', () => {
    const risen = paid().when(changed('updated', 5, RAC_1041));
    expect(lines(risen.events)).toEqual(['Changed updated', 'Skipped unchanged']);
  });

  it('risen after QuickBooks refused it: not paid yet', () => {
    const refused = paid().when(answered(paid(), { outcome: 'refused', code: '6180' }));
    expect(lines(refused.when(changed('updated', 5, RAC_1041)).events)).toEqual([
      'Changed updated',
      'Skipped replaced',
      'Skipped not_paid_yet',
    ]);
  });

  it('a payment that asks for it does not pull it in; a Verify run neither', () => {
    expect(lines(unpaid().when(wanted()).events)).toEqual(['Wanted']);
    expect(lines(unpaid().when(wanted('run_7')).events)).toEqual(['Wanted']);
  });

  it('nothing to pay: posted at once, on the day of issue', () => {
    const free: Invoice = {
      ...RAC_1041,
      lines: RAC_1041.lines.map((line) => ({ ...line, unitPrice: '0.00', amount: '0.00' })),
      taxes: [],
      ...{ subtotal: '0.00', taxTotal: '0.00', total: '0.00', balance: '0.00' },
    };
    expect(bodyOf(start(ON_PAYMENT).when(changed('sent', 3, free)))).toContain('"TxnDate":"2026-11-20"');
  });
});

describe('story 10: the setting counts when an invoice is first sent', () => {
  it('story 10: on payment → on send: what is not paid yet stays, nothing is posted without a yes', () => {
    const later = unpaid().under(ON_SEND);
    expect(later.when(REDECIDE).events).toEqual([]);
    expect(lines(later.when(changed('updated', 4, partPaid)).events)).toEqual([
      'Changed updated',
      'Skipped not_paid_yet',
    ]);
    expect(bodyOf(later.when(changed('paid', 4, PAID)))).toContain('"TxnDate":"2026-11-25"');
  });

  it('story 10: the yes posts it as issued', () => {
    const yes = unpaid().under(ON_SEND).when(resolve('post-now'));
    expect(lines(yes.events)).toEqual(['Chosen', 'PushRequested put invoice:inv_1041']);
    expect(bodyOf(yes)).toContain('"TxnDate":"2026-11-20","DueDate":"2026-12-20"');
    expect(only(yes.events, 'PushRequested').data.covers).toMatchObject([{ id: 'evt_3' }]);
    expect(lines(yes.when(changed('paid', 4, PAID)).events)).toEqual(['Changed paid', 'Skipped unchanged']);
  });

  it('the yes falls into closed books: held with both days', () => {
    const closed = { settings: settings({ version: 2, profile: { ...PROFILE, bookCloseDate: '2026-11-30' } }) };
    const held = unpaid().under(closed).when(resolve('post-now'));
    expect(lines(held.events)).toEqual(['Chosen', 'Held closed_period']);
    const dated = held.when(resolve('date 2026-12-01'));
    expect(bodyOf(dated)).toContain('"TxnDate":"2026-12-01"');
  });

  it('no yes for what is posted, or voided', () => {
    expect(settled(paid()).when(resolve('post-now')).events).toEqual([]);
    expect(posted().when(resolve('post-now')).events).toEqual([]);
    const voided = unpaid().when(changed('voided', 4, { ...RAC_1041, voidedOn: '2026-11-26' }));
    expect(voided.when(resolve('post-now')).events).toEqual([]);
  });

  it('story 10: on send → on payment: what is in QuickBooks goes on as it is', () => {
    const later = posted()
      .under(ON_PAYMENT)
      .when(changed('updated', 4, { ...RAC_1041, customerMemo: 'x' }));
    expect(bodyOf(later)).toContain('"TxnDate":"2026-11-20"');
    const done = posted()
      .under(ON_PAYMENT)
      .when(changed('paid', 4, PAID));
    expect(lines(done.events)).toEqual(['Changed paid', 'Skipped unchanged']);
  });

  it('story 10: on send → on payment: what was held when it was sent is still posted on send', () => {
    const tax_off = { settings: settings({ profile: { ...PROFILE, taxMode: 'off' } }) };
    const held = sent(tax_off);
    expect(lines(held.events)).toEqual(['Changed sent', 'Held tax_off', 'Chosen']);
    const later = held.under(ON_PAYMENT).when(REDECIDE);
    expect(bodyOf(later)).toContain('"TxnDate":"2026-11-20"');
    expect(later.state.asked[ref]?.request.data.kind).toBe('put');
  });

  it('before go-live nothing is fixed', () => {
    const kept = sent({ settings: settings({ goLiveAt: null, active: false }) });
    expect(lines(kept.events)).toEqual(['Changed sent', 'Deferred not_active']);
    const live = kept.under(ON_PAYMENT).when(REDECIDE);
    expect(lines(live.events)).toEqual(['Skipped not_paid_yet', 'Chosen']);
  });
});
