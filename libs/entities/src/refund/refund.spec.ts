import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Payment, Refund } from '@qbo-sync/contracts/runacall/payment';
import { PAY_500 } from '@qbo-sync/mapping/payment.fixtures';
import { refundOf } from '@qbo-sync/mapping/refund';
import { POSTED, RE_77 } from '@qbo-sync/mapping/refund-receipt.fixtures';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import type { FollowedInvoice } from '../payment/followed-invoice';
import { answered, changed, context, given, lines, only, PROFILE, REDECIDE, settings } from '../sync/spec-kit';
import { foresee } from '../sync/foresee';
import { recognize } from '../sync/recognize';
import { toMessages } from '../sync/messages';
import { type RefundRelated, refundRules } from './refund';

const INVOICE: FollowedInvoice = {
  ...{ customerId: 'cus_88', number: 'RAC-1041', issuedOn: '2026-11-20', firstOccurredAt: '2026-11-20T16:04:05Z' },
  ...{ linked: true, posted: POSTED },
};
const refund: Refund = { ...RE_77, id: 're_1', processorRefundId: 're_3Q' };
const payment: Payment = { ...PAY_500, refunds: [refund] };
const says = (fields: Partial<Refund> = {}, of: Partial<Payment> = {}) => {
  const one = { ...refund, ...fields };
  return { ...refundOf({ ...payment, refunds: [one], ...of }, one) };
};
const RELATED: RefundRelated = {
  invoices: { inv_1041: INVOICE },
  refunds: { inv_1041: [{ id: 're_1', amount: '50.00', counts: true }] },
  heldByPayment: false,
  paymentPosted: true,
};
const ref = 'refund:re_1';
const start = (related: Partial<RefundRelated> = {}, change = {}) =>
  given(refundRules, ref, context<RefundRelated>({ ...RELATED, ...related }, change));
const beside = (trigger: ReturnType<typeof changed>) => ({ ...trigger, beside: true as const });
const shown = {
  ...{ Id: '260', TotalAmt: '50.00', TxnDate: '2026-12-03', DocNumber: 'RAC-1041-R1' },
  ...{ DepositToAccountRef: { value: '91' }, TxnTaxDetail: { TotalTax: '3.81' } },
};
const entry = {
  ...{ Id: '301', TxnDate: '2026-12-03', DocNumber: 'RAC-re_1' },
  Line: [
    { Amount: '50.00', JournalEntryLineDetail: { PostingType: 'Debit', AccountRef: { value: '84' } } },
    { Amount: '50.00', JournalEntryLineDetail: { PostingType: 'Credit', AccountRef: { value: '91' } } },
  ],
};
const refunded = (fields: Partial<Refund> = {}) => start().when(changed('refunded', 2, says(fields)));
const posted = () => {
  const story = refunded();
  return story.when(answered(story, { record: shown }));
};
const owing = () => {
  const story = refunded({ effect: 'reopen-invoice' });
  return story.when(answered(story, { record: entry }));
};
const bodyOf = (story: ReturnType<typeof start>): Record<string, unknown> =>
  JSON.parse(only(story.events, 'PushRequested').personal.body) as Record<string, unknown>;

