import { PAY_500 } from '@qbo-sync/mapping/payment.fixtures';
import { answered, changed, lines, only, REDECIDE, settings, PROFILE } from '../sync/spec-kit';
import { ref, posted, bodyOf, record } from './spec-payment';

describe('failed or returned (postings.md §8.5)', () => {
  const returned = { ...PAY_500, voidedOn: '2026-12-03', voidReason: 'returned' };
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
    const later = story.when(changed('updated', 3, { ...PAY_500, memo: 'x' }));
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

  it('posted, and closed over since then → it stands, whatever is heard of its invoice', () => {
    const closed = settings({ version: 2, profile: { ...PROFILE, bookCloseDate: '2026-12-31' } });
    const story = back();
    const entered = story.when(answered(story, { ref: entry, record: shownEntry }));
    const done = entered
      .when(answered(entered, { record: { ...record, UnappliedAmt: '0' } }))
      .under({ settings: closed });
    expect(done.when({ kind: 'redecide', why: 'related' }).events).toEqual([]);
    expect(lines(done.when(changed('updated', 3, { ...returned, memo: 'x' })).events)).toEqual([
      'Changed updated',
      'Skipped unchanged',
    ]);
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
