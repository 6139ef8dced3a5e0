import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import type { Reason } from '@qbo-sync/contracts/reasons';
import { json, type Postings, UK, US, withProfile, withValues } from './context.fixtures';
import type { MappedRecord, MappingContext } from './document';
import { toFailedPayout, toNegativePayout, toWholePayout } from './payout-entry';
import type { Sitting } from './payout-lines';
import {
  CHARGE_500,
  CHARGE_501,
  MONTHLY_FEE,
  PAYMENT_500,
  PAYMENT_501,
  PLACES,
  type Places,
  PO_1,
  PO_1_TRANSACTIONS,
  RECEIPT_77,
  REFUND_77,
  toDeposits,
  transaction,
  whereIn,
} from './payout.fixtures';

/** A payout of Stripe → what is written in QuickBooks, to the character, and what that posts there; or why nothing is. */
export interface PayoutCase {
  readonly section: string;
  readonly says: string;
  readonly payout: StripePayout;
  /** As Stripe lists them; their nets make the payout. */
  readonly transactions: readonly StripeTransaction[];
  readonly places: Places;
  readonly ctx: MappingContext;
  /** The most lines of a deposit, where it is not QuickBooks' own. */
  readonly limit?: number;
  /** What is written of it beside its parts: the entry of its failure, or of the whole amount, on request. */
  readonly as?: 'failed' | 'whole';
  readonly records: readonly PayoutRecord[];
  /** Nothing is written: why, and what a person reads. */
  readonly held?: { readonly reason: Reason; readonly sentence: string };
}

export interface PayoutRecord {
  readonly resource: 'Deposit' | 'JournalEntry';
  readonly body: string;
  readonly posts: Postings;
}

const UNDEPOSITED = withValues(US, { 'payments.clearingAccount': { id: '4', name: 'Undeposited Funds' } });

const line = (amount: string, text: string, account: string, customerOf?: string): string =>
  `{"Amount":${amount},"DetailType":"DepositLineDetail","Description":"${text}","DepositLineDetail":{"AccountRef":{"value":"${account}"}` +
  (customerOf === undefined
    ? '}}'
    : `,"Entity":{"value":{"$ref":"${customerOf}","at":"CustomerRef.value"},"type":"CUSTOMER"}}}`);
const linked = (amount: string, ref: string, type: string, lineAt?: string): string =>
  `{"Amount":${amount},"LinkedTxn":[{"TxnId":{"$ref":"${ref}"},"TxnType":"${type}","TxnLineId":` +
  `${lineAt === undefined ? '"0"' : `{"$ref":"${ref}","at":"${lineAt}"}`}}]}`;
const deposit = (lines: readonly string[], note = 'po_1Nabc', tax = ''): string =>
  json(`{"DepositToAccountRef":{"value":"35"},"TxnDate":"2026-12-02","PrivateNote":"Run a Call ${note}",${tax}
    "Line":[${lines.join(',')}]}`);
const side = (amount: string, type: 'Debit' | 'Credit', account: string): string =>
  `{"Amount":${amount},"DetailType":"JournalEntryLineDetail","Description":"Stripe payout po_1Nabc",` +
  `"JournalEntryLineDetail":{"PostingType":"${type}","AccountRef":{"value":"${account}"}}}`;
const entry = (lines: readonly string[], id = 'po_1Nabc', on = '2026-12-02'): string =>
  json(`{"TxnDate":"${on}","DocNumber":"RAC-${id}","PrivateNote":"Run a Call ${id}","Line":[${lines.join(',')}]}`);

const OF_500 = line('179.70', 'RAC-1041 Dana Ruiz', '91', 'payment:pay_500');
const OF_501 = line('100.00', 'Prepayment, Lee Cho', '91', 'payment:pay_501');
const OF_77 = line('-50.00', 'Refund re_77, RAC-1041', '91', 'refund:re_77');
const fees = (amount: string, of: string): string => line(amount, `Stripe processing fees, ${of}`, '92');

