import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { codes, type Rig } from '../spec-rig';
import { line, openShop, type Shop } from './spec-shop';

let shop: Shop;
let rig: Rig;
let bank: string;
let clearing: string;
beforeAll(async () => {
  shop = await openShop('us-auto');
  rig = shop.rig;
  bank = await rig.idOf('Account', 'Name', 'Checking');
  clearing = await shop.account('Stripe clearing', 'Other Current Asset');
});
afterAll(() => rig.close());

const person = (wanted: object) => rig.admin('POST', 'human', { company: 'us-auto', ...wanted });
const sale = () => JSON.parse(line(shop, { amount: '10.00', code: 'NON' })) as object;
const CustomerRef = () => ({ value: shop.customer });
const leg = (PostingType: string, account: string) => ({
  Amount: 10,
  DetailType: 'JournalEntryLineDetail',
  JournalEntryLineDetail: { PostingType, AccountRef: { value: account } },
});
const on = (account: string, kind: string) => ({
  Amount: 10,
  DetailType: kind,
  [kind]: { AccountRef: { value: account } },
});

const DOCUMENTS: Record<string, () => object> = {
  Invoice: () => ({ CustomerRef: CustomerRef(), Line: [sale()] }),
  CreditMemo: () => ({ CustomerRef: CustomerRef(), Line: [sale()] }),
  RefundReceipt: () => ({ DepositToAccountRef: { value: clearing }, Line: [sale()] }),
  Payment: () => ({ CustomerRef: CustomerRef(), TotalAmt: 10 }),
  JournalEntry: () => ({ Line: [leg('Debit', bank), leg('Credit', clearing)] }),
  Deposit: () => ({ DepositToAccountRef: { value: bank }, Line: [on(clearing, 'DepositLineDetail')] }),
  Purchase: () => ({
    PaymentType: 'Cash',
    AccountRef: { value: bank },
    Line: [on(clearing, 'AccountBasedExpenseLineDetail')],
  }),
};

test.each(Object.keys(DOCUMENTS))('%s: no write touches a closed day (quickbooks.md §10, §11.19)', async (entity) => {
  const wanted = { ...DOCUMENTS[entity]?.(), TxnDate: '2026-10-31' };
  const made = await rig.make(entity, wanted);
  const head = { Id: made['Id'], SyncToken: '0' };
  await person({ do: 'close-books', through: '2026-10-31' });
  const path = entity.toLowerCase();
  expect(codes(await rig.call('POST', path, wanted))).toEqual(['6210']);
  expect(codes(await rig.call('POST', path, { ...wanted, ...head, TxnDate: '2026-11-05' }))).toEqual(['6210']);
  expect(codes(await rig.call('POST', `${path}?operation=delete`, head))).toEqual(['6210']);
  await rig.admin('POST', 'switches', { company: 'us-auto', closingPassword: false });
  expect(codes(await rig.call('POST', `${path}?operation=delete`, head))).toEqual(['6200']);
  await rig.admin('POST', 'switches', { company: 'us-auto', closingPassword: true });
  const open = await rig.make(entity, { ...wanted, TxnDate: '2026-11-01' });
  const moved = { ...wanted, Id: open['Id'], SyncToken: '0', TxnDate: '2026-10-31' };
  expect(codes(await rig.call('POST', path, moved))).toEqual(['6210']);
  await person({ do: 'close-books' });
  expect((await rig.call('POST', `${path}?operation=delete`, head)).status).toBe(200);
});

test('a credit memo of the open month settles an invoice of the closed one (postings.md §6.8)', async () => {
  const invoice = await rig.make('Invoice', { ...DOCUMENTS['Invoice']?.(), TxnDate: '2026-10-15' });
  await person({ do: 'close-books', through: '2026-10-31' });
  const memo = await rig.make('CreditMemo', { ...DOCUMENTS['CreditMemo']?.(), TxnDate: '2026-11-02' });
  const pays = (record: TextObject, TxnType: string) => ({ Amount: 10, LinkedTxn: [{ TxnId: record['Id'], TxnType }] });
  const Line = [pays(invoice, 'Invoice'), pays(memo, 'CreditMemo')];
  await rig.make('Payment', { TotalAmt: 0, CustomerRef: CustomerRef(), TxnDate: '2026-11-02', Line });
  expect(await rig.get('Invoice', String(invoice['Id']))).toMatchObject({ Balance: '0.00', TotalAmt: '10.00' });
  await person({ do: 'close-books' });
});
