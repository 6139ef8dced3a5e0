import fc from 'fast-check';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { answered, changed, context, given, lines, only, PROFILE, REDECIDE, settings, wanted } from '../sync/spec-kit';
import { standing } from '../sync/stream-state';
import type { FollowedInvoice } from './followed-invoice';
import { type PaymentRelated, paymentRules } from './payment';

const payment: Payment = {
  id: 'pay_500',
  customerId: 'cus_88',
  amount: '179.70',
  currency: 'USD',
  collectedOn: '2026-11-25',
  method: 'card',
  processor: 'stripe',
  processorChargeId: 'ch_3Q7xBkL2eZvKYlo2C4nM1aN0',
  allocations: [{ invoiceId: 'inv_1041', amount: '179.70' }],
  refunds: [],
  updatedAt: '2026-11-25T16:00:00Z',
};
const followed = (change: Partial<FollowedInvoice> = {}): FollowedInvoice => ({
  customerId: 'cus_88',
  number: 'RAC-1041',
  issuedOn: '2026-11-20',
  firstOccurredAt: '2026-11-20T16:04:05Z',
  linked: true,
  ...change,
});
const refund = {
  ...{ id: 're_1', amount: '50.00', refundedOn: '2026-12-03', method: 'card', status: 'succeeded' },
  processorRefundId: 're_3Q',
};
const ref = 'payment:pay_500';
const start = (invoices: PaymentRelated['invoices'] = { inv_1041: followed() }, change = {}) =>
  given(paymentRules, ref, context<PaymentRelated>({ invoices }, change));
const record = {
  Id: '154',
  TotalAmt: '179.70',
  TxnDate: '2026-11-25',
  PaymentRefNum: 'xBkL2eZvKYlo2C4nM1aN0',
  DepositToAccountRef: { value: '91' },
};
const collected = () => start().when(changed('collected', 1, payment));
const posted = () => {
  const story = collected();
  return story.when(answered(story, { record }));
};
const bodyOf = (story: { events: ReturnType<typeof start>['events'] }): Record<string, unknown> =>
  JSON.parse(only(story.events, 'PushRequested').personal.body) as Record<string, unknown>;

