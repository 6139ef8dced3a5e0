import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ACCOUNT_ROLES } from '@qbo-sync/contracts/account-roles';
import type { PayoutPage, PayoutView } from '@qbo-sync/contracts/stripe/payout-view';
import type { SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { registry } from '@qbo-sync/entities/registry';
import { decide } from '@qbo-sync/entities/sync/decide';
import { evolve } from '@qbo-sync/entities/sync/evolve';
import { initial, standing } from '@qbo-sync/entities/sync/stream-state';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { appendAll } from '@qbo-sync/eventstore/streams';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { createKafka } from '@qbo-sync/kafka/client';
import { createProducer } from '@qbo-sync/kafka/producer';
import { type RunningQuickBooks, startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { type RunningStripe, startStripe } from '@qbo-sync/sandbox/stripe/start-stripe';
import { migrate } from '@qbo-sync/service/migrations';
import { StripeReader } from '@qbo-sync/stripe/client';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { PAYMENTS_MIGRATIONS } from '../migrations';
import { largeSettings, NOW } from './large-payout.fixtures';

/** QuickBooks' 10,000 lines of a deposit, some of them kept for fees (postings.md §10.2, quickbooks.md §1.3). */
const FULL = 9_996;
/**
 * As many as one deposit takes. `PAYOUT_TRANSACTIONS=50000 npm test -- apps/payments/src/payouts/large` is the whole of what a
 * payout may be; `49980`: five deposits, each of them full.
 */
const COUNT = Number(process.env['PAYOUT_TRANSACTIONS'] ?? FULL);
const DEPOSITS = Math.ceil(COUNT / FULL);
const CHARGE = 10_007;
/** What a process may use: 50,000 transactions with all their records would be many times as much. */
const HEAP_MB = 256;
const WITHIN_MS = 120_000 + COUNT * 20;

jest.setTimeout(WITHIN_MS * 2);

const root = path.resolve(__dirname, '../../../..');
const OPERATOR_TOKEN = 'operator-of-the-large-payout';

interface Posted {
  readonly document: string;
  readonly lines: readonly { readonly name: string; readonly amount: string }[];
}

/** The payments service and the gateway as processes of their own, on topics of their own, between emulated Stripe and QuickBooks. */
describe(`a payout of ${COUNT} transactions`, () => {
  const tenant = `co-${randomUUID().slice(0, 8)}`;
  const account = `acct_${tenant.slice(3)}`;
  const prefix = `large.${tenant}.`;
  const kafka = createKafka({ brokers: testBrokers(), clientId: prefix });
  const producer = createProducer(kafka);
  const folder = mkdtempSync(path.join(tmpdir(), 'qbo-sync-large-'));
  const processes: ChildProcess[] = [];
  let stripe: RunningStripe;
  let quickbooks: RunningQuickBooks;
  let ours: TestDatabase;
  let gateways: TestDatabase;

  beforeAll(async () => {
    ours = await testDatabase({ name: 'large payout', migrations: [] });
    gateways = await testDatabase({ name: 'large payout gateway', migrations: [] });
    await migrate(ours.url, [...EVENT_STORE_MIGRATIONS, ...PAYMENTS_MIGRATIONS]);
    stripe = await startStripe({ port: 0, accounts: [account] });
    quickbooks = await startQuickBooks({ port: 0, journalFile: path.join(folder, 'journal') });
  });
  afterAll(async () => {
    for (const each of processes.filter(({ exitCode }) => exitCode === null)) {
      each.kill('SIGTERM');
      await once(each, 'exit');
    }
    await producer.close();
    await forgetTopics();
    await stripe?.close();
    await quickbooks?.close();
    await ours?.drop();
    await gateways?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const forgetTopics = async (): Promise<void> => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: (await admin.listTopics()).filter((topic) => topic.startsWith(prefix)) });
    await admin.disconnect();
  };
  const start = (app: string, port: number, env: Readonly<Record<string, string>>): ChildProcess => {
    const own = ['--require', path.join(root, 'tools/crash/own-names.cjs')];
    const args = ['--max-semi-space-size=1', `--max-old-space-size=${HEAP_MB}`, ...own, `apps/${app}/dist/main.js`];
    const started = spawn(process.execPath, args, {
      ...{ cwd: root, stdio: ['ignore', 'ignore', 'inherit'] as const },
      env: {
        ...{ PATH: process.env['PATH'], NODE_ENV: 'test', LOG_LEVEL: 'warn', PORT: String(port), OPERATOR_TOKEN },
        ...{ KAFKA_BROKERS: testBrokers(), OWN_NAMES: prefix, ...env },
      },
    });
    processes.push(started);
    return started;
  };
  const ready = (port: number): Promise<unknown> =>
    until(
      () =>
        fetch(`http://127.0.0.1:${port}/health/ready`).then(
          ({ ok }) => ok,
          () => false,
        ),
      { what: 'ready', timeoutMs: 120_000 },
    );
  const call = async <T>(url: string, body?: object): Promise<T> => {
    const answer = await fetch(url, {
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${url}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const atStripe = <T>(path: string, body: object): Promise<T> =>
    call(`${stripe.adminUrl}/${path}`, { account, ...body });

  /** Makes a record in QuickBooks as a person does; its id. */
  const inQuickBooks = async (entity: string, body: object): Promise<string> => {
    const made = await call<Record<string, { readonly Id: string }>>(`${quickbooks.adminUrl}/write`, {
      ...{ company: 'us-auto', entity, body },
    });
    return made[entity]?.Id ?? '';
  };

  const startGateway = async (port: number): Promise<ChildProcess> => {
    const keysFile = path.join(folder, 'keys.json');
    const key = randomBytes(32).toString('base64');
    writeFileSync(keysFile, JSON.stringify({ current: 'k1', keys: { k1: key } }), { mode: 0o600 });
    const gateway = start('qbo-gateway', port, {
      ...{ DATABASE_URL: gateways.url, QBO_API_URL: quickbooks.url, INTUIT_AUTHORIZE_URL: quickbooks.authorizeUrl },
      ...{ INTUIT_TOKEN_URL: quickbooks.tokenUrl, INTUIT_REVOKE_URL: quickbooks.revokeUrl },
      ...{ INTUIT_CLIENT_ID: 'sandbox-client', INTUIT_CLIENT_SECRET: 'sandbox-secret', TOKEN_KEYS_FILE: keysFile },
      INTUIT_REDIRECT_URI: `http://127.0.0.1:${port}/oauth/callback`,
    });
    await ready(port);
    return gateway;
  };
  /** Connects to the emulated company; its books. */
  const connect = async (port: number): Promise<string> => {
    const internal = `http://127.0.0.1:${port}/internal/companies/${tenant}/connection`;
    await call(`${quickbooks.adminUrl}/next-company`, { company: 'us-auto' });
    const { authorizeUrl } = await call<{ authorizeUrl: string }>(`${internal}/start`, {});
    await (await fetch(authorizeUrl)).arrayBuffer();
    return (await call<{ books: string }>(internal)).books;
  };

  /** A payment of Run a Call behind every charge, decided on, asked for and posted to one customer, as if its events had come. */
  const seedPayments = async (settings: SyncSettings, payoutId: string, customer: string): Promise<void> => {
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
          { now: NOW, settings, related: { invoices: {} } },
        );
        return { tenant, ref, expectedVersion: 0, events, standing: standing(events.reduce(evolve, before)) };
      });
      const refs = appends.map(({ ref }) => ref);
      await inTransaction(ours.pool, async (client) => {
        await appendAll(client, appends);
        await client.query('delete from unpublished');
        await client.query(
          `insert into charge (tenant, stripe_id, ref) select $1, * from unnest($2::text[], $3::text[])`,
          [tenant, charges.map(({ source }) => source), refs],
        );
      });
      await gateways.pool.query(
        `insert into link (books, ref, resource, qbo_id, path, wrapper, sync_token, revision, generation, sent, shown, theirs, refs, kept)
         select $1, ref, 'Payment', ref, 'payment', 'Payment', '0', 1, 1, '{}', '{}', '{}', '{}', $3
           from unnest($2::text[]) as of (ref)`,
        [settings.books, refs, { 'CustomerRef.value': customer }],
      );
    }
  };

  const residentMb = ({ pid = 0 }: ChildProcess): number =>
    Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);

  it('is read page by page, posted by the gateway as deposits that make it to the cent, and shown as equal', async () => {
    const [gatewayPort, paymentsPort] = [await freePort(), await freePort()];
    const gateway = await startGateway(gatewayPort);
    const other = { AccountType: 'Other Current Asset', AccountSubType: 'OtherCurrentAssets' };
    const expense = { AccountType: 'Expense', AccountSubType: 'OtherMiscellaneousServiceCost' };
    const settings = largeSettings(tenant, await connect(gatewayPort), {
      'payments.stripeAccount': account,
      'payments.clearingAccount': await chosen('Stripe clearing', other),
      'payments.payoutAccount': await chosen('Payouts', { AccountType: 'Bank', AccountSubType: 'Checking' }),
      'payments.feeAccount': await chosen('Stripe fees', expense),
      'payments.disputeAccount': await chosen('Stripe disputes', expense),
    });
    await atStripe('charges', { amount: CHARGE, count: COUNT });
    const payout = await atStripe<{ id: string; amount: number }>('payouts', { steps: false });
    await seedPayments(settings, payout.id, await inQuickBooks('Customer', { DisplayName: 'Dana Ruiz' }));
    for (const step of ['paid', 'reconciled']) await atStripe('payout-steps', { payout: payout.id, step });
    const payments = start('payments', paymentsPort, {
      ...{ DATABASE_URL: ours.url, STRIPE_API_URL: stripe.url, STRIPE_SECRET_KEY: 'sk_test_sandbox' },
      STRIPE_POLL_MS: '1000',
    });
    await ready(paymentsPort);
    await producer.send([{ topic: prefix + TOPICS.settings.name, key: tenant, value: JSON.stringify(settings) }]);

    const startedAt = performance.now();
    const progress: number[] = [];
    const memory = { payments: [0], gateway: [0] };
    const shown = async (): Promise<PayoutView | undefined> => {
      const page = await call<PayoutPage>(
        `http://127.0.0.1:${paymentsPort}/internal/companies/${tenant}/payouts?limit=1`,
      );
      return page.items[0];
    };
    await until(
      async () => {
        memory.payments.push(residentMb(payments));
        memory.gateway.push(residentMb(gateway));
        const now = await shown();
        progress.push(now?.read ?? 0);
        return now?.state === 'equal';
      },
      { what: 'the payout to be equal', timeoutMs: WITHIN_MS, everyMs: 100 },
    );

    // Its own transaction is read too. Pages were stored as they came.
    expect(progress.at(-1)).toBe(COUNT + 1);
    expect(progress.some((read) => read > 0 && read <= COUNT)).toBe(true);
    const { documents } = await call<{ documents: readonly Posted[] }>(
      `${quickbooks.adminUrl}/postings?company=us-auto`,
    );
    const deposits = documents.filter(({ document }) => document.startsWith('Deposit/'));
    expect(deposits.length).toBe(DEPOSITS);
    const lines = deposits.flatMap((deposit) => deposit.lines);
    const inCents = (name: string): number =>
      lines.filter((line) => line.name === name).reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
    expect(inCents('Payouts')).toBe(payout.amount);
    expect(inCents('Stripe clearing')).toBe(-COUNT * CHARGE);
    expect(inCents('Stripe fees')).toBe(COUNT * CHARGE - payout.amount);
    const { rows } = await gateways.pool.query<{ sent: number; answered: number }>(
      `select (select max(length(bytes)) from attempt)::int as sent, (select max(length(record)) from answer)::int as answered`,
    );
    process.stdout.write(
      `${COUNT} transactions, ${DEPOSITS} deposits of at most ${Math.max(...deposits.map((each) => each.lines.length - 1))} lines, ` +
        `${kib(rows[0]?.sent)} KiB sent and ${kib(rows[0]?.answered)} KiB answered, ${Math.round((performance.now() - startedAt) / 1000)} s; ` +
        `resident at most: payments ${Math.max(...memory.payments)} MB, gateway ${Math.max(...memory.gateway)} MB\n`,
    );
  });

  const chosen = async (name: string, fields: object) => ({
    id: await inQuickBooks('Account', { Name: name, ...fields }),
    name,
  });
});

const kib = (bytes = 0): number => Math.round(bytes / 1024);

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