/** Of Stripe's fee alone. */
const bearing = (fee: string): Pick<StripeTransaction, 'fee' | 'fees'> => ({
  fee,
  fees: [{ kind: 'stripe_fee', amount: fee }],
});
const DISPUTE = transaction({
  ...{ source: 'dp_1', charge: 'ch_1', type: 'adjustment', category: 'dispute' },
  ...{ amount: '-100.00', net: '-115.00', ...bearing('15.00') },
});
const WON = transaction({
  ...{ source: 'dp_1', charge: 'ch_1', type: 'adjustment', category: 'dispute_reversal' },
  ...{ amount: '100.00', net: '115.00', ...bearing('-15.00') },
});
const RETURNED = transaction({
  ...{ source: 'pyr_9', type: 'payment_failure_refund', category: 'charge_failure', amount: '-20.00' },
});
const ENTRY_9: Sitting = {
  ...{ ref: 'payment:pay_9/returned', amount: '-20.00', in: PAYMENT_500.in, txnType: 'JournalEntry' },
  ...{ lineAt: 'Line.1.Id', text: 'ACH returned, RAC-9' },
};
const CH_500 = CHARGE_500.source ?? '';
/** Eight charges of 100.00 and a fee each: nine lines. */
const EIGHT = Array.from({ length: 8 }, (_, index) =>
  transaction({ ...CHARGE_501, id: `txn_${index}`, source: `py_${index}` }),
);
const EIGHT_PLACES = Object.fromEntries(
  EIGHT.map(({ source }, index) => [
    source,
    { sits: [{ ...PAYMENT_501, ref: `payment:pay_${index}`, text: `RAC-${index}` }] },
  ]),
) as Places;
const BIG_REFUND = { ...REFUND_77, amount: '-179.70', net: '-179.70' };
const NEGATIVE: StripePayout = { ...PO_1, amount: '-87.40' };
const NEGATIVE_PARTS = [CHARGE_501, BIG_REFUND, { ...MONTHLY_FEE, description: 'Radar' }];
const NOT_ITEMISED = { transactions: [], places: {}, ctx: US, as: 'whole' } as const;
const WHOLE_ENTRY = entry([side('216.49', 'Debit', '35'), side('216.49', 'Credit', '91')]);
const WHOLE_POSTS = { Checking: '216.49', 'Stripe clearing': '-216.49' };

/** A payout of a Stripe balance in euros: whatever its kind, it is held. */
const inEuros = (says: string, payout: Partial<StripePayout>, as?: PayoutCase['as']): PayoutCase => ({
  ...{ section: '1.10', says: `another currency, ${says}: held`, places: PLACES, ctx: US, records: [] },
  payout: { ...PO_1, currency: 'EUR', ...payout },
  transactions: [{ ...CHARGE_501, currency: 'EUR' }],
  ...(as === undefined ? {} : { as }),
  held: {
    reason: { code: 'currency', params: { n: 'po_1Nabc', cur: 'EUR', home: 'USD' } },
    sentence: 'po_1Nabc is in EUR; this QuickBooks company keeps USD.',
  },
});

/** An automatic payout in one deposit. */
function paid(
  says: string,
  of: Pick<PayoutCase, 'transactions'> & Partial<Pick<PayoutCase, 'places' | 'ctx'>> & { readonly section?: string },
  amount: string,
  body: string,
  posts: PayoutRecord['posts'],
): PayoutCase {
  const { transactions, places = PLACES, ctx = US, section = '10.2' } = of;
  return {
    ...{ section, says, transactions, places, ctx },
    payout: { ...PO_1, amount, currency: transactions[0]?.currency ?? '' },
    records: [{ resource: 'Deposit', body, posts }],
  };
}

