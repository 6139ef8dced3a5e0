import { DEFAULT_SETTINGS } from '@qbo-sync/contracts/sync/settings';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { MATCH_MIGRATIONS } from '@qbo-sync/service/matching/migrations';
import { MatchRig, refusal } from '@qbo-sync/service/matching/spec-rig';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { CUSTOMERS } from './customers.module';

jest.setTimeout(60_000);

/** QuickBooks' customers. */
const RECORDS = [
  { Id: '1', DisplayName: 'Dana Ruiz', PrimaryEmailAddr: { Address: 'DANA@example.com' } },
  { Id: '2', DisplayName: 'Lee Park' },
  {
    Id: '3',
    DisplayName: 'Kim Ode',
    PrimaryEmailAddr: { Address: 'other@example.com' },
    PrimaryPhone: { FreeFormNumber: '(512) 555-0199' },
  },
  { Id: '4', DisplayName: 'Sam Gray', Active: false },
  { Id: '6', DisplayName: 'Late Exact', PrimaryEmailAddr: { Address: 'late@example.com' } },
  { Id: '7', DisplayName: 'Late Likely' },
].map((record) => ({ SyncToken: '0', ...record }));

const LISTS = {
  Customer: RECORDS,
  Vendor: [{ Id: '90', DisplayName: 'Vic Tool' }],
  Employee: [],
};
describe('Match of customers', () => {
  let database: TestDatabase;
  let rig: MatchRig;
  beforeAll(async () => {
    database = await testDatabase({ name: 'matching', migrations: [...EVENT_STORE_MIGRATIONS, ...MATCH_MIGRATIONS] });
    rig = new MatchRig(database.pool, CUSTOMERS, LISTS);
  });
  afterAll(() => database?.drop());

  const created = (id: string, displayName: string, more: object = {}) =>
    rig.changed(id, { kind: 'residential', displayName, taxExempt: false, ...more });

  it('opens to a company with books, of a known form', async () => {
    expect(await refusal(rig.api.state(rig.tenant))).toBe('not_connected');
    expect(await refusal(rig.api.state('No Company'))).toBe('tenant_unknown');
  });

  it('reads QuickBooks’ lists before go-live and says where each customer stands, in pages', async () => {
    await rig.settings(1, { active: false, goLiveAt: null });
    await rig.trigger(
      created('cus_exact', 'Dana Ruiz', { email: 'dana@example.com' }),
      created('cus_likely', 'LEE PARK'),
      created('cus_conflict', 'Kim Ode', { email: 'kim@example.com', phone: '512 555 0101' }),
      created('cus_inactive', 'Sam Gray'),
      created('cus_new', 'Nova One'),
      created('cus_vendor', 'Vic Tool'),
    );
    expect(await refusal(rig.api.apply(rig.tenant, { by: 'pat' }))).toBe('not_read');
    expect(await rig.readAll()).toEqual({ exact: 1, likely: 1, conflict: 2, new: 2, toApply: 3, changed: 0 });
    expect(await rig.api.state(rig.tenant)).toMatchObject({ state: 'read', appliedAt: null });

    const conflicts = await rig.api.list(rig.tenant, { group: 'conflict', limit: '1' });
    expect(conflicts.items).toMatchObject([
      {
        ...{ id: 'cus_conflict', why: 'contradicts', choice: null, applied: false },
        ours: { name: 'Kim Ode', email: 'kim@example.com', phone: '512 555 0101' },
        candidates: [{ id: '3', record: { name: 'Kim Ode', email: 'other@example.com' } }],
      },
    ]);
    const rest = await rig.api.list(rig.tenant, { group: 'conflict', limit: '1', after: conflicts.next ?? '' });
    expect(rest.items).toMatchObject([{ id: 'cus_inactive', why: 'inactive' }]);
    expect((await rig.listed('new')).map(({ id, why }) => [id, why])).toEqual([
      ['cus_new', 'nothing_alike'],
      ['cus_vendor', 'name_is_a_vendors'],
    ]);
    expect(await refusal(rig.listed('all'))).toBe('field_invalid');
  });

  it('takes a page of the reading in hand alone', async () => {
    const before = await rig.api.begin(rig.tenant);
    await rig.readAll();
    const late = { readId: before.readId, resource: 'Customer', page: '{}' };
    expect(await refusal(rig.api.page(rig.tenant, late))).toBe('read_replaced');
    expect(await refusal(rig.api.match(rig.tenant, { readId: before.readId }))).toBe('read_replaced');
  });

  it('keeps decisions, takes them back, and makes none where several or none could be meant', async () => {
    expect(await refusal(rig.api.decide(rig.tenant, { choice: 'link', by: 'pat' }))).toBe('field_missing');
    expect(await refusal(rig.decide('link 999', 'cus_likely'))).toBe('record_unknown');
    expect(await refusal(rig.decide('link 1', 'cus_likely', 'cus_new'))).toBe('field_invalid');
    expect((await rig.decide('link', 'cus_new')).changed).toBe(0);

    const all = await rig.api.decide(rig.tenant, { group: 'likely', choice: 'leave', by: 'pat' });
    expect(all.changed).toBe(1);
    expect(await rig.api.undo(rig.tenant, { token: all.undoToken })).toEqual({ changed: 1 });
    expect(await refusal(rig.api.undo(rig.tenant, { token: all.undoToken }))).toBe('not_found');
    expect((await rig.listed('likely'))[0]?.choice).toBeNull();

    await rig.decide('link', 'cus_likely');
    await rig.decide('create', 'cus_conflict');
    await rig.decide('leave', 'cus_inactive');
    expect((await rig.api.state(rig.tenant)).counts.toApply).toBe(6);
  });

  it('makes nothing in Run a Call of a record that one of ours may be, while that is open', async () => {
    const edited = (Id: string, DisplayName: string) =>
      rig.edited({ Id, SyncToken: '1', DisplayName, Active: 'true' }, 'DisplayName');
    await rig.settings(2, { values: { ...DEFAULT_SETTINGS, 'customers.pull': true } });
    await edited('2', 'Lee Park & Co');
    await edited('3', 'Kim Ode');
    expect([await rig.wordOn('qbo.2'), await rig.wordOn('qbo.3')]).toEqual([undefined, undefined]);
    // Nobody's candidate: made as ever.
    await edited('7', 'Late Likely');
    expect(await rig.wordOn('qbo.7')).toBe('Told');
  });

  it('makes nothing before Apply, live or not; Apply links and writes nothing', async () => {
    await rig.settings(3);
    const ids = ['cus_exact', 'cus_likely', 'cus_conflict', 'cus_inactive', 'cus_new', 'cus_vendor'];
    await rig.redecide(...ids);
    for (const id of ids) expect(await rig.wordOn(id)).toBe('match_open');

    expect(await rig.apply()).toBe(6);
    expect(await rig.requestsOf('cus_exact')).toMatchObject([{ kind: 'link', lane: 'backlog', body: '{"Id":"1"}' }]);
    expect(await rig.requestsOf('cus_likely')).toMatchObject([{ kind: 'link', lane: 'backlog', body: '{"Id":"2"}' }]);
    expect((await rig.requestsOf('cus_new'))[0]?.body).toContain('"Nova One"');
    expect((await rig.requestsOf('cus_conflict'))[0]?.body).toContain('"Kim Ode (0101)"');
    expect(await rig.wordOn('cus_inactive')).toBe('left_out');
    expect(await rig.decide('leave', 'cus_likely')).toMatchObject({ changed: 0 });

    await rig.answered('cus_exact');
    await rig.answered('cus_likely');
    expect(await rig.wordOn('cus_exact')).toBe('Settled');
    expect(await rig.requestsOf('cus_exact')).toHaveLength(1);
  });

  it('adopts by itself from then on what is beyond doubt, and asks about the rest', async () => {
    await rig.trigger(
      created('cus_late', 'Late Exact', { email: 'late@example.com' }),
      created('cus_ask', 'late likely'),
      created('cus_second', 'Dana Ruiz', { email: 'dana@example.com' }),
      created('cus_free', 'Nobody There'),
    );
    expect(await rig.requestsOf('cus_late')).toMatchObject([{ kind: 'link', body: '{"Id":"6"}' }]);
    expect(await rig.wordOn('cus_ask')).toBe('match_needed');
    expect(await rig.wordOn('cus_second')).toBe('match_needed');
    expect(await rig.requestsOf('cus_free')).toMatchObject([{ kind: 'put' }]);
    expect((await rig.listed('conflict')).find(({ id }) => id === 'cus_second')).toMatchObject({
      why: 'linked_elsewhere',
      candidates: [{ id: '1', heldBy: 'customer:cus_exact' }],
    });

    await rig.decide('link', 'cus_ask');
    expect(await rig.requestsOf('cus_ask')).toEqual([]);
    await rig.apply();
    expect(await rig.requestsOf('cus_ask')).toMatchObject([{ kind: 'link', body: '{"Id":"7"}' }]);
  });

  it('read again, what is linked stays linked and what was applied is not asked again', async () => {
    expect(await rig.readAll()).toMatchObject({ toApply: 0 });
    const likely = (await rig.listed('exact')).find(({ id }) => id === 'cus_likely');
    expect(likely).toMatchObject({ why: 'linked', applied: true });
    expect((await rig.listed('conflict')).find(({ id }) => id === 'cus_inactive')).toMatchObject({ choice: 'leave' });
  });
});

