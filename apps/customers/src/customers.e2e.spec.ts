import { messageKey } from '@qbo-sync/contracts/keys';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import type { OutgoingMessage } from '@qbo-sync/kafka/message';
import { entityProcess } from '@qbo-sync/service/entity-service/entity-process';
import { openRig, OPERATOR, type EventToSend, type Rig } from '@qbo-sync/service/entity-service/spec-rig';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { CUSTOMERS, CustomersModule } from './customers.module';

jest.setTimeout(60_000);

const NAME = 'Zoë Canary-Ruiz';

describe('the customers service', () => {
  let database: TestDatabase;
  let rig: Rig;
  beforeAll(async () => {
    database = await testDatabase({ name: 'customers-e2e', migrations: [] });
    rig = await openRig({
      service: entityProcess(CUSTOMERS, CustomersModule),
      databaseUrl: database.url,
      brokers: testBrokers(),
    });
    await rig.ready();
  });
  afterAll(async () => {
    await rig?.close();
    await database?.drop();
  });

  const created = (id: string, more: Partial<EventToSend> = {}) =>
    rig.event(TOPICS.runacallCustomers, {
      id: `evt-${id}`,
      noun: 'customer',
      change: 'created',
      subject: id,
      sequence: 1,
      data: {
        id,
        kind: 'residential',
        displayName: `${NAME} ${id}`,
        email: 'zoe.canary@example.com',
        taxExempt: false,
        active: true,
        updatedAt: '2026-02-03T10:00:00Z',
      },
      ...more,
    });
  const requestsFor = (id: string) => rig.requests().filter(({ ref }) => ref === `customer:${id}`);
  const requestFor = (id: string) => until(() => requestsFor(id).at(-1), { what: `a request for ${id}` });
  const rowsOf = (id: string) => rig.rows().filter(({ events }) => events?.some((one) => one.id === `evt-${id}`));
  const untilRow = (id: string, state: string) =>
    until(() => rowsOf(id).find((row) => row.state === state), { what: `${id} ${state}` });
  const answered = (request: QboRequest) =>
    rig.answer(request, { Id: `9${request.revision}`, SyncToken: '0', ...(JSON.parse(request.body) as object) });

  it('keeps and shows what happens before the company is connected, and asks for it with the settings', async () => {
    await rig.send(created('cus_1'));
    const waiting = await until(() => rowsOf('cus_1').find(({ stage }) => stage === 1), { what: 'a decision' });
    expect(waiting).toMatchObject({ state: 'waiting', reason: { code: 'not_active' }, party: `${NAME} cus_1` });
    expect(requestsFor('cus_1')).toEqual([]);

    await rig.send(rig.settings(1));
    const request = await requestFor('cus_1');
    expect(request).toMatchObject({ kind: 'put', resource: 'Customer', books: 'books-1' });
    expect(JSON.parse(request.body)).toMatchObject({ DisplayName: `${NAME} cus_1` });
    expect(rig.activities()).toContainEqual(
      expect.objectContaining({ kind: 'read', service: 'customers', settingsVersion: 1, tenant: rig.tenant }),
    );
  });

  it('says synced once QuickBooks answered with what was wanted', async () => {
    await rig.send(answered(await requestFor('cus_1')));
    const row = await untilRow('cus_1', 'synced');
    expect(row).toMatchObject({ ref: 'customer:cus_1', stage: 5, quickbooks: { type: 'Customer' } });
  });

  it('absorbs duplicates of events and answers', async () => {
    await rig.send(created('cus_2'), created('cus_2'));
    const answer = answered(await requestFor('cus_2'));
    await rig.send(answer, answer, created('cus_2'));
    await untilRow('cus_2', 'synced');
    await rig.send(created('cus_3'));
    await requestFor('cus_3');
    const { rows } = await database.pool.query(
      `select type from event where tenant = $1 and ref = 'customer:cus_2' order by version`,
      [rig.tenant],
    );
    expect(rows.map(({ type }: { type: string }) => type)).toEqual(['Changed', 'PushRequested', 'Settled']);
    expect(requestsFor('cus_2')).toHaveLength(1);
  });

  it('shows the second of two events with one id and different content; the first stands', async () => {
    const other = created('cus_4', { data: { ...customerData('cus_4'), displayName: 'Another' } });
    await rig.send(created('cus_4'), other);
    const row = await until(() => rig.rows().find(({ reason }) => reason?.code === 'sent_twice'), {
      what: 'sent twice',
    });
    expect(row).toMatchObject({ state: 'needs attention', parked: { topic: TOPICS.runacallCustomers.name } });
    expect(JSON.parse((await requestFor('cus_4')).body)).toMatchObject({ DisplayName: `${NAME} cus_4` });
  });

  it('finishes what it has in hand when stopped; the next process takes the rest, each once', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `cus_stop_${index}`);
    await rig.send(...ids.map((id) => created(id)));
    const before = Date.now();
    await rig.restart();
    expect(Date.now() - before).toBeLessThan(20_000);
    await rig.ready();
    await until(() => ids.every((id) => requestsFor(id).length > 0), { what: 'all requests', timeoutMs: 30_000 });
    const { rows } = await database.pool.query(
      `select count(*)::int as n from event
        where tenant = $1 and ref like 'customer:cus\\_stop\\_%' and type = 'PushRequested'`,
      [rig.tenant],
    );
    expect(rows).toEqual([{ n: ids.length }]);
  });

  it('story 7: what is changed or made in QuickBooks goes to Run a Call as the settings say, once', async () => {
    await rig.send(rig.settings(2, { values: { 'customers.pull': true } }), created('cus_back'));
    const answer = answered(await requestFor('cus_back'));
    await rig.send(answer);
    await untilRow('cus_back', 'synced');
    const change = (record: object, changed: string[], ref?: string): OutgoingMessage => ({
      topic: TOPICS.changes.name,
      key: messageKey(rig.tenant, ref ?? 'Customer/777'),
      value: JSON.stringify({
        ...{ tenant: rig.tenant, books: 'books-1', resource: 'Customer', record: JSON.stringify(record), changed },
        ...{ origin: 'qbo', at: new Date().toISOString() },
        ...(ref === undefined ? {} : { ref }),
      }),
    });
    const renamed = change(
      { Id: '93', SyncToken: '1', DisplayName: 'Zoë There' },
      ['DisplayName'],
      'customer:cus_back',
    );
    const made = change({ Id: '777', SyncToken: '0', DisplayName: 'Made There', Taxable: true }, ['DisplayName']);
    await rig.send(renamed, made, renamed, made);
    await until(() => (rig.commands().length === 2 ? true : undefined), { what: 'two commands' });
    expect(rig.commands()).toEqual(
      expect.arrayContaining([
        { id: 'cus_back', ifSequence: 1, quickbooksId: '93', fields: { displayName: 'Zoë There' } },
        expect.objectContaining({
          quickbooksId: '777',
          fields: expect.objectContaining({ displayName: 'Made There' }),
        }),
      ]),
    );
    await rig.send(
      created('cus_new', { data: { ...customerData('cus_new'), displayName: 'Made There', quickbooksId: '777' } }),
    );
    expect(await requestFor('cus_new')).toMatchObject({ kind: 'link', body: '{"Id":"777"}' });
    expect(rig.commands()).toHaveLength(2);
  });

  it('answers its internal API to the operator alone, and takes a page of QuickBooks’ list', async () => {
    const ask = async (path: string, token: string, body: object): Promise<{ status: number; said: object }> => {
      const response = await fetch(`${rig.running().url}/internal/companies/${rig.tenant}/matches/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.status, said: (await response.json()) as object };
    };
    expect((await ask('begin', 'another-token', {})).status).toBe(401);
    const { said: begun } = await ask('begin', OPERATOR, {});
    const { readId } = begun as { readId: string };
    const records = Array.from({ length: 1000 }, (_, index) => ({ Id: `${index}`, DisplayName: `${NAME} ${index}` }));
    const page = JSON.stringify({ QueryResponse: { Customer: records } });
    expect(await ask('page', OPERATOR, { readId, resource: 'Customer', page })).toEqual({
      status: 200,
      said: { taken: 1000 },
    });
    expect(await ask('page', OPERATOR, { readId })).toMatchObject({ status: 400, said: { code: 'field_missing' } });
  });

  it('names nobody in its log at debug', () => {
    expect(rig.lines.filter((line) => line.includes('"msg":"took"')).length).toBeGreaterThan(10);
    expect(rig.lines.join('')).not.toMatch(/Canary|Zo\\u00eb|Zoë|example\.com/i);
  });
});

function customerData(id: string): Record<string, unknown> {
  return {
    id,
    kind: 'residential',
    displayName: id,
    taxExempt: false,
    active: true,
    updatedAt: '2026-02-03T10:00:00Z',
  };
}
