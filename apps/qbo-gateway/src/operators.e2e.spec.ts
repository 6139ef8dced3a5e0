import type { Standing } from '@qbo-sync/gateway/company/standing';
import { startQuickBooks, type RunningQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers, testTopics } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { runningRig, type RunningRig } from './running-rig';
import { customerPut, invoicePut, journalFile, newTenant } from './spec-rig';

jest.setTimeout(120_000);

/** What operators see of a gateway: /metrics, and how things stand for one company. */
describe('the operators’ view of the gateway', () => {
  let database: TestDatabase;
  let quickbooks: RunningQuickBooks;
  let rig: RunningRig;
  let books: string;

  beforeAll(async () => {
    database = await testDatabase({ name: 'operators e2e', migrations: [] });
    quickbooks = await startQuickBooks({ port: 0, journalFile: journalFile() });
    const group = testTopics('operators')('group');
    rig = await runningRig({ group, brokers: testBrokers(), databaseUrl: database.url, quickbooks });
    books = await rig.connect();
    await rig.settings(1, { books });
  });
  afterAll(async () => {
    await rig?.close();
    await quickbooks?.close();
    await database?.drop();
  });

  const status = (): Promise<Standing> => rig.internal('GET', '/status');
  const statusIs = (is: (standing: Standing) => boolean, what: string): Promise<Standing> =>
    until(
      async () => {
        const standing = await status();
        return is(standing) ? standing : undefined;
      },
      { timeoutMs: 60_000, what },
    );
  const metricIs = (name: string, is: (samples: Record<string, number>) => boolean) =>
    until(
      async () => {
        const samples = await rig.metric(name);
        return is(samples) ? samples : undefined;
      },
      { timeoutMs: 60_000, what: name },
    );
  const customer = (id: string, revision = 1, name = `Customer ${id}`) =>
    customerPut(rig.tenant, books, id, revision, { DisplayName: name });

  it('shards held, companies by condition, tokens’ days left, the plan’s reads', async () => {
    await metricIs('shards_held', (samples) => samples[''] === 64);
    await metricIs('companies', (samples) => samples['condition="ok"'] === 1);
    expect(await rig.metric('outage')).toEqual({ '': 0 });
    const { '': least = 0 } = await rig.metric('token_days_left_min');
    expect(least).toBeGreaterThan(90);
    expect(least).toBeLessThan(102);
    const buckets = await rig.metric('token_days_left_bucket');
    expect([buckets['le="60"'], buckets['le="+Inf"']]).toEqual([0, 1]);
    expect(await rig.metric('reads_month_limit')).toEqual({ '': 500_000 });
  });

  it('sends by outcome, limiter use; nothing waits and nothing is to drain', async () => {
    await rig.take(customer('c1'), customer('c2'));
    await metricIs('sends_total', (samples) => (samples['kind="write",outcome="ok"'] ?? 0) === 2);
    const { 'kind="single"': single = 0 } = await rig.metric('limiter_use');
    expect(single).toBeGreaterThan(0);
    expect(single).toBeLessThan(1);
    expect(await rig.metric('limiter_share')).toEqual({ '': 1 });
    expect(Object.keys(await rig.metric('calls_at_once'))).toEqual(['']);
    expect(await statusIs(({ queue }) => queue.live.waiting === 0, 'an empty queue')).toMatchObject({
      condition: 'ok',
      connection: 'connected',
      drain: null,
      catchingUp: null,
    });
    await metricIs('drain_seconds', (samples) => samples[''] === 0);
  });

  it('reads of the month: counted by company, in the database', async () => {
    const before = (await status()).readsThisMonth;
    const answer = await fetch(`${rig.url}/internal/companies/${rig.tenant}/read`, {
      method: 'POST',
      headers: { authorization: 'Bearer operator-token-of-the-specs', 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'query', params: { query: 'select * from Account' } }),
    });
    expect(answer.status).toBe(200);
    await statusIs(({ readsThisMonth }) => readsThisMonth === before + 1, 'the read counted');
    await metricIs('reads_month', (samples) => samples[''] === before + 1);
  });

  it('queue age by class, drain ETA; a paused company’s rows are a backlog once it goes on', async () => {
    await rig.settings(2, { books, active: false });
    await statusIs(({ condition }) => condition === 'paused', 'the pause');
    await rig.take(
      customer('c3'),
      invoicePut(rig.tenant, books, 'i1', 1, { customer: 'c3', item: '1', amount: '5.00' }),
    );
    await metricIs('queue_rows', (samples) => samples['class="live"'] === 2);
    await metricIs('queue_age_seconds', (samples) => (samples['class="live"'] ?? 0) > 0);
    const waiting = await status();
    expect(waiting).toMatchObject({ condition: 'paused', queue: { live: { waiting: 2 } } });
    expect(waiting.drain).toMatchObject({ etaSeconds: 1, at: null });
    await metricIs('drain_seconds', (samples) => (samples[''] ?? 0) >= 1);
    await metricIs('companies', (samples) => samples['condition="paused"'] === 1);
    await rig.settings(3, { books });
    await statusIs(({ queue }) => queue.live.waiting + queue.backlog.waiting + queue.held.waiting === 0, 'all sent');
    const { rows } = await database.pool.query(`select reopened_with from company where tenant = $1`, [rig.tenant]);
    expect(rows).toEqual([{ reopened_with: 2 }]);
  });

  it('a record that waits for another is held, not live', async () => {
    const orphan = invoicePut(rig.tenant, books, 'i2', 1, { customer: 'nobody', item: '1', amount: '5.00' });
    await rig.take(orphan);
    await metricIs('queue_rows', (samples) => samples['class="held"'] === 1 && samples['class="live"'] === 0);
    await rig.take({ ...orphan, revision: 2, kind: 'cancel' });
    await metricIs('queue_rows', (samples) => samples['class="held"'] === 0);
  });

  it('the month’s reads are used up: a condition of its own, nothing is sent until it turns', async () => {
    await rig.admin('POST', 'settings', { readsPerMonth: 1, quotaDetail: 'The monthly allotment is used up' });
    const read = () =>
      fetch(`${rig.url}/internal/companies/${rig.tenant}/read`, {
        method: 'POST',
        headers: { authorization: 'Bearer operator-token-of-the-specs', 'content-type': 'application/json' },
        body: JSON.stringify({ path: 'query', params: { query: 'select * from Account' } }),
      });
    await read();
    expect((await read()).status).toBeGreaterThanOrEqual(400);
    const stopped = await statusIs(({ condition }) => condition === 'quota', 'the quota');
    expect(Date.parse(stopped.retryAt ?? '')).toBeGreaterThan(Date.now() + 30_000);
    expect(Date.parse(stopped.retryAt ?? '')).toBeLessThanOrEqual(Date.now() + 3_600_000);
    await metricIs('companies', (samples) => samples['condition="quota"'] === 1);
    await metricIs('sends_total', (samples) => (samples['kind="read",outcome="throttle"'] ?? 0) >= 1);
    // A person who reads now is told at once, and does not wait for the month.
    expect((await read()).status).toBe(502);
    await rig.take(customer('c4'));
    await metricIs('queue_rows', (samples) => samples['class="live"'] === 1);
    // The month has turned: the first call that is due shows it.
    await rig.admin('POST', 'settings', { readsPerMonth: null });
    await database.pool.query(`update company set retry_at = now() where tenant = $1`, [rig.tenant]);
    await statusIs(({ condition, queue }) => condition === 'ok' && queue.live.waiting === 0, 'the month’s turn');
  });

  it('all companies, who waits longest first; nobody without the operator’s token', async () => {
    const { companies } = await rig.internal<{ companies: Standing[] }>('GET', '', '');
    expect(companies.map(({ tenant }) => tenant)).toEqual([rig.tenant]);
    expect((await fetch(`${rig.url}/internal/companies`)).status).toBe(401);
    expect((await fetch(`${rig.url}/internal/companies/${rig.tenant}/status`)).status).toBe(401);
    expect(await rig.internal('GET', '/status', newTenant())).toMatchObject({ code: 'not_connected' });
  });

  it('no label names a company, a realm or a record', async () => {
    const text = await (await fetch(`${rig.url}/metrics`)).text();
    const own = text.split('\n').filter((line) => line.startsWith('qbo_sync_gateway_'));
    const names = new Set(own.flatMap((line) => [...line.matchAll(/(\w+)="/g)].map(([, name]) => name)));
    expect([...names].sort()).toEqual(['class', 'code', 'condition', 'kind', 'le', 'outcome', 'purpose', 'service']);
    expect(text).not.toContain(rig.tenant);
  });
});