describe('the three effects (postings.md §9)', () => {
  it('reduces the sale → a receipt of the invoice’s lines', () => {
    const story = refunded();
    expect(lines(story.events)).toEqual(['Changed refunded', 'PushRequested put refund:re_1']);
    expect(only(story.events, 'PushRequested').data.resource).toBe('RefundReceipt');
    expect(bodyOf(story)).toMatchObject({ DocNumber: 'RAC-1041-R1', TxnTaxDetail: { TotalTax: 3.81 } });
    expect(lines(posted().events)).toEqual(['Settled']);
  });

  it.each([
    ['reopen-invoice', { $ref: 'invoice:inv_1041', at: 'CustomerRef.value' }, payment.allocations],
    ['return-credit', { $ref: 'customer:cus_88' }, []],
  ] as const)('%s → an entry', (effect, payer, allocations) => {
    const story = start().when(changed('refunded', 2, says({ effect }, { allocations: [...allocations] })));
    expect(only(story.events, 'PushRequested').data.resource).toBe('JournalEntry');
    expect(bodyOf(story)).toMatchObject({
      Line: [
        { JournalEntryLineDetail: { PostingType: 'Debit', Entity: { EntityRef: { value: payer } } } },
        { JournalEntryLineDetail: { PostingType: 'Credit', AccountRef: { value: '91' } } },
      ],
    });
  });

  it('waits until the invoice is posted', () => {
    const { posted: _posted, ...unposted } = INVOICE;
    const story = start({ invoices: { inv_1041: { ...unposted, linked: false } } }).when(
      changed('refunded', 2, says()),
    );
    expect(lines(story.events)).toEqual(['Changed refunded', 'Deferred parent']);
    expect(only(story.events, 'Deferred').data.waitsOn).toBe('invoice:inv_1041');
    const on = story.under({ related: RELATED }).when({ kind: 'redecide', why: 'related' });
    expect(lines(on.events)).toEqual(['PushRequested put refund:re_1']);
  });

  it('QuickBooks’ total a cent off → once more with a rounding line; further off → held', () => {
    const story = refunded();
    const again = story.when(answered(story, { record: { ...shown, TotalAmt: '49.99' } }));
    expect(bodyOf(again)['Line']).toHaveLength(3);
    expect(lines(again.when(answered(again, { record: shown })).events)).toEqual(['Settled rounded']);
    expect(lines(story.when(answered(story, { record: { ...shown, TotalAmt: '40.00' } })).events)).toEqual([
      'Held total_differs',
    ]);
  });
});

describe('its sale is voided (adr/0017)', () => {
  const credit = `${ref}/credit`;
  const voided = { ...RELATED, invoices: { inv_1041: { ...INVOICE, voided: true as const } } };
  const again: Trigger = { kind: 'redecide', why: 'related' };
  const unsold = () => posted().under({ related: voided }).when(again);

  const deleted = () => {
    const story = unsold();
    return story.when(answered(story, { record: { status: 'Deleted' } }));
  };

  it('after its receipt was posted → that is deleted, then the entry of credit takes its place, and both stand', () => {
    expect(lines(unsold().events)).toEqual([`PushRequested remove ${ref}`]);
    const story = deleted();
    expect(lines(story.events)).toEqual(['Settled', `PushRequested put ${credit}`]);
    const put = only(story.events, 'PushRequested');
    expect([put.data.kind, put.data.ref, put.data.resource]).toEqual(['put', credit, 'JournalEntry']);
    expect(put.personal.body).toContain('{"$ref":"customer:cus_88"}');
    const done = story.when(answered(story, { ref: credit, record: { ...entry } }));
    expect(lines(done.events)).toEqual(['Settled two_open_items']);
    expect(done.when(again).events).toEqual([]);
    const closed = { settings: settings({ version: 2, profile: { ...PROFILE, bookCloseDate: '2026-12-31' } }) };
    expect(done.under(closed).when(again).events).toEqual([]);
  });

  it('its receipt is locked on a deposit → held, and no entry until it is deleted', () => {
    const story = unsold();
    const locked = story.when(answered(story, { outcome: 'refused', code: '6540' }));
    expect(lines(locked.events)).toEqual(['Held deposited']);
    expect(locked.when(again).events).toEqual([]);
  });

  it('heard of afterwards → the entry alone', () => {
    const story = start(voided).when(changed('refunded', 2, says()));
    expect(lines(story.events)).toEqual(['Changed refunded', `PushRequested put ${credit}`]);
  });

  it('its receipt lies in closed books → held, and no entry', () => {
    const closed = { settings: settings({ version: 2, profile: { ...PROFILE, bookCloseDate: '2026-12-31' } }) };
    expect(
      lines(
        posted()
          .under({ ...closed, related: voided })
          .when(again).events,
      ),
    ).toEqual(['Held closed_period']);
  });

  it('and fails later → neither is left', () => {
    const failed = deleted().when(beside(changed('updated', 3, says({ status: 'failed' }))));
    expect(lines(failed.events)).toEqual(['Changed updated', `PushRequested remove ${credit}`]);
  });
});

