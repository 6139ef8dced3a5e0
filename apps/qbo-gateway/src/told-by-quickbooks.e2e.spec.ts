import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import type { QboChange } from '@qbo-sync/contracts/sync/change';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { createKafka } from '@qbo-sync/kafka/client';
import { runConsumer, type RunningConsumer } from '@qbo-sync/kafka/consumer';
import { startQuickBooks, type RunningQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers, testTopics } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { runningRig, type RunningRig } from './running-rig';
import { customerPut, freePort, invoicePut, journalFile, paymentPut } from './spec-rig';

jest.setTimeout(150_000);

const VERIFIER = 'sandbox-verifier';
/** How long the emulator gathers events; what a spec wants told it tells by stepping time. */
const GATHERED_MS = 600_000;

/** QuickBooks tells by itself: its own signed deliveries, tried again when they fail, all the way to `qbo.changes.v1`. */
describe.each(['cloudevents', 'legacy'])('told by QuickBooks, as %s', (shape) => {
  const answers: QboAnswer[] = [];
  const changes: QboChange[] = [];
  let database: TestDatabase;
  let quickbooks: RunningQuickBooks;
  let rig: RunningRig;
  let listener: RunningConsumer;
  let books: string;

  beforeAll(async () => {
    database = await testDatabase({ name: 'told e2e', migrations: [] });
    quickbooks = await startQuickBooks({
      port: 0,
      journalFile: journalFile(),
      webhooks: { delayMs: GATHERED_MS, duplicateEvery: 1 },
    });
    const group = testTopics('told')('group');
    rig = await runningRig({
      ...{ group, brokers: testBrokers(), databaseUrl: database.url, quickbooks },
      env: { INTUIT_WEBHOOK_VERIFIER_TOKEN: VERIFIER },
    });
    listener = runConsumer({
      kafka: createKafka({ brokers: testBrokers(), clientId: group }),
      groupId: `${group}.spec`,
      topics: [TOPICS.answers.name, TOPICS.changes.name],
      handle: ({ topic, messages }) => {
        for (const { value } of messages) {
          const said = JSON.parse(value?.toString('utf8') ?? '{}') as { tenant?: string };
          if (said.tenant !== rig.tenant) continue;
          if (topic === TOPICS.answers.name) answers.push(said as QboAnswer);
          else changes.push(said as QboChange);
        }
        return Promise.resolve({ outcome: 'done' });
      },
    });
    books = await rig.connect();
    await rig.settings(1, { books });
    await deliverTo(`${rig.url}/webhooks/intuit`);
  });
  afterAll(async () => {
    await listener?.stop();
    await rig?.close();
    await quickbooks?.close();
    await database?.drop();
  });

  const deliverTo = (url: string): Promise<unknown> => rig.admin('POST', 'webhooks', { url, shape });
  /** Steps QuickBooks' time; answers when all it had to tell by then was tried. */
  const pass = (advanceMs: number): Promise<unknown> => rig.admin('POST', 'time', { advanceMs });
  const deliveries = () => rig.admin<Record<string, number>>('GET', 'webhooks');
  const written = async (): Promise<number> =>
    (await rig.admin<{ writes: { actor: string }[] }>('GET', 'journal')).writes.filter(({ actor }) => actor === 'api')
      .length;
  const reads = () => rig.metric('metered_reads_total');
  const allRead = () =>
    until(
      async () => {
        const { rows } = await database.pool.query(`select from webhook_event where done_at is null`);
        return rows.length === 0;
      },
      { timeoutMs: 60_000, what: 'every event read' },
    );
  /** Readings of one company are 30 s apart; here the last one was long ago. */
  const later = (): Promise<unknown> =>
    database.pool.query(`update feed set called_at = called_at - interval '31 seconds'`);

  it('our own writes come back, each delivery twice: one reading, no other read, no write, nothing published', async () => {
    await rig.take(
      customerPut(rig.tenant, books, 'c1', 1, { DisplayName: 'Steady Steel' }),
      ...[1, 2, 3].map((n) =>
        invoicePut(rig.tenant, books, `i${n}`, 1, { customer: 'c1', item: '1', amount: '10.00' }),
      ),
      paymentPut(rig.tenant, books, 'p1', 1, { customer: 'c1', invoice: 'i1', amount: '10.00' }),
    );
    await until(() => answers.length === 5, { timeoutMs: 60_000, what: 'five answers' });
    expect(answers.every(({ outcome }) => outcome === 'synced')).toBe(true);
    await pass(GATHERED_MS);
    const { events = 0, acknowledged, refused } = await deliveries();
    expect(Number(events)).toBeGreaterThanOrEqual(5);
    expect([Number(acknowledged), Number(refused)]).toEqual([2, 0]);
    await allRead();
    expect(await reads()).toEqual({ 'purpose="changes"': 1, 'purpose="query"': 0, 'purpose="record"': 0 });
    expect(await written()).toBe(5);
    expect(changes.filter(({ ref }) => ref !== undefined)).toEqual([]);
  });

  it('a person’s change, told while we did not listen, arrives by the next try with its field, once', async () => {
    await deliverTo(`http://127.0.0.1:${await freePort()}/webhooks/intuit`);
    const { Id } = JSON.parse(answers.find(({ ref }) => ref === 'customer:c1')?.record ?? '{}') as { Id?: string };
    const body = { Id, sparse: true, PrimaryPhone: { FreeFormNumber: '(512) 555-0107' } };
    await rig.admin('POST', 'write', { company: 'us-auto', entity: 'Customer', body });
    await pass(GATHERED_MS);
    expect(Number((await deliveries())['refused'])).toBe(1);
    await later();
    await deliverTo(`${rig.url}/webhooks/intuit`);
    await pass(10_000);
    const change = await until(() => changes.find(({ ref }) => ref === 'customer:c1'), {
      timeoutMs: 60_000,
      what: 'the change on qbo.changes.v1',
    });
    expect(change).toMatchObject({ resource: 'Customer', origin: 'qbo', changed: ['PrimaryPhone'] });
    await allRead();
    expect(await reads()).toEqual({ 'purpose="changes"': 2, 'purpose="query"': 0, 'purpose="record"': 0 });
    expect(await written()).toBe(5);
    expect(changes.filter(({ ref }) => ref !== undefined)).toHaveLength(1);
  });
});
