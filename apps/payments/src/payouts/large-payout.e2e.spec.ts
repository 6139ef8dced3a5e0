import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import { messageKey } from '@qbo-sync/contracts/keys';
import { LIST_END } from '@qbo-sync/contracts/sync/change';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { DEFAULT_SETTINGS, type SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { registry } from '@qbo-sync/entities/registry';
import { decide } from '@qbo-sync/entities/sync/decide';
import { evolve, initial, standing } from '@qbo-sync/entities/sync/stream-state';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { appendAll } from '@qbo-sync/eventstore/streams';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { createKafka } from '@qbo-sync/kafka/client';
import { runConsumer, type RunningConsumer } from '@qbo-sync/kafka/consumer';
import { createProducer, type Producer } from '@qbo-sync/kafka/producer';
import { ensureTopics } from '@qbo-sync/kafka/topics';
import { startStripe, type RunningStripe } from '@qbo-sync/sandbox/stripe/start-stripe';
import { migrate } from '@qbo-sync/service/migrations';
import { StripeReader } from '@qbo-sync/stripe/client';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { PAYMENTS_MIGRATIONS } from '../migrations';

/** `PAYOUT_TRANSACTIONS=50000 npm test -- apps/payments/src/payouts/large` is the whole of it; here it is a share. */
const COUNT = Number(process.env['PAYOUT_TRANSACTIONS'] ?? 1_000);
/** QuickBooks' line limit, some lines of it for fees: how many deposits so many transactions take. */
const DEPOSITS = COUNT <= 9_990 ? 1 : Math.ceil(COUNT / 9_990);
/** What the process may use: 50,000 transactions with all their records would be many times as much. */
const HEAP_MB = 256;
const WITHIN_MS = 120_000 + COUNT * 20;

jest.setTimeout(WITHIN_MS * 2);

describe(`a payout of ${COUNT} transactions`, () => {
  const tenant = `large-${process.pid}-${Date.now() % 100_000}`;
  const account = `acct_${tenant}`;
  const kafka = createKafka({ brokers: testBrokers(), clientId: tenant });
  const requests: QboRequest[] = [];
  let database: TestDatabase;
  let pool: Database;
  let stripe: RunningStripe;
  let producer: Producer;
  let listener: RunningConsumer;
  let payments: ChildProcess;

  beforeAll(async () => {
    database = await testDatabase({ name: 'large payout', migrations: [] });
    await migrate(database.url, [...EVENT_STORE_MIGRATIONS, ...PAYMENTS_MIGRATIONS]);
    pool = createPool(database.url, { max: 2, applicationName: tenant });
    stripe = await startStripe({ port: 0, accounts: [account] });
    await ensureTopics(kafka, Object.values(TOPICS));
    producer = createProducer(kafka);
    listener = runConsumer({
      kafka,
      groupId: `spec.${tenant}`,
      topics: [TOPICS.requests.name],
      handle: ({ messages }) => {
        for (const { key, value } of messages) {
          if (value === null || !key?.startsWith(`${tenant}:payout:`)) continue;
          requests.push(JSON.parse(value.toString('utf8')) as QboRequest);
        }
        return Promise.resolve({ outcome: 'done' });
      },
    });
  });
  afterAll(async () => {
    if (payments !== undefined && payments.exitCode === null) {
      payments.kill('SIGTERM');
      await once(payments, 'exit');
    }
    await listener?.stop();
    await producer?.close();
    await stripe?.close();
    await pool?.end();
    await database?.drop();
  });

  const atStripe = async <T>(call: string, body: object): Promise<T> => {
    const answer = await fetch(`${stripe.adminUrl}/${call}`, {
      method: 'POST',
      body: JSON.stringify({ account, ...body }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as T;
  };

  /** A payment of Run a Call behind every charge, decided on and asked for, as if its events had come. */
  const seedPayments = async (payoutId: string): Promise<void> => {
    const rules = registry(ACCOUNT_ROLES).payments.rulesFor('payment:pay_1');
    if (rules === undefined) throw new Error('no rules');
    const reader = new StripeReader({ apiUrl: stripe.url, secretKey: 'sk_test_sandbox' });
    for await (const page of reader.transactions(account, payoutId)) {
      if (page.is === 'failed') throw new Error(page.failure.code);
      const charges = page.value.items.filter(({ category }) => category === 'charge');
      const appends = charges.map(({ source, amount }) => {
        const id = `pay_${source ?? ''}`;
        const ref = `payment:${id}`;
        const before = initial(tenant, ref);
        const events = decide(
          rules,
          before,
          {
            kind: 'changed',
            change: 'collected',
            sequence: 1,
            event: {
              ...{ id: `evt_${id}`, type: 'com.runacall.payment.collected.v1', topic: 'seeded', partition: 0 },
              ...{ offset: '0', occurredAt: NOW, receivedAt: NOW },
            },
            data: {
              ...{ id, customerId: 'cus_1', amount, currency: 'USD', collectedOn: '2026-11-20', method: 'card' },
              ...{ processor: 'stripe', processorChargeId: source, allocations: [], refunds: [], updatedAt: NOW },
            },
          },
          { now: NOW, settings: SETTINGS(tenant, account), related: { invoices: {} } },
        );
        return { tenant, ref, expectedVersion: 0, events, standing: standing(events.reduce(evolve, before)) };
      });
      await inTransaction(pool, async (client) => {
        await appendAll(client, appends);
        await client.query('delete from unpublished');
        await client.query(
          `insert into charge (tenant, stripe_id, ref) select $1, * from unnest($2::text[], $3::text[])`,
          [tenant, charges.map(({ source }) => source), appends.map(({ ref }) => ref)],
        );
      });
    }
  };

  const start = (): void => {
    const main = path.join(__dirname, '..', '..', 'dist', 'main.js');
    payments = spawn(process.execPath, ['--max-semi-space-size=1', `--max-old-space-size=${HEAP_MB}`, main], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...{ PATH: process.env['PATH'], NODE_ENV: 'test', LOG_LEVEL: 'warn', PORT: '0' },
        ...{ KAFKA_BROKERS: testBrokers(), DATABASE_URL: database.url, OPERATOR_TOKEN: 'operator-of-the-large-payout' },
        ...{ STRIPE_API_URL: stripe.url, STRIPE_SECRET_KEY: 'sk_test_sandbox', STRIPE_POLL_MS: '1000' },
      },
    });
  };
  const residentMb = (): number => {
    const status = readFileSync(`/proc/${payments.pid ?? 0}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024);
  };
  const readSoFar = async (payout: string): Promise<number> => {
    const { rows } = await pool.query<{ read: number }>('select read from payout where payout_id = $1', [payout]);
    return rows[0]?.read ?? 0;
  };

  it('is read page by page with its progress shown, and becomes deposits that make it, in little memory', async () => {
    await atStripe('charges', { amount: 10_007, count: COUNT });
    const payout = await atStripe<{ id: string; amount: number }>('payouts', { steps: false });
    await seedPayments(payout.id);
    for (const step of ['paid', 'reconciled']) await atStripe('payout-steps', { payout: payout.id, step });
    await producer.send([
      { topic: TOPICS.settings.name, key: tenant, value: JSON.stringify(SETTINGS(tenant, account)) },
    ]);
    start();

    const progress: number[] = [];
    const memory: number[] = [];
    const startedAt = performance.now();
    let isAnswered = false;
    const puts = await until(
      async () => {
        progress.push(await readSoFar(payout.id));
        memory.push(residentMb());
        const list = requests.find(({ kind }) => kind === 'list');
        if (list !== undefined && !isAnswered) {
          isAnswered = true;
          await producer.send([endOf(list)]);
        }
        const made = requests.filter(({ kind }) => kind === 'put');
        return made.length === DEPOSITS ? made : undefined;
      },
      { what: `${DEPOSITS} deposits`, timeoutMs: WITHIN_MS },
    );

    const bodies = puts.map(
      ({ body }) => JSON.parse(body) as { PrivateNote: string; Line: readonly { Amount: number }[] },
    );
    const cents = bodies.map(({ Line }) => Line.reduce((sum, { Amount }) => sum + Math.round(Amount * 100), 0));
    expect(cents.reduce((sum, each) => sum + each, 0)).toBe(payout.amount);
    expect(bodies.every(({ Line }) => Line.length <= 10_000)).toBe(true);
    expect(bodies.map(({ PrivateNote }) => PrivateNote).sort()).toEqual(
      bodies
        .map(
          (_each, at) =>
            `Run a Call ${payout.id}${at === 0 ? '' : `/${at + 1}`}${DEPOSITS === 1 ? '' : ` (${at + 1}/${DEPOSITS})`}`,
        )
        .sort(),
    );
    expect(new Set(puts.flatMap(({ after = [] }) => after)).size).toBe(COUNT);
    // Its own transaction is read too. Pages were stored as they came.
    expect(progress.at(-1)).toBe(COUNT + 1);
    expect(progress.some((read) => read > 0 && read <= COUNT)).toBe(true);
    process.stdout.write(
      `${COUNT} transactions, ${DEPOSITS} deposits of ${Math.round(Math.max(...puts.map(({ body }) => body.length)) / 1024)} KiB, ` +
        `${Math.round((performance.now() - startedAt) / 1000)} s, resident ${memory.find((each) => each > 80) ?? 0} MB at first, ` +
        `${Math.max(...memory)} MB at most\n`,
    );
  });

  const endOf = ({ ref, books, resource }: QboRequest) => ({
    topic: TOPICS.changes.name,
    key: messageKey(tenant, ref),
    value: JSON.stringify({
      ...{ tenant, ref, books, resource, record: LIST_END, changed: [], origin: 'list', at: NOW },
    }),
  });
});

const NOW = '2026-11-20T16:00:00.000Z';

const SETTINGS = (tenant: string, account: string): SyncSettings => ({
  ...{ tenant, version: 1, books: 'books-1', active: true, goLiveAt: '2026-01-01T06:00:00Z' },
  company: { name: 'Large', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
  profile: {
    ...{ country: 'US', taxMode: 'automated_us', customTxnNumbers: true, allowDiscount: true, autoApplyCredit: false },
    ...{ bookCloseDate: null, multiCurrency: false, homeCurrency: 'USD' },
    defaultDiscountAccount: null,
    undepositedAccount: { id: '4', name: 'Undeposited Funds' },
    receivableAccount: { id: '84', name: 'Accounts Receivable' },
  },
  values: {
    ...DEFAULT_SETTINGS,
    'payments.stripeAccount': account,
    'payments.clearingAccount': { id: '91', name: 'Stripe clearing' },
    'payments.payoutAccount': { id: '35', name: 'Checking' },
    'payments.feeAccount': { id: '92', name: 'Stripe fees' },
    'payments.disputeAccount': { id: '93', name: 'Stripe disputes' },
  },
});