describe('held until somebody says', () => {
  const { invoiceId: _invoice, ...unsaid } = refund;
  const saysUnsaid = () => ({ ...refundOf({ ...payment, refunds: [unsaid] }, unsaid) });

  it('neither which invoice nor which credit → a person chooses', () => {
    const story = start().when(changed('refunded', 2, saysUnsaid()));
    expect(lines(story.events)).toEqual(['Changed refunded', 'Held refund_effect']);
    const choose = (choice: string) => story.when({ kind: 'resolve', commandId: 'c', by: 'pat', choice });
    expect(only(choose('invoice inv_1041').events, 'PushRequested').data.resource).toBe('RefundReceipt');
    expect(only(choose('credit').events, 'PushRequested').data.resource).toBe('JournalEntry');
    expect(choose('nonsense').events).toEqual([]);
  });

  it('not by Stripe and no account for it → held; chosen for this one, or set, it goes', () => {
    const { processorRefundId: _stripes, ...offline } = refund;
    const story = start().when(changed('refunded', 2, { ...refundOf({ ...payment, refunds: [offline] }, offline) }));
    expect(lines(story.events)).toEqual(['Changed refunded', 'Held refund_account']);
    const chosen = story.when({ kind: 'resolve', commandId: 'c', by: 'pat', choice: 'account 35' });
    expect(bodyOf(chosen)).toMatchObject({ DepositToAccountRef: { value: '35' } });
    const set = settings({ values: { 'payments.refundAccount': { id: '36', name: 'Savings' } } });
    expect(bodyOf(story.under({ settings: set }).when(REDECIDE))).toMatchObject({
      DepositToAccountRef: { value: '36' },
    });
  });

  it('in closed books → a person chooses the day', () => {
    const closed = settings({ profile: { ...PROFILE, bookCloseDate: '2026-12-31' } });
    const story = start({}, { settings: closed }).when(changed('refunded', 2, says()));
    expect(lines(story.events)).toContain('Held closed_period');
    const dated = story.when({ kind: 'resolve', commandId: 'c', by: 'pat', choice: 'date 2027-01-02' });
    expect(bodyOf(dated)).toMatchObject({ TxnDate: '2027-01-02' });
  });

  it('more than is left of its payment, or of its invoice → held', () => {
    const more = start().when(changed('refunded', 2, says({ amount: '179.71' })));
    expect(lines(more.events)).toContain('Held over_refunded');
    const before = { id: 're_0', amount: '150.00', counts: true };
    const refunds = { inv_1041: [before, ...(RELATED.refunds['inv_1041'] ?? [])] };
    expect(lines(start({ refunds }).when(changed('refunded', 2, says())).events)).toContain('Held over_refunded');
    const taxed = { inv_1041: [{ id: 're_1', amount: '50.00', taxAmount: '14.00', counts: true }] };
    const held = start({ refunds: taxed }).when(changed('refunded', 2, says({ taxAmount: '14.00' })));
    expect(only(held.events, 'Held').personal.reason.params).toEqual({
      ...{ r: 're_1', a: '14.00', p: 'the tax of RAC-1041', b: '13.70' },
    });
  });

  it.each(['invoices.push', 'payments.push'] as const)('%s off: skipped', (setting) => {
    const off = start({}, { settings: settings({ values: { [setting]: false } }) });
    expect(lines(off.when(changed('refunded', 2, says())).events)).toContain('Skipped setting_off');
  });
});

describe('of a payment older than go-live', () => {
  const OCTOBER = { at: '2026-10-31T15:00:00Z' };
  const OLD = { collectedOn: '2026-10-30' };
  const unposted = { paymentPosted: false };
  const take: Trigger = {
    ...{ kind: 'wanted', commandId: 'run_1', by: 'dana', at: '2026-12-05T17:00:00Z' },
    backfill: { run: 'run_1' },
  };
  const lately = (related: Partial<RefundRelated>) => start(related).when(changed('refunded', 2, says({}, OLD)));

  it('skipped, and left for a backfill', () => {
    const story = lately(unposted);
    expect(lines(story.events)).toEqual(['Changed refunded', 'Skipped before_cutover']);
    expect(foresee(refundRules, story.state, story.context)).toMatchObject({ ref, comes: 'write' });
  });

  it('which was brought in: posted', () => {
    expect(lines(lately({}).events)).toContain('PushRequested put refund:re_1');
  });

  it.each([
    ['refunded since', lately(unposted)],
    [
      'refunded before it too',
      start(unposted).when(changed('refunded', 2, says({ refundedOn: '2026-10-31' }, OLD), OCTOBER)),
    ],
  ])('%s: brought in, it goes once, whether its payment is there or waits for its entry', (_what, story) => {
    expect(lines(story.events)).toContain('Skipped before_cutover');
    for (const one of [story, story.under({ related: RELATED })]) {
      const taken = one.when(take);
      expect(lines(taken.events)).toEqual(['Wanted', 'PushRequested put refund:re_1']);
      expect(only(taken.events, 'PushRequested').data.lane).toBe('backlog');
      expect(taken.when(take).events).toEqual([]);
    }
  });
});

