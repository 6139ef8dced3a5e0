import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageKey } from '@qbo-sync/contracts/keys';
import type { Activity, RecordActivity } from '@qbo-sync/contracts/sync/activity';
import type { SyncCommand } from '@qbo-sync/contracts/sync/command';
import type { CompanyProfile, SettingValues, SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { createKafka, type KafkaClient } from '@qbo-sync/kafka/client';
import { runConsumer, type RunningConsumer } from '@qbo-sync/kafka/consumer';
import { createProducer, type Producer } from '@qbo-sync/kafka/producer';
import { ensureTopics } from '@qbo-sync/kafka/topics';
import { start, type Running } from '@qbo-sync/service/boot';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until as untilWithin } from '@qbo-sync/testkit/until';
import { consoleService } from './console-service';

const OPERATOR = 'operator-token-of-the-spec';
const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 3, 14, 0, seconds)).toISOString();

/** A loaded machine joins its groups slowly. */
const until = <Result>(condition: () => Result | Promise<Result>, { what = 'a condition' } = {}) =>
  untilWithin(condition, { what, timeoutMs: 40_000 });

interface Point {
  readonly code: string;
  readonly ok: boolean;
  readonly pointer: string;
}

/** What this spec looks into, of every answer. */
interface Body {
  readonly token: string;
  readonly code: string;
  readonly errors: readonly Point[];
  readonly needed: readonly Point[];
  readonly advised: readonly Point[];
  readonly active: boolean;
  readonly version: number;
  readonly appliedVersion: number;
  readonly values: SettingValues;
  readonly items: readonly { readonly id: string; readonly eventId: string; readonly state: string }[];
  readonly next: string | null;
  readonly total: number | null;
  readonly byState: Readonly<Record<string, number>>;
  readonly steps: readonly { readonly step: string }[];
  readonly related: readonly string[];
  readonly diff: readonly object[];
  readonly technical: { readonly intuitTid?: string };
  readonly request: string | null;
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly parameters: readonly { readonly name: string }[] }>>>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: object }>> };
}

interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** QuickBooks' side as the gateway's internal API shows it. */
function fakeGateway(): Server {
  const accounts = [
    { Id: '79', Name: 'Service revenue', AccountType: 'Income', AccountSubType: 'ServiceFeeIncome' },
    { Id: '35', Name: 'Checking', AccountType: 'Bank', AccountSubType: 'Checking' },
    { Id: '80', Name: 'Old revenue', AccountType: 'Income', AccountSubType: 'ServiceFeeIncome', Active: false },
  ];
  const codes = [
    { Id: '5', Name: 'Standard 20 %', SalesTaxRateList: { TaxRateDetail: [{ TaxRateRef: { value: '9' } }] } },
    { Id: '6', Name: 'Exempt', SalesTaxRateList: { TaxRateDetail: [{ TaxRateRef: { value: '10' } }] } },
  ];
  const rates = [
    { Id: '9', RateValue: 20 },
    { Id: '10', RateValue: 0 },
  ];
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      const { url = '', method } = request;
      if (request.headers.authorization !== `Bearer ${OPERATOR}`) return answer(401, {});
      if (url.endsWith('/connection/start')) return answer(200, { authorizeUrl: 'https://intuit.example/authorize' });
      if (url.endsWith('/connection') && method === 'DELETE') return answer(200, {});
      if (url.endsWith('/connection/fresh-start')) {
        const { name } = JSON.parse(Buffer.concat(chunks).toString()) as { name: string };
        return name === 'Acme Plumbing'
          ? answer(200, { books: 'books-1', state: 'connected' })
          : answer(409, { code: 'name_differs' });
      }
      if (url.endsWith('/connection')) {
        return answer(200, { books: 'books-1', state: 'connected', companyName: 'Acme LLC', connectedAt: at(0) });
      }
      const { params } = JSON.parse(Buffer.concat(chunks).toString()) as { params: { query: string } };
      const resource = /from (\w+)/.exec(params.query)?.[1] ?? '';
      const list = { Account: accounts, TaxCode: codes, TaxRate: rates }[resource];
      answer(200, { QueryResponse: { [resource]: list } });
    });
  });
}

