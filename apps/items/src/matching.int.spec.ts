import { DEFAULT_SETTINGS } from '@qbo-sync/contracts/sync/settings';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { MATCH_MIGRATIONS } from '@qbo-sync/service/matching/migrations';
import { MatchRig } from '@qbo-sync/service/matching/spec-rig';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { ITEMS } from './items.module';

jest.setTimeout(60_000);

const SALES = { value: '79', name: 'Service revenue' };
const PARTS = { value: '82', name: 'Parts' };
/** QuickBooks' items. */
const RECORDS = [
  { Id: '11', Name: 'Tune up, spring', Sku: 'act', IncomeAccountRef: PARTS },
  { Id: '12', Name: 'Filter 16x25', IncomeAccountRef: SALES, UnitPrice: 24.5 },
  { Id: '13', Name: 'Duct cleaning', IncomeAccountRef: PARTS },
  { Id: '14', Name: 'Copper pipe', Type: 'Inventory', IncomeAccountRef: SALES },
  { Id: '15', Name: 'Old call-out (deleted)', Active: false, IncomeAccountRef: SALES },
  { Id: '16', Name: 'Late filter', Sku: 'LATE', IncomeAccountRef: PARTS },
].map((record) => ({ SyncToken: '0', Type: 'Service', ...record }));

const VALUES = { ...DEFAULT_SETTINGS, 'items.defaultIncomeAccount': { id: '79', name: 'Service revenue' } };