export const PAYOUT_CASES: readonly PayoutCase[] = [
  paid(
    'the example: Dr Checking and fees, Cr Stripe clearing',
    { section: '10.3', transactions: PO_1_TRANSACTIONS },
    '216.49',
    deposit([
      ...[OF_500, OF_501, OF_77, fees('-8.71', '2 payments')],
      line('-4.50', 'Stripe: Connections Verification, Nov 2026', '92'),
    ]),
    { Checking: '216.49', 'Stripe fees': '13.21', 'Stripe clearing': '-229.70' },
  ),
  paid(
    'outside the US: no tax on a deposit',
    {
      section: '10.3',
      transactions: [{ ...CHARGE_501, currency: 'GBP' }],
      ctx: UK,
    },
    '96.80',
    deposit([OF_501, fees('-3.20', '1 payment')], 'po_1Nabc', '"GlobalTaxCalculation":"NotApplicable",'),
    { Checking: '96.80', 'Stripe fees': '3.20', 'Stripe clearing': '-100.00' },
  ),
  paid(
    'several currencies: the company’s own is named',
    { section: '1.10', transactions: [CHARGE_501], ctx: withProfile(US, { multiCurrency: true }) },
    '96.80',
    deposit([OF_501, fees('-3.20', '1 payment')]).replace(
      '"PrivateNote"',
      '"CurrencyRef":{"value":"USD"},"PrivateNote"',
    ),
    { Checking: '96.80', 'Stripe fees': '3.20', 'Stripe clearing': '-100.00' },
  ),
  paid(
    'charge: a payment over several customers, a line per part',
    {
      transactions: [CHARGE_500],
      places: {
        [CH_500]: {
          sits: [
            { ...PAYMENT_500, amount: '100.00' },
            { ...PAYMENT_501, ref: 'payment:pay_500/cus_61', amount: '79.70', text: 'RAC-1042 Lee Cho' },
          ],
        },
      },
    },
    '174.19',
    deposit([
      line('100.00', 'RAC-1041 Dana Ruiz', '91', 'payment:pay_500'),
      line('79.70', 'RAC-1042 Lee Cho', '91', 'payment:pay_501'),
      fees('-5.51', '1 payment'),
    ]),
    { Checking: '174.19', 'Stripe fees': '5.51', 'Stripe clearing': '-179.70' },
  ),
  paid(
    'charge: Run a Call does not know it, a person named its account',
    {
      transactions: [CHARGE_501],
      places: { py_501: { account: { id: '77', name: 'Other income' }, text: 'Stripe py_501' } },
    },
    '96.80',
    deposit([line('100.00', 'Stripe py_501', '77'), fees('-3.20', '1 payment')]),
    { Checking: '96.80', 'Stripe fees': '3.20', 'Other income': '-100.00' },
  ),
  paid(
    'refund: in a later payout than its payment',
    { transactions: [CHARGE_501, REFUND_77] },
    '46.80',
    deposit([OF_501, OF_77, fees('-3.20', '1 payment')]),
    { Checking: '46.80', 'Stripe fees': '3.20', 'Stripe clearing': '-50.00' },
  ),
  paid(
    'charge_failure: off the account its entry took it from',
    { transactions: [CHARGE_501, RETURNED], places: { ...PLACES, pyr_9: { sits: [ENTRY_9] } } },
    '76.80',
    deposit([OF_501, line('-20.00', 'ACH returned, RAC-9', '91'), fees('-3.20', '1 payment')]),
    { Checking: '76.80', 'Stripe fees': '3.20', 'Stripe clearing': '-80.00' },
  ),
  paid(
    'what sits in QuickBooks’ own Undeposited Funds is linked in full, an entry by its line',
    {
      transactions: [CHARGE_500, REFUND_77, RETURNED],
      places: {
        [CH_500]: { sits: [{ ...PAYMENT_500, in: 'undeposited' }] },
        re_77: { sits: [{ ...RECEIPT_77, in: 'undeposited' }] },
        pyr_9: { sits: [{ ...ENTRY_9, in: 'undeposited' }] },
      },
      ctx: UNDEPOSITED,
    },
    '104.19',
    deposit([
      linked('179.70', 'payment:pay_500', 'Payment'),
      linked('-50.00', 'refund:re_77', 'RefundReceipt'),
      linked('-20.00', 'payment:pay_9/returned', 'JournalEntry', 'Line.1.Id'),
      fees('-5.51', '1 payment'),
    ]),
    { Checking: '104.19', 'Stripe fees': '5.51', 'Undeposited Funds': '-109.70' },
  ),
  paid(
    'dispute: the money on the disputes account, its fee on fees',
    {
      transactions: [CHARGE_500, DISPUTE],
      places: { ...PLACES, dp_1: { account: { id: '0', name: '' }, text: 'RAC-1 Dana Ruiz' } },
    },
    '59.19',
    deposit([OF_500, line('-100.00', 'Dispute dp_1, RAC-1 Dana Ruiz', '93'), fees('-20.51', '2 transactions')]),
    { Checking: '59.19', 'Stripe fees': '20.51', 'Stripe disputes': '100.00', 'Stripe clearing': '-179.70' },
  ),
  paid(
    'dispute_reversal: both come back',
    { transactions: [CHARGE_500, WON] },
    '289.19',
    deposit([OF_500, line('100.00', 'Dispute won dp_1, ch_1', '93'), fees('9.49', '2 transactions')]),
    { Checking: '289.19', 'Stripe fees': '-9.49', 'Stripe disputes': '-100.00', 'Stripe clearing': '-179.70' },
  ),
  paid(
    'fee of any line, summed by kind',
    {
      transactions: [
        CHARGE_500,
        {
          ...CHARGE_501,
          ...{ fee: '4.20', net: '95.80' },
          fees: [...CHARGE_501.fees, { kind: 'application_fee', amount: '1.00' }],
        },
      ],
    },
    '269.99',
    deposit([OF_500, OF_501, fees('-8.71', '2 payments'), line('-1.00', 'Application fees, 1 payment', '92')]),
    { Checking: '269.99', 'Stripe fees': '9.71', 'Stripe clearing': '-279.70' },
  ),
  paid(
    'fee of the account: a line each with Stripe’s text, and given back',
    {
      transactions: [
        CHARGE_501,
        MONTHLY_FEE,
        { ...MONTHLY_FEE, id: 'txn_2', amount: '2.00', net: '2.00', description: 'Radar, credit' },
      ],
    },
    '94.30',
    deposit([
      ...[OF_501, fees('-3.20', '1 payment')],
      ...[
        line('-4.50', 'Stripe: Connections Verification, Nov 2026', '92'),
        line('2.00', 'Stripe: Radar, credit', '92'),
      ],
    ]),
    { Checking: '94.30', 'Stripe fees': '5.70', 'Stripe clearing': '-100.00' },
  ),
  paid(
    'payout_reversal: a failed payout’s money is in the balance again',
    {
      transactions: [
        transaction({ source: 'po_0', type: 'payout_failure', category: 'payout_reversal', amount: '300.00' }),
      ],
      places: { po_0: { account: { id: '91', name: 'Stripe clearing' }, text: 'Failed payout po_0' } },
    },
    '300.00',
    deposit([line('300.00', 'Failed payout po_0', '91')]),
    { Checking: '300.00', 'Stripe clearing': '-300.00' },
  ),
  paid(
    'refund_failure: a refund that its bank did not take is on the account it had left',
    {
      transactions: [
        transaction({ source: 're_77', type: 'refund_failure', category: 'refund_failure', amount: '50.00' }),
      ],
      places: { re_77: { account: { id: '91', name: '' }, text: 'Refund re_77, RAC-1041, failed' } },
    },
    '50.00',
    deposit([line('50.00', 'Refund re_77, RAC-1041, failed', '91')]),
    { Checking: '50.00', 'Stripe clearing': '-50.00' },
  ),
  paid(
    'refund_failure: out of Undeposited Funds the refund and its return, in one payout, are no line',
    {
      transactions: [
        CHARGE_500,
        REFUND_77,
        transaction({ source: 're_77', type: 'refund_failure', category: 'refund_failure', amount: '50.00' }),
      ],
      places: {
        [CH_500]: { sits: [{ ...PAYMENT_500, in: 'undeposited' }] },
        re_77: { missing: 'Refund re_77 failed', half: 'refund:re_77' },
      },
      ctx: UNDEPOSITED,
    },
    '174.19',
    deposit([linked('179.70', 'payment:pay_500', 'Payment'), fees('-5.51', '1 payment')]),
    { Checking: '174.19', 'Stripe fees': '5.51', 'Undeposited Funds': '-179.70' },
  ),
  paid(
    'an earlier payout that was posted whole comes off Stripe clearing',
    {
      section: '10.4',
      transactions: [
        CHARGE_501,
        transaction({ source: 'po_0', type: 'payout', category: 'payout', amount: '-30.00', net: '-30.00' }),
      ],
      places: {
        ...PLACES,
        po_0: {
          sits: [
            {
              ...{ ref: 'payout:po_0', amount: '-30.00', txnType: 'JournalEntry', text: 'Payout po_0' },
              in: { id: '91', name: 'Stripe clearing' },
            },
          ],
        },
      },
    },
    '66.80',
    deposit([OF_501, line('-30.00', 'Payout po_0', '91'), fees('-3.20', '1 payment')]),
    { Checking: '66.80', 'Stripe fees': '3.20', 'Stripe clearing': '-70.00' },
  ),
  {
    ...{ section: '10.2', says: 'more lines than QuickBooks takes: in parts that make it', limit: 8 },
    payout: { ...PO_1, amount: '774.40' },
    ...{ transactions: EIGHT, places: EIGHT_PLACES, ctx: US },
    records: ['po_1Nabc (1/2)', 'po_1Nabc/2 (2/2)'].map((note, part) => ({
      resource: 'Deposit',
      body: deposit(
        [
          ...[0, 2, 4, 6].map((index) => line('100.00', `RAC-${index + part}`, '91', 'payment:pay_501')),
          fees('-12.80', '4 payments'),
        ],
        note,
      ),
      posts: { Checking: '387.20', 'Stripe fees': '12.80', 'Stripe clearing': '-400.00' },
    })),
  },
  {
    ...{ section: '10.4', says: 'negative: one entry, Dr Stripe clearing and fees, Cr the bank' },
    ...{ payout: NEGATIVE, transactions: NEGATIVE_PARTS, ctx: US },
    places: { ...PLACES, re_77: { sits: [{ ...RECEIPT_77, amount: '-179.70' }] } },
    records: [
      {
        resource: 'JournalEntry',
        body: entry([side('79.70', 'Debit', '91'), side('7.70', 'Debit', '92'), side('87.40', 'Credit', '35')]),
        posts: { 'Stripe clearing': '79.70', 'Stripe fees': '7.70', Checking: '-87.40' },
      },
    ],
  },
  {
    section: '10.4',
    says: 'negative in Undeposited Funds: the entry moves it there, a deposit of nothing links it all',
    ...{ payout: NEGATIVE, transactions: NEGATIVE_PARTS, ctx: UNDEPOSITED },
    places: {
      py_501: { sits: [{ ...PAYMENT_501, in: 'undeposited' }] },
      re_77: { sits: [{ ...RECEIPT_77, amount: '-179.70', in: 'undeposited' }] },
    },
    records: [
      {
        resource: 'JournalEntry',
        body: entry([side('87.40', 'Debit', '4'), side('87.40', 'Credit', '35')]),
        posts: { 'Undeposited Funds': '87.40', Checking: '-87.40' },
      },
      {
        resource: 'Deposit',
        body: deposit(
          [
            linked('100.00', 'payment:pay_501', 'Payment'),
            linked('-179.70', 'refund:re_77', 'RefundReceipt'),
            fees('-3.20', '1 payment'),
            line('-4.50', 'Stripe: Radar', '92'),
            linked('87.40', 'payout:po_1Nabc', 'JournalEntry', 'Line.0.Id'),
          ],
          'po_1Nabc/2',
        ),
        posts: { 'Stripe fees': '7.70', 'Undeposited Funds': '-7.70' },
      },
    ],
  },
  {
    ...{ section: '10.4', says: 'failed after it was posted: Dr Stripe clearing, Cr the bank, the day it came back' },
    ...{ payout: { ...PO_1, status: 'failed' }, transactions: [], places: {}, ctx: US, as: 'failed' },
    records: [
      {
        resource: 'JournalEntry',
        body: entry([side('216.49', 'Debit', '91'), side('216.49', 'Credit', '35')], 'po_1Nabc/failed', '2026-12-05'),
        posts: { 'Stripe clearing': '216.49', Checking: '-216.49' },
      },
    ],
  },
  {
    ...{ section: '10.4', says: 'manual, on request: Dr the bank, Cr Stripe clearing', ...NOT_ITEMISED },
    payout: { ...PO_1, automatic: false },
    records: [{ resource: 'JournalEntry', body: WHOLE_ENTRY, posts: WHOLE_POSTS }],
  },
  {
    ...{ section: '10.4', says: 'instant, on request: Dr the bank, Cr Stripe clearing', ...NOT_ITEMISED },
    payout: { ...PO_1, method: 'instant' },
    records: [{ resource: 'JournalEntry', body: WHOLE_ENTRY, posts: WHOLE_POSTS }],
  },
  inEuros('paid', { amount: '96.80' }),
  inEuros('taken from the bank', { amount: '-96.80' }),
  inEuros('failed', { status: 'failed' }, 'failed'),
  inEuros('manual, on request', { automatic: false }, 'whole'),
  {
    ...{ section: '10.2', says: 'a charge in another currency: the whole payout is held', places: PLACES, ctx: US },
    payout: { ...PO_1, amount: '270.99' },
    transactions: [CHARGE_500, { ...CHARGE_501, currency: 'EUR' }],
    records: [],
    held: {
      reason: {
        code: 'payout_part',
        params: { po: 'po_1Nabc', category: 'charge in another currency', x: '100.00 EUR' },
      },
      sentence:
        'Payout po_1Nabc holds a charge in another currency of 100.00 EUR, which we do not post. Enter this payout by hand.',
    },
  },
];

/** Why nothing is written of a case, or undefined when something is. */
export function heldBy(one: PayoutCase): Reason | undefined {
  const mapped = mappedOf(one);
  return 'hold' in mapped ? mapped.hold : undefined;
}

/** What is written of a case, in the order in which it is sent; nothing while it is held. */
export function recordsOf(one: PayoutCase): readonly MappedRecord[] {
  const mapped = mappedOf(one);
  if ('hold' in mapped) return [];
  if ('wait' in mapped) throw new Error(`not made: ${JSON.stringify(mapped)}`);
  if ('deposits' in mapped) return mapped.deposits;
  if ('entry' in mapped) return mapped.deposit === undefined ? [mapped.entry] : [mapped.entry, mapped.deposit];
  return [mapped];
}

function mappedOf({ payout, transactions, places, ctx, limit, as }: PayoutCase) {
  if (as === 'failed') return toFailedPayout(payout, '2026-12-05', ctx);
  if (as === 'whole') return toWholePayout(payout, ctx);
  return payout.amount.startsWith('-')
    ? toNegativePayout(payout, transactions, whereIn(places), ctx)
    : toDeposits(payout, transactions, whereIn(places), ctx, limit);
}
