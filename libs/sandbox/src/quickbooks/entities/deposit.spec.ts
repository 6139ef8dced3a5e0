import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { at, codes, type Rig } from '../spec-rig';
import { line, openShop, type Shop } from './spec-shop';

let shop: Shop;
let rig: Rig;
let ids: { bank: string; undeposited: string; clearing: string; fees: string; receivables: string };
beforeAll(async () => {
  shop = await openShop('us-auto');
  rig = shop.rig;
  ids = {
    bank: await rig.idOf('Account', 'Name', 'Checking'),
    undeposited: await rig.idOf('Account', 'Name', 'Undeposited Funds'),
    clearing: await shop.account('Stripe clearing', 'Other Current Asset'),
    fees: await shop.account('Stripe fees', 'Expense'),
    receivables: await rig.idOf('Account', 'AccountType', 'Accounts Receivable'),
  };
});
afterAll(() => rig.close());

const plain = (Amount: number, account: string, more: object = {}) => ({
  Amount,
  DetailType: 'DepositLineDetail',
  DepositLineDetail: { AccountRef: { value: account }, ...more },
});
const linked = (Amount: number, TxnId: unknown, TxnType = 'Payment', TxnLineId: string | undefined = '0') => ({
  Amount,
  LinkedTxn: [{ TxnId, TxnType, ...(TxnLineId === undefined ? {} : { TxnLineId }) }],
});
const body = (Line: object[], more: object = {}) => ({ DepositToAccountRef: { value: ids.bank }, Line, ...more });
const tryDeposit = (Line: object[], more: object = {}) => rig.call('POST', 'deposit', body(Line, more));
const payment = (TotalAmt: number, more: object = {}) =>
  rig.make('Payment', { TotalAmt, CustomerRef: { value: shop.customer }, ...more });
const refund = (amount: number) =>
  rig.make('RefundReceipt', {
    DepositToAccountRef: { value: ids.undeposited },
    Line: [JSON.parse(line(shop, { amount: amount.toFixed(2), code: 'NON' }))],
  });
const removal = (record: TextObject) =>
  rig.call('POST', 'deposit?operation=delete', { Id: record['Id'], SyncToken: '0' });

describe('plain lines (postings.md §10.3)', () => {
  test('a payout: Dr the bank and the fees, Cr clearing; a flat name; the total is the sum', async () => {
    const who = { Entity: { value: shop.customer, type: 'CUSTOMER' } };
    const deposit = await rig.make(
      'Deposit',
      body([plain(179.7, ids.clearing, who), plain(-50, ids.clearing), plain(-8.71, ids.fees)]),
    );
    expect(deposit).toMatchObject({ TotalAmt: '120.99', DepositToAccountRef: { value: ids.bank, name: 'Checking' } });
    expect(at(deposit, 'Line', 0, 'DepositLineDetail', 'Entity')).toMatchObject({
      name: 'Dana Ruiz',
      type: 'CUSTOMER',
    });
    expect(await shop.posted(`Deposit/${String(deposit['Id'])}`)).toMatchObject({
      Checking: '120.99',
      'Stripe fees': '8.71',
    });
    expect((await rig.get('Customer', shop.customer))['Balance']).toBe('0.00');
    expect(await rig.rows(`select * from Deposit where TotalAmt = '120.99'`)).toHaveLength(1);
  });

  test('the nested name of an entry is taken and does nothing (quickbooks.md §14.4)', async () => {
    const nested = { Entity: { Type: 'Customer', EntityRef: { value: shop.customer } } };
    const deposit = await rig.make('Deposit', body([plain(1, ids.clearing, nested)]));
    expect(at(deposit, 'Line', 0, 'DepositLineDetail')).not.toHaveProperty('Entity');
  });

  test.each<[what: string, lines: () => object[], more: () => object, code: string]>([
    ['no bank account', () => [plain(1, ids.clearing)], () => ({ DepositToAccountRef: null }), '2020'],
    [
      'into an asset that is no bank',
      () => [plain(1, ids.fees)],
      () => ({ DepositToAccountRef: { value: ids.clearing } }),
      '6000',
    ],
    ['no line', () => [], () => ({}), '2250'],
    ['a line on a bank account', () => [plain(1, ids.bank)], () => ({}), '6430'],
    ['a line on receivables', () => [plain(1, ids.receivables)], () => ({}), '6430'],
    ['a line without account', () => [{ Amount: 1, DetailType: 'DepositLineDetail' }], () => ({}), '6440'],
    ['a line that says nothing', () => [{ Amount: 1 }], () => ({}), '2020'],
    ['a total below zero', () => [plain(1, ids.clearing), plain(-1.01, ids.fees)], () => ({}), '6000'],
    ['10,001 lines', () => Array.from({ length: 10_001 }, () => plain(0.01, ids.clearing)), () => ({}), '6000'],
    ['a third of a cent', () => [plain(1.001, ids.clearing)], () => ({}), '2090'],
  ])('refused: %s', async (_what, lines, more, code) => {
    expect(codes(await tryDeposit(lines(), more()))).toEqual([code]);
  });

  test('cash back comes off the total', async () => {
    const back = { CashBack: { AccountRef: { value: ids.clearing }, Amount: 20 } };
    expect((await rig.make('Deposit', body([plain(100, ids.fees)], back)))['TotalAmt']).toBe('80.00');
  });
});