const PROFILE: CompanyProfile = {
  country: 'GB',
  taxMode: 'per_line',
  customTxnNumbers: false,
  allowDiscount: true,
  autoApplyCredit: false,
  bookCloseDate: null,
  multiCurrency: false,
  homeCurrency: 'GBP',
  defaultDiscountAccount: null,
  undepositedAccount: null,
  receivableAccount: null,
};

jest.setTimeout(60_000);

describe('the console', () => {
  const tenant = `t-${randomUUID().slice(0, 8)}`;
  const other = `${tenant}-b`;
  const path = `/api/v1/companies/${tenant}`;
  let database: TestDatabase;
  let gateway: Server;
  let running: Running;
  let kafka: KafkaClient;
  let producer: Producer;
  let watcher: RunningConsumer;
  let token: string;
  const documents: SyncSettings[] = [];
  const commands: SyncCommand[] = [];

  beforeAll(async () => {
    database = await testDatabase({ name: 'console', migrations: [] });
    gateway = fakeGateway();
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    kafka = createKafka({ brokers: testBrokers(), clientId: 'spec' });
    producer = createProducer(kafka);
    await ensureTopics(kafka, Object.values(TOPICS));
    watcher = runConsumer({
      kafka,
      groupId: `spec.${tenant}`,
      topics: [TOPICS.settings.name, TOPICS.commands.name],
      handle: ({ topic, messages }) => {
        for (const { key, value } of messages) {
          if (value === null || !(key === tenant || key?.startsWith(`${tenant}:`))) continue;
          const said: unknown = JSON.parse(value.toString());
          if (topic === TOPICS.settings.name) documents.push(said as SyncSettings);
          else commands.push(said as SyncCommand);
        }
        return Promise.resolve({ outcome: 'done' });
      },
    });
    running = await start(consoleService(`qbo-sync.console.${tenant}`), {
      KAFKA_BROKERS: testBrokers(),
      DATABASE_URL: database.url,
      OPERATOR_TOKEN: OPERATOR,
      GATEWAY_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
      LOG_LEVEL: 'warn',
      NODE_ENV: 'test',
    });
    const company = { name: 'Acme Heating', timeZone: 'Europe/London', currency: 'GBP', country: 'GB' };
    token = (await call('PUT', path, company, { bearer: OPERATOR })).body.token;
    await call('PUT', `/api/v1/companies/${other}`, company, { bearer: OPERATOR });
  });

  afterAll(async () => {
    await running.close();
    await watcher.stop();
    await producer.close();
    gateway.close();
    await database.drop();
  });

  async function call(
    method: string,
    url: string,
    body?: object,
    { bearer = token, headers = {} }: { bearer?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await fetch(`${running.url}${url}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers };
  }

  const say = (...activities: Activity[]): Promise<void> =>
    producer.send(
      activities.map((activity) => ({
        topic: TOPICS.activity.name,
        key: messageKey(activity.tenant ?? '-', 'ref' in activity ? activity.ref : activity.kind),
        value: JSON.stringify(activity),
      })),
    );

  const exchange = (
    topic: string,
    message: { readonly ref: string; readonly [field: string]: unknown },
  ): Promise<void> => producer.send([{ topic, key: messageKey(tenant, message.ref), value: JSON.stringify(message) }]);

  const record = (part: Partial<RecordActivity>): RecordActivity => ({
    kind: 'record',
    tenant,
    ref: 'invoice:inv_1',
    revision: 2,
    attempt: 0,
    stage: 1,
    at: at(6),
    state: 'waiting',
    ...part,
  });

  const event = (id: string, second: number) => ({
    id,
    type: 'com.runacall.invoice.sent.v1',
    occurredAt: at(second),
    receivedAt: at(second),
    topic: 'runacall.invoices.v1',
    partition: 0,
    offset: String(second),
  });

  const connect = async (): Promise<void> => {
    const connection = { state: 'connected', companyName: 'Acme LLC', connectedAt: at(0) } as const;
    await say({ kind: 'company', tenant, at: at(1), condition: 'ok', since: at(0), books: 'books-1', connection });
    await until(() => documents.at(-1)?.books === 'books-1', { what: 'books' });
    await say({ kind: 'profile', tenant, at: at(2), books: 'books-1', profile: PROFILE });
    await say({
      kind: 'proposal',
      tenant,
      at: at(3),
      books: 'books-1',
      rates: [
        {
          rateId: 'tx_20',
          name: 'VAT',
          percentage: '20',
          code: { id: '5', name: 'Standard 20 %' },
          state: 'suggested',
        },
      ],
    });
    await until(() => documents.at(-1)?.values['tax.rates'].length === 1, { what: 'rates' });
    await until(() => documents.at(-1)?.values['items.defaultIncomeAccount'] !== null, { what: 'the default account' });
  };

  it('opens to the operator and to the company, to nobody else', async () => {
    expect((await call('GET', `${path}/settings`, undefined, { bearer: '' })).status).toBe(401);
    expect((await call('GET', `${path}/settings`, undefined, { bearer: `${tenant}.x` })).status).toBe(401);
    const foreign = await call('GET', `/api/v1/companies/${other}/settings`);
    expect(foreign.status).toBe(404);
    expect(foreign.headers.get('content-type')).toContain('application/problem+json');
    expect(foreign.body).toMatchObject({ code: 'not_found', status: 404, traceId: expect.any(String) });
    expect((await call('GET', '/api/v1/companies/nobody/settings', undefined, { bearer: OPERATOR })).status).toBe(404);
    expect((await call('GET', '/api/v1/operations/log')).status).toBe(404);
    expect((await call('GET', `${path}/settings`, undefined, { bearer: OPERATOR })).status).toBe(200);
    const again = { name: 'Acme Heating', timeZone: 'Europe/London', currency: 'GBP', country: 'GB' };
    const put = await call('PUT', path, again, { bearer: OPERATOR });
    expect(put.body.token).toBe(token);
    expect(put.headers.get('etag')).toBeNull();
  });

  it('a Stripe account belongs to one company', async () => {
    const facts = { name: 'Acme Heating', timeZone: 'Europe/London', currency: 'GBP', country: 'GB' };
    const make = (id: string, stripeAccount?: string): Promise<Answer> =>
      call(
        'PUT',
        `/api/v1/companies/${id}`,
        { ...facts, ...(stripeAccount && { stripeAccount }) },
        { bearer: OPERATOR },
      );
    expect((await make(tenant, 'acct_1')).status).toBe(200);
    expect((await make(tenant, 'acct_1')).status).toBe(200);
    expect((await make(other, 'acct_1')).body).toMatchObject({ status: 409, code: 'stripe_account_taken' });
    expect((await make(tenant)).status).toBe(200);
    expect((await make(other, 'acct_1')).status).toBe(200);
  });

  it('brings a company from its connection to Sync active, and publishes every step', async () => {
    expect((await call('POST', `${path}/connection/start`, {})).body).toEqual({
      authorizeUrl: 'https://intuit.example/authorize',
    });
    expect((await call('GET', `${path}/connection`)).body).toMatchObject({
      state: 'connected',
      companyName: 'Acme LLC',
      connectedBy: 'company',
    });
    await connect();

    const income = await call('GET', `${path}/quickbooks/accounts?use=income`);
    expect(income.body.items.map((account) => account.id)).toEqual(['79', '80']);
    expect((await call('GET', `${path}/quickbooks/tax-codes`)).body.items).toMatchObject([
      { id: '5', percentage: '20' },
      { id: '6', percentage: '0' },
    ]);

    const wrong = await call('PATCH', `${path}/settings`, {
      values: { 'items.defaultIncomeAccount': '35', 'payments.payoutAccount': '35', 'invoices.numbering': 'cloud' },
    });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors.map((error) => [error.pointer, error.code])).toEqual([
      ['/values/items.defaultIncomeAccount', 'account_type'],
      ['/values/invoices.numbering', 'wrong_type'],
    ]);

    const empty = { values: { 'items.defaultIncomeAccount': null } };
    expect((await call('GET', `${path}/settings`)).body.values['items.defaultIncomeAccount']).toEqual({
      id: '79',
      name: 'Service revenue',
    });
    expect((await call('PATCH', `${path}/settings`, empty)).status).toBe(200);
    const blocked = await call('PUT', `${path}/sync-active`, { active: true });
    expect(blocked.body).toMatchObject({ status: 409, code: 'sync_active_needed' });
    expect(blocked.body.errors.map((error) => error.code)).toEqual(['default_income_account']);

    const saved = await call('PATCH', `${path}/settings`, {
      values: {
        'items.defaultIncomeAccount': '79',
        'payments.payoutAccount': { id: '35' },
        'tax.rates': { tx_20: '5' },
        'tax.untaxedCode': '6',
        'invoices.numbering': 'quickbooks',
      },
    });
    expect(saved.status).toBe(200);
    expect(saved.headers.get('etag')).toBe(`"${saved.body.version}"`);
    expect(saved.body.values['items.defaultIncomeAccount']).toEqual({ id: '79', name: 'Service revenue' });
    expect(saved.body.values).toMatchObject({ 'tax.mode': 'per_line' });
    const shown = await call('PATCH', `${path}/settings`, { values: { 'tax.mode': 'off' } });
    expect(shown.body.errors).toMatchObject([{ pointer: '/values/tax.mode', code: 'read_only' }]);
    expect(saved.body.values['tax.rates'][0]).toMatchObject({ rateId: 'tx_20', state: 'confirmed' });

    const { needed, advised } = (await call('GET', `${path}/sync-active`)).body;
    expect(needed.every((point) => point.ok)).toBe(true);
    const codes = advised.filter((point) => !point.ok).map((point) => point.code);
    expect((await call('PUT', `${path}/sync-active`, { active: true })).body.code).toBe('sync_active_advised');
    expect((await call('PUT', `${path}/sync-active`, { active: true, acknowledged: codes })).body.active).toBe(true);

    const last = await until(() => documents.find((document) => document.active), { what: 'the active document' });
    expect(last).toMatchObject({ tenant, books: 'books-1', company: { timeZone: 'Europe/London' }, profile: PROFILE });
    expect(Date.parse(last.goLiveAt ?? '')).toBeGreaterThan(0);
    const versions = documents.map(({ version }) => version);
    expect(versions).toEqual(versions.toSorted((left, right) => left - right));
  });

  it('story 6: goes live once, and pauses and resumes without moving go-live', async () => {
    const live = documents.at(-1)?.goLiveAt;
    await call('PUT', `${path}/sync-active`, { active: false });
    await until(() => documents.at(-1)?.active === false, { what: 'the pause' });
    expect(documents.at(-1)?.goLiveAt).toBe(live);
    const acknowledged = ['verified', 'tax_fallback', 'rates_confirmed', 'payout_account', 'custom_numbers'];
    await call('PUT', `${path}/sync-active`, { active: true, acknowledged });
    await until(() => documents.at(-1)?.active === true, { what: 'the resumption' });
    expect(documents.at(-1)?.goLiveAt).toBe(live);
  });

  it('honours If-Match and Idempotency-Key', async () => {
    const pause = { active: false };
    expect((await call('PUT', `${path}/sync-active`, pause, { headers: { 'if-match': '"1"' } })).body.code).toBe(
      'stale',
    );
    const values = { 'customers.pull': true };
    const stale = await call('PATCH', `${path}/settings`, { values }, { headers: { 'if-match': '"1"' } });
    expect(stale.body).toMatchObject({ status: 412, code: 'stale' });
    const etag = (await call('GET', `${path}/settings`)).headers.get('etag') ?? '';
    const headers = { 'if-match': etag, 'idempotency-key': randomUUID() };
    const first = await call('PATCH', `${path}/settings`, { values }, { headers });
    expect(first.status).toBe(200);
    const again = await call('PATCH', `${path}/settings`, { values }, { headers });
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(first.body));
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    const reused = await call('PATCH', `${path}/settings`, { values: { 'customers.pull': false } }, { headers });
    expect(reused.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });

  it('says which version every service decides by', async () => {
    const services = ['customers', 'items', 'invoices', 'payments', 'tax'];
    await say(
      ...services.map(
        (service, index) => ({ kind: 'read', tenant, at: at(4), service, settingsVersion: 3 + index }) as const,
      ),
    );
    const applied = async (): Promise<number> => (await call('GET', `${path}/settings`)).body.appliedVersion;
    expect(await until(async () => (await applied()) || undefined, { what: 'an applied version' })).toBe(3);
  });

  it('has an account made and puts it into its empty setting', async () => {
    const wanted = await call('POST', `${path}/quickbooks/accounts`, { template: 'stripe-clearing' });
    expect(wanted).toMatchObject({
      status: 202,
      body: { ref: 'account:stripe-clearing', setting: 'payments.clearingAccount' },
    });
    await until(
      () =>
        commands.find(
          ({ ref, kind, run }) => ref === 'account:stripe-clearing' && kind === 'push' && run !== undefined,
        ),
      {
        what: 'the push',
      },
    );
    const choice = { id: '91', name: 'Stripe clearing' };
    await say({ kind: 'proposal', tenant, at: at(5), books: 'books-1', account: { role: 'stripe-clearing', choice } });
    await until(() => documents.at(-1)?.values['payments.clearingAccount']?.id === '91', { what: 'the setting' });
    expect((await call('POST', `${path}/quickbooks/accounts`, { template: 'petty-cash' })).status).toBe(422);
  });

  it('shows each event once, in its greatest state, whatever arrives first', async () => {
    const first = event('ev-1', 5);
    const second = event('ev-2', 8);
    const named = { entity: 'invoice', number: 'RAC-1', party: 'Maria Lopez', amount: '179.70', currency: 'GBP' };
    await say(
      record({ revision: 2, stage: 3, attempt: 1, at: at(7), state: 'sending' }),
      record({ revision: 2, events: [first], ...named }),
      record({
        revision: 4,
        attempt: 1,
        stage: 5,
        at: at(12),
        state: 'synced',
        events: [second],
        quickbooks: { type: 'Invoice', id: '238' },
        ...named,
      }),
      record({ revision: 4, events: [second], at: at(9), ...named }),
      record({
        tenant: null,
        ref: 'runacall.invoices.v1/0/9',
        revision: 0,
        state: 'needs attention',
        reason: { code: 'not_json' },
        events: [],
        parked: { topic: 'runacall.invoices.v1', partition: 0, offset: '9' },
      }),
    );
    const rows = await until(async () => {
      const { items } = (await call('GET', `${path}/log`)).body;
      return items.length === 2 && items.every((row) => row.state !== 'waiting') ? items : undefined;
    });
    const replaced = rows.find((row) => row.eventId === 'ev-1');
    const synced = rows.find((row) => row.eventId === 'ev-2');
    expect(replaced).toMatchObject({ state: 'skipped', reason: { code: 'replaced' } });
    expect(synced).toMatchObject({
      entity: 'invoice',
      recordId: 'inv_1',
      change: 'sent',
      state: 'synced',
      amount: { amount: '179.70', currency: 'GBP' },
      tookSeconds: 4,
      quickbooks: { type: 'Invoice', id: '238' },
    });
    expect((await call('GET', `${path}/log?q=%23238`)).body.items).toHaveLength(1);
    expect((await call('GET', `${path}/log?state=skipped&entity=invoice`)).body.items).toHaveLength(1);
    expect((await call('GET', `${path}/log/counts`)).body.byState).toEqual({ skipped: 1, synced: 1 });

    expect((await call('GET', `${path}/summary`)).body).toMatchObject({
      headline: { code: 'up_to_date' },
      waiting: 0,
      problems: 0,
    });

    const page = (await call('GET', `${path}/log?limit=1`)).body;
    expect(page.total).toBe(2);
    const rest = (await call('GET', `${path}/log?limit=1&cursor=${page.next}`)).body;
    expect([...page.items, ...rest.items].map(({ id }) => id).toSorted()).toEqual(
      [replaced?.id, synced?.id].toSorted(),
    );
    expect(rest.next).toBeNull();

    const story = (await call('GET', `${path}/log/${synced?.id}`)).body;
    expect(story.steps.map((step) => step.step)).toEqual(['decision', 'answer']);
    const exchanged = { tenant, ref: 'invoice:inv_1', revision: 4, books: 'books-1' };
    const sent = { DocNumber: 'RAC-1', TotalAmt: 179.7 };
    await exchange(TOPICS.requests.name, {
      ...exchanged,
      lane: 'live',
      occurredAt: at(8),
      kind: 'put',
      resource: 'Invoice',
      how: { path: 'invoice', update: 'whole' },
      body: JSON.stringify(sent).replace('179.7', '179.70'),
    });
    await exchange(TOPICS.answers.name, {
      ...exchanged,
      attempt: 1,
      outcome: 'synced',
      quickbooksId: '238',
      record: JSON.stringify({ Id: '238', ...sent }),
      intuitTid: 'tid-1',
      at: at(12),
    });
    const told = await until(
      async () => {
        const { diff, technical } = (await call('GET', `${path}/log/${synced?.id}`)).body;
        return technical.intuitTid === 'tid-1' && diff.length > 0 ? diff : undefined;
      },
      { what: 'the exchange' },
    );
    expect(told).toContainEqual({ field: 'TotalAmt', before: null, sent: '179.70', kept: '179.7' });
    const raw = (await call('GET', `${path}/log/${synced?.id}/raw`)).body;
    expect(raw.request).toContain('179.70');
    expect(story.related).toEqual([replaced?.id]);
    expect(
      (await call('GET', `/api/v1/companies/${other}/log/${synced?.id}`, undefined, { bearer: OPERATOR })).status,
    ).toBe(404);

    const parked = (
      await call('GET', '/api/v1/operations/log?q=runacall.invoices.v1/0/9', undefined, { bearer: OPERATOR })
    ).body;
    expect(parked.items[0]).toMatchObject({ company: null, entity: 'invoice', reason: { code: 'not_json' } });
  });

  it('sets a message aside that can never be taken, and goes on after it', async () => {
    const odd = event('ev-odd', 20);
    const events = [{ ...odd, occurredAt: 'no time' }];
    await say(record({ ref: 'invoice:inv_2', events }), record({ ref: 'invoice:inv_2', events: [event('ev-3', 21)] }));
    await until(async () => (await call('GET', `${path}/log?q=ev-3`)).body.items.length === 1, {
      what: 'the next event',
    });
    const { rows } = await database.pool.query('select topic, reason from parked where key = $1', [
      `${tenant}:invoice:inv_2`,
    ]);
    expect(rows).toEqual([{ topic: TOPICS.activity.name, reason: 'failed_here' }]);
  });

  it('starts afresh with another QuickBooks company only once its name was typed', async () => {
    const refused = await call('POST', `${path}/connection/fresh-start`, { name: 'Acme Heating' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'name_differs' } });
    expect(await call('POST', `${path}/connection/fresh-start`, {})).toMatchObject({ status: 400 });
    const started = await call('POST', `${path}/connection/fresh-start`, { name: 'Acme Plumbing' });
    expect(started).toMatchObject({ status: 200, body: { state: 'connected' } });
  });

  it('describes itself', async () => {
    const { body } = await call('GET', '/api/openapi.json', undefined, { bearer: '' });
    const list = body.paths['/api/v1/companies/{company}/log']?.['get'];
    expect(list?.parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(['company', 'state', 'cursor']));
    expect(body.paths['/api/v1/companies/{company}/settings']?.['patch']).toBeDefined();
    expect(body.components.schemas['LogRowDto']?.properties).toHaveProperty('tookSeconds');
  });

  it('can always be paused, and says what it knows, while the gateway is away', async () => {
    gateway.closeAllConnections();
    await new Promise((resolve) => gateway.close(resolve));
    expect((await call('GET', `${path}/connection`)).body).toMatchObject({ state: 'connected' });
    const off = await call('PUT', `${path}/sync-active`, { active: false });
    expect(off).toMatchObject({ status: 200, body: { active: false } });
    const save = await call('PATCH', `${path}/settings`, { values: { 'tax.defaultCode': '5' } });
    expect(save.body).toMatchObject({ status: 503, code: 'gateway_unavailable' });
  });
});
