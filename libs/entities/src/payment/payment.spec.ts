import fc from 'fast-check';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { PAY_500 } from '@qbo-sync/mapping/payment.fixtures';
import { answered, changed, lines, only, PROFILE, settings, wanted } from '../sync/spec-kit';
import { standing } from '../sync/stream-state';
import { followed, ref, start, record, collected, posted, bodyOf, refund } from './spec-payment';

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
    const story = start({}).when(changed('collected', 1, PAY_500));
    expect(lines(story.events)).toEqual(['Changed collected', 'PushRequested put payment:pay_500']);
    expect(standing(story.state)).toMatchObject({ open: true, waitsOn: 'invoice:inv_1041' });
    const known = story.under({ related: { invoices: { inv_1041: followed({ linked: false }) } } });
    expect(known.when({ kind: 'redecide', why: 'related' }).events).toEqual([]);
  });

  it('story 6: of an invoice that turns out to be older than go-live goes unapplied after all', () => {
    const story = start({}).when(changed('collected', 1, PAY_500));
    const older = { inv_1041: followed({ firstOccurredAt: '2026-10-30T12:00:00Z', linked: false }) };
    const on = story.under({ related: { invoices: older } }).when({ kind: 'redecide', why: 'related' });
    // It may have been sent with its line meanwhile: that one goes.
    expect(bodyOf(on)).toMatchObject({ Line: [] });
    expect(standing(on.state).waitsOn).toBe('invoice:inv_1041');
    expect(lines(on.when(answered(on, { record })).events)).toContain('Settled left_unapplied');
  });

  it('offline into Undeposited Funds, which QuickBooks leaves out of its answer', () => {
    const { processor: _processor, processorChargeId: _charge, ...cash } = PAY_500;
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
      changed('collected', 1, { ...PAY_500, allocations: [{ invoiceId: 'inv_1041', amount: '100.00' }] }),
    );
    expect(lines(part.when(answered(part, { record: { ...record, UnappliedAmt: '79.70' } })).events)).toEqual([
      'Settled',
    ]);
  });

  it('without an allocation is the customer’s credit', () => {
    const story = start({}).when(changed('collected', 1, { ...PAY_500, allocations: [] }));
    expect(bodyOf(story)).toMatchObject({ CustomerRef: { value: { $ref: 'customer:cus_88' } } });
    expect(bodyOf(story)).not.toHaveProperty('Line');
  });

  it('pays more than it is → held', () => {
    const story = start().when(changed('collected', 1, { ...PAY_500, amount: '100.00' }));
    expect(lines(story.events)).toEqual(['Changed collected', 'Held over_allocated']);
  });

  it.each(['invoices.push', 'payments.push'] as const)('%s off: skipped', (setting) => {
    const off = settings({ values: { [setting]: false } });
    const story = start({}, { settings: off }).when(changed('collected', 1, PAY_500));
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
    const story = start(older).when(changed('collected', 1, PAY_500));
    expect(bodyOf(story)).toMatchObject({ CustomerRef: { value: { $ref: 'customer:cus_88' } } });
    expect(bodyOf(story)).not.toHaveProperty('Line');
    expect(lines(story.when(answered(story, { record })).events)).toEqual(['Settled left_unapplied']);
  });

  it('story 6: by its own earlier day too; linked by a Verify run it is paid like any other', () => {
    const byDay = start({ inv_1041: followed({ issuedOn: '2026-10-31', linked: false }) });
    expect(bodyOf(byDay.when(changed('collected', 1, PAY_500)))).not.toHaveProperty('Line');
    const linked = start({ inv_1041: { ...older.inv_1041, linked: true } });
    expect(bodyOf(linked.when(changed('collected', 1, PAY_500)))).toHaveProperty('Line');
  });
});

describe('several allocations', () => {
  const two = {
    ...PAY_500,
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
    const tipped = { ...PAY_500, tip: '10.00' };
    expect(lines(start({}).when(changed('collected', 1, tipped)).events)).toContain(
      'PushRequested put payment:pay_500',
    );
    expect(lines(start().when(changed('collected', 1, tipped)).events)).toContain('Held tip_unshown');
    const shown = start({ inv_1041: followed({ tip: '10.00' }) });
    expect(lines(shown.when(changed('collected', 1, tipped)).events)).toContain('PushRequested put payment:pay_500');
  });
});

describe('voided', () => {
  const inError = { ...PAY_500, voidedOn: '2026-11-26', voidReason: 'entered-in-error' } as const;

  it('entered in error → voided in QuickBooks', () => {
    const story = posted().when(changed('voided', 2, inError));
    expect(lines(story.events)).toEqual(['Changed voided', 'PushRequested remove payment:pay_500']);
    expect(lines(story.when(answered(story, { record: { TotalAmt: '0' } })).events)).toEqual(['Settled']);
  });

  it('in books closed since then it stays voided; held for its closed day, there is nothing to void', () => {
    const closed = { settings: settings({ version: 2, profile: { ...PROFILE, bookCloseDate: '2026-12-31' } }) };
    const story = posted().when(changed('voided', 2, inError));
    const done = story.when(answered(story, { record: { TotalAmt: '0' } })).under(closed);
    expect(done.when({ kind: 'redecide', why: 'related' }).events).toEqual([]);
    expect(
      lines(
        posted()
          .under(closed)
          .when(changed('voided', 2, inError)).events,
      ),
    ).toContain('Held closed_period');
    const held = start(undefined, closed).when(changed('collected', 1, PAY_500));
    expect(lines(held.events)).toContain('Held closed_period');
    const gone = held.when(changed('voided', 2, inError));
    expect(lines(gone.when(answered(gone, { outcome: 'cancelled' })).events)).toEqual(['Skipped unchanged']);
  });

  it('never posted → nothing to do', () => {
    const story = start().when(changed('voided', 1, inError));
    expect(lines(story.when(answered(story, { outcome: 'cancelled' })).events)).toEqual(['Skipped unchanged']);
  });
});

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
          changed('collected', 1, PAY_500),
          ...steps.map(([change, fields], index) => changed(change, index + 2, { ...PAY_500, ...fields })),
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
