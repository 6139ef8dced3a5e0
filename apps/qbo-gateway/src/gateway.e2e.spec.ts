import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { createKafka } from '@qbo-sync/kafka/client';
import { runConsumer, type RunningConsumer } from '@qbo-sync/kafka/consumer';
import { createProducer, type Producer } from '@qbo-sync/kafka/producer';
import { startQuickBooks, type RunningQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { start, type Running } from '@qbo-sync/service/boot';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers, testTopics } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { gatewayService } from './gateway-service';
import {
  customerPut,
  freePort,
  gatewayEnv,
  invoicePut,
  journalFile,
  newTenant,
  OPERATOR_TOKEN,
  requestMessage,
  settings,
  settingsMessage,
} from './spec-rig';

jest.setTimeout(60_000);

/** The gateway whole, against real Kafka and Postgres and the emulated QuickBooks. */
describe('qbo-gateway', () => {
  const group = testTopics('gateway')('group');
  const kafka = createKafka({ brokers: testBrokers(), clientId: group });
  const answers: QboAnswer[] = [];
  let database: TestDatabase;
  let quickbooks: RunningQuickBooks;
  let running: Running;
  let producer: Producer;
  let listener: RunningConsumer;
  const tenant = newTenant();

  beforeAll(async () => {
    database = await testDatabase({ name: 'gateway e2e', migrations: [] });
    quickbooks = await startQuickBooks({ port: 0, journalFile: journalFile() });
    const port = await freePort();
    running = await start(gatewayService(group), {
      ...gatewayEnv({ brokers: testBrokers(), databaseUrl: database.url, port, quickbooks }),
      LOG_LEVEL: 'warn',
    });
    producer = createProducer(kafka);
    listener = runConsumer({
      kafka,
      groupId: `${group}.spec`,
      topics: [TOPICS.answers.name],
      handle: (batch) => {
        for (const { value } of batch.messages) {
          const answer = JSON.parse(value?.toString('utf8') ?? '{}') as QboAnswer;
          if (answer.tenant === tenant) answers.push(answer);
        }
        return Promise.resolve({ outcome: 'done' });
      },
    });
  });

  afterAll(async () => {
    await listener?.stop();
    await producer?.close();
    await running?.close();
    await quickbooks?.close();
    await database?.drop();
  });

  const internal = (method: string, path: string, body?: object, token = OPERATOR_TOKEN): Promise<Response> =>
    fetch(`${running.url}/internal/companies/${tenant}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('connects, posts what is asked for on Kafka and answers on Kafka', async () => {
    const { authorizeUrl } = (await (await internal('POST', 'connection/start')).json()) as { authorizeUrl: string };
    const landed = await fetch(authorizeUrl);
    expect(await landed.text()).toBe('QuickBooks is connected. You can close this page.');
    expect(landed.url).toBe(`${running.url}/oauth/done?state=connected`);
    const connection = (await (await internal('GET', 'connection')).json()) as { books: string; state: string };
    expect(connection.state).toBe('connected');

    const { books } = connection;
    await producer.send([
      settingsMessage(settings(tenant, 1, { books })),
      requestMessage(invoicePut(tenant, books, 'inv_1', 1, { customer: 'cus_1', item: '1', amount: '129.50' })),
      requestMessage(customerPut(tenant, books, 'cus_1', 1, { DisplayName: "Zoë O'Neill" })),
    ]);
    const [customer, invoice] = await until(() => (answers.length >= 2 ? answers : undefined), { timeoutMs: 20_000 });
    expect(customer).toMatchObject({ ref: 'customer:cus_1', outcome: 'synced', revision: 1, attempt: 1 });
    expect(invoice).toMatchObject({ ref: 'invoice:inv_1' });

    const read = await internal('POST', 'read', {
      path: 'query',
      params: { query: "select * from Customer where DisplayName = 'Zoë O\\'Neill'" },
    });
    expect(read.status).toBe(200);
    expect(await read.text()).toContain(`"Id":"${customer?.quickbooksId}"`);
  });

  it('refuses who does not bear the operator token', async () => {
    expect((await internal('GET', 'connection', undefined, 'somebody-else-entirely')).status).toBe(401);
  });

  it('a used state is worth nothing', async () => {
    const landed = await fetch(`${running.url}/oauth/callback?state=never-made&code=x&realmId=1`);
    expect(landed.url).toBe(`${running.url}/oauth/done?state=expired`);
  });
});