/** What was read and decided, and what each of them is called, has an e-mail address and is linked to by the time of Apply. */
describe('Apply of what was decided earlier', () => {
  let database: TestDatabase;
  let rig: MatchRig;
  let companies = 0;
  beforeAll(async () => {
    database = await testDatabase({ name: 'applying', migrations: [...EVENT_STORE_MIGRATIONS, ...MATCH_MIGRATIONS] });
  });
  beforeEach(async () => {
    const lists = { Customer: [EXACT, LIKELY], Vendor: [], Employee: [] };
    rig = new MatchRig(database.pool, CUSTOMERS, lists, `company-${++companies}`);
    await rig.settings(1, { active: false, goLiveAt: null });
    await rig.trigger(customer('exact', 'Exa Match', { email: 'exa@x.io' }), customer('likely', 'LEE PARK'));
    expect(await rig.readAll()).toMatchObject({ exact: 1, likely: 1 });
    await rig.decide('link', 'likely');
    await rig.settings(2);
  });
  afterAll(() => database?.drop());

  const record = (Id: string, DisplayName: string, more: object = {}) => ({ Id, SyncToken: '0', DisplayName, ...more });
  const customer = (id: string, displayName: string, more: object = {}, sequence = 1) =>
    rig.changed(id, { kind: 'residential', displayName, taxExempt: false, ...more }, sequence);
  /** QuickBooks' records from now on. */
  const there = (...records: readonly object[]): void => {
    rig.lists['Customer'] = records;
  };
  const EXACT = record('1', 'Exa Match', { PrimaryEmailAddr: { Address: 'exa@x.io' } });
  const LIKELY = record('2', 'Lee Park');
  const linksOf = async (id: string): Promise<readonly string[]> =>
    (await rig.requestsOf(id)).filter(({ kind }) => kind === 'link').map(({ body }) => body ?? '');
  const rowOf = async (id: string) =>
    [...(await rig.listed('conflict')), ...(await rig.listed('likely'))].find((row) => row.id === id);

  it('links what is as it was, with the record as it is now', async () => {
    there(EXACT, { ...LIKELY, SyncToken: '4', Notes: 'gate code' });
    expect(await rig.apply()).toBe(2);
    expect([await linksOf('exact'), await linksOf('likely')]).toEqual([['{"Id":"1"}'], ['{"Id":"2"}']]);
    expect((await rig.requestsOf('likely'))[0]?.shown).toContain('"SyncToken":"4"');
    expect((await rig.api.state(rig.tenant)).counts).toMatchObject({ toApply: 0, changed: 0 });
  });

  it.each([
    ['QuickBooks has it no more', () => there(EXACT), 'gone', []],
    ['it was made inactive', () => there(EXACT, { ...LIKELY, SyncToken: '1', Active: false }), 'inactive', ['2']],
    ['it was renamed there', () => there(EXACT, { ...LIKELY, SyncToken: '1', DisplayName: 'Leo' }), 'renamed', ['2']],
    ['ours was renamed', () => rig.trigger(customer('likely', 'Leo Parks', {}, 2)), 'renamed', ['2']],
  ])('does not link what a person chose where %s, and says so', async (_, change, since, candidates) => {
    await change();
    expect(await rig.apply()).toBe(1);
    expect(await linksOf('likely')).toEqual([]);
    expect(await rig.wordOn('likely')).toBe(`match_${since}`);
    expect(await rowOf('likely')).toMatchObject({
      ...{ why: since, choice: null, applied: false, candidates: candidates.map((id) => ({ id })) },
      reason: { code: `match_${since}` },
    });
    expect((await rig.api.state(rig.tenant)).counts).toMatchObject({ toApply: 0, changed: 1 });
    // A person says it anew.
    await rig.decide(candidates.length === 0 ? 'create' : 'link', 'likely');
    await rig.apply();
    expect(await rig.requestsOf('likely')).toMatchObject([{ kind: candidates.length === 0 ? 'put' : 'link' }]);
  });

  it('does not link what was beyond doubt where it is not any more, and asks', async () => {
    const other = { PrimaryEmailAddr: { Address: 'other@x.io' } };
    there({ ...EXACT, SyncToken: '1', ...other }, LIKELY);
    expect(await rig.apply()).toBe(1);
    expect(await linksOf('exact')).toEqual([]);
    expect(await rig.wordOn('exact')).toBe('match_needed');
    expect(await rowOf('exact')).toMatchObject({ group: 'likely', why: 'name', choice: null });
  });

  it('does not make anew by itself what was beyond doubt and was renamed', async () => {
    there({ ...EXACT, SyncToken: '1', DisplayName: 'Zed', PrimaryEmailAddr: { Address: 'z@x.io' } }, LIKELY);
    expect(await rig.apply()).toBe(1);
    expect(await rig.requestsOf('exact')).toEqual([]);
    expect(await rig.wordOn('exact')).toBe('match_renamed');
  });

  it('knows of a change it was told of before Apply', async () => {
    const renamed = { ...EXACT, SyncToken: '1', DisplayName: 'Zed', PrimaryEmailAddr: { Address: 'z@x.io' } };
    await rig.edited(renamed, 'DisplayName', 'PrimaryEmailAddr');
    there(renamed, LIKELY);
    expect(await rig.apply()).toBe(1);
    expect(await rig.wordOn('exact')).toBe('match_renamed');
  });

  it('compares what is new from then on with records as they were told of last', async () => {
    await rig.apply();
    const made = record('5', 'Newly Made', { PrimaryEmailAddr: { Address: 'new@x.io' } });
    await rig.edited(made, 'DisplayName');
    await rig.trigger(customer('late', 'Newly Made', { email: 'new@x.io' }));
    expect(await rig.requestsOf('late')).toMatchObject([
      { kind: 'link', body: '{"Id":"5"}', shown: JSON.stringify(made) },
    ]);
    await rig.edited({ ...LIKELY, SyncToken: '3', DisplayName: 'Paula' }, 'DisplayName');
    await rig.edited({ ...LIKELY, SyncToken: '2' }, 'DisplayName');
    await rig.trigger(customer('other', 'Lee Park', {}));
    expect(await rig.requestsOf('other')).toMatchObject([{ kind: 'put' }]);
  });

  it('links what is beyond doubt still, though something of it changed', async () => {
    there({ ...EXACT, SyncToken: '7', Notes: 'gate code' }, LIKELY);
    await rig.trigger(customer('exact', 'Exa Match', { email: 'exa@x.io', phone: '512 555 0101' }, 2));
    expect(await rig.apply()).toBe(2);
    expect(await linksOf('exact')).toEqual(['{"Id":"1"}']);
  });

  it('links none that was linked to another of ours meanwhile', async () => {
    await rig.trigger(customer('told', 'Someone Told', { quickbooksId: '2' }));
    await rig.answered('told');
    expect(await rig.apply()).toBe(1);
    expect(await linksOf('likely')).toEqual([]);
    expect(await rig.wordOn('likely')).toBe('match_taken');
    expect(await rowOf('likely')).toMatchObject({
      ...{ why: 'linked_elsewhere', candidates: [{ id: '2', heldBy: 'customer:told' }] },
      reason: { code: 'match_taken', params: { name: 'LEE PARK', record: 'Lee Park' } },
    });
  });

  it('drops what is over in Run a Call', async () => {
    await rig.trigger(customer('likely', 'LEE PARK', { active: false }, 2));
    expect(await rig.apply()).toBe(1);
    expect(await linksOf('likely')).toEqual([]);
    expect(await rowOf('likely')).toBeUndefined();
  });

  it('wants to see the records that it asked for', async () => {
    const { next } = await rig.api.apply(rig.tenant, { by: 'pat' });
    expect(await refusal(rig.api.apply(rig.tenant, { by: 'pat', next }))).toBe('field_missing');
  });
});

