import { TOPICS } from '@qbo-sync/contracts/topics';
import type { QboAnswer } from '@qbo-sync/contracts/sync/answer';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { createKafka } from '@qbo-sync/kafka/client';
import { runConsumer } from '@qbo-sync/kafka/consumer';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { copyDatabase, testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers, testTopics } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { runningRig, type RunningRig } from './running-rig';
import { customerPut, invoicePut, journalFile, keysFile, OPERATOR_TOKEN, paymentPut } from './spec-rig';

jest.setTimeout(180_000);

const JOBS = 40;
const EARLY = 15;
/** Of the jobs that the copy does not know, those whose customer comes after the restore: nothing of them can be sent before. */
const LATE = 3;

interface Write {
  readonly actor: string;
  readonly entity: string;
  readonly operation: string;
  readonly id: string;
}

/** The gateway's database is restored from a copy taken in the middle of a load, to where QuickBooks and Kafka are ahead. */
describe('a restored gateway', () => {
  it('posts nothing twice and loses nothing, though QuickBooks ignores requestid', async () => {
    const group = testTopics('recovery')('group');
    const database = await testDatabase({ name: 'recovery', migrations: [] });
    const quickbooks = await startQuickBooks({
      port: 0,
      journalFile: journalFile(),
      settings: { requestidMode: 'ignore', latencyMs: { from: 60, to: 120 } },
    });
    const env = { TOKEN_KEYS_FILE: keysFile(), LOG_LEVEL: 'info', QBO_BATCHES_PER_MINUTE: '1' };
    const parts = { group, brokers: testBrokers(), quickbooks, env };
    const answers: QboAnswer[] = [];
    let restored: TestDatabase | undefined;
    let rig: RunningRig = await runningRig({ ...parts, databaseUrl: database.url });
    const { tenant } = rig;
    const listener = runConsumer({
      kafka: createKafka({ brokers: testBrokers(), clientId: `${group}.spec` }),
      groupId: `${group}.spec`,
      topics: [TOPICS.answers.name],
      handle: ({ messages }) => {
        const said = messages.map(({ value }) => JSON.parse(value?.toString('utf8') ?? '{}') as QboAnswer);
        answers.push(...said.filter((answer) => answer.tenant === tenant));
        return Promise.resolve({ outcome: 'done' });
      },
    });
    try {
      const books = await rig.connect('us-auto');
      await rig.settings(1, { books });
      const job = (n: number): QboRequest[] => [
        paymentPut(tenant, books, `pay_${n}`, 1, { customer: `cus_${n}`, invoice: `inv_${n}`, amount: '120.00' }),
        invoicePut(tenant, books, `inv_${n}`, 1, { customer: `cus_${n}`, item: '1', amount: '120.00' }),
        customerPut(tenant, books, `cus_${n}`, 1, { DisplayName: `Customer ${n}` }),
      ];
      const renamed = (n: number): QboRequest =>
        customerPut(tenant, books, `cus_${n}`, 2, { DisplayName: `Customer ${n}`, CompanyName: `Renamed ${n}` });
      const writes = async (): Promise<Write[]> =>
        (await rig.admin<{ writes: Write[] }>('GET', 'journal')).writes.filter(({ actor }) => actor === 'api');
      const creates = async (): Promise<number> =>
        (await writes()).filter(({ operation }) => operation === 'create').length;

      const refs = Array.from({ length: JOBS }, (_, n) => n);
      const late = refs.slice(-LATE).map((n) => `customer:cus_${n}`);
      await rig.take(...refs.slice(0, JOBS / 2).flatMap(job));
      await until(async () => (await creates()) >= EARLY, { timeoutMs: 60_000, what: 'a load under way' });
      const copy = await copyDatabase(database.url);
      restored = copy;
      const [before, known] = [await creates(), await rowsOf(copy, 'select from link')];
      const isLate = ({ ref }: QboRequest): boolean => late.includes(ref);
      const second = refs.slice(JOBS / 2).flatMap(job);
      await rig.take(...second.filter((request) => !isLate(request)), ...refs.slice(0, 5).map(renamed));
      await until(async () => (await creates()) >= before + 45, { timeoutMs: 60_000, what: 'a load going on' });
      await rig.close();
      const made = await creates();
      // What the copy knows nothing of, and what waits for its customer.
      expect(made - known).toBeGreaterThanOrEqual(40);
      expect(made).toBeLessThanOrEqual(3 * (JOBS - LATE));

      rig = await runningRig({ ...parts, databaseUrl: copy.url });
      const recovery = async (): Promise<unknown> => {
        const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
        const answer = await fetch(`${rig.url}/internal/recovery`, { headers });
        return ((await answer.json()) as { recovery: unknown }).recovery;
      };
      expect(await recovery()).toMatchObject({ restoredTo: expect.any(String) as unknown });
      await rig.take(...second.filter(isLate), ...job(JOBS));
      const asked = [...refs, JOBS].flatMap((n) => [`customer:cus_${n}`, `invoice:inv_${n}`, `payment:pay_${n}`]);
      const unsynced = (): string[] => {
        const last = new Map(answers.map((answer) => [answer.ref, answer.outcome]));
        return asked.filter((ref) => last.get(ref) !== 'synced');
      };
      const linked = (): Promise<number> => rowsOf(copy, 'select distinct resource, qbo_id from link');
      const isDone = async (): Promise<boolean> =>
        (await recovery()) === null && unsynced().length === 0 && (await linked()) >= asked.length;
      await until(isDone, {
        timeoutMs: 90_000,
        what: 'the recovery to end with all of it in the books',
      }).catch((error: Error) => {
        throw new Error(`${error.message}; left: ${unsynced().join(', ')}`);
      });

      const made3 = (await writes()).filter(({ operation }) => operation === 'create').map(({ entity }) => entity);
      const count = (entity: string): number => made3.filter((one) => one === entity).length;
      expect({ customers: count('Customer'), invoices: count('Invoice'), payments: count('Payment') }).toEqual({
        customers: JOBS + 1,
        invoices: JOBS + 1,
        payments: JOBS + 1,
      });
      expect(await linked()).toBe(asked.length);
    } finally {
      await rig.close();
      await listener.stop();
      await quickbooks.close();
      await restored?.drop();
      await database.drop();
    }
  });
});

function rowsOf(database: TestDatabase, sql: string): Promise<number> {
  return database.pool.query(sql).then(({ rowCount }) => rowCount ?? 0);
}
