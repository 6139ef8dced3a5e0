import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { line, openShop, type Shop } from './entities/spec-shop';
import { at, codes } from './spec-rig';

let shop: Shop;
let invoice: TextObject;
let payment: TextObject;

beforeEach(async () => {
  shop = await openShop('us-auto');
  invoice = await shop.invoice(line(shop, { amount: '100.00', code: 'NON' }));
  payment = await shop.rig.make('Payment', {
    TotalAmt: 40,
    CustomerRef: { value: shop.customer },
    Line: [{ Amount: 40, LinkedTxn: [{ TxnId: invoice['Id'], TxnType: 'Invoice' }] }],
  });
});
afterEach(() => shop.rig.close());

const person = (wanted: object) => shop.rig.admin('POST', 'human', { company: 'us-auto', ...wanted });
const api = () => shop.rig.admin('GET', 'writes');
const customer = (id = shop.customer) => shop.rig.get('Customer', id);

test('renames, inactivates, reactivates: the token moves, no API write is counted (quickbooks.md §9.1)', async () => {
  const before = await api();
  const id = '1';
  await person({ do: 'rename', entity: 'Customer', id, name: 'Ada Ortega' });
  expect(await customer(id)).toMatchObject({ DisplayName: 'Ada Ortega', SyncToken: '1' });
  await person({ do: 'inactivate', entity: 'Customer', id });
  expect(await customer(id)).toMatchObject({ DisplayName: 'Ada Ortega (deleted)', Active: false });
  await person({ do: 'reactivate', entity: 'Customer', id });
  expect(await customer(id)).toMatchObject({ DisplayName: 'Ada Ortega', Active: true, SyncToken: '3' });
  await person({ do: 'rename', entity: 'Item', id: shop.item, name: 'Tune-up' });
  expect(await shop.rig.get('Item', shop.item)).toMatchObject({ Name: 'Tune-up' });
  expect(await api()).toEqual(before);
});

test('un-applies a payment: the invoice is open again and its token moves (quickbooks.md §9.1, §9.6)', async () => {
  expect(await shop.rig.get('Invoice', String(invoice['Id']))).toMatchObject({ Balance: '60.00', SyncToken: '1' });
  await person({ do: 'unapply', id: payment['Id'], invoice: invoice['Id'] });
  expect(await shop.rig.get('Invoice', String(invoice['Id']))).toMatchObject({ Balance: '100.00', SyncToken: '2' });
  expect(await shop.rig.get('Payment', String(payment['Id']))).toMatchObject({ UnappliedAmt: '40.00', Line: [] });
});

test('deletes and voids (quickbooks.md §9.2)', async () => {
  await person({ do: 'void', entity: 'Payment', id: payment['Id'] });
  expect(await shop.rig.get('Payment', String(payment['Id']))).toMatchObject({ TotalAmt: '0.00' });
  await person({ do: 'void', entity: 'Invoice', id: invoice['Id'] });
  expect(await shop.rig.get('Invoice', String(invoice['Id']))).toMatchObject({ TotalAmt: '0.00' });
  await person({ do: 'delete', entity: 'Invoice', id: invoice['Id'] });
  expect(codes(await shop.rig.call('GET', `invoice/${String(invoice['Id'])}`))).toEqual(['610']);
});

test('merges two customers: documents move, the one is gone, the books still balance (quickbooks.md §8.1, §9.3)', async () => {
  const kept = await shop.rig.make('Customer', { DisplayName: 'D. Ruiz' });
  const into = String(kept['Id']);
  const accounts = async () => at(await shop.rig.admin('GET', 'ledger?company=us-auto'), 'accounts');
  const before = await accounts();
  await person({ do: 'merge', entity: 'Customer', id: shop.customer, into });
  const moved = { CustomerRef: { value: into, name: 'D. Ruiz' } };
  expect(await shop.rig.get('Invoice', String(invoice['Id']))).toMatchObject({ ...moved, SyncToken: '2' });
  expect(await shop.rig.get('Payment', String(payment['Id']))).toMatchObject({ ...moved, SyncToken: '1' });
  expect(await customer(into)).toMatchObject({ Balance: '60.00' });
  expect(codes(await shop.rig.call('GET', `customer/${shop.customer}`))).toEqual(['610']);
  expect(await accounts()).toEqual(before);
  await shop.rig.restart();
  expect(await customer(into)).toMatchObject({ Balance: '60.00' });
  const cdc = await shop.rig.call('GET', 'cdc?entities=Customer&changedSince=2026-11-20T00:00:00Z');
  const rows = at(cdc.json, 'CDCResponse', 0, 'QueryResponse', 0, 'Customer') as TextObject[];
  expect(rows.at(-1)).toMatchObject({ Id: shop.customer, status: 'Deleted' });
});