describe('Match of items', () => {
  let database: TestDatabase;
  let rig: MatchRig;
  beforeAll(async () => {
    const migrations = [...EVENT_STORE_MIGRATIONS, ...MATCH_MIGRATIONS];
    database = await testDatabase({ name: 'item_matching', migrations });
    rig = new MatchRig(database.pool, ITEMS, { Item: RECORDS });
  });
  afterAll(() => database?.drop());

  const created = (id: string, name: string, more: object = {}) =>
    rig.changed(id, { name, kind: 'service', unitPrice: '129', taxable: true, ...more });
  const ids = ['itm_sku', 'itm_name', 'itm_other', 'itm_stock', 'itm_old', 'itm_new', 'itm_twin_a', 'itm_twin_b'];

  it('says where each item stands: by its SKU, else by its name on the same account', async () => {
    await rig.settings(1, { active: false, goLiveAt: null, values: VALUES });
    await rig.trigger(
      created('itm_sku', 'AC tune-up', { sku: 'ACT' }),
      created('itm_name', 'filter 16X25'),
      created('itm_other', 'Duct cleaning'),
      created('itm_stock', 'Copper pipe'),
      created('itm_old', 'Old call-out'),
      created('itm_new', 'Smart thermostat'),
      created('itm_twin_a', 'Late filter', { sku: 'LATE' }),
      created('itm_twin_b', 'Late filter', { sku: 'LATE' }),
    );
    expect(await rig.readAll()).toEqual({ exact: 2, likely: 1, conflict: 4, new: 1, toApply: 3, changed: 0 });
    expect((await rig.listed('exact')).map(({ id, why, candidates }) => [id, why, candidates[0]?.id])).toEqual([
      ['itm_name', 'name', '12'],
      ['itm_sku', 'sku', '11'],
    ]);
    expect(await rig.listed('likely')).toMatchObject([
      {
        ...{ id: 'itm_other', why: 'account_differs', choice: null },
        ours: { name: 'Duct cleaning', kind: 'service', price: '129' },
        candidates: [{ id: '13', record: { name: 'Duct cleaning', kind: 'Service', account: 'Parts' } }],
      },
    ]);
    expect((await rig.listed('conflict')).map(({ id, why }) => [id, why])).toEqual([
      ['itm_old', 'inactive'],
      ['itm_stock', 'type'],
      ['itm_twin_a', 'linked_elsewhere'],
      ['itm_twin_b', 'linked_elsewhere'],
    ]);
  });

  it('keeps decisions; two of ours share one of theirs only by a person’s word', async () => {
    const left = await rig.api.decide(rig.tenant, { group: 'conflict', choice: 'leave', by: 'pat' });
    expect(left.changed).toBe(4);
    expect(await rig.api.undo(rig.tenant, { token: left.undoToken })).toEqual({ changed: 4 });
    await rig.decide('link 13', 'itm_other');
    await rig.decide('create', 'itm_stock');
    await rig.decide('leave', 'itm_old');
    await rig.decide('link', 'itm_twin_a', 'itm_twin_b');
    expect((await rig.api.state(rig.tenant)).counts.toApply).toBe(8);
  });

  /** Item 12 with another price. */
  const filter = (SyncToken: string) => ({
    ...{ Id: '12', SyncToken, Name: 'Filter 16x25', Type: 'Service', Active: 'true', UnitPrice: SyncToken },
    IncomeAccountRef: SALES,
  });

  it('makes nothing in Run a Call of a record that one of ours may be, or is about to be linked to', async () => {
    await rig.settings(2, { values: { ...VALUES, 'items.pull': true } });
    await rig.edited(filter('1'), 'UnitPrice');
    expect(await rig.wordOn('qbo.12')).toBeUndefined();
    await rig.edited({ ...filter('1'), Id: '20', Name: 'Gutter guard' }, 'UnitPrice');
    expect(await rig.wordOn('qbo.20')).toBe('Told');
  });

  it('makes nothing before Apply; Apply links, and makes the rest under a name of its own', async () => {
    await rig.settings(3, { values: { ...VALUES, 'items.pull': true } });
    await rig.redecide(...ids);
    for (const id of ids) expect(await rig.wordOn(id)).toBe('match_open');

    // What was edited is told of, and read then.
    rig.lists['Item'] = RECORDS.map((record) => (record.Id === '12' ? filter('1') : record));
    expect(await rig.apply()).toBe(8);
    const linked = { itm_sku: '11', itm_name: '12', itm_other: '13', itm_twin_a: '16', itm_twin_b: '16' };
    for (const [id, to] of Object.entries(linked))
      expect(await rig.requestsOf(id)).toMatchObject([{ kind: 'link', lane: 'backlog', body: `{"Id":"${to}"}` }]);
    expect((await rig.requestsOf('itm_new'))[0]?.body).toContain('"Smart thermostat"');
    // QuickBooks' stock item keeps the name.
    expect((await rig.requestsOf('itm_stock'))[0]?.body).toContain('"Copper pipe - 2"');
    expect(await rig.wordOn('itm_old')).toBe('left_out');

    // Asked for, and not linked yet.
    await rig.edited(filter('2'), 'UnitPrice');
    expect(await rig.wordOn('qbo.12')).toBeUndefined();

    await rig.answered('itm_sku');
    expect(await rig.wordOn('itm_sku')).toBe('Settled');
    // Adopted: its name, price and account stay QuickBooks' until Run a Call changes it.
    expect(await rig.requestsOf('itm_sku')).toHaveLength(1);
  });

  it('adopts by itself from then on what is beyond doubt, and asks about the rest', async () => {
    await rig.trigger(
      created('itm_late', 'Filter 16x25'),
      created('itm_free', 'Nothing like it'),
      created('itm_ask', 'Old call-out'),
    );
    expect(await rig.wordOn('itm_late')).toBe('match_needed');
    expect(await rig.requestsOf('itm_free')).toMatchObject([{ kind: 'put' }]);
    expect(await rig.wordOn('itm_ask')).toBe('match_needed');
    expect((await rig.listed('conflict')).find(({ id }) => id === 'itm_late')).toMatchObject({
      why: 'linked_elsewhere',
      candidates: [{ id: '12', heldBy: 'item:itm_name' }],
    });
  });

  it('read again, what is linked stays linked and what was applied is not asked again', async () => {
    await rig.answered('itm_other');
    expect(await rig.readAll()).toMatchObject({ toApply: 0 });
    expect((await rig.listed('exact')).find(({ id }) => id === 'itm_other')).toMatchObject({
      ...{ why: 'linked', applied: true },
    });
    expect((await rig.listed('conflict')).find(({ id }) => id === 'itm_old')).toMatchObject({ choice: 'leave' });
  });
});
