import fc from 'fast-check';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import {
  answered,
  changed,
  context,
  given,
  isOpen,
  lines,
  only,
  PROFILE,
  REDECIDE,
  settings,
  wanted,
} from '../sync/spec-kit';
import { standing } from '../sync/stream-state';
import { type InvoiceRelated, invoiceRules } from './invoice';

/** The example of events.md. */
const invoice: Invoice = {
  id: 'inv_1041',
  number: 'RAC-1041',
  customerId: 'cus_88',
  currency: 'USD',
  issuedOn: '2026-11-20',
  dueOn: '2026-12-20',
  lines: [
    {
      id: 'l1',
      kind: 'service',
      itemId: 'itm_ac_tune',
      name: 'AC tune-up',
      quantity: '1',
      unitPrice: '129.00',
      amount: '129.00',
      taxable: true,
      taxRateId: 'tax_tx',
    },
    {
      id: 'l2',
      kind: 'material',
      itemId: 'itm_filter',
      name: 'Filter 16x25',
      quantity: '2',
      unitPrice: '18.50',
      amount: '37.00',
      taxable: true,
      taxRateId: 'tax_tx',
    },
  ],
  taxes: [{ taxRateId: 'tax_tx', taxableAmount: '166.00', amount: '13.70' }],
  subtotal: '166.00',
  taxTotal: '13.70',
  total: '179.70',
  balance: '179.70',
  serviceAddress: { line1: '9 Elm St', city: 'Austin', region: 'TX', postalCode: '78704', country: 'US' },
  updatedAt: '2026-11-20T16:04:05Z',
};
const ref = 'invoice:inv_1041';
const MARIA = { name: 'Maria Lopez', taxExempt: false };
const related = (change: Partial<InvoiceRelated> = {}): InvoiceRelated => ({ customer: MARIA, items: {}, ...change });
const start = (change = {}) => given(invoiceRules, ref, context(related(), change));
const sent = (change = {}) => start(change).when(changed('sent', 3, invoice));
const record = (total: string, tax: string) => ({
  Id: '238',
  DocNumber: 'RAC-1041',
  TxnDate: '2026-11-20',
  TotalAmt: total,
  TxnTaxDetail: { TotalTax: tax },
});
const posted = () => {
  const story = sent();
  return story.when(answered(story, { record: record('179.70', '13.70') }));
};
const bodyOf = (story: { events: ReturnType<typeof start>['events'] }): string =>
  only(story.events, 'PushRequested').personal.body;

describe('an invoice on send', () => {
  it('sent → put, with what must be there before it → synced to the cent', () => {
    const story = sent();
    expect(lines(story.events)).toEqual(['Changed sent', 'PushRequested put invoice:inv_1041']);
    expect(bodyOf(story)).toContain('{"$ref":"customer:cus_88"}');
    const done = posted();
    expect(lines(done.events)).toEqual(['Settled']);
    expect(only(done.events, 'Settled').personal.summary).toEqual({
      number: 'RAC-1041',
      amount: '179.70',
      currency: 'USD',
      party: 'Maria Lopez',
    });
  });

  it('updated → put with every line', () => {
    const story = posted().when(changed('updated', 4, { ...invoice, poNumber: 'PO-7' }));
    expect(bodyOf(story)).toContain('PO-7');
  });

  it('paid → nothing to send', () => {
    const paid = { ...invoice, balance: '0.00', paidOn: '2026-11-25' };
    expect(lines(posted().when(changed('paid', 4, paid)).events)).toEqual(['Changed paid', 'Skipped unchanged']);
  });

  it('what does not add up is held and nothing is sent', () => {
    const story = start().when(changed('sent', 3, { ...invoice, total: '179.71' }));
    expect(lines(story.events)).toEqual(['Changed sent', 'Held arithmetic']);
  });

  it('switched off: skipped', () => {
    const story = sent({ settings: settings({ values: { 'invoices.push': false } }) });
    expect(lines(story.events)).toEqual(['Changed sent', 'Skipped setting_off']);
  });

  it('story 2: of three updates in flight the newest is what QuickBooks ends with', () => {
    const first = sent();
    const answer = answered(first, { record: record('179.70', '13.70') });
    const story = first
      .when(changed('updated', 4, { ...invoice, customerMemo: 'one' }))
      .when(changed('updated', 5, { ...invoice, customerMemo: 'two' }))
      .when(answer);
    expect(isOpen(story)).toBe(true);
    const done = story.when(answered(story, { record: record('179.70', '13.70') }));
    expect(lines(done.events)).toEqual(['Skipped replaced', 'Settled']);
    expect(isOpen(done)).toBe(false);
  });
});