describe('a customer first heard of after Apply', () => {
  let database: TestDatabase;
  afterAll(() => database?.drop());

  it('is taken by itself only under a parent that is linked', async () => {
    database = await testDatabase({ name: 'children', migrations: [...EVENT_STORE_MIGRATIONS, ...MATCH_MIGRATIONS] });
    const named = (Id: string, DisplayName: string, more: object = {}) => ({
      Id,
      SyncToken: '0',
      DisplayName,
      ...more,
    });
    const mail = (Address: string) => ({ PrimaryEmailAddr: { Address } });
    const phone = (FreeFormNumber: string) => ({ PrimaryPhone: { FreeFormNumber } });
    const Customer = [
      named('10', 'Acme', mail('office@acme.io')),
      named('11', 'Acme Inc'),
      named('12', 'Bay 4', { ...phone('512 555 0104'), ParentRef: { value: '10' } }),
      named('20', 'Birch', mail('office@birch.io')),
      named('22', 'Dock 4', { ...phone('512 555 0204'), ParentRef: { value: '20' } }),
    ];
    const rig = new MatchRig(database.pool, CUSTOMERS, { Customer, Vendor: [], Employee: [] });
    const customer = (id: string, displayName: string, more: object) =>
      rig.changed(id, { kind: 'commercial', displayName, taxExempt: false, ...more });
    await rig.settings(1, { active: false, goLiveAt: null });
    await rig.trigger(
      customer('acme', 'Acme', { email: 'office@acme.io' }),
      customer('birch', 'Birch', { email: 'office@birch.io' }),
    );
    expect(await rig.readAll()).toMatchObject({ exact: 1, conflict: 1 });
    await rig.settings(2);
    await rig.apply();
    await rig.answered('birch');

    // Shares its parent's address, so that of its parent's records one alone is near it.
    const of = (parentId: string, email: string, number: string) => ({ parentId, email, phone: number });
    await rig.trigger(
      customer('bay', 'Bay 4', of('acme', 'office@acme.io', '512 555 0104')),
      customer('dock', 'Dock 4', of('birch', 'office@birch.io', '512 555 0204')),
    );
    expect(await rig.requestsOf('bay')).toEqual([]);
    expect(await rig.wordOn('bay')).toBe('match_needed');
    expect(await rig.requestsOf('dock')).toMatchObject([{ kind: 'link', body: '{"Id":"22"}' }]);
  });
});
