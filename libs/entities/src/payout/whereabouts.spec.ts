import type { Made } from '../sync/rules';
import { whereabouts } from './whereabouts';

const FUNDS = { id: '4', name: 'Undeposited Funds' };
const made = (body: object | string, more: Partial<Made> = {}): Made => ({
  body: typeof body === 'string' ? body : JSON.stringify(body),
  basis: undefined,
  linked: true,
  removed: false,
  ...more,
});
const payment = (amount: string, account: string): Made =>
  made(
    `{"TotalAmt":${amount},"CustomerRef":{"value":{"$ref":"customer:cus_1"}},"DepositToAccountRef":{"value":"${account}"}}`,
  );
const entry = (debit: string, credit: string, amount = '179.70'): Made =>
  made(`{"TxnDate":"2026-12-03","Line":[
    {"Amount":${amount},"JournalEntryLineDetail":{"PostingType":"Debit","AccountRef":{"value":"${debit}"},
     "Entity":{"Type":"Customer","EntityRef":{"value":{"$ref":"customer:cus_1"}}}}},
    {"Amount":${amount},"JournalEntryLineDetail":{"PostingType":"Credit","AccountRef":{"value":"${credit}"}}}]}`);
const ours = (ref: string, records: Record<string, Made>) =>
  ({ is: 'ours', ref, text: 'RAC-1041', made: records }) as const;
const plain = (ref: string, amount: string, account: string) => ({
  ref,
  amount,
  in: { id: account, name: '' },
  customer: { $ref: ref, at: 'CustomerRef.value' },
  text: 'RAC-1041',
});

test("a charge: every part of its payment where it was put, its return's entry beside it left out", () => {
  const records = {
    'payment:pay_500': payment('100.00', '91'),
    'payment:pay_500/cus_61': payment('79.70', '4'),
    'payment:pay_500/cus_62': { ...payment('9.99', '91'), removed: true },
    'payment:pay_500/returned': entry('84', '91'),
  };
  expect(whereabouts('charge', ours('payment:pay_500', records), FUNDS)).toEqual({
    sits: [
      { ...plain('payment:pay_500', '100.00', '91'), txnType: 'Payment' },
      { ...plain('payment:pay_500/cus_61', '79.70', '4'), in: 'undeposited', txnType: 'Payment' },
    ],
  });
});

test('what failed: the entry, by the line that took the money', () => {
  const records = { 'payment:pay_500': payment('179.70', '91'), 'payment:pay_500/returned': entry('84', '4') };
  expect(whereabouts('charge_failure', ours('payment:pay_500', records), FUNDS)).toEqual({
    sits: [
      {
        ref: 'payment:pay_500/returned',
        amount: '-179.70',
        in: 'undeposited',
        txnType: 'JournalEntry',
        lineAt: 'Line.1.Id',
        customer: { $ref: 'payment:pay_500/returned', at: 'Line.0.JournalEntryLineDetail.Entity.EntityRef.value' },
        text: 'RAC-1041',
      },
    ],
  });
});

test('a refund: its receipt with what was refunded, or its entry', () => {
  const receipt = made(
    { DepositToAccountRef: { value: '91' }, Line: [{ Amount: 46.19 }] },
    { basis: { amount: '50.00' } },
  );
  expect(whereabouts('refund', ours('refund:re_77', { 'refund:re_77': receipt }), FUNDS)).toEqual({
    sits: [{ ...plain('refund:re_77', '-50.00', '91'), txnType: 'RefundReceipt' }],
  });
  expect(
    whereabouts('refund', ours('refund:re_78', { 'refund:re_78': entry('84', '91', '5.00') }), FUNDS),
  ).toMatchObject({
    sits: [{ amount: '-5.00', in: { id: '91' }, txnType: 'JournalEntry', lineAt: 'Line.1.Id' }],
  });
});

