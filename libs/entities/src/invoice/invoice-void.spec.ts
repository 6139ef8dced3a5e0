import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { RAC_1041 } from '@qbo-sync/mapping/invoice.fixtures';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { answered, changed, lines, only, PROFILE, REDECIDE, settings } from '../sync/spec-kit';
import { standing } from '../sync/stream-state';
import { bodyOf, type InvoiceStory, posted, ref, related, start } from './spec-invoices';

const voided: Invoice = { ...RAC_1041, voidedOn: '2026-11-26' };
const RELATED: Trigger = { kind: 'redecide', why: 'related' };
const REVISIT: Trigger = { kind: 'redecide', why: 'revisit' };
const applied = (change: object = {}) => [{ ref: 'payment:pay_500', amount: '79.70', locked: false, ...change }];
const closed = (day: string) => ({ settings: settings({ version: 2, profile: { ...PROFILE, bookCloseDate: day } }) });
const resolve = (choice: string): Trigger => ({ kind: 'resolve', commandId: 'cmd_9', by: 'pat', choice });
const bodies = ({ events }: InvoiceStory): string[] =>
  events.flatMap((event) => (event.type === 'PushRequested' ? [event.personal.body] : []));
const paidRefusal = (story: InvoiceStory): Trigger =>
  answered(story, { outcome: 'refused', code: '6000', detail: 'A paid transaction cannot be voided.' });

describe('voided (postings.md §6.8)', () => {
  it('before payment → voided in QuickBooks', () => {
    const story = posted().when(changed('voided', 4, voided));
    expect(lines(story.events)).toEqual(['Changed voided', 'PushRequested remove invoice:inv_1041']);
    const done = story.when(answered(story, { record: { TotalAmt: '0', Balance: '0' } }));
    expect(lines(done.events)).toEqual(['Settled']);
  });

  it('never posted → nothing to do', () => {
    const story = start().when(changed('voided', 1, voided));
    expect(lines(story.when(answered(story, { outcome: 'cancelled' })).events)).toEqual(['Skipped unchanged']);
  });

  it('is final: a later state does not bring it back', () => {
    const story = posted()
      .when(changed('voided', 4, voided))
      .when(changed('updated', 5, RAC_1041));
    expect(lines(story.events)).toEqual(['Changed updated', 'Skipped unchanged']);
    expect(story.state.asked[ref]?.request.data.kind).toBe('remove');
  });

  it('without a day is held', () => {
    expect(lines(posted().when(changed('voided', 4, RAC_1041)).events)).toEqual([
      'Changed voided',
      'Held date_missing',
    ]);
  });

  it.each(['79.70', '0.00'])(
    'part paid or paid by our payments (balance %s): they lose their lines first',
    (balance) => {
      const waits = posted()
        .under({ related: related({ payments: applied() }) })
        .when(changed('voided', 4, { ...voided, balance }));
      expect(lines(waits.events)).toEqual(['Changed voided', 'Deferred parent']);
      expect(standing(waits.state).waitsOn).toBe('payment:pay_500');
      // Still applied: nothing is said twice.
      expect(waits.when(RELATED).events).toEqual([]);
      const free = waits.under({ related: related({ payments: [] }) }).when(RELATED);
      expect(lines(free.events)).toEqual(['PushRequested remove invoice:inv_1041']);
      expect(only(free.events, 'PushRequested').data.covers).toMatchObject([{ id: 'evt_4' }]);
    },
  );

  it('two payments: one after the other', () => {
    const both = [...applied(), ...applied({ ref: 'payment:pay_501/cus_61' })];
    const waits = posted()
      .under({ related: related({ payments: both }) })
      .when(changed('voided', 4, voided));
    const next = waits.under({ related: related({ payments: both.slice(1) }) }).when(RELATED);
    expect(lines(next.events)).toEqual(['Deferred parent']);
    expect(standing(next.state).waitsOn).toBe('payment:pay_501/cus_61');
  });

  it('on a deposit: QuickBooks locks the payment → held; freed → voided', () => {
    const held = posted()
      .under({ related: related({ payments: applied({ locked: true }) }) })
      .when(changed('voided', 4, voided));
    expect(lines(held.events)).toEqual(['Changed voided', 'Held deposited']);
    expect(only(held.events, 'Held').personal.reason.params).toMatchObject({ p: 'pay_500', n: 'RAC-1041' });
    expect(standing(held.state).waitsOn).toBe('payment:pay_500');
    expect(held.when(RELATED).events).toEqual([]);
    const free = held.under({ related: related() }).when(RELATED);
    expect(lines(free.events)).toEqual(['PushRequested remove invoice:inv_1041']);
  });

  it('refused as paid, and the payment is ours after all: looked at again, then waited for', () => {
    const refused = posted().when(changed('voided', 4, voided));
    const looks = refused.when(paidRefusal(refused));
    expect(lines(looks.events)).toEqual(['Deferred parent']);
    expect(standing(looks.state).revisitAt).toBe('2026-11-20T16:08:00.000Z');
    const waits = looks.under({ related: related({ payments: applied() }) }).when(REVISIT);
    expect(lines(waits.events)).toEqual(['Deferred parent']);
    expect(standing(waits.state).waitsOn).toBe('payment:pay_500');
    const free = waits.under({ related: related() }).when(RELATED);
    expect(lines(free.events)).toEqual(['PushRequested remove invoice:inv_1041']);
  });

  it('refused as paid twice with no payment of ours on it: held, and tried again when a person says so', () => {
    const first = posted().when(changed('voided', 4, voided));
    const second = first.when(paidRefusal(first)).when(REVISIT);
    expect(lines(second.events)).toEqual(['PushRequested remove invoice:inv_1041']);
    const held = second.when(paidRefusal(second));
    expect(lines(held.events)).toEqual(['Held paid_void']);
    expect(only(held.events, 'Held').personal.reason.params).toMatchObject({ n: 'RAC-1041' });
    expect(lines(held.when(resolve('retry')).events)).toEqual(['PushRequested remove invoice:inv_1041']);
  });
});

