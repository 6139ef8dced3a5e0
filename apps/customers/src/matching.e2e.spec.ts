import { TOPICS } from '@qbo-sync/contracts/topics';
import { entityProcess } from '@qbo-sync/service/entity-service/entity-process';
import { openRig, OPERATOR, type Rig } from '@qbo-sync/service/entity-service/spec-rig';
import type { MatchRow } from '@qbo-sync/service/matching/show';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { CUSTOMERS, CustomersModule } from './customers.module';

jest.setTimeout(90_000);

interface Said {
  readonly status: number;
  readonly body: {
    readonly code: string;
    readonly readId: string;
    readonly items: readonly MatchRow[];
    readonly next: string | null;
    readonly counts: Readonly<Record<string, number>>;
    readonly changed: number;
    readonly undoToken: string;
    readonly applied: number;
  };
}

/** QuickBooks' customers; one is a vendor's name alone. */
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

describe('Match of customers', () => {
  let database: TestDatabase;
  let rig: Rig;
  beforeAll(async () => {
    database = await testDatabase({ name: 'matching-e2e', migrations: [] });
    const service = entityProcess(CUSTOMERS, CustomersModule);
    rig = await openRig({ service, databaseUrl: database.url, brokers: testBrokers() });
    await rig.ready();
  });
  afterAll(async () => {
    await rig?.close();
    await database?.drop();
  });

  const created = (id: string, displayName: string, more: object = {}) =>
    rig.event(TOPICS.runacallCustomers, {
      ...{ noun: 'customer', change: 'created', subject: id, sequence: 1 },
      data: {
        ...{ id, kind: 'residential', displayName, taxExempt: false, active: true },
        ...{ updatedAt: '2026-02-03T10:00:00Z', ...more },
      },
    });
  const call = async (method: string, path: string, body?: object, token = OPERATOR): Promise<Said> => {
    const response = await fetch(`${rig.running().url}/internal/companies/${rig.tenant}/matches${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Said['body'] };
  };
  const idsIn = async (group: string) => (await call('GET', `?group=${group}`)).body.items.map(({ id }) => id);
  const requestsFor = (id: string) => rig.requests().filter(({ ref }) => ref === `customer:${id}`);
  const reasonOf = (id: string) => {
    const row = rig
      .rows()
      .filter(({ ref }) => ref === `customer:${id}`)
      .at(-1);
    return row?.reason?.code ?? row?.state;
  };
  const untilReason = (id: string, code: string) => until(() => reasonOf(id) === code, { what: `${id} ${code}` });
  const readAll = async () => {
    const { readId } = (await call('POST', '/begin')).body;
    for (const resource of ['Customer', 'Vendor', 'Employee']) {
      const records = { Customer: RECORDS, Vendor: [{ Id: '90', DisplayName: 'Vic Tool' }], Employee: [] }[resource];
      const page = JSON.stringify({ QueryResponse: { [resource]: records } });
      expect((await call('POST', '/page', { readId, resource, page })).status).toBe(200);
    }
    return call('POST', '/match', { readId });
  };

  it('opens to nobody but the operator, and to a company with books', async () => {
    expect((await call('GET', '/state', undefined, 'another-token')).status).toBe(401);
    expect((await call('POST', '/begin')).body.code).toBe('not_connected');
    expect((await call('GET', '/state')).status).toBe(409);
  });

  it('reads QuickBooks’ lists before go-live and says where each customer stands, in pages', async () => {
    await rig.send(
      rig.settings(1, { active: false, goLiveAt: null }),
      created('cus_exact', 'Dana Ruiz', { email: 'dana@example.com' }),
      created('cus_likely', 'LEE PARK'),
      created('cus_conflict', 'Kim Ode', { email: 'kim@example.com', phone: '512 555 0101' }),
      created('cus_inactive', 'Sam Gray'),
      created('cus_new', 'Nova One'),
      created('cus_vendor', 'Vic Tool'),
    );
    await untilReason('cus_vendor', 'not_active');
    await untilReason('cus_new', 'not_active');
    const read = await until(async () => ((await call('GET', '/state')).status === 200 ? await readAll() : undefined), {
      what: 'the settings',
    });
    expect(read.body).toMatchObject({ exact: 1, likely: 1, conflict: 2, new: 2, toApply: 3 });

    const conflicts = (await call('GET', '?group=conflict&limit=1')).body;
    expect(conflicts.items).toMatchObject([
      {
        id: 'cus_conflict',
        why: 'contradicts',
        ours: { name: 'Kim Ode', email: 'kim@example.com', phone: '512 555 0101' },
        candidates: [{ id: '3', record: { name: 'Kim Ode', email: 'other@example.com' } }],
      },
    ]);
    expect((await call('GET', `?group=conflict&limit=1&after=${conflicts.next}`)).body.items[0]).toMatchObject({
      id: 'cus_inactive',
      why: 'inactive',
    });
    expect(await idsIn('new')).toEqual(['cus_new', 'cus_vendor']);
    expect((await call('GET', '?group=all')).status).toBe(400);
  });

  it('keeps decisions, takes them back, and makes none where several or none could be meant', async () => {
    expect((await call('POST', '/decide', { choice: 'link', by: 'pat' })).body.code).toBe('field_missing');
    const unknown = { ids: ['cus_likely'], choice: 'link 999', by: 'pat' };
    expect((await call('POST', '/decide', unknown)).body.code).toBe('record_unknown');
    expect((await call('POST', '/decide', { group: 'new', choice: 'link', by: 'pat' })).body.changed).toBe(0);

    const all = (await call('POST', '/decide', { group: 'likely', choice: 'leave', by: 'pat' })).body;
    expect(all.changed).toBe(1);
    expect((await call('POST', '/undo', { token: all.undoToken })).body.changed).toBe(1);
    expect((await call('POST', '/undo', { token: all.undoToken })).status).toBe(404);
    expect((await call('GET', '?group=likely')).body.items[0]?.choice).toBeNull();

    for (const [id, choice] of [
      ['cus_likely', 'link'],
      ['cus_conflict', 'create'],
      ['cus_inactive', 'leave'],
    ] as const)
      expect((await call('POST', '/decide', { ids: [id], choice, by: 'pat' })).body.changed).toBe(1);
    expect((await call('GET', '/state')).body.counts).toMatchObject({ toApply: 6 });
  });

  it('makes nothing before Apply, live or not; Apply links what was decided or is beyond doubt, and writes nothing', async () => {
    await rig.send(rig.settings(2));
    for (const id of ['cus_exact', 'cus_conflict', 'cus_new', 'cus_vendor']) await untilReason(id, 'match_open');
    expect(rig.requests()).toEqual([]);

    const links = (await call('POST', '/apply', { by: 'pat' })).body;
    expect(links).toMatchObject({ applied: 6, next: expect.any(String) });
    await until(() => requestsFor('cus_exact').length + requestsFor('cus_likely').length === 2, { what: 'two links' });
    expect(requestsFor('cus_exact')).toMatchObject([{ kind: 'link', body: '{"Id":"1"}', lane: 'backlog' }]);
    expect(requestsFor('cus_likely')).toMatchObject([{ kind: 'link', body: '{"Id":"2"}' }]);
    expect((await call('POST', '/decide', { group: 'likely', choice: 'leave', by: 'pat' })).body.changed).toBe(0);
    expect((await call('POST', '/apply', { by: 'pat', next: links.next })).body).toEqual({ applied: 0, next: null });

    await untilReason('cus_inactive', 'left_out');
    const putOf = (id: string) =>
      until(() => requestsFor(id).find(({ kind }) => kind === 'put'), { what: `put ${id}` });
    expect((await putOf('cus_new')).body).toContain('"Nova One"');
    expect((await putOf('cus_conflict')).body).toContain('"Kim Ode (0101)"');
    expect(rig.requests().filter(({ kind }) => kind === 'put')).toHaveLength(3);

    for (const id of ['cus_exact', 'cus_likely'])
      for (const request of requestsFor(id)) {
        const { Id } = JSON.parse(request.body) as { Id: string };
        await rig.send(rig.answer(request, RECORDS.find((record) => record.Id === Id) ?? {}));
      }
    await untilReason('cus_exact', 'synced');
    await untilReason('cus_likely', 'synced');
    expect(requestsFor('cus_exact')).toHaveLength(1);
  });

  it('adopts by itself from then on what is beyond doubt, and asks about the rest', async () => {
    await rig.send(created('cus_late', 'Late Exact', { email: 'late@example.com' }), created('cus_ask', 'late likely'));
    const [link] = await until(() => (requestsFor('cus_late').length > 0 ? requestsFor('cus_late') : undefined), {
      what: 'the link',
    });
    expect(link).toMatchObject({ kind: 'link', body: '{"Id":"6"}' });
    await untilReason('cus_ask', 'match_needed');
    expect(requestsFor('cus_ask')).toEqual([]);
    expect(await idsIn('likely')).toContain('cus_ask');

    expect((await call('POST', '/decide', { ids: ['cus_ask'], choice: 'link', by: 'pat' })).body.changed).toBe(1);
    await call('POST', '/apply', { by: 'pat' });
    await until(() => requestsFor('cus_ask').some(({ kind, body }) => kind === 'link' && body === '{"Id":"7"}'), {
      what: 'the answered one',
    });
  });

  it('read again, what is linked stays linked and nothing that was applied is asked again', async () => {
    const again = await readAll();
    expect(again.body).toMatchObject({ toApply: 0 });
    expect((await call('GET', '?group=exact')).body.items.find(({ id }) => id === 'cus_likely')).toMatchObject({
      why: 'linked',
      applied: true,
    });
  });
});