describe('a payment', () => {
  it('collected by Stripe → put into clearing, on its invoice → synced', () => {
    const story = collected();
    expect(lines(story.events)).toEqual(['Changed collected', 'PushRequested put payment:pay_500']);
    expect(bodyOf(story)).toMatchObject({
      DepositToAccountRef: { value: '91' },
      CustomerRef: { value: { $ref: 'invoice:inv_1041', at: 'CustomerRef.value' } },
      Line: [{ LinkedTxn: [{ TxnId: { $ref: 'invoice:inv_1041' } }] }],
    });
    expect(lines(posted().events)).toEqual(['Settled']);
  });

  it('story 1: of an invoice nobody has heard of is asked for; the gateway waits for the invoice', () => {
    const story = start({}).when(changed('collected', 1, payment));
    expect(lines(story.events)).toEqual(['Changed collected', 'PushRequested put payment:pay_500']);
    expect(standing(story.state)).toMatchObject({ open: true, waitsOn: 'invoice:inv_1041' });
    const known = story.under({ related: { invoices: { inv_1041: followed({ linked: false }) } } });
    expect(known.when({ kind: 'redecide', why: 'related' }).events).toEqual([]);
  });

  it('story 6: of an invoice that turns out to be older than go-live goes unapplied after all', () => {
    const story = start({}).when(changed('collected', 1, payment));
    const older = { inv_1041: followed({ firstOccurredAt: '2026-10-30T12:00:00Z', linked: false }) };
    const on = story.under({ related: { invoices: older } }).when({ kind: 'redecide', why: 'related' });
    // It may have been sent with its line meanwhile: that one goes.
    expect(bodyOf(on)).toMatchObject({ Line: [] });
    expect(standing(on.state).waitsOn).toBe('invoice:inv_1041');
    expect(lines(on.when(answered(on, { record })).events)).toContain('Settled left_unapplied');
  });

  it('offline into Undeposited Funds, which QuickBooks leaves out of its answer', () => {
    const { processor: _processor, processorChargeId: _charge, ...cash } = payment;
    const story = start().when(changed('collected', 1, { ...cash, method: 'cash', reference: '17' }));
    expect(bodyOf(story)).toMatchObject({ DepositToAccountRef: { value: '4' }, PaymentRefNum: '17' });
    const { DepositToAccountRef: _account, ...without } = record;
    const done = story.when(answered(story, { record: { ...without, PaymentRefNum: '17' } }));
    expect(lines(done.events)).toEqual(['Settled']);
  });

  it('money that stands in another account than asked for is never synced', () => {
    const story = collected();
    const { DepositToAccountRef: _account, ...without } = record;
    expect(lines(story.when(answered(story, { record: without })).events)).toEqual(['Held refused']);
  });

  it('QuickBooks applied less than was asked for: the rest is credit, with a warning', () => {
    const story = collected();
    expect(lines(story.when(answered(story, { record: { ...record, UnappliedAmt: '0' } })).events)).toEqual([
      'Settled',
    ]);
    const done = story.when(answered(story, { record: { ...record, UnappliedAmt: '79.70' } }));
    expect(lines(done.events)).toEqual(['Settled left_unapplied']);
    const part = start().when(
      changed('collected', 1, { ...payment, allocations: [{ invoiceId: 'inv_1041', amount: '100.00' }] }),
    );
    expect(lines(part.when(answered(part, { record: { ...record, UnappliedAmt: '79.70' } })).events)).toEqual([
      'Settled',
    ]);
  });

  it('without an allocation is the customer’s credit', () => {
    const story = start({}).when(changed('collected', 1, { ...payment, allocations: [] }));
    expect(bodyOf(story)).toMatchObject({ CustomerRef: { value: { $ref: 'customer:cus_88' } } });
    expect(bodyOf(story)).not.toHaveProperty('Line');
  });

  it('pays more than it is → held', () => {
    const story = start().when(changed('collected', 1, { ...payment, amount: '100.00' }));
    expect(lines(story.events)).toEqual(['Changed collected', 'Held over_allocated']);
  });

  it.each(['invoices.push', 'payments.push'] as const)('%s off: skipped', (setting) => {
    const off = settings({ values: { [setting]: false } });
    const story = start({}, { settings: off }).when(changed('collected', 1, payment));
    expect(lines(story.events)).toEqual(['Changed collected', 'Skipped setting_off']);
  });

  it('deposited in QuickBooks → held with what to do', () => {
    const story = collected();
    expect(lines(story.when(answered(story, { outcome: 'refused', code: '6540' })).events)).toEqual(['Held deposited']);
  });
});

describe('an invoice older than go-live', () => {
  const older = { inv_1041: followed({ firstOccurredAt: '2026-10-30T12:00:00Z', linked: false }) };

  it('story 6: is not pulled in: its part stays unapplied, with a warning', () => {
    const story = start(older).when(changed('collected', 1, payment));
    expect(bodyOf(story)).toMatchObject({ CustomerRef: { value: { $ref: 'customer:cus_88' } } });
    expect(bodyOf(story)).not.toHaveProperty('Line');
    expect(lines(story.when(answered(story, { record })).events)).toEqual(['Settled left_unapplied']);
  });

  it('story 6: by its own earlier day too; linked by a Verify run it is paid like any other', () => {
    const byDay = start({ inv_1041: followed({ issuedOn: '2026-10-31', linked: false }) });
    expect(bodyOf(byDay.when(changed('collected', 1, payment)))).not.toHaveProperty('Line');
    const linked = start({ inv_1041: { ...older.inv_1041, linked: true } });
    expect(bodyOf(linked.when(changed('collected', 1, payment)))).toHaveProperty('Line');
  });
});