test('a merge takes entries, deposits and credit memos along (quickbooks.md §9.3)', async () => {
  const { rig } = shop;
  const bank = await rig.idOf('Account', 'Name', 'Checking');
  const receivables = await rig.idOf('Account', 'AccountType', 'Accounts Receivable');
  const CustomerRef = { value: shop.customer };
  const leg = (PostingType: string, account: string) => ({
    Amount: 7,
    DetailType: 'JournalEntryLineDetail',
    JournalEntryLineDetail: {
      PostingType,
      AccountRef: { value: account },
      Entity: { Type: 'Customer', EntityRef: CustomerRef },
    },
  });
  const entry = await rig.make('JournalEntry', { Line: [leg('Debit', receivables), leg('Credit', bank)] });
  const detail = { AccountRef: { value: shop.income }, Entity: { value: shop.customer, type: 'CUSTOMER' } };
  const plain = { Amount: 9, DetailType: 'DepositLineDetail', DepositLineDetail: detail };
  const deposit = await rig.make('Deposit', { DepositToAccountRef: { value: bank }, Line: [plain] });
  const sale = JSON.parse(line(shop, { amount: '5.00', code: 'NON' })) as object;
  const memo = await rig.make('CreditMemo', { CustomerRef, Line: [sale] });
  const into = String((await rig.make('Customer', { DisplayName: 'D. Ruiz' }))['Id']);
  await person({ do: 'merge', entity: 'Customer', id: shop.customer, into });
  const read = (entity: string, record: TextObject) => rig.get(entity, String(record['Id']));
  const moved = { value: into, name: 'D. Ruiz' };
  expect(await read('CreditMemo', memo)).toMatchObject({ CustomerRef: moved });
  expect(at(await read('Deposit', deposit), 'Line', 0, 'DepositLineDetail', 'Entity')).toMatchObject(moved);
  const named = at(await read('JournalEntry', entry), 'Line', 0, 'JournalEntryLineDetail', 'Entity');
  expect(named).toEqual({ Type: 'Customer', EntityRef: moved });
  expect(await customer(into)).toMatchObject({ Balance: '62.00' });
});

test('takes a payment and deposits it by hand; the API counts neither (postings.md §10.1)', async () => {
  const before = await api();
  const bank = await shop.rig.idOf('Account', 'Name', 'Checking');
  await person({ do: 'receive', invoice: invoice['Id'], amount: 25, day: '2026-11-18' });
  const [received] = await shop.rig.rows('select * from Payment orderby Id desc');
  expect(received).toMatchObject({ TotalAmt: '25.00', TxnDate: '2026-11-18' });
  expect(await shop.rig.get('Invoice', String(invoice['Id']))).toMatchObject({ Balance: '35.00' });
  await person({ do: 'deposit', bank, payments: [received?.['Id']] });
  const clearing = await shop.account('Stripe clearing', 'Other Current Asset');
  await person({ do: 'deposit', bank, amount: 5, account: clearing });
  const deposits = await shop.rig.rows('select * from Deposit orderby Id');
  expect(deposits.map((each) => each['TotalAmt'])).toEqual(['25.00', '5.00']);
  const { writes } = await api();
  expect(writes).toBe(String(Number(before['writes']) + 1));
});

test('says what it does not know', async () => {
  for (const wanted of [
    { do: 'dance' },
    { do: 'merge', id: '1', into: '1' },
    { do: 'unapply', id: '4711' },
    { do: 'receive' },
    { do: 'match', id: '4711' },
  ])
    await expect(person(wanted)).rejects.toThrow(': 400 ');
});
