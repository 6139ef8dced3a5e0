import { RAC_1041 } from '@qbo-sync/mapping/invoice.fixtures';
import { answered, changed, isOpen, lines, only, PROFILE, settings } from '../sync/spec-kit';
import { toMessages } from '../sync/messages';
import { bodyOf, posted, record, ref, sent } from './spec-invoices';

const QUICKBOOKS = { settings: settings({ values: { 'invoices.numbering': 'quickbooks' } }) };
const numbered = { ...record('179.70', '13.70'), SyncToken: '0', DocNumber: '1001' };
const NUMBER_TAKEN = {
  outcome: 'refused',
  code: '6140',
  detail:
    'Duplicate Document Number Error : You must specify a different number. This number has already been used. DocNumber=RAC-1041 is assigned to TxnType=Invoice with TxnId=238',
} as const;

describe("QuickBooks' numbers (postings.md §6.5)", () => {
  const done = () => {
    const story = sent(QUICKBOOKS);
    return story.when(answered(story, { quickbooksId: '238', record: numbered }));
  };

  it('the next of its own at the create, never again; whatever it says is right', () => {
    const story = sent(QUICKBOOKS);
    expect(bodyOf(story)).toContain('"DocNumber":"AUTO_GENERATE"');
    expect(only(story.events, 'PushRequested').data.how.once).toEqual(['DocNumber']);
    expect(lines(done().events)).toEqual(['Told', 'Settled']);
    const off = { ...QUICKBOOKS.settings, profile: { ...PROFILE, customTxnNumbers: false } };
    expect(bodyOf(sent({ settings: off }))).not.toContain('DocNumber');
  });

  it('the number is handed back', () => {
    const place = { tenant: 'acme', ref, version: 3, service: 'invoices' };
    const [message] = toMessages(place, only(done().events, 'Told'));
    expect(message).toMatchObject({
      topic: 'runacall.commands.v1',
      key: 'acme:inv_1041',
      value: '{"id":"inv_1041","number":"1001"}',
      headers: {
        ce_id: 'books_1/Invoice/238/0',
        ce_type: 'com.runacall.invoice.assign-number.v1',
        ce_subject: 'inv_1041',
      },
    });
  });

  it('Run a Call answers with that number: nothing to send, nothing to say', () => {
    const adopted = done().when(changed('updated', 4, { ...RAC_1041, number: '1001' }));
    expect(lines(adopted.events)).toEqual(['Changed updated', 'Skipped unchanged']);
    const memo = adopted.when(changed('updated', 5, { ...RAC_1041, number: '1001', customerMemo: 'x' }));
    const answer = answered(memo, { quickbooksId: '238', record: { ...numbered, SyncToken: '1' } });
    expect(lines(memo.when(answer).events)).toEqual(['Settled']);
  });

  it('its number comes back with wrong amounts too', () => {
    const story = sent(QUICKBOOKS);
    const held = story.when(answered(story, { quickbooksId: '238', record: { ...numbered, TotalAmt: '200.00' } }));
    expect(lines(held.events)).toEqual(['Told', 'Held total_differs']);
  });

  it("who numbers is kept for what is posted; Run a Call's own numbers are never handed back", () => {
    const later = posted().under({
      settings: settings({ version: 2, values: { 'invoices.numbering': 'quickbooks' } }),
    });
    const update = later.when(changed('updated', 4, { ...RAC_1041, customerMemo: 'x' }));
    expect(bodyOf(update)).toContain('"DocNumber":"RAC-1041"');
    expect(lines(posted().events)).toEqual(['Settled']);
  });

  it('our numbers, custom numbers turned off in QuickBooks: held before QuickBooks ignores them', () => {
    const held = sent({ settings: settings({ profile: { ...PROFILE, customTxnNumbers: false } }) });
    expect(lines(held.events)).toEqual(['Changed sent', 'Held numbers_off', 'Chosen']);
  });
});

describe('a number that is taken (6140)', () => {
  const asks = () => {
    const story = sent();
    return story.when(answered(story, NUMBER_TAKEN));
  };

  it('by an invoice that bears our note and total: it is ours', () => {
    const linking = asks();
    expect(lines(linking.events)).toEqual(['PushRequested link invoice:inv_1041']);
    const { data, personal } = only(linking.events, 'PushRequested');
    expect(data.resource).toBe('Invoice');
    expect(personal.body).toBe('{"Id":"238"}');
    expect(personal.if).toEqual([
      { path: 'PrivateNote', equals: 'Run a Call inv_1041' },
      { path: 'TotalAmt', equals: '179.70' },
    ]);
    const done = linking.when(answered(linking, { quickbooksId: '238', record: record('179.70', '13.70') }));
    expect(lines(done.events)).toEqual(['Settled']);
    expect(isOpen(done)).toBe(false);
  });

  it("by somebody else's: held, naming its customer and amount", () => {
    const linking = asks();
    const held = linking.when(
      answered(linking, {
        outcome: 'refused',
        code: 'precondition',
        record: { CustomerRef: { value: '61', name: 'Lee Cho' }, TotalAmt: '95.00' },
      }),
    );
    expect(lines(held.events)).toEqual(['Held number_taken']);
    expect(only(held.events, 'Held').personal.reason.params).toMatchObject({
      n: 'RAC-1041',
      type: 'an invoice',
      customer: 'Lee Cho',
      amount: '95.00',
    });
  });

  it('by another invoice of ours: held', () => {
    const linking = asks();
    const held = linking.when(answered(linking, { outcome: 'refused', code: 'linked', holder: 'invoice:inv_7' }));
    expect(lines(held.events)).toEqual(['Held number_taken']);
  });

  it('by a document that is no invoice: held at once', () => {
    const story = sent();
    const detail = NUMBER_TAKEN.detail.replace('TxnType=Invoice', 'TxnType=CreditMemo');
    const held = story.when(answered(story, { ...NUMBER_TAKEN, detail }));
    expect(lines(held.events)).toEqual(['Held number_taken']);
  });

  it('renumbered in Run a Call: sent', () => {
    const linking = asks();
    const held = linking.when(answered(linking, { outcome: 'refused', code: 'precondition' }));
    const renumbered = held.when(changed('updated', 4, { ...RAC_1041, number: 'RAC-2041' }));
    expect(lines(renumbered.events)).toEqual([
      'Changed updated',
      'Skipped replaced',
      'PushRequested put invoice:inv_1041',
    ]);
  });
});