describe('several allocations', () => {
  const two = {
    ...payment,
    allocations: [
      { invoiceId: 'inv_1041', amount: '100.00' },
      { invoiceId: 'inv_1042', amount: '79.70' },
    ],
  };

  it('wait until all invoices are known, then go as one payment', () => {
    const story = start().when(changed('collected', 1, two));
    expect(lines(story.events)).toEqual(['Changed collected', 'Deferred parent']);
    expect(standing(story.state).waitsOn).toBe('invoice:inv_1042');
    const known = story.under({ related: { invoices: { inv_1041: followed(), inv_1042: followed() } } });
    const on = known.when({ kind: 'redecide', why: 'related' });
    expect(lines(on.events)).toEqual(['PushRequested put payment:pay_500']);
    expect(bodyOf(on)['Line']).toHaveLength(2);
  });

  it('of several customers → a payment each; the event’s row is the payment’s own, each other part has its own', () => {
    const story = start({ inv_1041: followed(), inv_1042: followed({ customerId: 'cus_61' }) }).when(
      changed('collected', 1, two),
    );
    expect(lines(story.events)).toEqual([
      'Changed collected',
      'PushRequested put payment:pay_500',
      'PushRequested put payment:pay_500/cus_61',
    ]);
    const covers = story.events.flatMap((event) => (event.type === 'PushRequested' ? [event.data.covers.length] : []));
    expect(covers).toEqual([1, 0]);
  });

  it('entered in error → every part is voided', () => {
    const story = start({ inv_1041: followed(), inv_1042: followed({ customerId: 'cus_61' }) }).when(
      changed('collected', 1, two),
    );
    const voided = story.when(changed('voided', 2, { ...two, voidedOn: '2026-11-26', voidReason: 'entered-in-error' }));
    expect(lines(voided.events)).toEqual([
      'Changed voided',
      'PushRequested remove payment:pay_500',
      'PushRequested remove payment:pay_500/cus_61',
    ]);
  });

  it('one part refused: it alone is held, and alone made again on a retry', () => {
    const story = start({ inv_1041: followed(), inv_1042: followed({ customerId: 'cus_61' }) }).when(
      changed('collected', 1, two),
    );
    const other = 'payment:pay_500/cus_61';
    const refused = story.when(answered(story, { ref: other, outcome: 'refused', code: '6250' }));
    expect(only(refused.events, 'Held').data).toMatchObject({ ref: other, covers: [] });
    const own = refused.when(answered(refused, { record: { ...record, TotalAmt: '100.00' } }));
    expect(lines(own.events)).toEqual(['Settled']);
    expect(standing(own.state).open).toBe(true);
    // What moves the payment's own part leaves the other's trouble standing.
    const reopened = { ...refund, effect: 'reopen-invoice', invoiceId: 'inv_1041' };
    const moved = own.when({ ...changed('refunded', 2, { ...two, refunds: [reopened] }), beside: true });
    expect(lines(moved.events)).toEqual(['Changed refunded', 'PushRequested put payment:pay_500']);
    expect(moved.state.stop).toMatchObject({ ref: other, reason: { code: 'customer_unusable' } });
    const revision = own.state.stop?.revision ?? 0;
    const retried = own.when({ kind: 'resolve', commandId: 'c', by: 'pat', choice: 'retry', revision });
    expect(lines(retried.events)).toContain(`PushRequested put ${other}`);
  });

  it('a tip that no invoice shows is held once all are known', () => {
    const tipped = { ...payment, tip: '10.00' };
    expect(lines(start({}).when(changed('collected', 1, tipped)).events)).toContain(
      'PushRequested put payment:pay_500',
    );
    expect(lines(start().when(changed('collected', 1, tipped)).events)).toContain('Held tip_unshown');
    const shown = start({ inv_1041: followed({ tip: '10.00' }) });
    expect(lines(shown.when(changed('collected', 1, tipped)).events)).toContain('PushRequested put payment:pay_500');
  });
});

describe('voided', () => {
  const inError = { ...payment, voidedOn: '2026-11-26', voidReason: 'entered-in-error' } as const;

  it('entered in error → voided in QuickBooks', () => {
    const story = posted().when(changed('voided', 2, inError));
    expect(lines(story.events)).toEqual(['Changed voided', 'PushRequested remove payment:pay_500']);
    expect(lines(story.when(answered(story, { record: { TotalAmt: '0' } })).events)).toEqual(['Settled']);
  });

  it('never posted → nothing to do', () => {
    const story = start().when(changed('voided', 1, inError));
    expect(lines(story.when(answered(story, { outcome: 'cancelled' })).events)).toEqual(['Skipped unchanged']);
  });
});

