import { choicesOf } from '@qbo-sync/contracts/choices';
import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import type { SettingValues, SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { PO_1, transaction as transactionOf } from '@qbo-sync/mapping/payout.fixtures';
import type { BankDeposit } from '@qbo-sync/mapping/payout-by-hand';
import type { Whereabouts } from '@qbo-sync/mapping/payout-lines';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { answered, changed, context, given, lines, only, settings, type Story } from '../sync/spec-kit';
import { standing } from '../sync/stream-state';
import { partsFold } from './parts-fold';
import { type PayoutRelated, payoutRules } from './payout';

const ref = 'payout:po_1';
const CLEARING = { id: '91', name: 'Stripe clearing' };
const VALUES: Partial<SettingValues> = {
  'payments.payoutAccount': { id: '35', name: 'Checking' },
  'payments.feeAccount': { id: '92', name: 'Stripe fees' },
  'payments.disputeAccount': { id: '93', name: 'Stripe disputes' },
};

/** Cents as a decimal string. */
const money = (cents: number): string => `${cents < 0 ? '-' : ''}${(Math.abs(cents) / 100).toFixed(2)}`;

const transaction = (source: string | null, category: string, cents: number, fee = 0): StripeTransaction =>
  transactionOf({
    ...{ source, category, type: category === 'fee' ? 'stripe_fee' : category },
    ...{ amount: money(cents), fee: money(fee), net: money(cents - fee) },
    fees: fee === 0 ? [] : [{ kind: 'stripe_fee', amount: money(fee) }],
    description: category === 'fee' ? 'Radar, Nov 2026' : null,
  });
const sits = (of: string, cents: number, at: PayoutSits = CLEARING): Whereabouts => ({
  sits: [
    { ref: of, amount: money(cents), in: at, txnType: of.startsWith('refund') ? 'RefundReceipt' : 'Payment', text: of },
  ],
});
type PayoutSits = typeof CLEARING | 'undeposited';

/** What is read beside the stream. */
interface World {
  /** Undefined until every page was read. */
  readonly transactions?: readonly StripeTransaction[];
  readonly where: Readonly<Record<string, Whereabouts>>;
  /** Undefined until they were listed. */
  readonly deposits?: readonly BankDeposit[];
}
type PayoutStory = Omit<Story<PayoutRelated>, 'when' | 'under'> & {
  when(trigger: Trigger): PayoutStory;
  under(change: { readonly related?: World; readonly settings?: SyncSettings }): PayoutStory;
};

/** Before each step its parts are handed in, as the payments service does. */
const inWorld = (story: Story<PayoutRelated>, world: World): PayoutStory => ({
  ...story,
  when: (trigger) => inWorld(story.under({ related: relatedTo(story, trigger, world) }).when(trigger), world),
  under: ({ related = world, ...change }) => inWorld(story.under(change), related),
});

function relatedTo({ state, context: { settings: now } }: Story<PayoutRelated>, trigger: Trigger, world: World) {
  const { transactions, where, deposits } = world;
  const fold = transactions === undefined ? undefined : partsFold({ state, trigger, settings: now });
  if (fold === undefined) return {};
  for (const each of transactions ?? []) fold.weigh(each, where[each.id]);
  if (fold.goesOn()) for (const each of transactions ?? []) fold.place(each, where[each.id]);
  return { parts: fold.outcome(), listing: LISTING, ...(deposits === undefined ? {} : { deposits }) };
}
const LISTING = 'payout:po_1/deposits.2026-12-02.1';

/** 40 payments, 2 refunds, fees: story 11. */
const CHARGES = Array.from({ length: 40 }, (_, index) => transaction(`ch_${index}`, 'charge', 10_000 + index, 320));
const TRANSACTIONS = [
  ...CHARGES,
  transaction('re_1', 'refund', -5_000),
  transaction('re_2', 'refund', -2_500),
  transaction(null, 'fee', -450),
];
const WHERE: World['where'] = {
  ...Object.fromEntries(CHARGES.map(({ id }, index) => [id, sits(`payment:pay_${index}`, 10_000 + index)])),
  txn_re_1: sits('refund:re_1', -5_000),
  txn_re_2: sits('refund:re_2', -2_500),
};
const RELATED: World = { transactions: TRANSACTIONS, where: WHERE, deposits: [] };
const AMOUNT = '3800.30';

const payout: StripePayout = { ...PO_1, id: 'po_1', amount: AMOUNT };
const start = (related: World = RELATED, values: Partial<SettingValues> = {}): PayoutStory =>
  inWorld(given(payoutRules, ref, context({}, { settings: settings({ values: { ...VALUES, ...values } }) })), related);
const seen = (sequence: number, fields: Partial<StripePayout> = {}) =>
  changed(`payout ${fields.status ?? payout.status}`, sequence, { payout: { ...payout, ...fields } });
/** In the company's zone it is the day before. */
const FAILED = { status: 'failed', failedAt: '2026-12-06T03:00:00.000Z' };
const RELATED_CHANGED: Trigger = { kind: 'redecide', why: 'related' };
const resolve = (choice: string): Trigger => ({ kind: 'resolve', commandId: 'cmd_1', by: 'ana', choice });

const record = { Id: '900', TotalAmt: AMOUNT, TxnDate: '2026-12-02', DepositToAccountRef: { value: '35' } };
const requested = (story: PayoutStory) => {
  const { data, personal } = only(story.events, 'PushRequested');
  return { data, body: JSON.parse(personal.body) as { Line: { Amount: number }[]; DepositToAccountRef: object } };
};
const postedStory = () => {
  const story = start().when(seen(1));
  return story.when(answered(story, { record }));
};

describe('story 11: a payout of 40 payments, 2 refunds and fees', () => {
  it('one payment is not in QuickBooks yet → it waits for it; it arrives → one Deposit after all it holds', () => {
    const late = { ...WHERE, txn_ch_7: { missing: 'it is not in QuickBooks yet', on: 'payment:pay_7' } };
    const story = start({ ...RELATED, where: late }).when(seen(1));
    expect(lines(story.events)).toEqual(['Changed payout paid', 'Deferred parts']);
    expect(standing(story.state)).toMatchObject({ open: true, waitsOn: 'payment:pay_7' });
    expect(story.when(RELATED_CHANGED).events).toEqual([]);

    const done = story.under({ related: RELATED }).when(RELATED_CHANGED);
    expect(lines(done.events)).toEqual(['PushRequested put payout:po_1']);
    const { data, body } = requested(done);
    expect(data.after).toHaveLength(42);
    expect(data.after).toContain('payment:pay_7');
    expect(body.Line).toHaveLength(44);
    expect(body.Line.reduce((all, { Amount }) => all + Math.round(Amount * 100), 0)).toBe(380_030);
    expect(lines(done.when(answered(done, { record })).events)).toEqual(['Settled']);
  });

  it('it waits until it is paid, itemised and read whole', () => {
    const unread: World = { where: WHERE, deposits: [] };
    const story = start(unread).when(seen(1, { status: 'in_transit', reconciliationStatus: 'in_progress' }));
    expect(lines(story.events)).toEqual(['Changed payout in_transit', 'Deferred parts']);
    const paid = story.when(seen(2, { reconciliationStatus: 'in_progress' }));
    expect(lines(paid.events).at(-1)).toBe('Deferred parts');
    const early = paid.under({ related: RELATED }).when(seen(3, { reconciliationStatus: 'in_progress' }));
    expect(lines(early.events).at(-1)).toBe('Deferred parts');
    const itemised = paid.when(seen(3));
    expect(lines(itemised.events).at(-1)).toBe('Deferred parts');
    const read = itemised.under({ related: RELATED }).when(RELATED_CHANGED);
    expect(lines(read.events)).toEqual(['PushRequested put payout:po_1']);
  });

  it('in Undeposited Funds the ids of the payments are reached by reference', () => {
    const where = { ...WHERE, txn_ch_0: sits('payment:pay_0', 10_000, 'undeposited') };
    expect(requested(start({ ...RELATED, where }).when(seen(1))).body.Line[0]).toEqual({
      Amount: 100,
      LinkedTxn: [{ TxnId: { $ref: 'payment:pay_0' }, TxnType: 'Payment', TxnLineId: '0' }],
    });
  });

  it('§12 a deposit is conflict: a person deposited our payment, which QuickBooks takes once', () => {
    const where = { ...WHERE, txn_ch_0: sits('payment:pay_0', 10_000, 'undeposited') };
    const story = start({ ...RELATED, where }).when(seen(1));
    const detail = 'Transaction has already been applied to another Deposit.';
    const held = story.when(answered(story, { outcome: 'refused', code: '6000', detail }));
    expect(only(held.events, 'Held').personal.reason).toMatchObject({ code: 'refused', params: { text: detail } });
  });

  it('an answer with another total is not synced', () => {
    const story = start().when(seen(1));
    expect(lines(story.when(answered(story, { record: { ...record, TotalAmt: '3800.29' } })).events)).toEqual([
      'Held refused',
    ]);
    expect(lines(story.when(answered(story, { outcome: 'refused', code: '6210' })).events)).toEqual([
      'Held closed_period',
    ]);
  });
});

describe('what is posted stands', () => {
  it('the same said again, other accounts, a payment gone since: nothing is sent', () => {
    const story = postedStory();
    expect(lines(story.events)).toEqual(['Settled']);
    expect(lines(story.when(seen(2)).events)).toEqual(['Changed payout paid', 'Skipped unchanged']);
    const other = settings({ values: { ...VALUES, 'payments.feeAccount': { id: '7', name: 'Other' } } });
    const later = story.under({ settings: other, related: { ...RELATED, where: {} } });
    expect(lines(later.when(seen(2)).events)).toEqual(['Changed payout paid', 'Skipped unchanged']);
    expect(later.when(RELATED_CHANGED).events).toEqual([]);
  });

  it('failed after that: an entry takes it back, behind the deposit', () => {
    const failed = postedStory().when(seen(2, FAILED));
    expect(lines(failed.events)).toEqual(['Changed payout failed', 'PushRequested put payout:po_1/failed']);
    expect(requested(failed).data.after).toEqual(['payout:po_1']);
    const done = failed.when(
      answered(failed, {
        ref: 'payout:po_1/failed',
        quickbooksId: '901',
        record: {
          Id: '901',
          TxnDate: '2026-12-05',
          DocNumber: 'RAC-po_1/failed',
          Line: [entryLine('Debit', '91'), entryLine('Credit', '35')],
        },
      }),
    );
    expect(lines(done.events)).toEqual(['Settled']);
    expect(lines(done.when(seen(3, FAILED)).events)).toEqual(['Changed payout failed', 'Skipped unchanged']);
  });

  it('failed before it was posted: both, so that its fees are in the books', () => {
    const failed = start().when(seen(1, FAILED));
    expect(lines(failed.events)).toEqual([
      'Changed payout failed',
      'PushRequested put payout:po_1',
      'PushRequested put payout:po_1/failed',
    ]);
    expect(lines(start().when(seen(1, { status: 'failed' })).events).at(-1)).toBe('Held date_missing');
  });

  it('failed before it was ever paid, and itemised only then: it waits for its parts, then both', () => {
    const early = start({ where: WHERE, deposits: [] }).when(
      seen(1, { ...FAILED, reconciliationStatus: 'in_progress' }),
    );
    expect(lines(early.events)).toEqual(['Changed payout failed', 'Deferred parts']);
    const itemised = early.when(seen(2, FAILED)).under({ related: RELATED }).when(RELATED_CHANGED);
    expect(lines(itemised.events)).toEqual(['PushRequested put payout:po_1', 'PushRequested put payout:po_1/failed']);
  });
});

const entryLine = (PostingType: string, account: string) => ({
  Amount: AMOUNT,
  JournalEntryLineDetail: { PostingType, AccountRef: { value: account } },
});

describe('held, naming what is missing', () => {
  const unknown = { ...WHERE, txn_ch_3: { missing: 'Run a Call does not know it' } };

  it.each<[string, Partial<StripePayout>, World, string]>([
    ['a charge nobody knows', {}, { ...RELATED, where: unknown }, 'payout_unequal'],
    ['parts that are not the amount', { amount: '3800.31' }, RELATED, 'payout_unequal'],
    [
      'a category that is not posted',
      {},
      { ...RELATED, transactions: [...TRANSACTIONS, transaction('tu_1', 'topup', 100)] },
      'payout_part',
    ],
    [
      'a deposit entered by hand',
      {},
      { ...RELATED, deposits: [{ date: '2026-12-03', total: AMOUNT, bankId: '35' }] },
      'payout_exists',
    ],
    ['a manual payout', { automatic: false }, RELATED, 'payout_kind'],
    ['an instant payout', { method: 'instant' }, RELATED, 'payout_kind'],
    ['another currency', { currency: 'EUR' }, RELATED, 'currency'],
  ])('%s', (_what, fields, related, code) => {
    expect(lines(start(related).when(seen(1, fields)).events)).toEqual(['Changed payout paid', `Held ${code}`]);
  });

  it('§10.4 one that Stripe cannot itemise, out of Undeposited Funds: no clearing is offered, and none chosen', () => {
    const funds = { id: '4', name: 'Undeposited Funds' };
    const held = start(RELATED, { 'payments.clearingAccount': funds }).when(seen(1, { automatic: false }));
    expect(lines(held.events)).toEqual(['Changed payout paid', 'Held payout_funds']);
    expect(choicesOf({ entity: 'payout', state: 'needs attention', change: 'paid', reason: 'payout_funds' })).toEqual([
      { code: 'retry', needs: [] },
      { code: 'leave', needs: [] },
    ]);
    const chosen = held.when(resolve('clearing'));
    expect(lines(chosen.events).some((line) => line.startsWith('PushRequested'))).toBe(false);
  });

  it('a person names the account of a charge nobody knows; a known one is not moved by that', () => {
    const story = start({ ...RELATED, where: unknown }).when(seen(1));
    const named = story.when(resolve('account ch_3 77')).when(resolve('account ch_4 78'));
    const [push] = [...story.when(resolve('account ch_3 77')).events].filter(({ type }) => type === 'PushRequested');
    expect(push?.type).toBe('PushRequested');
    expect(named.state.chosen).toMatchObject({ 'account ch_3': '77' });
    const { body } = requested(story.when(resolve('account ch_3 77')));
    const accounts = body.Line.map(
      (line) =>
        (line as unknown as { DepositLineDetail: { AccountRef: { value: string } } }).DepositLineDetail.AccountRef
          .value,
    );
    expect(accounts[3]).toBe('77');
    expect(accounts.filter((each) => each === '77')).toHaveLength(1);
  });

  it('a refund that failed, out of Undeposited Funds: with its return in one payout nothing; alone, on the account a person names', () => {
    const transactions = [
      ...TRANSACTIONS,
      transaction('re_3', 'refund', -1_000),
      { ...transaction('re_3', 'refund_failure', 1_000), id: 'txn_back' },
    ];
    const gone = { missing: 'RAC-3 re_3 failed and no record holds its money', half: 'refund:re_3' };
    const where = { ...WHERE, txn_re_3: gone, txn_back: gone };
    const both = requested(start({ ...RELATED, transactions, where }).when(seen(1)));
    expect(both.body.Line).toEqual(requested(start().when(seen(1))).body.Line);

    const alone = start({ ...RELATED, transactions: transactions.slice(0, -1), where });
    const held = alone.when(seen(1, { amount: '3790.30' }));
    expect(only(held.events, 'Held').personal.reason).toMatchObject({
      code: 'payout_unequal',
      params: { y: '3800.30', charge: 're_3', amount: '-10.00', reason: gone.missing },
    });
    const { body } = requested(held.when(resolve('account re_3 77')));
    const named = (body.Line as unknown as { Amount: number; DepositLineDetail: { AccountRef: { value: string } } }[])
      .filter(({ DepositLineDetail }) => DepositLineDetail.AccountRef.value === '77')
      .map(({ Amount }) => Amount);
    expect(named).toEqual([-10]);
  });

  const BY_HAND = { ...RELATED, deposits: [{ date: '2026-12-03', total: AMOUNT, bankId: '35' }] };

  it('deposits are looked for first, and not again once it was asked for', () => {
    const { deposits: _deposits, ...unlisted } = RELATED;
    const story = start(unlisted).when(seen(1));
    expect(lines(story.events)).toEqual(['Changed payout paid', 'Deferred parts']);
    expect(standing(story.state).waitsOn).toBe(LISTING);
    const asked = story.under({ related: RELATED }).when(RELATED_CHANGED);
    expect(lines(asked.events)).toEqual(['PushRequested put payout:po_1']);
    expect(asked.under({ related: unlisted }).when({ kind: 'redecide', why: 'settings' }).events).toEqual([]);
  });

  it('a deposit entered by hand: post anyway', () => {
    const story = start(BY_HAND).when(seen(1)).when(resolve('post'));
    expect(lines(story.events)).toContain('PushRequested put payout:po_1');
  });

  it('a deposit entered by hand: it is linked, compared, and stands', () => {
    const story = start(BY_HAND).when(seen(1)).when(resolve('link 900'));
    expect(lines(story.events)).toContain('PushRequested link payout:po_1');
    const other = story.when(answered(story, { record: { ...record, TotalAmt: '1.00' } }));
    expect(lines(other.events)).toEqual(['Held refused']);
    const done = story.when(answered(story, { record: { ...record, TxnDate: '2026-12-03' } }));
    expect(lines(done.events)).toEqual(['Settled']);
    expect(done.when(RELATED_CHANGED).events).toEqual([]);
    expect(lines(done.when(seen(2, FAILED)).events)).toEqual([
      'Changed payout failed',
      'PushRequested put payout:po_1/failed',
    ]);
    expect(lines(other.when(resolve('link 901')).events)).toContain('PushRequested link payout:po_1');
    expect(lines(postedStory().when(resolve('link 901')).events).filter((line) => line.startsWith('Push'))).toEqual([
      'PushRequested put payout:po_1',
    ]);
  });

  it('a manual payout over Stripe clearing, as one entry', () => {
    const story = start()
      .when(seen(1, { automatic: false }))
      .when(resolve('clearing'));
    expect(lines(story.events)).toContain('PushRequested put payout:po_1');
    expect(requested(story).data.resource).toBe('JournalEntry');
  });

  it('an itemised one cannot be put over Stripe clearing', () => {
    const story = start({ ...RELATED, where: unknown }).when(seen(1));
    expect(lines(story.when(resolve('clearing')).events)).not.toContain('PushRequested put payout:po_1');
  });
});

it('negative: an entry', () => {
  const related = { ...RELATED, transactions: [transaction('re_1', 'refund', -5_000)] };
  const story = start(related).when(seen(1, { amount: '-50.00' }));
  expect(requested(story).data.resource).toBe('JournalEntry');
});

it('negative in Undeposited Funds: what is in QuickBooks stands while the rest is asked for anew', () => {
  const transactions = [transaction('ch_0', 'charge', 1_000, 50), transaction('re_1', 'refund', -5_000)];
  const where = {
    txn_ch_0: sits('payment:pay_0', 1_000, 'undeposited'),
    txn_re_1: sits('refund:re_1', -5_000, 'undeposited'),
  };
  const story = start({ ...RELATED, transactions, where }).when(seen(1, { amount: '-40.50' }));
  expect(lines(story.events).slice(1)).toEqual(['PushRequested put payout:po_1', 'PushRequested put payout:po_1/2']);
  const Line = [
    { Amount: '40.50', JournalEntryLineDetail: { PostingType: 'Debit', AccountRef: { value: '4' } } },
    { Amount: '40.50', JournalEntryLineDetail: { PostingType: 'Credit', AccountRef: { value: '35' } } },
  ];
  const entry = { Id: '900', TxnDate: '2026-12-02', DocNumber: 'RAC-po_1', Line };
  const half = story.when(answered(story, { record: entry }));
  const values = {
    'payments.feeAccount': { id: '7', name: 'Other' },
    'payments.payoutAccount': { id: '36', name: 'Savings' },
  };
  const other = half
    .under({ settings: settings({ values: { ...VALUES, ...values } }) })
    .when({ kind: 'redecide', why: 'settings' });
  expect(lines(other.events)).toEqual(['PushRequested put payout:po_1/2']);
  expect(only(other.events, 'PushRequested').personal.body).toContain('"AccountRef":{"value":"7"}');
});

it('a manual payout that never went: nothing', () => {
  expect(lines(start().when(seen(1, { automatic: false, status: 'canceled' })).events).at(-1)).toBe(
    'Skipped unchanged',
  );
  expect(lines(start().when(seen(1, { automatic: false, status: 'failed' })).events).at(-1)).toBe('Skipped unchanged');
});

it.each(['payments.reconcile', 'payments.push', 'invoices.push'] as const)('%s off: skipped', (setting) => {
  expect(lines(start(RELATED, { [setting]: false }).when(seen(1)).events)).toEqual([
    'Changed payout paid',
    'Skipped setting_off',
  ]);
});

it('of before go-live: not ours', () => {
  expect(lines(start().when(seen(1, { arrivalDate: '2026-10-30' })).events).at(-1)).toBe('Skipped before_cutover');
});
