import { PAY_500 } from '@qbo-sync/mapping/payment.fixtures';
import { answered, changed, lines, only, REDECIDE, settings, PROFILE } from '../sync/spec-kit';
import { followed, start, posted, bodyOf, record } from './spec-payment';

describe('updated after it was posted (postings.md §8.4)', () => {
  it('new allocations go at once, with all lines; the account stays what it was', () => {
    const moved = settings({ values: { 'payments.clearingAccount': { id: '99', name: 'Other' } } });
    const story = posted()
      .under({ settings: moved })
      .when(changed('updated', 2, { ...PAY_500, allocations: [] }));
    expect(lines(story.events)).toEqual(['Changed updated', 'PushRequested put payment:pay_500']);
    expect(bodyOf(story)).toMatchObject({ Line: [], DepositToAccountRef: { value: '91' } });
  });

  it('a memo, or another account setting, says nothing to QuickBooks', () => {
    expect(lines(posted().when(changed('updated', 2, { ...PAY_500, memo: 'thanks' })).events)).toEqual([
      'Changed updated',
      'Skipped unchanged',
    ]);
  });

  it('another amount of Stripe’s is somebody’s mistake; of cash it is put right', () => {
    const more = { ...PAY_500, amount: '200.00' };
    expect(lines(posted().when(changed('updated', 2, more)).events)).toEqual([
      'Changed updated',
      'Held amount_changed',
    ]);
    const { processor: _processor, processorChargeId: _charge, ...cash } = PAY_500;
    const story = start().when(changed('collected', 1, { ...cash, method: 'cash' }));
    const { PaymentRefNum: _number, ...shown } = { ...record, DepositToAccountRef: { value: '4' } };
    const paid = story.when(answered(story, { record: shown }));
    const on = paid.when(
      changed('updated', 2, { ...cash, method: 'check', amount: '180.00', collectedOn: '2026-11-26' }),
    );
    expect(bodyOf(on)).toMatchObject({
      ...{ TotalAmt: 180, TxnDate: '2026-11-26' },
      PaymentMethodRef: { value: { $ref: 'payment-method:check' } },
    });
  });

  it('on a deposit → held; in closed books → held before it is sent', () => {
    const story = posted().when(changed('updated', 2, { ...PAY_500, allocations: [] }));
    expect(lines(story.when(answered(story, { outcome: 'refused', code: '6540' })).events)).toEqual(['Held deposited']);
    const closed = settings({ profile: { ...PROFILE, bookCloseDate: '2026-11-30' } });
    const shut = posted().under({ settings: closed });
    expect(lines(shut.when(changed('updated', 2, { ...PAY_500, allocations: [] })).events)).toContain(
      'Held closed_period',
    );
    expect(lines(shut.when(changed('updated', 2, { ...PAY_500, memo: 'x' })).events)).toContain('Skipped unchanged');
  });

  const part = { ...PAY_500, allocations: [{ invoiceId: 'inv_1041', amount: '100.00' }] };
  const applied = (TxnId: string) => ({ LinkedTxn: [{ TxnId, TxnType: 'Invoice' }] });
  const byItself = { ...record, UnappliedAmt: '0', Line: [applied('238'), applied('239')] };

  it('QuickBooks applied the rest by itself to an invoice of ours → our lines again, once', () => {
    const invoices = { inv_1041: followed({ quickbooksId: '238' }) };
    const story = start(invoices).under({ related: { invoices, ours: ['238', '239'] } });
    const sent = story.when(changed('collected', 1, part));
    const again = sent.when(answered(sent, { record: byItself }));
    expect(lines(again.events)).toEqual(['PushRequested put payment:pay_500']);
    expect(bodyOf(again)['PrivateNote']).toContain('(lines set again)');
    const right = again.when(answered(again, { record: { ...record, UnappliedAmt: '79.70' } }));
    expect(lines(right.events)).toEqual(['Settled']);
    expect(lines(again.when(answered(again, { record: byItself })).events)).toEqual(['Held auto_applied']);
    expect(right.when(REDECIDE).events).toEqual([]);
  });

  it('applied a cent less while its invoice is a cent off → waits for the rounding line, then our lines again', () => {
    const RELATED = { kind: 'redecide', why: 'related' } as const;
    const posted = (total: string) => followed({ total: '179.70', posted: { total, tax: '13.69', lines: [] } });
    const sent = start({ inv_1041: posted('179.69') }).when(changed('collected', 1, PAY_500));
    const waits = sent.when(answered(sent, { record: { ...record, UnappliedAmt: '0.01' } }));
    expect(only(waits.events, 'Deferred').data).toMatchObject({ code: 'parent', waitsOn: 'invoice:inv_1041' });
    expect(waits.when(RELATED).events).toEqual([]);
    const again = waits.under({ related: { invoices: { inv_1041: posted('179.70') } } }).when(RELATED);
    expect(lines(again.events)).toEqual(['PushRequested put payment:pay_500']);
    expect(bodyOf(again)).not.toEqual(bodyOf(sent));
    const settled = again.when(answered(again, { record: { ...record, UnappliedAmt: '0' } }));
    expect(lines(settled.events)).toEqual(['Settled']);
    expect(settled.when(RELATED).events).toEqual([]);
  });

  it('applied a cent less, before the invoice had its rounding line → our lines again, once', () => {
    const sent = start().when(changed('collected', 1, PAY_500));
    const short = { ...record, UnappliedAmt: '0.01' };
    const again = sent.when(answered(sent, { record: short }));
    expect(lines(again.events)).toEqual(['PushRequested put payment:pay_500']);
    expect(lines(again.when(answered(again, { record: { ...record, UnappliedAmt: '0' } })).events)).toEqual([
      'Settled',
    ]);
    const warned = again.when(answered(again, { record: short }));
    expect(only(warned.events, 'Settled').personal.warnings).toMatchObject([{ code: 'left_unapplied' }]);
  });

  it('… to an invoice we did not write → held', () => {
    const story = start({ inv_1041: followed({ quickbooksId: '238' }) }).when(changed('collected', 1, part));
    expect(lines(story.when(answered(story, { record: byItself })).events)).toEqual(['Held auto_applied']);
  });
});