describe('updated after it was posted (postings.md §8.4)', () => {
  it('new allocations go at once, with all lines; the account stays what it was', () => {
    const moved = settings({ values: { 'payments.clearingAccount': { id: '99', name: 'Other' } } });
    const story = posted()
      .under({ settings: moved })
      .when(changed('updated', 2, { ...payment, allocations: [] }));
    expect(lines(story.events)).toEqual(['Changed updated', 'PushRequested put payment:pay_500']);
    expect(bodyOf(story)).toMatchObject({ Line: [], DepositToAccountRef: { value: '91' } });
  });

  it('a memo, or another account setting, says nothing to QuickBooks', () => {
    expect(lines(posted().when(changed('updated', 2, { ...payment, memo: 'thanks' })).events)).toEqual([
      'Changed updated',
      'Skipped unchanged',
    ]);
  });

  it('another amount of Stripe’s is somebody’s mistake; of cash it is put right', () => {
    const more = { ...payment, amount: '200.00' };
    expect(lines(posted().when(changed('updated', 2, more)).events)).toEqual([
      'Changed updated',
      'Held amount_changed',
    ]);
    const { processor: _processor, processorChargeId: _charge, ...cash } = payment;
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
    const story = posted().when(changed('updated', 2, { ...payment, allocations: [] }));
    expect(lines(story.when(answered(story, { outcome: 'refused', code: '6540' })).events)).toEqual(['Held deposited']);
    const closed = settings({ profile: { ...PROFILE, bookCloseDate: '2026-11-30' } });
    const shut = posted().under({ settings: closed });
    expect(lines(shut.when(changed('updated', 2, { ...payment, allocations: [] })).events)).toContain(
      'Held closed_period',
    );
    expect(lines(shut.when(changed('updated', 2, { ...payment, memo: 'x' })).events)).toContain('Skipped unchanged');
  });

  const part = { ...payment, allocations: [{ invoiceId: 'inv_1041', amount: '100.00' }] };
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

  it('… to an invoice we did not write → held', () => {
    const story = start({ inv_1041: followed({ quickbooksId: '238' }) }).when(changed('collected', 1, part));
    expect(lines(story.when(answered(story, { record: byItself })).events)).toEqual(['Held auto_applied']);
  });
});

