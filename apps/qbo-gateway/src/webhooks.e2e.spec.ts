import { createHmac } from 'node:crypto';
import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import type { QboChange } from '@qbo-sync/contracts/sync/change';
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
  paymentPut,
  requestMessage,
  settings,
  settingsMessage,
} from './spec-rig';

jest.setTimeout(120_000);

const VERIFIER = 'verifier-of-the-specs';

/** Intuit's webhooks over HTTP, and what they lead to on Kafka. */
describe('webhooks of the gateway', () => {
  const group = testTopics('webhooks')('group');
  const kafka = createKafka({ brokers: testBrokers(), clientId: group });
  const tenant = newTenant();
  const answers: QboAnswer[] = [];
  const changes: QboChange[] = [];
  const lines: string[] = [];
  let database: TestDatabase;
  let quickbooks: RunningQuickBooks;
  let running: Running;
  let producer: Producer;
  let listener: RunningConsumer;
  let realm: string;
  let books: string;

  beforeAll(async () => {
    database = await testDatabase({ name: 'webhooks e2e', migrations: [] });
    quickbooks = await startQuickBooks({ port: 0, journalFile: journalFile() });
    const port = await freePort();
    const env = {
      ...gatewayEnv({ brokers: testBrokers(), databaseUrl: database.url, port, quickbooks }),
      INTUIT_WEBHOOK_VERIFIER_TOKEN: `next-verifier,${VERIFIER}`,
    };
    running = await start(gatewayService(group), env, { write: (line) => void lines.push(line) });
    producer = createProducer(kafka);
    listener = runConsumer({
      kafka,
      groupId: `${group}.spec`,
      topics: [TOPICS.answers.name, TOPICS.changes.name],
      handle: ({ topic, messages }) => {
        for (const { value } of messages) {
          const said = JSON.parse(value?.toString('utf8') ?? '{}') as { tenant?: string };
          if (said.tenant !== tenant) continue;
          if (topic === TOPICS.answers.name) answers.push(said as QboAnswer);
          else changes.push(said as QboChange);
        }
        return Promise.resolve({ outcome: 'done' });
      },
    });
    await connect();
  });

  afterAll(async () => {
    await listener?.stop();
    await producer?.close();
    await running?.close();
    await quickbooks?.close();
    await database?.drop();
  });

  const internal = async <T>(method: string, path: string): Promise<T> => {
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    return (await fetch(`${running.url}/internal/companies/${tenant}/${path}`, { method, headers })).json() as T;
  };
  const connect = async (): Promise<void> => {
    await adminCall('next-company', { company: 'us-auto' });
    const { authorizeUrl } = await internal<{ authorizeUrl: string }>('POST', 'connection/start');
    await (await fetch(authorizeUrl)).text();
    ({ books } = await internal<{ books: string }>('GET', 'connection'));
    const status = (await (await fetch(`${quickbooks.adminUrl}/status`)).json()) as {
      companies: { key: string; realmId: string }[];
    };
    realm = status.companies.find(({ key }) => key === 'us-auto')?.realmId ?? '';
    await producer.send([settingsMessage(settings(tenant, 1, { books }))]);
  };
  const adminCall = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${quickbooks.adminUrl}/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const sign = (raw: Buffer, token = VERIFIER): string => createHmac('sha256', token).update(raw).digest('base64');
  const post = (raw: Buffer, signature: string | undefined = sign(raw), type = 'application/json') =>
    fetch(`${running.url}/webhooks/intuit`, {
      method: 'POST',
      headers: { 'content-type': type, ...(signature === '' ? {} : { 'intuit-signature': signature }) },
      body: new Uint8Array(raw),
    }).then(async (answer) => ({ status: answer.status, text: await answer.text() }));
  const event = (id: string, to = realm): object => ({
    ...{ specversion: '1.0', id, source: 'intuit.x', type: 'qbo.customer.updated.v1' },
    ...{ time: '2026-11-22T10:00:00.123456789Z', intuitentityid: '58', intuitaccountid: to, data: {} },
  });
  const body = (...events: object[]): Buffer => Buffer.from(JSON.stringify(events));
  const rows = async (): Promise<number> =>
    (await database.pool.query<{ n: number }>('select count(*)::int as n from webhook_delivery')).rows[0]?.n ?? -1;
  const reads = async (): Promise<Record<string, number>> => {
    const text = await (await fetch(`${running.url}/metrics`)).text();
    const found = text.matchAll(/^qbo_sync_gateway_metered_reads_total\{purpose="(\w+)".*\} (\d+)$/gm);
    return Object.fromEntries([...found].map(([, purpose = '', count]) => [purpose, Number(count)]));
  };

  it('every byte of a delivery flipped: 401 and no row; so are a forged, a short and a missing signature', async () => {
    const raw = body(event('flip'));
    for (let at = 0; at < raw.length; at += 1) {
      const bent = Buffer.from(raw);
      bent.writeUInt8(bent.readUInt8(at) ^ 0x20, at);
      expect((await post(bent, sign(raw))).status).toBe(401);
    }
    for (const forged of ['', 'x', sign(raw, 'another'), sign(raw).slice(1)]) {
      expect((await post(raw, forged)).status).toBe(401);
    }
    expect(await rows()).toBe(0);
  });

  it('either live token, any content type, and what is signed but unreadable: stored, 200', async () => {
    const raw = body(event('token', '4711'));
    expect((await post(raw, sign(raw, 'next-verifier'))).status).toBe(200);
    expect(await rows()).toBe(1);
    expect((await post(Buffer.from('{"half":'), undefined, 'application/json')).status).toBe(200);
    expect((await post(Buffer.from([0xff, 0xfe, 0x00]), undefined, 'text/plain')).status).toBe(200);
    expect(await rows()).toBe(3);
  });

  it('our own documents cost no metered read, and coming back as webhooks one reading and nothing else', async () => {
    await producer.send([
      requestMessage(customerPut(tenant, books, 'c1', 1, { DisplayName: 'Steady Steel' })),
      ...[1, 2, 3].map((n) =>
        requestMessage(invoicePut(tenant, books, `i${n}`, 1, { customer: 'c1', item: '1', amount: '10.00' })),
      ),
      requestMessage(paymentPut(tenant, books, 'p1', 1, { customer: 'c1', invoice: 'i1', amount: '10.00' })),
    ]);
    await until(() => (answers.length === 5 ? answers : undefined), { timeoutMs: 60_000, what: 'five answers' });
    expect(answers.every(({ outcome }) => outcome === 'synced')).toBe(true);
    expect(await reads()).toEqual({ changes: 0, query: 0, record: 0 });
    await post(body(event('own-1'), event('own-2'), event('own-3')));
    await until(async () => ((await reads())['changes'] === 1 ? true : undefined), { what: 'one reading' });
    await until(async () => {
      const { rows: woken } = await database.pool.query(
        'select from webhook_event where done_at is null and books is not null',
      );
      return woken.length === 0 ? true : undefined;
    });
    expect(await reads()).toEqual({ changes: 1, query: 0, record: 0 });
    expect(changes.filter(({ ref }) => ref !== undefined)).toEqual([]);
  });

  it('a storm of deliveries is acknowledged in time', async () => {
    const tookMs: number[] = [];
    const one = async (n: number): Promise<void> => {
      const raw = body(event(`storm-${n}`));
      const startedAt = performance.now();
      expect((await post(raw)).status).toBe(200);
      tookMs.push(performance.now() - startedAt);
    };
    for (let n = 0; n < 500; n += 25) await Promise.all(Array.from({ length: 25 }, (_, at) => one(n + at)));
    expect(Math.max(...tookMs)).toBeLessThan(3_000);
    // Within 30 s of the last reading, so none of them causes another.
    expect((await reads())['changes']).toBeLessThanOrEqual(2);
  });

  it('names no realm and no body in the log', () => {
    expect(lines.some((line) => line.includes('took a webhook delivery'))).toBe(true);
    expect(lines.join('')).not.toContain(realm);
    expect(lines.join('')).not.toContain('intuitaccountid');
  });
});
