import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { at, codes, type Rig } from '../spec-rig';
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

const batch = async (item: object) => {
  const answer = await rig.call('POST', 'batch', { BatchItemRequest: [{ bId: 'one', ...item }] });
  return at(answer.json, 'BatchItemResponse', 0) as TextObject;
};
const changes = async (entity: string, from: number) => {
  const since = encodeURIComponent(new Date(from).toISOString());
  const answer = await rig.call('GET', `cdc?entities=${entity}&changedSince=${since}`);
  return at(answer.json, 'CDCResponse', 0, 'QueryResponse', 0, entity);
};

test.each(DOCUMENTS)(
  '%s: by batch, query and changes; balanced, gone without a trace (quickbooks.md §5–§7)',
  async (entity) => {
    const path = entity.toLowerCase();
    const before = await rig.admin('GET', 'ledger?company=us-auto');
    rig.now += 60_000;
    const from = rig.now;
    const made = (
      await batch({ operation: 'create', [entity]: { ...smallest[entity], PrivateNote: 'Run a Call x_1' } })
    )[entity] as TextObject;
    const Id = String(made['Id']);
    expect(made).toMatchObject({ SyncToken: '0', domain: 'QBO', TotalAmt: '10.00', TxnDate: '2026-11-20' });
    const posted = Object.values(await shop.posted(`${entity}/${Id}`)).map(Number);
    expect([posted.length, posted.reduce((all, each) => all + each, 0)]).toEqual([2, 0]);

    expect(await rig.rows(`select * from ${entity} where TotalAmt = '10.00' and TxnDate = '2026-11-20'`)).toEqual([
      made,
    ]);
    expect(codes(await rig.query(`select * from ${entity} where PrivateNote = 'x'`))).toEqual(['4001']);
    expect(await changes(entity, from)).toEqual([made]);

    expect(codes(await rig.call('POST', path, { ...smallest[entity], Id, SyncToken: '7' }))).toEqual(['5010']);
    expect(codes(await rig.call('POST', path, { ...smallest[entity], Surprise: 1 }))).toEqual(['2010']);
    const updated = await batch({ operation: 'update', [entity]: { ...smallest[entity], Id, SyncToken: '0' } });
    expect(updated[entity]).toMatchObject({ SyncToken: '1', TotalAmt: '10.00' });

    expect((await batch({ operation: 'delete', [entity]: { Id, SyncToken: '1' } }))[entity]).toMatchObject({
      status: 'Deleted',
    });
    expect(codes(await rig.call('GET', `${path}/${Id}`))).toEqual(['610']);
    expect(await changes(entity, from)).toMatchObject([{ status: 'Deleted', Id }]);
    expect(await rig.admin('GET', 'ledger?company=us-auto')).toEqual(before);
  },
);
