import fc from 'fast-check';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { RAC_1041 } from '@qbo-sync/mapping/invoice.fixtures';
import { answered, changed, isOpen, lines, only, REDECIDE, settings, wanted } from '../sync/spec-kit';
import { standing } from '../sync/stream-state';
import { bodyOf, MARIA, PAID, posted, record, ref, related, sent, start } from './spec-invoices';

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

  it('§6.6 updated → put with every line', () => {
    const story = posted().when(changed('updated', 4, { ...RAC_1041, poNumber: 'PO-7' }));
    expect(bodyOf(story)).toContain('PO-7');
  });

  it('§6 paid → nothing to send', () => {
    const paid = PAID;
    expect(lines(posted().when(changed('paid', 4, paid)).events)).toEqual(['Changed paid', 'Skipped unchanged']);
  });

  it('what does not add up is held and nothing is sent', () => {
    const story = start().when(changed('sent', 3, { ...RAC_1041, total: '179.71' }));
    expect(lines(story.events)).toEqual(['Changed sent', 'Held arithmetic', 'Chosen']);
  });

  it('switched off: skipped', () => {
    const story = sent({ settings: settings({ values: { 'invoices.push': false } }) });
    expect(lines(story.events)).toEqual(['Changed sent', 'Skipped setting_off', 'Chosen']);
  });

  it('story 2: of three updates in flight the newest is what QuickBooks ends with', () => {
    const first = sent();
    const answer = answered(first, { record: record('179.70', '13.70') });
    const story = first
      .when(changed('updated', 4, { ...RAC_1041, customerMemo: 'one' }))
      .when(changed('updated', 5, { ...RAC_1041, customerMemo: 'two' }))
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
    expect(lines(held.events)).toEqual(['Changed sent', 'Held exempt', 'Chosen']);
    expect(only(held.events, 'Held').personal.reason.params).toEqual({ c: 'Maria Lopez', n: 'RAC-1041', t: '13.70' });
    const corrected = held.under({ related: related() }).when(REDECIDE);
    expect(lines(corrected.events)).toEqual(['PushRequested put invoice:inv_1041']);
  });

  it('untaxed for an exempt customer → put', () => {
    const untaxed = { ...RAC_1041, taxes: [], taxTotal: '0.00', total: '166.00', balance: '166.00' };
    const story = start({ related: exempt }).when(changed('sent', 3, untaxed));
    expect(lines(story.events)).toEqual(['Changed sent', 'PushRequested put invoice:inv_1041']);
  });

  it('exempt since it was posted: what is posted stays', () => {
    const story = posted().under({ related: exempt });
    const paid = story.when(changed('paid', 4, PAID));
    expect(lines(paid.events)).toEqual(['Changed paid', 'Skipped unchanged']);
  });

  describe('taxed for a customer not heard of', () => {
    const waiting = () => sent({ related: related({ customer: undefined }) });
    const RELATED = { kind: 'redecide', why: 'related' } as const;
    const DUE = '2026-12-09T10:00:00.000Z';

    it('waits for it, half a minute at most', () => {
      const story = waiting();
      expect(lines(story.events)).toEqual(['Changed sent', 'Deferred parent', 'Chosen']);
      const soon = new Date(Date.parse(only(story.events, 'Deferred').data.at) + 30_000).toISOString();
      expect(standing(story.state)).toEqual({ open: true, waitsOn: 'customer:cus_88', revisitAt: soon });
      expect(lines(story.when(RELATED).events)).toEqual([]);
    });

    it('it comes → put; it is exempt → held, and QuickBooks never had it', () => {
      expect(lines(waiting().under({ related: related() }).when(RELATED).events)).toEqual([
        'PushRequested put invoice:inv_1041',
      ]);
      expect(lines(waiting().under({ related: exempt }).when(RELATED).events)).toEqual(['Held exempt']);
    });

    it('it does not come → put all the same; decided again when it does: exempt → taken back and held', () => {
      const story = waiting().under({ now: DUE }).when({ kind: 'redecide', why: 'revisit' });
      expect(lines(story.events)).toEqual(['PushRequested put invoice:inv_1041']);
      expect(standing(story.state)).toMatchObject({ waitsOn: 'customer:cus_88', revisitAt: null });
      expect(lines(story.under({ related: related() }).when(RELATED).events)).toEqual([]);
      const held = story.under({ related: exempt }).when(RELATED);
      expect(lines(held.events)).toEqual(['PushRequested cancel invoice:inv_1041', 'Held exempt']);
    });

    it('paid before it comes → both go when it does', () => {
      const paid = waiting().when(changed('paid', 4, PAID));
      expect(lines(paid.events)).toEqual(['Changed paid', 'Deferred parent']);
      const goes = paid.under({ related: related() }).when(RELATED);
      expect(only(goes.events, 'PushRequested').data.covers.map(({ id }) => id)).toEqual(['evt_3', 'evt_4']);
    });

    it('untaxed → put at once', () => {
      const untaxed = { ...RAC_1041, taxes: [], taxTotal: '0.00', total: '166.00', balance: '166.00' };
      const story = start({ related: related({ customer: undefined }) }).when(changed('sent', 3, untaxed));
      expect(lines(story.events)).toEqual(['Changed sent', 'PushRequested put invoice:inv_1041']);
    });
  });

  it('postings.md §5: an item that is inactive in QuickBooks → a helper item on a later document', () => {
    const body = bodyOf(sent({ related: related({ items: { itm_filter: false, itm_ac_tune: true } }) }));
    expect(body).toContain('"item:itm_ac_tune"');
    expect(body).not.toContain('"item:itm_filter"');
    expect(body).toContain('"item:helper.sales.79"');
  });

  it('an item made inactive since → the document keeps it', () => {
    const story = posted().under({ related: related({ items: { itm_filter: false } }) });
    const paid = story.when(changed('paid', 4, PAID));
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

describe('story 6: what is older than go-live', () => {
  it('story 6: an older invoice stays out, by the day it was issued too, and a payment never pulls it in', () => {
    const older = start().when(changed('updated', 3, { ...RAC_1041, issuedOn: '2026-10-31' }));
    expect(lines(older.events)).toEqual(['Changed updated', 'Skipped before_cutover']);
    expect(lines(older.when(wanted()).events)).toEqual(['Wanted']);
    expect(lines(older.when(changed('paid', 4, { ...RAC_1041, issuedOn: '2026-10-31' })).events)).toEqual([
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
    const came = asked.when(changed('sent', 3, RAC_1041));
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
          changed('sent', 1, RAC_1041),
          ...steps.map(([change, fields], index) => changed(change, index + 2, { ...RAC_1041, ...fields })),
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
        expect(last(anyOrder)).toEqual(last(inOrder));
      },
    ),
    { numRuns: 1000 },
  );
});