describe('the masters it names', () => {
  const exempt = related({ customer: { ...MARIA, taxExempt: true } });

  it('postings.md §6.4: taxed though the customer is exempt → held; corrected → sent', () => {
    const held = sent({ related: exempt });
    expect(lines(held.events)).toEqual(['Changed sent', 'Held exempt']);
    expect(only(held.events, 'Held').personal.reason.params).toEqual({ c: 'Maria Lopez', n: 'RAC-1041', t: '13.70' });
    const corrected = held.under({ related: related() }).when(REDECIDE);
    expect(lines(corrected.events)).toEqual(['PushRequested put invoice:inv_1041']);
  });

  it('untaxed for an exempt customer → put', () => {
    const untaxed = { ...invoice, taxes: [], taxTotal: '0.00', total: '166.00', balance: '166.00' };
    const story = start({ related: exempt }).when(changed('sent', 3, untaxed));
    expect(lines(story.events)).toEqual(['Changed sent', 'PushRequested put invoice:inv_1041']);
  });

  it('exempt since it was posted: what is posted stays', () => {
    const story = posted().under({ related: exempt });
    const paid = story.when(changed('paid', 4, { ...invoice, balance: '0.00', paidOn: '2026-11-25' }));
    expect(lines(paid.events)).toEqual(['Changed paid', 'Skipped unchanged']);
  });

  it('a customer not heard of → put, and decided again when it comes: exempt → taken back and held', () => {
    const story = sent({ related: related({ customer: undefined }) });
    expect(lines(story.events)).toEqual(['Changed sent', 'PushRequested put invoice:inv_1041']);
    expect(standing(story.state).waitsOn).toBe('customer:cus_88');
    const plain = story.under({ related: related() }).when({ kind: 'redecide', why: 'related' });
    expect(lines(plain.events)).toEqual([]);
    const held = story.under({ related: exempt }).when({ kind: 'redecide', why: 'related' });
    expect(lines(held.events)).toEqual(['PushRequested cancel invoice:inv_1041', 'Held exempt']);
  });

  it('postings.md §5: an item that is inactive in QuickBooks → a helper item on a later document', () => {
    const body = bodyOf(sent({ related: related({ items: { itm_filter: false, itm_ac_tune: true } }) }));
    expect(body).toContain('"item:itm_ac_tune"');
    expect(body).not.toContain('"item:itm_filter"');
    expect(body).toContain('"item:helper.sales.79"');
  });

  it('an item made inactive since → the document keeps it', () => {
    const story = posted().under({ related: related({ items: { itm_filter: false } }) });
    const paid = story.when(changed('paid', 4, { ...invoice, balance: '0.00', paidOn: '2026-11-25' }));
    expect(lines(paid.events)).toEqual(['Changed paid', 'Skipped unchanged']);
  });

  it('refused for an item made inactive meanwhile → once more with a helper item', () => {
    const story = sent().under({ related: related({ items: { itm_filter: false } }) });
    const second = story.when(answered(story, { outcome: 'refused', code: '610' }));
    expect(lines(second.events)).toEqual(['PushRequested put invoice:inv_1041']);
    expect(bodyOf(second)).not.toContain('"item:itm_filter"');
    const held = second.when(answered(second, { outcome: 'refused', code: '610' }));
    expect(lines(held.events)).toEqual(['Held refused']);
  });

  it('items are not pushed: an item that is linked is used, another one takes a helper', () => {
    const values = { values: { 'items.push': false } };
    const body = bodyOf(sent({ settings: settings(values), related: related({ items: { itm_ac_tune: true } }) }));
    expect(body).toContain('"item:itm_ac_tune"');
    expect(body).not.toContain('"item:itm_filter"');
  });
});