describe('entered in QuickBooks by a person', () => {
  const OCTOBER = { at: '2026-10-31T15:00:00Z' };
  const THE_DAY = '2026-10-30';
  const receipt = (more: TextObject = {}): TextObject => ({
    ...{ Id: '970', TotalAmt: '50', TxnDate: '2026-10-31', CustomerRef: { value: '58' } },
    ...more,
  });
  const line = (PostingType: string, more: TextObject = {}): TextObject => ({
    Amount: '50.00',
    JournalEntryLineDetail: { PostingType, AccountRef: { value: '84' }, ...more },
  });
  const entered = (more: TextObject = {}): TextObject => ({
    ...{ Id: '980', TxnDate: '2026-10-31' },
    Line: [line('Credit'), line('Debit', { Entity: { Type: 'Customer', EntityRef: { value: '58' } } })],
    ...more,
  });
  it.each<[string, Partial<Refund>, TextObject, string | undefined]>([
    ['a receipt as large for that customer, a day later', {}, receipt(), 'same customer_amount'],
    ['… eight days later', {}, receipt({ TxnDate: '2026-11-07' }), undefined],
    ['… for another customer', {}, receipt({ CustomerRef: { value: '61' } }), undefined],
    ['… under our number', {}, receipt({ DocNumber: 'RAC-1041-R1', TotalAmt: '9' }), 'differs number_of_another'],
    [
      '… with our note and number',
      {},
      receipt({ DocNumber: 'RAC-1041-R1', PrivateNote: 'Run a Call re_1 of' }),
      'same marker',
    ],
    ['an entry where ours is a receipt', {}, entered(), undefined],
    ['an entry: the customer owes as much again', { effect: 'reopen-invoice' }, entered(), 'same customer_amount'],
    [
      '… under our number',
      { effect: 'reopen-invoice' },
      entered({ DocNumber: 'RAC-re_1', TxnDate: '2026-12-01' }),
      'differs number_of_another',
    ],
    ['a receipt where ours is an entry', { effect: 'reopen-invoice' }, receipt(), undefined],
  ])('%s', (_what, fields, record, is) => {
    const said = says({ refundedOn: THE_DAY, ...fields }, { collectedOn: THE_DAY });
    const story = start().when(changed('refunded', 2, said, OCTOBER));
    const known = { ids: {}, payers: { inv_1041: '58' } };
    const match = recognize(refundRules, story.state, [record], known, story.context);
    expect(match && `${match.is} ${match.why}`).toBe(is);
  });

  it('is linked where a person says so, and nothing is written', () => {
    const story = start().when(
      changed('refunded', 2, says({ refundedOn: THE_DAY }, { collectedOn: THE_DAY }), OCTOBER),
    );
    const taken = story.when({
      ...{ kind: 'wanted', commandId: 'run_1', by: 'dana', at: '2026-12-05T17:00:00Z' },
      backfill: { run: 'run_1', link: '970' },
    });
    expect(lines(taken.events)).toEqual(['Wanted', 'PushRequested link refund:re_1']);
    expect(only(taken.events, 'PushRequested').data.resource).toBe('RefundReceipt');
  });
});

