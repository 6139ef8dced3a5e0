import { answered, changed, lines, only, wanted } from '../sync/spec-kit';
import { bodyOf, PAID, posted, record, sent } from './spec-invoices';

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