describe('voided', () => {
  const voided = { ...invoice, voidedOn: '2026-11-26' };

  it('before payment → voided in QuickBooks', () => {
    const story = posted().when(changed('voided', 4, voided));
    expect(lines(story.events)).toEqual(['Changed voided', 'PushRequested remove invoice:inv_1041']);
    const done = story.when(answered(story, { record: { TotalAmt: '0', Balance: '0' } }));
    expect(lines(done.events)).toEqual(['Settled']);
  });

  it('with anything paid → the rule is missing', () => {
    const story = posted().when(changed('voided', 4, { ...voided, balance: '79.70' }));
    expect(lines(story.events)).toEqual(['Changed voided', 'Held rule_missing']);
  });

  it('never posted → nothing to do', () => {
    const story = start().when(changed('voided', 1, voided));
    expect(lines(story.when(answered(story, { outcome: 'cancelled' })).events)).toEqual(['Skipped unchanged']);
  });

  it('is final: a later state does not bring it back', () => {
    const story = posted()
      .when(changed('voided', 4, voided))
      .when(changed('updated', 5, invoice));
    expect(lines(story.events)).toEqual(['Changed updated', 'Skipped unchanged']);
    expect(story.state.asked[ref]?.request.data.kind).toBe('remove');
  });

  it('without a day is held', () => {
    expect(lines(posted().when(changed('voided', 4, invoice)).events)).toEqual(['Changed voided', 'Held date_missing']);
  });
});

describe('QuickBooks answers with other amounts', () => {
  it.each([
    ['179.65', '0.05'],
    ['179.75', '-0.05'],
  ])('total %s: once more with a rounding line of %s, then synced with a warning', (total, rounding) => {
    const story = sent();
    const second = story.when(answered(story, { record: record(total, '13.70') }));
    expect(lines(second.events)).toEqual(['PushRequested put invoice:inv_1041']);
    expect(bodyOf(second)).toContain('item:helper.rounding.79');
    expect(bodyOf(second)).toContain(`{"Amount":${rounding},`);
    const done = second.when(answered(second, { record: record('179.70', '13.70') }));
    expect(lines(done.events)).toEqual(['Settled rounded']);
    const paid = done.when(changed('paid', 4, { ...invoice, balance: '0.00', paidOn: '2026-11-25' }));
    expect(lines(paid.events)).toEqual(['Changed paid', 'Skipped unchanged']);
  });

  it('still off after the rounding line: a person compares', () => {
    const story = sent();
    const second = story.when(answered(story, { record: record('179.69', '13.69') }));
    const held = second.when(answered(second, { record: record('179.69', '13.69') }));
    expect(lines(held.events)).toEqual(['Held total_differs']);
  });

  it('more than 0.05: tax_differs, or total_differs; the record is known all the same', () => {
    const story = sent();
    const tax = story.when(answered(story, { record: record('179.76', '13.76') }));
    expect(lines(tax.events)).toEqual(['Held tax_differs']);
    expect(only(tax.events, 'Held').personal.reason.params).toMatchObject({ q: '13.76', t: '13.70' });
    expect(only(tax.events, 'Held').data.quickbooks).toEqual({ type: 'Invoice', id: '58' });
    const total = story.when(answered(story, { record: record('142.70', '13.70') }));
    expect(lines(total.events)).toEqual(['Held total_differs']);
  });

  it('another number or day is never synced', () => {
    const story = sent();
    const held = story.when(answered(story, { record: { ...record('179.70', '13.70'), DocNumber: '1001' } }));
    expect(lines(held.events)).toEqual(['Held refused']);
  });

  it('no record at all: synced only when this very body was compared before', () => {
    const story = sent();
    expect(lines(story.when(answered(story)).events)).toEqual(['Held unclear']);
    const again = posted().when(wanted());
    expect(lines(again.when(answered(again)).events)).toEqual(['Settled']);
  });

  it.each([
    ['6140', 'number_taken'],
    ['6210', 'closed_period'],
    ['2290', 'negative_line'],
    ['6430', 'refused'],
    ['610', 'refused'],
    ['unclear', 'unclear'],
    ['9999', 'refused'],
  ])('refused %s → %s', (code, reason) => {
    const story = sent();
    const held = story.when(answered(story, { outcome: 'refused', code, detail: 'no' }));
    expect(lines(held.events)).toEqual([`Held ${reason}`]);
  });
});