describe('follows its invoices, with nothing open too', () => {
  const RELATED = { kind: 'redecide', why: 'related' } as const;

  it('story 10: unapplied until the invoice is paid in full, then it gets its line', () => {
    const waiting = followed({ linked: false, onPayment: true, balance: '79.70' });
    const story = start({ inv_1041: waiting }).when(changed('collected', 1, PAY_500));
    expect(bodyOf(story)).not.toHaveProperty('Line');
    const credit = story.when(answered(story, { record: { ...record, UnappliedAmt: '179.70' } }));
    expect(lines(credit.events)).toEqual(['Settled']);
    const paid = credit.under({ related: { invoices: { inv_1041: followed({ ...waiting, balance: '0.00' }) } } });
    const line = paid.when(RELATED);
    expect(bodyOf(line)['Line']).toHaveLength(1);
    // It happened now, not when the money came.
    expect(only(line.events, 'PushRequested').data.occurredAt).toBe(line.context.now);
    expect(line.when(RELATED).events).toEqual([]);
  });

  it('story 10: come before its invoice, it waits for it no longer once it is known to be posted when paid', () => {
    const early = start({}).when(changed('collected', 1, PAY_500));
    expect(bodyOf(early)['CustomerRef']).toEqual({ value: { $ref: 'invoice:inv_1041', at: 'CustomerRef.value' } });
    const waiting = followed({ linked: false, onPayment: true, balance: '79.70' });
    const heard = early.under({ related: { invoices: { inv_1041: waiting } } }).when(RELATED);
    expect(bodyOf(heard)['CustomerRef']).toEqual({ value: { $ref: 'customer:cus_88' } });
  });

  it('dismissed, it stays so as long as nothing else is to be said', () => {
    const held = start().when(changed('collected', 1, { ...PAY_500, tip: '10.00' }));
    const gone = held.when({ kind: 'dismiss', commandId: 'c', by: 'pat' });
    expect(lines(gone.events)).toEqual(['Dismissed']);
    expect(gone.when(RELATED).events).toEqual([]);
    const shown = gone.under({ related: { invoices: { inv_1041: followed({ tip: '10.00' }) } } });
    expect(lines(shown.when(RELATED).events)).toEqual(['PushRequested put payment:pay_500']);
  });

  it('an invoice that is voided loses its line', () => {
    const voided = posted().under({ related: { invoices: { inv_1041: followed({ voided: true }) } } });
    const story = voided.when(RELATED);
    expect(bodyOf(story)).toMatchObject({ TotalAmt: 179.7, Line: [] });
    expect(only(story.events, 'PushRequested').data.covers).toMatchObject([{ id: 'evt_1' }]);
  });

  it('a person lets its money go ahead of an invoice that waits', () => {
    const story = start({ inv_1041: followed({ linked: false }) }).when(changed('collected', 1, PAY_500));
    const free = story.when({ kind: 'resolve', commandId: 'c', by: 'pat', choice: 'unapplied' });
    expect(lines(free.events)).toEqual(['Chosen', 'PushRequested put payment:pay_500']);
    expect(bodyOf(free)).toMatchObject({ Line: [], CustomerRef: { value: { $ref: 'customer:cus_88' } } });
  });
});
