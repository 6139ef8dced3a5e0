import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import { parseDecimal, sum } from '@qbo-sync/money/decimal';
import { UK, US, withIds, withProfile, withValues } from './context.fixtures';
import type { MappedRecord, MappingContext } from './document';
import { type MappedPayout, payoutFold } from './payout';
import type { Whereabouts } from './payout-lines';
import { readPart } from './payout-part';
import { payoutSums } from './payout-sums';
import {
  CHARGE_500,
  CHARGE_501,
  MONTHLY_FEE,
  PAYMENT_500,
  PLACES,
  type Places,
  PO_1,
  PO_1_BODY,
  PO_1_IDS,
  PO_1_TRANSACTIONS,
  REFUND_77,
  toDeposits,
  transaction,
  whereIn,
} from './payout.fixtures';

const deposits = (mapped: MappedPayout): readonly MappedRecord[] => {
  if (!('deposits' in mapped)) throw new Error(`not made: ${JSON.stringify(mapped)}`);
  return mapped.deposits;
};
const one = (transactions: readonly StripeTransaction[], places: Places = PLACES, ctx = US): MappedRecord => {
  const amount = sum(transactions.filter(({ source }) => source !== PO_1.id).map(({ net }) => parseDecimal(net)));
  const payout = { ...PO_1, amount: amount.toFixed(2) };
  const [only] = deposits(toDeposits(payout, transactions, whereIn(places), ctx));
  if (only === undefined) throw new Error('no deposit');
  return only;
};
const lines = (mapped: MappedRecord): { Amount: number; Description?: string }[] => JSON.parse(mapped.body).Line;
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

  test("§10.2 what sits in QuickBooks' own Undeposited Funds is linked in full, an entry by its line", () => {
    const places: Places = {
      [CHARGE_500.source ?? '']: { sits: [{ ...PAYMENT_500, in: 'undeposited' }] },
      pyr_9: {
        sits: [
          {
            ref: 'payment:pay_9/returned',
            amount: '-20.00',
            in: 'undeposited',
            txnType: 'JournalEntry',
            lineAt: 'Line.1.Id',
            text: 'ACH returned',
          },
        ],
      },
    };
    const failure = transaction({
      source: 'pyr_9',
      type: 'payment_failure_refund',
      category: 'charge_failure',
      amount: '-20.00',
    });
    const mapped = one([CHARGE_500, failure], places);
    expect(lines(mapped).slice(0, 2)).toEqual([
      { Amount: 179.7, LinkedTxn: [{ TxnId: { $ref: 'payment:pay_500' }, TxnType: 'Payment', TxnLineId: '0' }] },
      {
        Amount: -20,
        LinkedTxn: [
          {
            TxnId: { $ref: 'payment:pay_9/returned' },
            TxnType: 'JournalEntry',
            TxnLineId: { $ref: 'payment:pay_9/returned', at: 'Line.1.Id' },
          },
        ],
      },
    ]);
    expect(mapped.after).toBeUndefined();
  });

  test('§10.2 a refund in a later payout than its payment: a line on the account that it left', () => {
    const later = lines(one([CHARGE_501, REFUND_77]));
    expect(later.map(({ Amount, Description }) => [Amount, Description])).toEqual([
      [100, 'Prepayment, Lee Cho'],
      [-50, 'Refund re_77, RAC-1041'],
      [-3.2, 'Stripe processing fees, 1 payment'],
    ]);
    expect(JSON.stringify(later[1])).toContain('"AccountRef":{"value":"91"}');
  });

  test('§10.2 a charge of a payment over several customers: a line per part', () => {
    const sits = [
      { ...PAYMENT_500, amount: '100.00' },
      { ...PAYMENT_500, ref: 'payment:pay_500/cus_61', amount: '79.70' },
    ];
    const mapped = one([CHARGE_500], { [CHARGE_500.source ?? '']: { sits } });
    expect(lines(mapped).map(({ Amount }) => Amount)).toEqual([100, 79.7, -5.51]);
    expect(mapped.after).toEqual(['payment:pay_500', 'payment:pay_500/cus_61']);
  });

  test('§10.3 outside the US no tax; several currencies name theirs', () => {
    const body = (ctx: MappingContext, payout: StripePayout): Record<string, unknown> => {
      const money = PO_1_TRANSACTIONS.map((each) => ({ ...each, currency: payout.currency }));
      return JSON.parse(deposits(toDeposits(payout, money, whereIn(), ctx))[0]?.body ?? '');
    };
    expect(body(UK, { ...PO_1, currency: 'GBP' })['GlobalTaxCalculation']).toBe('NotApplicable');
    expect(body(US, PO_1)['GlobalTaxCalculation']).toBeUndefined();
    expect(body(withProfile(US, { multiCurrency: true }), PO_1)['CurrencyRef']).toEqual({ value: 'USD' });
  });
});

