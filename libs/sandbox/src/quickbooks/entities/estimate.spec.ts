import { codes } from '../spec-rig';
import { line, openShop, type Shop } from './spec-shop';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop('us-auto');
});
afterEach(() => shop.rig.close());

test('an estimate is written, numbered, read, found and deleted, and posts nothing', async () => {
  const books = await shop.rig.admin('GET', 'ledger?company=us-auto');
  const sale = JSON.parse(line(shop, { amount: '100.00', code: 'NON' })) as object;
  const body = { CustomerRef: { value: shop.customer }, PrivateNote: 'Run a Call est_1', Line: [sale] };
  const made = await shop.rig.make('Estimate', body);
  expect(made).toMatchObject({ TotalAmt: '100.00', DocNumber: '1001', TxnStatus: 'Pending', SyncToken: '0' });
  expect(await shop.rig.rows("select * from Estimate where DocNumber = '1001'")).toHaveLength(1);
  const { Id } = made;
  const changed = await shop.rig.make('Estimate', { Id, SyncToken: '0', sparse: true, TxnStatus: 'Accepted' });
  expect(changed).toMatchObject({ TxnStatus: 'Accepted', TotalAmt: '100.00', SyncToken: '1' });
  await shop.rig.make('Estimate', { Id, SyncToken: '1' }, '?operation=delete');
  expect(codes(await shop.rig.call('GET', `estimate/${String(Id)}`))).toEqual(['610']);
  expect(await shop.rig.admin('GET', 'ledger?company=us-auto')).toEqual(books);
});
