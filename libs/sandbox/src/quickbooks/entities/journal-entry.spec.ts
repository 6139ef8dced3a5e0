import { at, codes, type Rig } from '../spec-rig';
import { line, openShop, type Shop } from './spec-shop';

let shop: Shop;
let rig: Rig;
let receivables: string;
let clearing: string;
beforeAll(async () => {
  shop = await openShop('us-auto');
  rig = shop.rig;
  receivables = await rig.idOf('Account', 'AccountType', 'Accounts Receivable');
  clearing = await shop.account('Stripe clearing', 'Other Current Asset');
});
afterAll(() => rig.close());

const customer = (id = shop.customer) => ({ Type: 'Customer', EntityRef: { value: id } });
const leg = (side: 'Debit' | 'Credit', account: string, Amount: number, Entity?: object) => ({
  Amount,
  DetailType: 'JournalEntryLineDetail',
  JournalEntryLineDetail: { PostingType: side, AccountRef: { value: account }, ...(Entity ? { Entity } : {}) },
});
/** A returned payment, as postings.md §8.5 writes it. */
const returned = (amount: number, more: object = {}) => ({
  TxnDate: '2026-11-19',
  PrivateNote: 'Run a Call pay_500 returned',
  Line: [leg('Debit', receivables, amount, customer()), leg('Credit', clearing, amount)],
  ...more,
});
const paid = (amount: string, type: string, id: unknown) =>
  `{"TotalAmt":${amount},"CustomerRef":{"value":"${shop.customer}"},"Line":[{"Amount":${amount},"LinkedTxn":[{"TxnId":"${String(id)}","TxnType":"${type}"}]}]}`;
const relink = (payment: unknown, token: string, id: unknown, amount: string) =>
  rig.call(
    'POST',
    'payment',
    `{"Id":"${String(payment)}","SyncToken":"${token}","sparse":true,"Line":[{"Amount":${amount},"LinkedTxn":[{"TxnId":"${String(id)}","TxnType":"JournalEntry"}]}]}`,
  );

test('it posts its debits and credits, lines numbered from 0, receivables to the customer', async () => {
  const entry = await rig.make('JournalEntry', returned(179.7, { DocNumber: 'RAC-pay_500-F' }));
  expect(entry).toMatchObject({ TotalAmt: '179.70', DocNumber: 'RAC-pay_500-F', Line: [{ Id: '0' }, { Id: '1' }] });
  expect(await shop.posted(`JournalEntry/${String(entry['Id'])}`)).toEqual({
    'Accounts Receivable (A/R)': '179.70',
    'Stripe clearing': '-179.70',
  });
  expect((await rig.get('Customer', shop.customer))['Balance']).toBe('179.70');
  await rig.make('JournalEntry', { Id: entry['Id'], SyncToken: '0' }, '?operation=delete');
  expect((await rig.get('Customer', shop.customer))['Balance']).toBe('0.00');
});

test.each<[what: string, body: () => object, code: string]>([
  [
    'debits that are not the credits',
    () => ({ Line: [leg('Debit', clearing, 2), leg('Credit', clearing, 1)] }),
    '2300',
  ],
  ['no line', () => ({ Line: [] }), '2250'],
  ['a negative amount', () => ({ Line: [leg('Debit', clearing, -1), leg('Credit', clearing, -1)] }), '2140'],
  ['a number of 22', () => returned(1, { DocNumber: 'x'.repeat(22) }), '2050'],
  [
    'receivables without a customer',
    () => ({ Line: [leg('Debit', receivables, 1), leg('Credit', clearing, 1)] }),
    '6000',
  ],
  [
    'receivables with a vendor',
    () => ({
      Line: [leg('Debit', receivables, 1, { Type: 'Vendor', EntityRef: { value: '1' } }), leg('Credit', clearing, 1)],
    }),
    '6000',
  ],
  [
    'the flat name of a deposit',
    () => ({ Line: [leg('Debit', receivables, 1, { value: '1', type: 'CUSTOMER' }), leg('Credit', clearing, 1)] }),
    '2010',
  ],
  ['an account that is not there', () => ({ Line: [leg('Debit', '999', 1), leg('Credit', clearing, 1)] }), '2500'],
])('refused: %s (quickbooks.md §10, §14.4)', async (_what, body, code) => {
  expect(codes(await rig.call('POST', 'journalentry', body()))).toContain(code);
});