describe('follows its invoices, with nothing open too', () => {
  const RELATED = { kind: 'redecide', why: 'related' } as const;

  it('story 10: unapplied until the invoice is paid in full, then it gets its line', () => {
    const waiting = followed({ linked: false, onPayment: true, balance: '79.70' });
    const story = start({ inv_1041: waiting }).when(changed('collected', 1, payment));
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

  it('dismissed, it stays so as long as nothing else is to be said', () => {
    const held = start().when(changed('collected', 1, { ...payment, tip: '10.00' }));
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
    const story = start({ inv_1041: followed({ linked: false }) }).when(changed('collected', 1, payment));
    const free = story.when({ kind: 'resolve', commandId: 'c', by: 'pat', choice: 'unapplied' });
    expect(lines(free.events)).toEqual(['Chosen', 'PushRequested put payment:pay_500']);
    expect(bodyOf(free)).toMatchObject({ Line: [] });
  });
});

describe('failed or returned (postings.md §8.5)', () => {
  const returned = { ...payment, voidedOn: '2026-12-03', voidReason: 'returned' };
  const entry = `${ref}/returned`;
  const back = () => posted().when(changed('voided', 2, returned));
  const line = (TxnId: string) => ({ Amount: 179.7, LinkedTxn: [{ TxnId: { $ref: TxnId }, TxnType: 'JournalEntry' }] });

  it('an entry, and the payment’s line moves to it', () => {
    const story = back();
    expect(lines(story.events)).toEqual([
      'Changed voided',
      'PushRequested put payment:pay_500',
      'PushRequested put payment:pay_500/returned',
    ]);
    const [put] = story.events.flatMap((event) => (event.type === 'PushRequested' ? [event] : []));
    expect(JSON.parse(put?.personal.body ?? '')).toMatchObject({ Line: [line(entry)] });
    expect(put?.data.covers).toMatchObject([{ id: 'evt_2' }]);
  });

  it('QuickBooks refuses that line → only the invoice’s goes, with a warning; looked at again it stays so', () => {
    const story = back();
    const refused = story.when(answered(story, { outcome: 'refused', code: '620' }));
    expect(lines(refused.events)).toEqual(['PushRequested put payment:pay_500']);
    expect(bodyOf(refused)).toMatchObject({ Line: [] });
    const done = refused.when(answered(refused, { record: { ...record, UnappliedAmt: '179.70' } }));
    expect(lines(done.events)).toEqual(['Settled two_open_items']);
    expect(done.when(REDECIDE).events).toEqual([]);
  });

  it('on a deposit → a person chooses the bank account it had gone to; then the entry leaves that', () => {
    const story = back();
    const locked = story.when(answered(story, { outcome: 'refused', code: '6540' }));
    expect(lines(locked.events)).toEqual(['Held returned_deposited']);
    const chosen = locked.when({ kind: 'resolve', commandId: 'c', by: 'pat', choice: 'account 35' });
    expect(lines(chosen.events)).toContain('PushRequested put payment:pay_500/returned');
    const bodies = chosen.events.flatMap((event) =>
      event.type === 'PushRequested' && event.data.ref === entry ? [event.personal.body] : [],
    );
    expect(bodies[0]).toContain('"PostingType":"Credit","AccountRef":{"value":"35"}');
    const done = chosen.when(answered(chosen, { outcome: 'refused', code: '6540' }));
    expect(lines(done.events)).toEqual(['Settled two_open_items']);
  });

  it('a later update never brings it back; a refused entry shows by itself', () => {
    const story = back();
    const later = story.when(changed('updated', 3, { ...payment, memo: 'x' }));
    expect(lines(later.events)).not.toContain('PushRequested put payment:pay_500');
    const held = story.when(answered(story, { ref: entry, outcome: 'refused', code: '6430' }));
    expect(only(held.events, 'Held').data).toMatchObject({ ref: entry, covers: [] });
  });

  it('its own day is closed too → a person chooses another, for the return alone', () => {
    const closed = settings({ profile: { ...PROFILE, bookCloseDate: '2026-12-31' } });
    const story = posted()
      .under({ settings: closed })
      .when(changed('voided', 2, returned));
    expect(lines(story.events)).toContain('Held closed_period');
    const dated = story.when({ kind: 'resolve', commandId: 'c', by: 'pat', choice: 'date 2027-01-02' });
    expect(bodyOf(dated)).toMatchObject({ TxnDate: '2027-01-02', DocNumber: 'RAC-pay_500-F' });
  });

  it('its payment’s month is closed → the entry alone, with a warning', () => {
    const closed = settings({ profile: { ...PROFILE, bookCloseDate: '2026-11-30' } });
    const story = posted()
      .under({ settings: closed })
      .when(changed('voided', 2, returned));
    expect(lines(story.events)).toEqual(['Changed voided', 'PushRequested put payment:pay_500/returned']);
    expect(only(story.events, 'PushRequested').data.covers).toMatchObject([{ id: 'evt_2' }]);
    expect(lines(story.when(answered(story, { ref: entry, record: shownEntry })).events)).toEqual([
      'Settled two_open_items',
    ]);
  });
});

const shownEntry = {
  ...{ Id: '301', TxnDate: '2026-12-03', DocNumber: 'RAC-pay_500-F' },
  Line: [
    { Amount: '179.70', JournalEntryLineDetail: { PostingType: 'Debit', AccountRef: { value: '84' } } },
    { Amount: '179.70', JournalEntryLineDetail: { PostingType: 'Credit', AccountRef: { value: '91' } } },
  ],
};

it('wanted again although settled: asked for as it was', () => {
  expect(lines(posted().when(wanted()).events)).toEqual(['Wanted', 'PushRequested put payment:pay_500']);
});

it('any order and duplication of its events ends in the same request', () => {
  const step = fc.constantFrom<[string, Partial<Payment>]>(
    ['updated', { memo: 'a' }],
    ['updated', { reference: 'b' }],
    ['voided', { voidedOn: '2026-11-26', voidReason: 'entered-in-error' }],
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 4 }).chain((steps) => {
        const events = [
          changed('collected', 1, payment),
          ...steps.map(([change, fields], index) => changed(change, index + 2, { ...payment, ...fields })),
        ];
        return fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
        );
      }),
      ([inOrder, anyOrder]) => {
        const last = (triggers: typeof inOrder) => {
          const asked = triggers.reduce((story, trigger) => story.when(trigger), start()).state.asked[ref];
          return [asked?.request.data.kind, asked?.request.personal.body];
        };
        expect(last(anyOrder)).toEqual(last(inOrder));
      },
    ),
    { numRuns: 1000 },
  );
});
