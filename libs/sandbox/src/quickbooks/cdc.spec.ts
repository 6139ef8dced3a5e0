import { line, openShop, type Shop } from './entities/spec-shop';
import { at, codes } from './spec-rig';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop('us-auto');
});
afterAll(() => shop.rig.close());

const since = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
const cdc = (entities: string, from: number) =>
  shop.rig.call('GET', `cdc?entities=${entities}&changedSince=${since(from)}`);

test('a block per entity in the order asked, {} without a change, deleted ones last as stubs (quickbooks.md §7)', async () => {
  const { rig } = shop;
  rig.now += 60_000;
  const from = rig.now;
  const kept = await shop.invoice(line(shop, { amount: '1.00', code: 'NON' }));
  const gone = await shop.invoice(line(shop, { amount: '2.00', code: 'NON' }));
  await rig.call('POST', 'invoice?operation=delete', { Id: gone['Id'], SyncToken: '0' });
  const blocks = at((await cdc('Payment,Invoice,Customer', from)).json, 'CDCResponse', 0, 'QueryResponse');
  expect(blocks).toEqual([
    {},
    {
      Invoice: [
        kept,
        { status: 'Deleted', domain: 'QBO', Id: gone['Id'], MetaData: { LastUpdatedTime: expect.any(String) } },
      ],
      startPosition: '1',
      maxResults: '2',
      totalCount: '2',
    },
    {},
  ]);
});

test('only deletions: no startPosition (quickbooks.md §7)', async () => {
  const { rig } = shop;
  const gone = await shop.invoice(line(shop, { amount: '2.00', code: 'NON' }));
  rig.now += 60_000;
  await rig.call('POST', 'invoice?operation=delete', { Id: gone['Id'], SyncToken: '0' });
  const block = at((await cdc('Invoice', rig.now)).json, 'CDCResponse', 0, 'QueryResponse', 0);
  expect(block).toEqual({
    Invoice: [expect.objectContaining({ status: 'Deleted' })],
    maxResults: '1',
    totalCount: '1',
  });
});

test('an inactivated customer comes whole, and a paid invoice as changed', async () => {
  const { rig } = shop;
  const made = await rig.make('Customer', { DisplayName: 'Leaving' });
  const invoice = await shop.invoice(line(shop, { amount: '3.00', code: 'NON' }));
  rig.now += 60_000;
  await rig.make('Customer', { Id: made['Id'], SyncToken: '0', sparse: true, Active: false });
  await rig.make('Payment', {
    TotalAmt: 3,
    CustomerRef: { value: shop.customer },
    Line: [{ Amount: 3, LinkedTxn: [{ TxnId: invoice['Id'], TxnType: 'Invoice' }] }],
  });
  const blocks = at((await cdc('Customer,Invoice', rig.now)).json, 'CDCResponse', 0, 'QueryResponse');
  expect(blocks).toMatchObject([
    { Customer: [{ DisplayName: 'Leaving (deleted)', Active: false }] },
    { Invoice: [{ Id: invoice['Id'], Balance: '0.00', SyncToken: '1' }] },
  ]);
});

test.each([['TaxCode'], ['TaxRate'], ['TaxAgency'], ['JournalCode'], ['TimeActivity']])(
  '%s is not followed (quickbooks.md §7)',
  async (entity) => {
    expect(codes(await cdc(entity, shop.rig.now))).toEqual(['2000']);
  },
);

test('it looks back 30 days', async () => {
  expect((await cdc('Invoice', shop.rig.now - 29 * 86_400_000)).status).toBe(200);
  expect(codes(await cdc('Invoice', shop.rig.now - 31 * 86_400_000))).toEqual(['2070']);
});
