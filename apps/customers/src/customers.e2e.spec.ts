import { TOPICS } from '@qbo-sync/contracts/topics';
import { entityProcess } from '@qbo-sync/service/entity-service/entity-process';
import { openRig, type Rig } from '@qbo-sync/service/entity-service/spec-rig';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { CUSTOMERS, CustomersModule } from './customers.module';

const NAME = 'Zoë Canary-Ruiz';

function customer(id: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    kind: 'residential',
    displayName: `${NAME} ${id}`,
    email: 'zoe.canary@example.com',
    taxExempt: false,
    active: true,
    updatedAt: '2026-02-03T10:00:00Z',
    ...change,
  };
}

jest.setTimeout(30_000);

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
    await until(async () => (await fetch(`${rig.running.url}/health/ready`)).ok, { timeoutMs: 30_000, what: 'ready' });
    await rig.send(rig.settings(1));
    await until(() => rig.activities().some(({ kind }) => kind === 'read'), { what: 'settings read' });
  }, 60_000);
  afterAll(async () => {
    await rig?.close();
    console.log(rig.lines.slice(-6).join(''));
    await database?.drop();
  });

  const send = (id: string, sequence: number, change = {}, more = {}) =>
    rig.send(
      rig.event(TOPICS.runacallCustomers, {
        noun: 'customer',
        change: sequence === 1 ? 'created' : 'updated',
        subject: id,
        sequence,
        data: customer(id, change),
        ...more,
      }),
    );
  const requestFor = (id: string, revision = 0) =>
    until(() => rig.requests().find((one) => one.ref === `customer:${id}` && one.revision > revision), {
      what: `a request for ${id}`,
    });
  const stateOf = (eventId: string) =>
    rig
      .rows()
      .filter(({ events }) => events?.some(({ id }) => id === eventId))
      .at(-1)?.state;

  it('asks for a new customer, and says synced once QuickBooks answered', async () => {
    await send('cus_1', 1, {}, { id: 'evt-1' });
    const request = await requestFor('cus_1');
    expect(request).toMatchObject({ kind: 'put', resource: 'Customer', books: 'books-1', lane: 'live' });
    expect(JSON.parse(request.body)).toMatchObject({ DisplayName: `${NAME} cus_1` });
    await rig.send(rig.answer(request, { Id: '58', SyncToken: '0', ...JSON.parse(request.body) }));
    const row = await until(() => rig.rows().find(({ state }) => state === 'synced'), { what: 'synced' });
    expect(row).toMatchObject({
      ref: 'customer:cus_1',
      quickbooks: { type: 'Customer', id: '58' },
      party: `${NAME} cus_1`,
    });
    expect(row.events?.map(({ id }) => id)).toEqual(['evt-1']);
  });
});