describe('failed later', () => {
  it('a receipt is deleted; on a deposit it is held', () => {
    const story = posted().when(beside(changed('updated', 3, says({ status: 'failed' }))));
    expect(lines(story.events)).toEqual(['Changed updated', 'PushRequested remove refund:re_1']);
    expect(only(story.events, 'PushRequested').data.how.remove).toEqual({ as: 'delete' });
    expect(lines(story.when(answered(story, { record: { status: 'Deleted' } })).events)).toEqual(['Settled']);
    const locked = story.when(answered(story, { outcome: 'refused', code: '6540' }));
    expect(lines(locked.events)).toEqual(['Held deposited']);
  });

  it('an entry waits until its payment is off it', () => {
    const failing = changed('updated', 3, says({ effect: 'reopen-invoice', status: 'failed' }));
    const story = owing()
      .under({ related: { ...RELATED, heldByPayment: true } })
      .when(beside(failing));
    expect(lines(story.events)).toEqual(['Changed updated', 'Deferred parent']);
    expect(only(story.events, 'Deferred').data.waitsOn).toBe('payment:pay_500');
    const off = story.under({ related: RELATED }).when({ kind: 'redecide', why: 'related' });
    expect(lines(off.events)).toEqual(['PushRequested remove refund:re_1']);
  });

  it('taken back before its day was closed → it stays so; its day closed before → held', () => {
    const closed = { settings: settings({ version: 2, profile: { ...PROFILE, bookCloseDate: '2026-12-31' } }) };
    const failed = (sequence: number, of: Partial<Payment> = {}) =>
      beside(changed('updated', sequence, says({ status: 'failed' }, of)));
    const story = posted().when(failed(3));
    const gone = story.when(answered(story, { record: { status: 'Deleted' } }));
    expect(lines(gone.under(closed).when(failed(4, { allocations: [] })).events)).toEqual(['Changed updated']);
    expect(lines(posted().under(closed).when(failed(3)).events)).toEqual(['Changed updated', 'Held closed_period']);
  });

  it('held for its closed day, then failed → nothing is there to take back', () => {
    const closed = { settings: settings({ profile: { ...PROFILE, bookCloseDate: '2026-12-31' } }) };
    const story = start({}, closed)
      .when(changed('refunded', 2, says()))
      .when(beside(changed('updated', 3, says({ status: 'failed' }))));
    expect(lines(story.when(answered(story, { outcome: 'cancelled' })).events)).toEqual(['Skipped unchanged']);
  });

  it('never posted → nothing is there to take back', () => {
    const story = start().when(changed('refunded', 2, says({ status: 'failed' })));
    expect(lines(story.when(answered(story, { outcome: 'cancelled' })).events)).toEqual(['Skipped unchanged']);
  });
});

describe('beside its payment (postings.md §1.1)', () => {
  it('first seen in a later event of the payment: a row by its own ref; its own event, late, is replaced', () => {
    const story = start().when(beside(changed('updated', 3, says())));
    expect(lines(story.events)).toEqual(['Changed updated', 'PushRequested put refund:re_1']);
    expect(only(story.events, 'PushRequested').data.covers).toEqual([]);
    const [taken] = story.events;
    const place = { tenant: 'acme', ref, version: 1, service: 'payments' };
    expect(taken === undefined ? undefined : toMessages(place, taken)).toEqual([]);
    expect(lines(story.when(changed('refunded', 2, says())).events)).toEqual(['Skipped replaced']);
  });

  it('a payment’s event that says nothing new of it leaves nothing behind', () => {
    expect(posted().when(beside(changed('updated', 3, says()))).events).toEqual([]);
    expect(posted().when(beside(changed('updated', 1, says({ status: 'failed' })))).events).toEqual([]);
  });

  it('what is posted stands, whatever becomes of other refunds; another amount is held', () => {
    const shared = {
      inv_1041: [{ id: 're_0', amount: '100.00', counts: true }, ...(RELATED.refunds['inv_1041'] ?? [])],
    };
    const others = posted().under({ related: { ...RELATED, refunds: shared } });
    const seen = others.when(beside(changed('updated', 3, says({}, { allocations: [] }))));
    expect(lines(seen.events)).toEqual(['Changed updated']);
    const dearer = posted().when(beside(changed('updated', 3, says({ amount: '60.00' }))));
    expect(lines(dearer.events)).toEqual(['Changed updated', 'Held amount_changed']);
  });

  it('dismissed, it stays so when the payment changes; restored, it stands as it stood', () => {
    const held = start().when(changed('refunded', 2, says({ amount: '179.71' })));
    const by = { commandId: 'c', by: 'pat' };
    const gone = held.when({ kind: 'dismiss', ...by });
    expect(lines(gone.events)).toEqual(['Dismissed']);
    expect(gone.when(beside(changed('updated', 3, says({ amount: '179.71' })))).events).toEqual([]);
    expect(lines(gone.when({ kind: 'restore', ...by }).events)).toEqual(['Held over_refunded']);
  });
});
