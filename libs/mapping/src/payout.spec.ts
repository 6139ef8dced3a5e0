import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import { parseDecimal } from '@qbo-sync/money/decimal';
import { US, withIds, withProfile, withValues } from './context.fixtures';
import type { MappedRecord, MappingContext } from './document';
import { type MappedPayout, payoutFold } from './payout';
import { readPart } from './payout-part';
import { payoutSums } from './payout-sums';
import {
  CHARGE_500,
  CHARGE_501,
  PAYMENT_500,
  PLACES,
  type Places,
  PO_1,
  PO_1_BODY,
  PO_1_IDS,
  PO_1_TRANSACTIONS,
  toDeposits,
  transaction,
  whereIn,
} from './payout.fixtures';

const deposits = (mapped: MappedPayout): readonly MappedRecord[] => {
  if (!('deposits' in mapped)) throw new Error(`not made: ${JSON.stringify(mapped)}`);
  return mapped.deposits;
};
const held = (mapped: unknown): unknown => (mapped as { hold?: unknown }).hold;

describe('deposit of a payout', () => {
  test('§10.3 the example, with the ids it is sent with', () => {
    const [mapped] = deposits(toDeposits(PO_1, PO_1_TRANSACTIONS, whereIn(), US));
    expect(withIds(mapped?.body ?? '', PO_1_IDS)).toBe(PO_1_BODY);
    expect(mapped).toMatchObject({
      resource: 'Deposit',
      how: { path: 'deposit', update: 'whole' },
      find: {
        marker: { path: 'PrivateNote', text: 'Run a Call po_1Nabc' },
        where: [['TxnDate', '2026-12-02']],
        adopt: false,
      },
      after: ['payment:pay_500', 'payment:pay_501', 'refund:re_77'],
      expect: { TotalAmt: '216.49', TxnDate: '2026-12-02', 'DepositToAccountRef.value': '35' },
      warnings: [],
    });
  });
});

describe('parts of a payout', () => {
  test.each<[string, Partial<StripeTransaction>, string]>([
    ['top-up', { type: 'topup', category: 'topup' }, 'topup'],
    ['reserve', { type: 'reserve_transaction', category: 'risk_reserved_funds' }, 'risk reserved funds'],
    ['Capital', { type: 'anticipation_repayment', category: 'financing_paydown' }, 'financing paydown'],
    ['transfer', { type: 'transfer', category: 'transfer', amount: '-9.00', net: '-9.00' }, 'transfer'],
    [
      'partial capture',
      { type: 'refund', category: 'partial_capture_reversal', amount: '-9.00', net: '-9.00' },
      'partial capture reversal',
    ],
    ['tax as a category', { type: 'tax_fee', category: 'tax', amount: '-9.00', net: '-9.00' }, 'tax'],
    ['a cancelled payout', { type: 'payout_cancel', category: 'payout_reversal' }, 'payout reversal'],
    ['a type that is not the category’s', { type: 'adjustment', category: 'charge' }, 'charge'],
    ['a sign that is not the category’s', { amount: '-9.00', net: '-9.00' }, 'charge'],
    ['a category of tomorrow', { type: 'payout_of_tomorrow', category: 'tomorrow_thing' }, 'tomorrow thing'],
    ['another currency', { currency: 'EUR' }, 'charge in another currency'],
    ['a converted charge', { converted: true }, 'charge in another currency'],
    [
      'a fee of another kind',
      { fee: '1.00', fees: [{ kind: 'withheld_tax', amount: '1.00' }], net: '8.00' },
      'fee (withheld tax)',
    ],
    ['fees that do not add up', { fee: '1.00', fees: [], net: '8.00' }, 'charge that does not add up'],
    ['a net that does not add up', { net: '8.00' }, 'charge that does not add up'],
    ['less than a cent', { amount: '9.001', net: '9.001' }, 'charge that does not add up'],
  ])('§10.2 %s: the whole payout is held, naming it', (_what, fields, category) => {
    const strange = transaction({ source: 'x_1', amount: '9.00', ...fields });
    expect(readPart(strange, PO_1)).toEqual({ is: 'unknown', category });
    const sums = payoutSums(PO_1);
    for (const each of [...PO_1_TRANSACTIONS, strange]) sums.add(each);
    const [x = ''] = [strange.amount === '9.001' ? '9.00' : strange.amount];
    expect(sums.held()).toEqual({
      hold: { code: 'payout_part', params: { po: 'po_1Nabc', category, x: `${x} ${strange.currency}` } },
    });
  });

  test('the payout itself is not a part of it; all other parts make it', () => {
    const sums = payoutSums(PO_1);
    expect(PO_1_TRANSACTIONS.map((each) => sums.add(each).is)).toEqual(['itself', 'part', 'part', 'part', 'part']);
    expect(sums.held()).toBeUndefined();
    expect(sums.totals()).toMatchObject({
      count: 4,
      gross: new Map([
        ['charge', parseDecimal('279.70')],
        ['refund', parseDecimal('-50')],
        ['account_fee', parseDecimal('-4.5')],
      ]),
    });
  });
});

