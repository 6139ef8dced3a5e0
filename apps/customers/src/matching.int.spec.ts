import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { DEFAULT_SETTINGS, type SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { storeSettings } from '@qbo-sync/eventstore/settings';
import { loadEvents, streamId } from '@qbo-sync/eventstore/streams';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { decideApart, type Told } from '@qbo-sync/service/entity-service/apart';
import type { Trigger } from '@qbo-sync/service/entity-service/definition';
import { Problem } from '@qbo-sync/service/internal/problem';
import type { Matching } from '@qbo-sync/service/matching/definition';
import { Matcher } from '@qbo-sync/service/matching/matcher';
import { MatchesController } from '@qbo-sync/service/matching/matches.controller';
import { MATCH_MIGRATIONS } from '@qbo-sync/service/matching/migrations';
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

const LISTS: Readonly<Record<string, readonly object[]>> = {
  Customer: RECORDS,
  Vendor: [{ Id: '90', DisplayName: 'Vic Tool' }],
  Employee: [],
};
const AT = '2026-11-03T14:00:00.000Z';
const COMPANY: Pick<SyncSettings, 'company' | 'profile' | 'values'> = {
  company: { name: 'Acme', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
  profile: {
    ...{ country: 'US', taxMode: 'automated_us', customTxnNumbers: true, allowDiscount: true, autoApplyCredit: false },
    ...{ bookCloseDate: null, multiCurrency: false, homeCurrency: 'USD', defaultDiscountAccount: null },
    ...{ undepositedAccount: null, receivableAccount: null },
  },
  values: DEFAULT_SETTINGS,
};

describe('Match of customers', () => {
  const tenant = 'acme';
  let database: TestDatabase;
  let api: MatchesController;
  beforeAll(async () => {
    database = await testDatabase({ name: 'matching', migrations: [...EVENT_STORE_MIGRATIONS, ...MATCH_MIGRATIONS] });
    api = new MatchesController(
      new Matcher({ database: database.pool, tell }, CUSTOMERS, CUSTOMERS.matching as Matching),
    );
  });
  afterAll(() => database?.drop());

  const tell = async (_: string, work: Parameters<typeof decideApart>[3]): Promise<void> => {
    const now = new Date().toISOString();
    await inTransaction(database.pool, (client) => decideApart(client, CUSTOMERS, tenant, work, now));
  };
  const trigger = (...told: readonly Omit<Told, 'tenant'>[]) =>
    tell(tenant, () => Promise.resolve(told.map((one) => ({ tenant, ...one }))));
  const created = (id: string, displayName: string, more: Partial<Customer> = {}): Omit<Told, 'tenant'> => ({
    ref: `customer:${id}`,
    trigger: {
      ...{ kind: 'changed', change: 'created', sequence: 1 },
      event: {
        id: `evt-${id}`,
        type: 'created',
        occurredAt: AT,
        receivedAt: AT,
        topic: 't',
        partition: 0,
        offset: '0',
      },
      data: { id, kind: 'residential', displayName, taxExempt: false, active: true, updatedAt: AT, ...more },
    },
  });
  const settings = async (version: number, change: Partial<SyncSettings> = {}): Promise<void> => {
    const document = {
      tenant,
      version,
      books: 'b1',
      active: true,
      goLiveAt: '2026-01-01T06:00:00Z',
      ...COMPANY,
      ...change,
    };
    await storeSettings(database.pool, { tenant, version, document });
  };
  const eventsOf = async (id: string) => {
    const key = { tenant, ref: `customer:${id}` };
    return (await loadEvents(database.pool, [key])).get(streamId(key)) ?? [];
  };
  const requestsOf = async (id: string) =>
    (await eventsOf(id)).flatMap(({ type, data, personal, version }) => {
      const { kind, lane } = data as QboRequest;
      return type === 'PushRequested' ? [{ kind, lane, body: (personal as QboRequest).body, revision: version }] : [];
    });
  /** The last word on a record: the code it stands by, or what was said. */
  const wordOn = async (id: string) => {
    const last = (await eventsOf(id)).at(-1);
    return (last?.data as { code?: string }).code ?? last?.type;
  };
  const refusal = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'taken',
      (error: unknown) => (error instanceof Problem ? (error.getResponse() as { code: string }).code : String(error)),
    );
  const decide = (choice: string, ...ids: string[]) => api.decide(tenant, { ids, choice, by: 'pat' });
  const listed = async (group: string) => (await api.list(tenant, { group })).items;
  const answered = async (id: string): Promise<void> => {
    const [request] = await requestsOf(id);
    const { Id: quickbooksId } = JSON.parse(request?.body ?? '{}') as { Id: string };
    const place = { ref: `customer:${id}`, revision: request?.revision ?? 0, attempt: 1, books: 'b1', at: AT };
    const answer = { ...place, outcome: 'synced', quickbooksId, record: { Id: quickbooksId } } as const;
    await trigger({ ref: place.ref, trigger: { kind: 'answered', answer } satisfies Trigger });
  };
  const readAll = async () => {
    const { readId, resources } = await api.begin(tenant);
    for (const resource of resources) {
      const page = JSON.stringify({ QueryResponse: { [resource]: LISTS[resource] } });
      await api.page(tenant, { readId, resource, page });
    }
    return api.match(tenant, { readId });
  };
  const apply = async () => {
    const first = await api.apply(tenant, { by: 'pat' });
    for (let { next } = first; next !== null;) ({ next } = await api.apply(tenant, { by: 'pat', next }));
    return first.applied;
  };

  it('opens to a company with books, of a known form', async () => {
    expect(await refusal(api.state(tenant))).toBe('not_connected');
    expect(await refusal(api.state('No Company'))).toBe('tenant_unknown');
  });

  it('reads QuickBooks’ lists before go-live and says where each customer stands, in pages', async () => {
    await settings(1, { active: false, goLiveAt: null });
    await trigger(
      created('cus_exact', 'Dana Ruiz', { email: 'dana@example.com' }),
      created('cus_likely', 'LEE PARK'),
      created('cus_conflict', 'Kim Ode', { email: 'kim@example.com', phone: '512 555 0101' }),
      created('cus_inactive', 'Sam Gray'),
      created('cus_new', 'Nova One'),
      created('cus_vendor', 'Vic Tool'),
    );
    expect(await refusal(api.apply(tenant, { by: 'pat' }))).toBe('not_read');
    expect(await readAll()).toEqual({ exact: 1, likely: 1, conflict: 2, new: 2, toApply: 3 });
    expect(await api.state(tenant)).toMatchObject({ state: 'read', appliedAt: null });

    const conflicts = await api.list(tenant, { group: 'conflict', limit: '1' });
    expect(conflicts.items).toMatchObject([
      {
        ...{ id: 'cus_conflict', why: 'contradicts', choice: null, applied: false },
        ours: { name: 'Kim Ode', email: 'kim@example.com', phone: '512 555 0101' },
        candidates: [{ id: '3', record: { name: 'Kim Ode', email: 'other@example.com' } }],
      },
    ]);
    const rest = await api.list(tenant, { group: 'conflict', limit: '1', after: conflicts.next ?? '' });
    expect(rest.items).toMatchObject([{ id: 'cus_inactive', why: 'inactive' }]);
    expect((await listed('new')).map(({ id, why }) => [id, why])).toEqual([
      ['cus_new', 'nothing_alike'],
      ['cus_vendor', 'name_is_a_vendors'],
    ]);
    expect(await refusal(listed('all'))).toBe('field_invalid');
  });

  it('takes a page of the reading in hand alone', async () => {
    const before = await api.begin(tenant);
    await readAll();
    const late = { readId: before.readId, resource: 'Customer', page: '{}' };
    expect(await refusal(api.page(tenant, late))).toBe('read_replaced');
    expect(await refusal(api.match(tenant, { readId: before.readId }))).toBe('read_replaced');
  });

  it('keeps decisions, takes them back, and makes none where several or none could be meant', async () => {
    expect(await refusal(api.decide(tenant, { choice: 'link', by: 'pat' }))).toBe('field_missing');
    expect(await refusal(decide('link 999', 'cus_likely'))).toBe('record_unknown');
    expect(await refusal(decide('link 1', 'cus_likely', 'cus_new'))).toBe('field_invalid');
    expect((await decide('link', 'cus_new')).changed).toBe(0);

    const all = await api.decide(tenant, { group: 'likely', choice: 'leave', by: 'pat' });
    expect(all.changed).toBe(1);
    expect(await api.undo(tenant, { token: all.undoToken })).toEqual({ changed: 1 });
    expect(await refusal(api.undo(tenant, { token: all.undoToken }))).toBe('not_found');
    expect((await listed('likely'))[0]?.choice).toBeNull();

    await decide('link', 'cus_likely');
    await decide('create', 'cus_conflict');
    await decide('leave', 'cus_inactive');
    expect((await api.state(tenant)).counts.toApply).toBe(6);
  });

  it('makes nothing before Apply, live or not; Apply links and writes nothing', async () => {
    await settings(2);
    const ids = ['cus_exact', 'cus_likely', 'cus_conflict', 'cus_inactive', 'cus_new', 'cus_vendor'];
    await trigger(
      ...ids.map((id) => ({ ref: `customer:${id}`, trigger: { kind: 'redecide', why: 'settings' } as const })),
    );
    for (const id of ids) expect(await wordOn(id)).toBe('match_open');

    expect(await apply()).toBe(6);
    expect(await requestsOf('cus_exact')).toMatchObject([{ kind: 'link', lane: 'backlog', body: '{"Id":"1"}' }]);
    expect(await requestsOf('cus_likely')).toMatchObject([{ kind: 'link', lane: 'backlog', body: '{"Id":"2"}' }]);
    expect((await requestsOf('cus_new'))[0]?.body).toContain('"Nova One"');
    expect((await requestsOf('cus_conflict'))[0]?.body).toContain('"Kim Ode (0101)"');
    expect(await wordOn('cus_inactive')).toBe('left_out');
    expect(await decide('leave', 'cus_likely')).toMatchObject({ changed: 0 });

    await answered('cus_exact');
    await answered('cus_likely');
    expect(await wordOn('cus_exact')).toBe('Settled');
    expect(await requestsOf('cus_exact')).toHaveLength(1);
  });

  it('adopts by itself from then on what is beyond doubt, and asks about the rest', async () => {
    await trigger(
      created('cus_late', 'Late Exact', { email: 'late@example.com' }),
      created('cus_ask', 'late likely'),
      created('cus_second', 'Dana Ruiz', { email: 'dana@example.com' }),
      created('cus_free', 'Nobody There'),
    );
    expect(await requestsOf('cus_late')).toMatchObject([{ kind: 'link', body: '{"Id":"6"}' }]);
    expect(await wordOn('cus_ask')).toBe('match_needed');
    expect(await wordOn('cus_second')).toBe('match_needed');
    expect(await requestsOf('cus_free')).toMatchObject([{ kind: 'put' }]);
    expect((await listed('conflict')).find(({ id }) => id === 'cus_second')).toMatchObject({
      why: 'linked_elsewhere',
      candidates: [{ id: '1', heldBy: 'customer:cus_exact' }],
    });

    await decide('link', 'cus_ask');
    expect(await requestsOf('cus_ask')).toEqual([]);
    await apply();
    expect(await requestsOf('cus_ask')).toMatchObject([{ kind: 'link', body: '{"Id":"7"}' }]);
  });

  it('read again, what is linked stays linked and what was applied is not asked again', async () => {
    expect(await readAll()).toMatchObject({ toApply: 0 });
    const likely = (await listed('exact')).find(({ id }) => id === 'cus_likely');
    expect(likely).toMatchObject({ why: 'linked', applied: true });
    expect((await listed('conflict')).find(({ id }) => id === 'cus_inactive')).toMatchObject({ choice: 'leave' });
  });
});
