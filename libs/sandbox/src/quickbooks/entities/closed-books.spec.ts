import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { codes, type Rig } from '../spec-rig';
import { DOCUMENTS, smallestDocuments } from './spec-documents';
import { openShop, type Shop } from './spec-shop';

let shop: Shop;
let rig: Rig;
let smallest: Record<string, object>;
beforeAll(async () => {
  shop = await openShop('us-auto');
  rig = shop.rig;
  smallest = await smallestDocuments(shop);
});
afterAll(() => rig.close());

const person = (wanted: object) => rig.admin('POST', 'human', { company: 'us-auto', ...wanted });
test.each(DOCUMENTS)('%s: no write touches a closed day (quickbooks.md §10, §11.19)', async (entity) => {
  const wanted = { ...smallest[entity], TxnDate: '2026-10-31' };
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
  const invoice = await rig.make('Invoice', { ...smallest['Invoice'], TxnDate: '2026-10-15' });
  await person({ do: 'close-books', through: '2026-10-31' });
  const memo = await rig.make('CreditMemo', { ...smallest['CreditMemo'], TxnDate: '2026-11-02' });
  const pays = (record: TextObject, TxnType: string) => ({ Amount: 10, LinkedTxn: [{ TxnId: record['Id'], TxnType }] });
  const Line = [pays(invoice, 'Invoice'), pays(memo, 'CreditMemo')];
  await rig.make('Payment', { TotalAmt: 0, CustomerRef: { value: shop.customer }, TxnDate: '2026-11-02', Line });
  expect(await rig.get('Invoice', String(invoice['Id']))).toMatchObject({ Balance: '0.00', TotalAmt: '10.00' });
  await person({ do: 'close-books' });
});