describe('linked lines (quickbooks.md §9.8, §14.3)', () => {
  test('a payment leaves Undeposited Funds whole, shows the deposit and is locked till that is gone (6540)', async () => {
    const paid = await payment(262);
    const Id = String(paid['Id']);
    const deposit = await rig.make('Deposit', body([linked(262, Id), plain(-62.5, ids.fees)]));
    expect(deposit['TotalAmt']).toBe('199.50');
    expect(await shop.posted(`Deposit/${String(deposit['Id'])}`)).toEqual({
      Checking: '199.50',
      'Undeposited Funds': '-262.00',
      'Stripe fees': '62.50',
    });
    const links = [{ TxnId: deposit['Id'], TxnType: 'Deposit' }];
    expect(await rig.get('Payment', Id)).toMatchObject({ SyncToken: '1', LinkedTxn: links });
    const head = { Id, SyncToken: '1' };
    const note = { ...head, sparse: true, PrivateNote: 'x' };
    expect(codes(await rig.call('POST', 'payment', note))).toEqual(['6540']);
    expect(codes(await rig.call('POST', 'payment?operation=delete', head))).toEqual(['6540']);
    const voiding = { ...head, sparse: true };
    expect(codes(await rig.call('POST', 'payment?operation=update&include=void', voiding))).toEqual(['6540']);
    expect((await removal(deposit)).status).toBe(200);
    expect(await rig.get('Payment', Id)).not.toHaveProperty('LinkedTxn');
    expect((await rig.call('POST', 'payment?operation=delete', { Id, SyncToken: '2' })).status).toBe(200);
  });

  test('whether a deposited payment may be applied elsewhere is a switch; its amount never changes (postings.md §15)', async () => {
    const invoice = await shop.invoice(line(shop, { amount: '40.00', code: 'NON' }));
    const { Id } = await payment(40);
    const deposit = await rig.make('Deposit', body([linked(40, Id)]));
    const apply = () =>
      rig.call('POST', 'payment', {
        Id,
        SyncToken: '1',
        sparse: true,
        Line: [{ Amount: 40, LinkedTxn: [{ TxnId: invoice['Id'], TxnType: 'Invoice' }] }],
      });
    expect(codes(await apply())).toEqual(['6540']);
    await rig.admin('POST', 'switches', { company: 'us-auto', depositedApplications: 'allow' });
    expect((await apply()).status).toBe(200);
    const more = { Id, SyncToken: '2', sparse: true, TotalAmt: 41 };
    expect(codes(await rig.call('POST', 'payment', more))).toEqual(['6540']);
    await rig.admin('POST', 'switches', {
      company: 'us-auto',
      depositedApplications: 'refuse',
      voidPaidInvoice: 'unapply',
    });
    const voiding = await rig.call('POST', 'invoice?operation=void', { Id: invoice['Id'], SyncToken: '1' });
    expect(codes(voiding)).toEqual(['6540']);
    await rig.admin('POST', 'switches', { company: 'us-auto', voidPaidInvoice: 'refuse' });
    await removal(deposit);
  });

  test.each<[what: string, line: () => Promise<object>, code: string]>([
    ['no TxnLineId', async () => linked(10, (await payment(10))['Id'], 'Payment', ''), '2020'],
    [
      'a detail beside the link',
      async () => ({ ...plain(10, ids.fees), ...linked(10, (await payment(10))['Id']) }),
      '2600',
    ],
    ['a part of the amount', async () => linked(9.99, (await payment(10))['Id']), '6000'],
    ['nothing of that Id', () => Promise.resolve(linked(10, '4711')), '2500'],
    ['a kind that is never deposited', async () => linked(10, (await payment(10))['Id'], 'Invoice'), '2170'],
    [
      'a payment that is in another account',
      async () => linked(10, (await payment(10, { DepositToAccountRef: { value: ids.clearing } }))['Id']),
      '620',
    ],
    ['a refund without its sign', async () => linked(10, (await refund(10))['Id'], 'RefundReceipt'), '6000'],
  ])('refused: %s', async (_what, make, code) => {
    expect(codes(await tryDeposit([await make(), plain(50, ids.fees)]))).toEqual([code]);
  });

  test('on one deposit, once', async () => {
    const { Id } = await payment(10);
    expect(codes(await tryDeposit([linked(10, Id), linked(10, Id)]))).toEqual(['6000']);
    await rig.make('Deposit', body([linked(10, Id)]));
    const twice = await tryDeposit([linked(10, Id)]);
    expect(codes(twice)).toEqual(['6000']);
    expect(at(twice.json, 'Fault', 'Error', 0, 'Detail')).toContain('already been applied to another Deposit');
  });

  test('a refund goes off with its sign, unless the switch says it cannot be linked', async () => {
    const [paid, given] = [await payment(30), await refund(12)];
    const lines = [linked(30, paid['Id']), linked(-12, given['Id'], 'RefundReceipt')];
    await rig.admin('POST', 'switches', { company: 'us-auto', depositRefundReceipts: 'refuse' });
    expect(codes(await tryDeposit(lines))).toEqual(['620']);
    await rig.admin('POST', 'switches', { company: 'us-auto', depositRefundReceipts: 'link' });
    expect((await rig.make('Deposit', body(lines)))['TotalAmt']).toBe('18.00');
    const removing = { Id: given['Id'], SyncToken: '1' };
    expect(codes(await rig.call('POST', 'refundreceipt?operation=delete', removing))).toEqual(['6540']);
  });

  test('a negative payout: the entry fills Undeposited Funds, a deposit of 0.00 links all (postings.md §10.4)', async () => {
    const leg = (PostingType: string, account: string) => ({
      Amount: 25,
      DetailType: 'JournalEntryLineDetail',
      JournalEntryLineDetail: { PostingType, AccountRef: { value: account } },
    });
    const entry = await rig.make('JournalEntry', { Line: [leg('Credit', ids.bank), leg('Debit', ids.undeposited)] });
    const given = await refund(25);
    const lines = (lineId: string) => [
      linked(-25, given['Id'], 'RefundReceipt'),
      linked(25, entry['Id'], 'JournalEntry', lineId),
    ];
    expect(codes(await tryDeposit(lines('0')))).toEqual(['620']);
    expect((await rig.make('Deposit', body(lines('1'))))['TotalAmt']).toBe('0.00');
    expect(codes(await rig.call('POST', 'journalentry?operation=delete', { Id: entry['Id'], SyncToken: '1' }))).toEqual(
      ['6540'],
    );
  });
});