describe('story 10, not built: kept and shown', () => {
  it.each([
    ['story 10-not: on payment', { values: { 'invoices.when': 'on_payment' } }],
    ['story 10-not: numbering by QuickBooks', { values: { 'invoices.numbering': 'quickbooks' } }],
    ['story 10-not: one code per invoice', { profile: { ...PROFILE, taxMode: 'manual_us' } }],
  ] as const)('%s → rule missing; decided again when the setting changes', (_name, change) => {
    const story = sent({ settings: settings(change) });
    expect(lines(story.events)).toEqual(['Changed sent', 'Held rule_missing']);
    const later = story.under({ settings: settings() }).when(REDECIDE);
    expect(lines(later.events)).toEqual(['PushRequested put invoice:inv_1041']);
  });
});

describe('story 6: what is older than go-live', () => {
  it('story 6: an older invoice stays out, by the day it was issued too, and a payment never pulls it in', () => {
    const older = start().when(changed('updated', 3, { ...invoice, issuedOn: '2026-10-31' }));
    expect(lines(older.events)).toEqual(['Changed updated', 'Skipped before_cutover']);
    expect(lines(older.when(wanted()).events)).toEqual(['Wanted']);
    expect(lines(older.when(changed('paid', 4, { ...invoice, issuedOn: '2026-10-31' })).events)).toEqual([
      'Changed paid',
      'Skipped before_cutover',
    ]);
  });

  it('story 6: a Verify run lets one through before go-live', () => {
    const off = sent({ settings: settings({ goLiveAt: null, active: false }) });
    expect(lines(off.events)).toEqual(['Changed sent', 'Deferred not_active']);
    const run = off.when(wanted('run_7'));
    expect(only(run.events, 'PushRequested').data.run).toBe('run_7');
  });
});

describe('story 1: a payment asks for an invoice nobody has heard of', () => {
  it('story 1: it has a row of its own until it comes', () => {
    const asked = start().when(wanted());
    expect(lines(asked.events)).toEqual(['Wanted', 'Deferred parent_unknown']);
    expect(only(asked.events, 'Deferred').personal.reason.params).toEqual({ kind: 'invoice' });
    const came = asked.when(changed('sent', 3, invoice));
    expect(lines(came.events)).toEqual(['Changed sent', 'Skipped replaced', 'PushRequested put invoice:inv_1041']);
  });
});

it('any order and duplication of its events ends in the same body', () => {
  const step = fc.constantFrom<[string, Partial<Invoice>]>(
    ['updated', { customerMemo: 'Thank you' }],
    ['updated', { dueOn: '2027-01-20' }],
    ['paid', { balance: '0.00', paidOn: '2026-11-25' }],
    ['voided', { voidedOn: '2026-11-26' }],
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 5 }).chain((steps) => {
        const events = [
          changed('sent', 1, invoice),
          ...steps.map(([change, fields], index) => changed(change, index + 2, { ...invoice, ...fields })),
        ];
        const copies = [...events, ...events];
        return fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray(copies, { minLength: events.length, maxLength: copies.length }).map((some) =>
            // Every event comes at least once.
            [...some, ...events.filter((event) => !some.includes(event))],
          ),
        );
      }),
      ([inOrder, anyOrder]) => {
        const last = (triggers: typeof inOrder) => {
          const asked = triggers.reduce((story, trigger) => story.when(trigger), start()).state.asked[ref];
          return [asked?.request.data.kind, asked?.request.personal.body];
        };
        const voidsPaid =
          inOrder.some(({ change }) => change === 'voided') && inOrder.some(({ change }) => change === 'paid');
        fc.pre(!voidsPaid);
        expect(last(anyOrder)).toEqual(last(inOrder));
      },
    ),
    { numRuns: 1000 },
  );
});