describe('a refund that failed at Stripe after its money had left', () => {
  const CLEARING = { id: '91', name: 'Stripe clearing' };
  const receipt = (account: string, more: Partial<Made> = {}): Record<string, Made> => ({
    'refund:re_77': made(
      { DepositToAccountRef: { value: account }, Line: [] },
      { basis: { amount: '50.00' }, ...more },
    ),
  });
  const refund = (records: Record<string, Made>, failed?: { clearing: typeof CLEARING | null }) =>
    ({ ...ours('refund:re_77', records), ...(failed === undefined ? {} : { failed }) }) as const;
  const line = (id: string, name = '') => ({ account: { id, name }, text: 'RAC-1041, failed' });
  const NO_RECORD =
    'RAC-1041 failed and no record in Undeposited Funds holds its money: name an account for it, ' +
    'the same one for the refund and for its return';

  test.each<[string, Parameters<typeof whereabouts>[1], unknown]>([
    [
      'Run a Call has not said so: it is waited for',
      refund(receipt('91')),
      { missing: 'Run a Call has not said that RAC-1041 failed', on: 'refund:re_77' },
    ],
    ['its receipt is taken back', refund(receipt('91', { removed: true }), { clearing: CLEARING }), line('91')],
    ['its receipt still stands', refund(receipt('90'), { clearing: CLEARING }), line('90')],
    [
      'its entry is taken back',
      refund({ 'refund:re_77': { ...entry('84', '91', '50.00'), removed: true } }, { clearing: null }),
      line('91'),
    ],
    ['it was never posted', refund({}, { clearing: CLEARING }), line('91', 'Stripe clearing')],
    [
      'it had left Undeposited Funds, out of which only records are taken',
      refund(receipt('4', { removed: true }), { clearing: FUNDS }),
      { missing: NO_RECORD, half: 'refund:re_77' },
    ],
    [
      'never posted, payments wait in Undeposited Funds',
      refund({}, { clearing: FUNDS }),
      { missing: NO_RECORD, half: 'refund:re_77' },
    ],
  ])('%s', (_what, behind, place) => {
    expect(whereabouts('refund_failure', behind, FUNDS)).toEqual(place);
    // What left is as what came back, once it is known to have failed.
    if (behind.is === 'ours' && behind.failed !== undefined)
      expect(whereabouts('refund', behind, FUNDS)).toEqual(place);
  });
});

test('a failed payout is back where its entry put it; one posted whole was taken from there', () => {
  const failed = { 'payout:po_0': entry('35', '91'), 'payout:po_0/failed': entry('91', '35') };
  const back = whereabouts('payout_reversal', ours('payout:po_0', failed), FUNDS);
  expect('sits' in back && back.sits.length).toBe(1);
  expect(back).toMatchObject({
    sits: [{ ref: 'payout:po_0/failed', amount: '179.70', in: { id: '91' }, lineAt: 'Line.0.Id' }],
  });
  const whole = { 'payout:po_0': entry('35', '91') };
  expect(whereabouts('earlier_payout', ours('payout:po_0', whole), FUNDS)).toMatchObject({
    sits: [{ ref: 'payout:po_0', amount: '-179.70', in: { id: '91' }, lineAt: 'Line.1.Id' }],
  });
});

test('nothing asked for yet, or taken back: it is waited for; what nobody knows is not', () => {
  const on = { missing: 'RAC-1041 is not in QuickBooks yet', on: 'payment:pay_500' };
  expect(whereabouts('charge', ours('payment:pay_500', {}), FUNDS)).toEqual(on);
  const removed = { 'payment:pay_500': { ...payment('1.00', '91'), removed: true } };
  expect(whereabouts('charge', ours('payment:pay_500', removed), FUNDS)).toEqual(on);
  expect(
    whereabouts('charge_failure', ours('payment:pay_500', { 'payment:pay_500': payment('1.00', '91') }), FUNDS),
  ).toEqual(on);
  expect(whereabouts('charge', { is: 'before' }, FUNDS)).toEqual({ missing: 'it is from before Sync was switched on' });
  expect(whereabouts('charge', { is: 'unknown' }, null)).toEqual({ missing: 'Run a Call does not know it' });
});