describe('voided in closed books (postings.md §6.8, §1.5)', () => {
  const held = () =>
    posted()
      .under(closed('2026-11-30'))
      .when(changed('voided', 4, voided));

  it('held before the send, with both days', () => {
    expect(lines(held().events)).toEqual(['Changed voided', 'Held closed_period']);
    expect(only(held().events, 'Held').personal.reason.params).toEqual({
      doc: 'RAC-1041',
      d: '2026-11-20',
      c: '2026-11-30',
    });
  });

  it('held after the send: QuickBooks knows a later closing date', () => {
    const story = posted().when(changed('voided', 4, voided));
    const late = story.when(answered(story, { outcome: 'refused', code: '6210', detail: 'closed' }));
    expect(lines(late.events)).toEqual(['Held closed_period']);
    expect(only(late.events, 'Held').personal.reason.params).toMatchObject({ doc: 'RAC-1041', d: '2026-11-20' });
    expect(lines(late.when(resolve('credit-memo')).events)).toEqual([
      'Chosen',
      'PushRequested put invoice:inv_1041/credit-memo',
      'PushRequested put invoice:inv_1041/credit-applied',
    ]);
  });

  it('on a person’s choice a credit memo in the open period, applied to the invoice', () => {
    const chosen = held().when(resolve('credit-memo'));
    const [memo, application] = chosen.events.filter((event) => event.type === 'PushRequested');
    expect(memo?.data.resource).toBe('CreditMemo');
    expect(memo?.personal.body).toContain('"TxnDate":"2026-12-01"');
    expect(application?.data.resource).toBe('Payment');
    expect(application?.personal.body).toContain('{"$ref":"invoice:inv_1041/credit-memo"}');
    const credited = chosen.when(
      answered(chosen, {
        ref: `${ref}/credit-memo`,
        quickbooksId: '260',
        record: { DocNumber: 'RAC-1041-C1', TxnDate: '2026-12-01', TotalAmt: '179.70' },
      }),
    );
    expect(lines(credited.events)).toEqual(['Settled']);
    const done = credited.when(
      answered(credited, {
        ref: `${ref}/credit-applied`,
        quickbooksId: '261',
        record: { TxnDate: '2026-12-01', TotalAmt: '0' },
      }),
    );
    expect(lines(done.events)).toEqual(['Settled']);
    expect(standing(done.state).open).toBe(false);
    const later = done.when(changed('updated', 5, { ...RAC_1041, customerMemo: 'x' }));
    expect(lines(later.events)).toEqual(['Changed updated', 'Skipped unchanged']);
  });

  it('a credit memo of another total is never synced', () => {
    const chosen = held().when(resolve('credit-memo'));
    const wrong = chosen.when(
      answered(chosen, {
        ref: `${ref}/credit-memo`,
        quickbooksId: '260',
        record: { DocNumber: 'RAC-1041-C1', TxnDate: '2026-12-01', TotalAmt: '179.69' },
      }),
    );
    expect(lines(wrong.events)).toEqual(['Held refused']);
  });

  it('held even while payments of ours are applied: they may lie in the closed books too', () => {
    const paid = posted().under({ ...closed('2026-11-30'), related: related({ payments: applied({ locked: true }) }) });
    const story = paid.when(changed('voided', 4, voided));
    expect(lines(story.events)).toEqual(['Changed voided', 'Held closed_period']);
  });

  it('part paid by payments that keep their lines: the credit memo is whole, and closes what is open', () => {
    const chosen = held()
      .under({ related: related({ payments: applied({ amount: '100.00', locked: true }) }) })
      .when(resolve('credit-memo'));
    const [memo, application] = bodies(chosen);
    expect(memo).toContain('"TotalTax":13.70');
    expect(application).toContain('"Line":[{"Amount":79.70,"LinkedTxn":[{"TxnId":{"$ref":"invoice:inv_1041"}');
    const free = chosen.under({ related: related() }).when(RELATED);
    expect(lines(free.events)).toEqual(['PushRequested put invoice:inv_1041/credit-applied']);
    expect(bodyOf(free)).toContain('"Line":[{"Amount":179.70,');
  });

  it('paid in full by payments that keep their lines: the credit memo is the customer’s credit', () => {
    const chosen = held()
      .under({ related: related({ payments: applied({ amount: '179.70' }) }) })
      .when(resolve('credit-memo'));
    expect(lines(chosen.events)).toEqual(['Chosen', 'PushRequested put invoice:inv_1041/credit-memo']);
  });

  it('books closed over the credit memo since then do not move it', () => {
    const chosen = held().when(resolve('credit-memo'));
    const credited = [
      ['credit-memo', { DocNumber: 'RAC-1041-C1', TxnDate: '2026-12-01', TotalAmt: '179.70' }],
      ['credit-applied', { TxnDate: '2026-12-01', TotalAmt: '0' }],
    ] as const;
    const done = credited.reduce(
      (story, [part, shown]) =>
        story.when(answered(story, { ref: `${ref}/${part}`, quickbooksId: part, record: shown })),
      chosen,
    );
    const later = done.under(closed('2026-12-31')).when(changed('updated', 5, { ...RAC_1041, customerMemo: 'x' }));
    expect(lines(later.events)).toEqual(['Changed updated', 'Skipped unchanged']);
  });

  it('never posted, its day being closed: nothing is there to void', () => {
    const story = start(closed('2026-11-30')).when(changed('sent', 3, RAC_1041));
    expect(lines(story.events)).toContain('Held closed_period');
    const gone = story.when(changed('voided', 4, voided));
    expect(lines(gone.events)).toContain('PushRequested remove invoice:inv_1041');
    expect(lines(gone.when(answered(gone, { outcome: 'cancelled' })).events)).toEqual(['Skipped unchanged']);
  });

  it('is no choice for an invoice that stands', () => {
    expect(posted().when(resolve('credit-memo')).events).toEqual([]);
  });

  it('voided before the books were closed: it stays as it is', () => {
    const story = posted().when(changed('voided', 4, voided));
    const done = story.when(answered(story, { record: { TotalAmt: '0', Balance: '0' } }));
    const later = done.under(closed('2026-11-30'));
    expect(lines(later.when({ kind: 'redecide', why: 'command' }).events)).toEqual([]);
    expect(lines(later.when(changed('updated', 5, RAC_1041)).events)).toEqual(['Changed updated', 'Skipped unchanged']);
    expect(later.when(REDECIDE).events).toEqual([]);
  });

  it('the void keeps what the invoice was posted under', () => {
    const moved = posted()
      .under({
        settings: settings({
          version: 2,
          profile: { ...PROFILE, bookCloseDate: '2026-11-30' },
          values: { 'items.push': false },
        }),
      })
      .when(changed('voided', 4, voided))
      .when(resolve('credit-memo'));
    const [memo] = moved.events.filter((event) => event.type === 'PushRequested');
    expect(memo?.personal.body).toContain('"item:itm_ac_tune"');
    expect(bodyOf(posted().when(changed('voided', 4, voided)))).toBe('{}');
  });
});
