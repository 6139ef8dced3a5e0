import fc from 'fast-check';
import { RAC_1041 } from '@qbo-sync/mapping/invoice.fixtures';
import { answered, changed, lines, only, PROFILE, settings, wanted } from '../sync/spec-kit';
import { bodyOf, PAID, posted, record, related, sent, start } from './spec-invoices';

describe('QuickBooks answers with other amounts (postings.md §1.2, §1.4)', () => {
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
    const paid = done.when(changed('paid', 4, PAID));
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

describe('whatever QuickBooks makes of it', () => {
  const cents = (text: string): number => Math.round(Number(text) * 100);
  const money = (amount: number): string => (amount / 100).toFixed(2);
  /** QuickBooks as it adds up a body: its lines, and a tax of its own that is off by so much. */
  const made = (body: string, off: number) => {
    const { Line } = JSON.parse(body) as { readonly Line: readonly { readonly Amount: number }[] };
    const tax = 1370 + off;
    const total = Line.reduce((sum, { Amount }) => sum + cents(String(Amount)), 0) + tax;
    return record(money(total), money(tax));
  };

  it('ends synced at our total, or held with both figures', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1370, max: 2000 }), (off) => {
        const story = sent();
        const first = story.when(answered(story, { record: made(bodyOf(story), off) }));
        if (Math.abs(off) > 5) {
          expect(lines(first.events)).toEqual(['Held tax_differs']);
          const { params } = only(first.events, 'Held').personal.reason;
          expect(params).toMatchObject({ q: money(1370 + off), t: '13.70' });
          return;
        }
        if (off === 0) {
          expect(lines(first.events)).toEqual(['Settled']);
          return;
        }
        const second = made(bodyOf(first), off);
        expect(second['TotalAmt']).toBe('179.70');
        expect(lines(first.when(answered(first, { record: second })).events)).toEqual(['Settled rounded']);
      }),
      { numRuns: 300 },
    );
  });

  it('a rounding line below zero that QuickBooks refuses: held with both totals', () => {
    const story = sent();
    const second = story.when(answered(story, { record: record('179.72', '13.72') }));
    const held = second.when(answered(second, { outcome: 'refused', code: '2290', detail: 'negative' }));
    expect(lines(held.events)).toEqual(['Held total_differs']);
    expect(only(held.events, 'Held').personal.reason.params).toEqual({ n: 'RAC-1041', q: '179.72', t: '179.70' });
  });

  it("automated sales tax puts its own code in the place of the company's: a warning, the amount is right", () => {
    const custom = { settings: settings({ profile: { ...PROFILE, taxCodes: [{ id: '5', custom: true }] } }) };
    const answer = (code: string) => ({
      record: { ...record('179.70', '13.70'), TxnTaxDetail: { TotalTax: '13.70', TxnTaxCodeRef: { value: code } } },
    });
    const story = sent(custom);
    expect(bodyOf(story)).toContain('"TxnTaxCodeRef":{"value":"5"}');
    expect(lines(story.when(answered(story, answer('5'))).events)).toEqual(['Settled']);
    expect(lines(story.when(answered(story, answer('91'))).events)).toEqual(['Settled tax_code_changed']);
  });

  it('an own item that posts elsewhere than the settings say: used, warned', () => {
    const items = related({ items: { itm_ac_tune: true }, itemAccounts: { itm_ac_tune: '78' } });
    const story = sent({ related: items });
    expect(lines(story.when(answered(story, { record: record('179.70', '13.70') })).events)).toEqual([
      'Settled account_kept',
    ]);
  });
});

describe('two rates on one invoice, one code per invoice (postings.md §6.4)', () => {
  const manual = { settings: settings({ profile: { ...PROFILE, taxMode: 'manual_us' } }) };
  const twoRates = {
    ...RAC_1041,
    taxes: [
      { taxRateId: 'tax_tx', taxableAmount: '129.00', amount: '10.64' },
      { taxRateId: 'tax_la', taxableAmount: '37.00', amount: '3.06' },
    ],
  };

  it('held, until a person picks the code it is posted under', () => {
    const held = start(manual).when(changed('sent', 3, twoRates));
    expect(lines(held.events)).toEqual(['Changed sent', 'Held two_rates', 'Chosen']);
    const pick = { kind: 'resolve', commandId: 'cmd_9', by: 'pat', choice: 'code 5' } as const;
    const picked = held.when(pick);
    expect(bodyOf(picked)).toContain('"TxnTaxDetail":{"TxnTaxCodeRef":{"value":"5"},"TotalTax":13.70}');
    const tax = { TotalTax: '13.70', TxnTaxCodeRef: { value: '5' } };
    const done = picked.when(answered(picked, { record: { ...record('179.70', '13.70'), TxnTaxDetail: tax } }));
    expect(lines(done.events)).toEqual(['Settled']);
    expect(sent(manual).when(pick).events).toEqual([]);
  });
});