test('a void is answered with 200 and nothing happens (quickbooks.md §9.2)', async () => {
  const { Id } = await rig.make('JournalEntry', returned(10));
  const answer = await rig.call('POST', 'journalentry?operation=void', { Id, SyncToken: '0' });
  expect([answer.status, answer.json['BatchItemResponse'], answer.json['JournalEntry']]).toEqual([200, [], undefined]);
  expect(await rig.get('JournalEntry', String(Id))).toMatchObject({ TotalAmt: '10.00', SyncToken: '0' });
  await rig.make('JournalEntry', { Id, SyncToken: '0' }, '?operation=delete');
});

test('a returned payment moves from its invoice to the entry: the invoice is open again (postings.md §8.5)', async () => {
  const invoice = await shop.invoice(line(shop, { amount: '179.70', code: 'NON' }));
  const payment = await rig.make('Payment', paid('179.70', 'Invoice', invoice['Id']));
  const entry = await rig.make('JournalEntry', returned(179.7));
  const moved = at((await relink(payment['Id'], '0', entry['Id'], '179.70')).json, 'Payment');
  expect(moved).toMatchObject({ UnappliedAmt: '0.00', Line: [{ Amount: '179.70' }] });
  expect(await rig.get('Invoice', String(invoice['Id']))).toMatchObject({ Balance: '179.70', LinkedTxn: [] });
  expect(await rig.get('JournalEntry', String(entry['Id']))).toMatchObject({ SyncToken: '1' });
  expect((await rig.get('Customer', shop.customer))['Balance']).toBe('179.70');
  const head = { Id: entry['Id'], SyncToken: '1' };
  expect(codes(await rig.call('POST', 'journalentry?operation=delete', head))).toEqual(['6000']);
  const turned = [leg('Credit', receivables, 179.7, customer()), leg('Debit', clearing, 179.7)];
  for (const Line of [turned, returned(179.69).Line])
    expect(codes(await rig.call('POST', 'journalentry', { ...head, Line }))).toEqual(['6000']);
  expect((await rig.call('POST', 'journalentry', { ...head, ...returned(180) })).status).toBe(200);
});

test('whether a payment can be linked to a debit is a switch; a customer not on the entry never (postings.md §15)', async () => {
  const payment = await rig.make('Payment', `{"TotalAmt":5.00,"CustomerRef":{"value":"${shop.customer}"}}`);
  const entry = await rig.make('JournalEntry', returned(5));
  await rig.admin('POST', 'switches', { company: 'us-auto', payDebitEntry: 'refuse' });
  expect(codes(await relink(payment['Id'], '0', entry['Id'], '5.00'))).toEqual(['620']);
  await rig.admin('POST', 'switches', { company: 'us-auto', payDebitEntry: 'link' });
  const stranger = await rig.make('Customer', { DisplayName: 'Not on it' });
  const theirs = paid('5.00', 'JournalEntry', entry['Id']).replace(shop.customer, String(stranger['Id']));
  expect(codes(await rig.call('POST', 'payment', theirs))).toEqual(['620']);
});

test('an entry that credits receivables pays an invoice like a credit memo does', async () => {
  const invoice = await shop.invoice(line(shop, { amount: '20.00', code: 'NON' }));
  const entry = await rig.make('JournalEntry', {
    Line: [leg('Credit', receivables, 20, customer()), leg('Debit', clearing, 20)],
  });
  const lines = [
    { Amount: 20, LinkedTxn: [{ TxnId: invoice['Id'], TxnType: 'Invoice' }] },
    { Amount: 20, LinkedTxn: [{ TxnId: entry['Id'], TxnType: 'JournalEntry' }] },
  ];
  await rig.make('Payment', { TotalAmt: 0, CustomerRef: { value: shop.customer }, Line: lines });
  expect(await rig.get('Invoice', String(invoice['Id']))).toMatchObject({ Balance: '0.00' });
});
