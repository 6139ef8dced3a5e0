import type { StripePayout } from '@qbo-sync/contracts/stripe/payout';
import { US, withProfile, withValues } from './context.fixtures';
import { isHold, type MappedRecord, type MappingContext } from './document';
import { toFailedPayout, toNegativePayout, toWholePayout } from './payout-entry';
import { CHARGE_501, PAYMENT_501, PO_1, RECEIPT_77, REFUND_77, transaction, whereIn } from './payout.fixtures';

const record = (mapped: object): MappedRecord => {
  const made = 'entry' in mapped ? mapped.entry : mapped;
  if (!('body' in (made as object))) throw new Error(JSON.stringify(mapped));
  return made as MappedRecord;
};
const NEGATIVE: StripePayout = { ...PO_1, amount: '-87.70' };
const REFUND = { ...REFUND_77, source: 're_78', amount: '-179.70', net: '-179.70' };
const FEE = transaction({ type: 'stripe_fee', category: 'fee', amount: '-4.80', description: 'Radar' });
const MONEY = [CHARGE_501, REFUND, FEE];
const PLACES = { py_501: { sits: [PAYMENT_501] }, re_78: { sits: [{ ...RECEIPT_77, amount: '-179.70' }] } };

test('§10.4 an entry is found again by its number, and compared line by line', () => {
  expect(record(toNegativePayout(NEGATIVE, MONEY, whereIn(PLACES), US))).toMatchObject({
    resource: 'JournalEntry',
    find: { marker: { path: 'PrivateNote', text: 'Run a Call po_1Nabc' }, where: [['DocNumber', 'RAC-po_1Nabc']] },
    expect: {
      TxnDate: '2026-12-02',
      DocNumber: 'RAC-po_1Nabc',
      'Line.2.Amount': '87.70',
      'Line.2.JournalEntryLineDetail.PostingType': 'Credit',
      'Line.2.JournalEntryLineDetail.AccountRef.value': '35',
    },
  });
});

test('§6.5 a long id keeps its end; where QuickBooks numbers it gets none from us', () => {
  const long = { ...PO_1, id: 'po_1NabcDEFGHIJKLMNOPQRSTUV' };
  expect(JSON.parse(record(toWholePayout(long, US)).body).DocNumber).toBe('bcDEFGHIJKLMNOPQRSTUV');
  const theirs = record(toWholePayout(long, withValues(US, { 'invoices.numbering': 'quickbooks' })));
  expect(JSON.parse(theirs.body).DocNumber).toBeUndefined();
  expect(theirs.find?.where).toEqual([['TxnDate', '2026-12-02']]);
});

test.each<[string, (ctx: MappingContext) => object, MappingContext, string]>([
  [
    'negative, closed',
    (ctx) => toNegativePayout(NEGATIVE, MONEY, whereIn(PLACES), ctx),
    withProfile(US, { bookCloseDate: '2026-12-02' }),
    'closed_period',
  ],
  [
    'negative, no fees account',
    (ctx) => toNegativePayout(NEGATIVE, MONEY, whereIn(PLACES), ctx),
    withValues(US, { 'payments.feeAccount': null }),
    'account_missing',
  ],
  ['negative, a part nobody knows', (ctx) => toNegativePayout(NEGATIVE, MONEY, whereIn({}), ctx), US, 'payout_unequal'],
  [
    'negative, its parts make another amount',
    (ctx) => toNegativePayout({ ...NEGATIVE, amount: '-87.71' }, MONEY, whereIn(PLACES), ctx),
    US,
    'payout_unequal',
  ],
  [
    'failed, closed since',
    (ctx) => toFailedPayout(PO_1, '2026-12-05', ctx),
    withProfile(US, { bookCloseDate: '2026-12-05' }),
    'closed_period',
  ],
  [
    'failed, no clearing account',
    (ctx) => toFailedPayout(PO_1, '2026-12-05', ctx),
    withValues(US, { 'payments.clearingAccount': null }),
    'account_missing',
  ],
  [
    'manual, no bank account',
    (ctx) => toWholePayout(PO_1, ctx),
    withValues(US, { 'payments.payoutAccount': null }),
    'account_missing',
  ],
  ['manual, in another currency', (ctx) => toWholePayout({ ...PO_1, currency: 'EUR' }, ctx), US, 'currency'],
  ['manual, nobody chose yet', (ctx) => toWholePayout(PO_1, ctx, false), US, 'payout_kind'],
  [
    'manual, in Undeposited Funds',
    (ctx) => toWholePayout(PO_1, ctx),
    withValues(US, { 'payments.clearingAccount': { id: '4', name: 'Undeposited Funds' } }),
    'payout_funds',
  ],
])('§11 %s', (_what, map, ctx, code) => {
  const mapped = map(ctx) as MappedRecord;
  expect(isHold(mapped) && mapped.hold.code).toBe(code);
});