describe('§10.2 each category', () => {
  const dispute = transaction({
    source: 'dp_1',
    type: 'adjustment',
    category: 'dispute',
    amount: '-179.70',
    fee: '15.00',
    fees: [{ kind: 'stripe_fee', amount: '15.00' }],
    net: '-194.70',
    charge: 'ch_1',
  });
  const won = transaction({
    source: 'dp_1',
    type: 'adjustment',
    category: 'dispute_reversal',
    amount: '179.70',
    charge: 'ch_1',
  });
  const failedPayout = transaction({
    source: 'po_0',
    type: 'payout_failure',
    category: 'payout_reversal',
    amount: '300.00',
  });
  const clearing: Whereabouts = { account: { id: '91', name: 'Stripe clearing' }, text: 'Failed payout po_0' };

  test.each<[string, StripeTransaction, Whereabouts, string, string, number]>([
    [
      'dispute',
      dispute,
      { account: { id: '0', name: '' }, text: 'RAC-1041 Dana Ruiz' },
      '93',
      'Dispute dp_1, RAC-1041 Dana Ruiz',
      -179.7,
    ],
    ['dispute_reversal', won, { missing: '' }, '93', 'Dispute won dp_1, ch_1', 179.7],
    ['payout_reversal', failedPayout, clearing, '91', 'Failed payout po_0', 300],
    [
      'a charge for which a person named an account',
      CHARGE_501,
      { account: { id: '77', name: 'Other income' }, text: 'Stripe py_501' },
      '77',
      'Stripe py_501',
      100,
    ],
  ])('%s', (_what, each, where, account, text, amount) => {
    // Beside enough money that no deposit is below zero.
    const plenty = transaction({ source: 'ch_9', amount: '1000.00' });
    const places = { [each.source ?? '']: where, ch_9: { sits: [{ ...PAYMENT_500, amount: '1000.00' }] } };
    expect(lines(one([plenty, each], places))[1]).toMatchObject({
      Amount: amount,
      Description: text,
      DepositLineDetail: { AccountRef: { value: account } },
    });
  });

  test('fees of any line are summed by kind, counted by what bore them', () => {
    const charge = (source: string, fees: [string, string][]) =>
      transaction({
        source,
        amount: '100.00',
        fee: sum(fees.map(([, amount]) => parseDecimal(amount))).toFixed(2),
        fees: fees.map(([kind, amount]) => ({ kind, amount })),
        net: parseDecimal('100.00')
          .minus(sum(fees.map(([, amount]) => parseDecimal(amount))))
          .toFixed(2),
      });
    const mapped = one(
      [
        charge('a', [
          ['stripe_fee', '3.20'],
          ['application_fee', '1.00'],
        ]),
        charge('b', [['stripe_fee', '3.20']]),
        dispute,
        { ...won, fee: '-15.00', fees: [{ kind: 'stripe_fee', amount: '-15.00' }], net: '194.70' },
      ],
      { a: { sits: [{ ...PAYMENT_500, amount: '100.00' }] }, b: { sits: [{ ...PAYMENT_500, amount: '100.00' }] } },
    );
    expect(lines(mapped).slice(4)).toMatchObject([
      { Amount: -6.4, Description: 'Stripe processing fees, 4 transactions' },
      { Amount: -1, Description: 'Application fees, 1 payment' },
    ]);
  });

  test('account fees have a line each, and may be given back', () => {
    const back = { ...MONTHLY_FEE, id: 'txn_2', amount: '2.00', net: '2.00', description: 'Radar, credit' };
    expect(lines(one([CHARGE_500, MONTHLY_FEE, back])).slice(2)).toMatchObject([
      { Amount: -4.5, Description: 'Stripe: Connections Verification, Nov 2026' },
      { Amount: 2, Description: 'Stripe: Radar, credit' },
    ]);
  });

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
    ['a refund that failed', { type: 'refund_failure', category: 'refund_failure' }, 'refund failure'],
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
    expect(sums.held()).toEqual({ hold: { code: 'payout_part', params: { po: 'po_1Nabc', category, x: `${x} USD` } } });
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

test('§10.4 an earlier payout that was posted whole comes off Stripe clearing', () => {
  const sits = [
    { ...PAYMENT_500, ref: 'payout:po_0', amount: '-30.00', txnType: 'JournalEntry' as const, text: 'Payout po_0' },
  ];
  expect(lines(one([CHARGE_500, EARLIER], { ...PLACES, po_0: { sits } }))[1]).toMatchObject({
    Amount: -30,
    Description: 'Payout po_0',
    DepositLineDetail: { AccountRef: { value: '91' } },
  });
});

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
