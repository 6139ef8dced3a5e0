import { RAC_1041 } from '@qbo-sync/mapping/invoice.fixtures';
import { invoiceRules } from '../invoice/invoice';
import { record, ref, start } from '../invoice/spec-invoices';
import { driftOf } from './drift';
import { answered, changed, lines, settings, type Story } from './spec-kit';

const sent = changed('sent', 3, RAC_1041);
const posted = () => {
  const asked = start().when(sent);
  return asked.when(answered(asked, { record: record('179.70', '13.70') }));
};
const stands = <Related>(story: Story<Related>) => {
  const drift = driftOf(invoiceRules, story.state, story.context as Parameters<typeof driftOf>[2]);
  return [drift?.standing, drift?.reason?.code, drift?.amount, drift?.records.map(({ quickbooksId }) => quickbooksId)];
};

describe('what of an invoice should be in QuickBooks', () => {
  it('is what was last found right there, with the figures it must show', () => {
    expect(stands(posted())).toEqual(['settled', undefined, '179.70', ['58']]);
    const [shown] =
      driftOf(invoiceRules, posted().state, posted().context as Parameters<typeof driftOf>[2])?.records ?? [];
    expect(shown).toMatchObject({ ref, resource: 'Invoice', removed: false, expect: { TotalAmt: '179.70' } });
  });

  it('is nothing while it is on its way, held, before the cut-over or not live', () => {
    expect(stands(start().when(sent))).toEqual(['waiting', undefined, '179.70', []]);
    const wrong = changed('sent', 3, { ...RAC_1041, subtotal: '1.00' });
    expect(stands(start().when(wrong))).toEqual(['held', 'arithmetic', '179.70', []]);
    const late = start({ settings: settings({ goLiveAt: '2026-12-01T12:00:00Z' }) });
    expect(stands(late.when(sent))).toEqual(['skipped', 'before_cutover', '179.70', []]);
    const off = start({ settings: settings({ goLiveAt: null }) });
    expect(stands(off.when(sent))).toEqual(['waiting', 'not_active', '179.70', []]);
  });

  it('is nothing to tell of while the settings want it posted when it is paid', () => {
    const waits = start({ settings: settings({ values: { 'invoices.when': 'on_payment' } }) }).when(sent);
    expect(lines(waits.events)).toContain('Skipped not_paid_yet');
    expect(stands(waits)).toEqual([undefined, undefined, undefined, undefined]);
    const paid = waits.when(changed('paid', 4, { ...RAC_1041, balance: '0.00', paidOn: '2026-11-25' }));
    expect(stands(paid)).toEqual(['waiting', undefined, '179.70', []]);
  });

  it('is its older state while a newer one is held; Run a Call’s figure stands beside', () => {
    const held = posted().when(changed('updated', 4, { ...RAC_1041, subtotal: '1.00', total: '200.00' }));
    expect(stands(held)).toEqual(['held', 'arithmetic', '200.00', ['58']]);
  });

  it('is removed once it is voided', () => {
    const asked = posted().when(changed('voided', 4, { ...RAC_1041, voidedOn: '2026-11-21' }));
    expect(stands(asked)).toEqual(['waiting', undefined, '0.00', ['58']]);
    const voided = asked.when(answered(asked, { record: { ...record('0.00', '0.00'), Balance: '0.00' } }));
    const drift = driftOf(invoiceRules, voided.state, voided.context as Parameters<typeof driftOf>[2]);
    expect([drift?.standing, drift?.records.map(({ removed }) => removed)]).toEqual(['settled', [true]]);
  });

  it('is nothing of other books, and nothing can be said of what nobody told', () => {
    expect(stands(posted().under({ settings: settings({ books: 'books_2' }) }))[3]).toEqual([]);
    expect(stands(start())).toEqual([undefined, undefined, undefined, undefined]);
  });
});