/** A manual payout before this one: Stripe takes it off the next one it itemises. */
const EARLIER = transaction({ source: 'po_0', type: 'payout', category: 'payout', amount: '-30.00' });

describe('§11 fails closed', () => {
  const unequal = (fields: Record<string, string>) => ({
    code: 'payout_unequal',
    params: { po: 'po_1Nabc', x: '216.49', ...fields },
  });

  test.each<[string, Partial<StripePayout>, MappingContext, unknown]>([
    ['payout kind, manual', { automatic: false }, US, { code: 'payout_kind', params: { po: 'po_1Nabc' } }],
    ['payout kind, instant', { method: 'instant' }, US, { code: 'payout_kind', params: { po: 'po_1Nabc' } }],
    ['currency', { currency: 'EUR' }, US, { code: 'currency', params: { n: 'po_1Nabc', cur: 'EUR', home: 'USD' } }],
    [
      'closed',
      {},
      withProfile(US, { bookCloseDate: '2026-12-02' }),
      { code: 'closed_period', params: { doc: 'po_1Nabc', d: '2026-12-02', c: '2026-12-02' } },
    ],
    ...(['payments.payoutAccount', 'payments.feeAccount', 'payments.disputeAccount'] as const).map(
      (setting): [string, Partial<StripePayout>, MappingContext, unknown] => [
        `account: ${setting}`,
        {},
        withValues(US, { [setting]: null }),
        { code: 'account_missing', params: { setting } },
      ],
    ),
    [
      'payout ≠',
      { amount: '216.50' },
      US,
      {
        ...unequal({}),
        params: {
          po: 'po_1Nabc',
          x: '216.50',
          y: '216.49',
          charge: 'parts',
          amount: '0.01',
          reason: 'Stripe does not list them',
        },
      },
    ],
  ])('%s', (_what, fields, ctx, reason) => {
    expect(held(toDeposits({ ...PO_1, ...fields }, PO_1_TRANSACTIONS, whereIn(), ctx))).toEqual(reason);
  });

  test.each<[string, Places, Record<string, string>]>([
    [
      'a charge nobody knows',
      { ...PLACES, py_501: { missing: 'it is from before your cut-over date' } },
      { y: '116.49', charge: 'py_501', amount: '100.00', reason: 'it is from before your cut-over date' },
    ],
    [
      'a payment of another amount',
      { ...PLACES, py_501: { sits: [{ ...PAYMENT_500, amount: '99.99' }] } },
      { y: '116.49', charge: 'py_501', amount: '100.00', reason: 'Run a Call has another amount' },
    ],
    [
      'an earlier payout that was not posted whole',
      { ...PLACES, po_0: { missing: 'manual payout po_0 is not posted' } },
      { y: '216.49', charge: 'po_0', amount: '-30.00', reason: 'manual payout po_0 is not posted' },
    ],
    [
      'two of them, one of which is on its way',
      { re_77: { missing: 'on its way', on: 'payment:pay_501' } },
      {
        y: '-13.21',
        charge: CHARGE_500.source ?? '',
        amount: '179.70',
        reason: 'Run a Call does not know it (and 1 more)',
      },
    ],
  ])('payout ≠: %s', (_what, places, params) => {
    const isEarlier = params['charge'] === 'po_0';
    const amount = isEarlier ? '186.49' : PO_1.amount;
    const parts = isEarlier ? [...PO_1_TRANSACTIONS, EARLIER] : PO_1_TRANSACTIONS;
    expect(held(toDeposits({ ...PO_1, amount }, parts, whereIn(places), US))).toEqual(
      unequal({ ...params, x: amount }),
    );
  });

  test('story 11: it waits while a part is on its way', () => {
    const places = { ...PLACES, py_501: { missing: 'on its way', on: 'payment:pay_501' } };
    expect(toDeposits(PO_1, PO_1_TRANSACTIONS, whereIn(places), US)).toEqual({ wait: 'payment:pay_501' });
  });

  test('asked for without having asked what stops it: a bug, never a deposit', () => {
    const without = withValues(US, { 'payments.feeAccount': null });
    expect(() => payoutFold(PO_1, whereIn(), without)).toThrow('without its accounts');
    const fold = payoutFold(PO_1, whereIn({}), US);
    fold.weigh(CHARGE_501);
    fold.place(CHARGE_501);
    expect(() => fold.deposits()).toThrow('do not make');
  });
});