test('an update is a full one: without bank or lines it is refused; payments come and go (quickbooks.md §9.1)', async () => {
  const [one, two] = [await payment(10), await payment(20)];
  const deposit = await rig.make('Deposit', body([linked(10, one['Id'])], { PrivateNote: 'Run a Call po_1' }));
  const { Id } = deposit;
  const sparse = { Id, SyncToken: '0', sparse: true };
  expect(codes(await rig.call('POST', 'deposit', { ...sparse, PrivateNote: 'x' }))).toEqual(['2020']);
  const changed = await rig.make('Deposit', body([linked(20, two['Id'])], { ...sparse, TxnDate: '2026-11-18' }));
  expect(changed).toMatchObject({ TotalAmt: '20.00', SyncToken: '1' });
  expect(changed).not.toHaveProperty('PrivateNote');
  expect(await rig.get('Payment', String(one['Id']))).toMatchObject({ SyncToken: '2' });
  expect(await rig.get('Payment', String(one['Id']))).not.toHaveProperty('LinkedTxn');
  expect(await rig.get('Payment', String(two['Id']))).toMatchObject({ LinkedTxn: [{ TxnId: Id }] });
  expect(codes(await rig.call('POST', 'deposit?operation=void', { Id, SyncToken: '1' }))).toEqual(['500']);
});

test('matched with the bank it is neither changed nor deleted (6480); a note is (quickbooks.md §11.20)', async () => {
  const { Id } = await rig.make('Deposit', body([plain(77, ids.clearing)]));
  const match = (done: string) =>
    rig.admin('POST', 'human', { company: 'us-auto', do: done, entity: 'Deposit', id: Id });
  await match('match');
  await rig.restart();
  expect(codes(await rig.call('POST', 'deposit?operation=delete', { Id, SyncToken: '0' }))).toEqual(['6480']);
  const again = (amount: number, more: object = {}) =>
    rig.call('POST', 'deposit', body([plain(amount, ids.clearing)], { Id, SyncToken: '0', ...more }));
  expect(codes(await again(78))).toEqual(['6480']);
  expect(codes(await again(77, { TxnDate: '2026-11-01' }))).toEqual(['6480']);
  expect((await again(77, { PrivateNote: 'seen' })).status).toBe(200);
  await match('unmatch');
  expect((await rig.call('POST', 'deposit?operation=delete', { Id, SyncToken: '1' })).status).toBe(200);
});

test('outside the US a deposit says how it is taxed, or need not, by the switch (postings.md §10.3, §15)', async () => {
  const gb = await openShop('uk-vat');
  try {
    const bank = await gb.rig.idOf('Account', 'AccountType', 'Bank');
    const wanted = { DepositToAccountRef: { value: bank }, Line: [plain(5, gb.income)] };
    expect(codes(await gb.rig.call('POST', 'deposit', wanted))).toEqual(['6000']);
    expect(codes(await gb.rig.call('POST', 'deposit', { ...wanted, GlobalTaxCalculation: 'TaxExcluded' }))).toEqual([
      '6000',
    ]);
    await gb.rig.make('Deposit', { ...wanted, GlobalTaxCalculation: 'NotApplicable' });
    await gb.rig.admin('POST', 'switches', { company: 'uk-vat', depositTax: 'ignored' });
    await gb.rig.make('Deposit', wanted);
  } finally {
    await gb.rig.close();
  }
});
