import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageKey } from '@qbo-sync/contracts/keys';
import type { PayoutView } from '@qbo-sync/contracts/stripe/payout-view';
import type { Activity } from '@qbo-sync/contracts/sync/activity';
import type { SyncCommand } from '@qbo-sync/contracts/sync/command';
import type { SettingValues, SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { lockOffset, storeOffset } from '@qbo-sync/eventstore/offsets';
import { createPool } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { createKafka, type KafkaClient } from '@qbo-sync/kafka/client';
import { runConsumer } from '@qbo-sync/kafka/consumer';
import { createProducer } from '@qbo-sync/kafka/producer';
import { endOffsets, ensureTopics } from '@qbo-sync/kafka/topics';
import { start } from '@qbo-sync/service/boot';
import { migrate } from '@qbo-sync/service/migrations';
import { CONSUMED } from './console-runtime';
import { consoleService } from './console-service';

export const OPERATOR = 'operator-token-of-the-spec';
export const COMPANY = { name: 'Acme Heating', timeZone: 'Europe/London', currency: 'GBP', country: 'GB' } as const;
/** A second of the specs' afternoon. */
export const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 3, 14, 0, seconds)).toISOString();

export interface Point {
  readonly code: string;
  readonly ok: boolean;
  readonly pointer: string;
  readonly text?: string;
}

/** What the specs look into, of every answer. */
export interface Body {
  readonly token: string;
  readonly code: string;
  readonly errors: readonly Point[];
  readonly params: Readonly<Record<string, string>>;
  readonly needed: readonly Point[];
  readonly advised: readonly Point[];
  readonly active: boolean;
  readonly version: number;
  readonly appliedVersion: number;
  readonly values: SettingValues;
  readonly toClassify: { readonly records: readonly { readonly state: string }[] };
  readonly items: readonly {
    readonly id: string;
    readonly eventId: string;
    readonly state: string;
    readonly choices: readonly object[];
  }[];
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

export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly text: string;
  readonly headers: Headers;
}
interface CallOptions {
  /** Without it: the company's own token. */
  readonly bearer?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An event of a stream. */
export interface Told {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A running console with two companies of its own, a stand-in for the gateway's internal API, and ears on Kafka. */
export interface Rig {
  readonly tenant: string;
  /** The company no spec does anything with. */
  readonly other: string;
  /** The company's place in the API. */
  readonly path: string;
  readonly token: string;
  readonly gateway: Server;
  /** Settings the console published for the company, oldest first. */
  readonly documents: readonly SyncSettings[];
  readonly commands: readonly SyncCommand[];
  call(method: string, url: string, body?: object, options?: CallOptions): Promise<Answer>;
  /** What a stream of the company's tells from now on until the process stops; events by their kind. */
  listen(url: string): Promise<readonly Told[]>;
  /** As the services and the gateway say it. */
  say(...activities: Activity[]): Promise<void>;
  /** Stops the process and starts another on the same database. */
  restart(): Promise<void>;
  /** A message of the exchange with QuickBooks. */
  exchange(topic: string, message: { readonly ref: string; readonly [field: string]: unknown }): Promise<void>;
  close(): Promise<void>;
}

/** What the services and the gateway answer beside what every spec needs; undefined: that. `body` is the request's. */
export type Played = (url: string, body: Readonly<Record<string, unknown>>) => object | undefined;

export async function openRig({
  databaseUrl,
  brokers,
  played = () => undefined,
}: {
  databaseUrl: string;
  brokers: string;
  played?: Played;
}): Promise<Rig> {
  const tenant = `t-${randomUUID().slice(0, 8)}`;
  const other = `${tenant}-b`;
  const path = `/api/v1/companies/${tenant}`;
  const documents: SyncSettings[] = [];
  const commands: SyncCommand[] = [];
  const gateway = fakeGateway(played);
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  const gatewayUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  const kafka = createKafka({ brokers, clientId: 'spec' });
  const producer = createProducer(kafka);
  await ensureTopics(kafka, Object.values(TOPICS));
  const watcher = runConsumer({
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
  const service = consoleService(`qbo-sync.console.${tenant}`);
  await migrate(databaseUrl, service.migrations ?? []);
  await beginAtTheEnd(databaseUrl, kafka, `qbo-sync.console.${tenant}`);
  const open = () =>
    start(service, {
      KAFKA_BROKERS: brokers,
      DATABASE_URL: databaseUrl,
      OPERATOR_TOKEN: OPERATOR,
      GATEWAY_URL: gatewayUrl,
      CUSTOMERS_URL: gatewayUrl,
      ITEMS_URL: gatewayUrl,
      INVOICES_URL: gatewayUrl,
      PAYMENTS_URL: gatewayUrl,
      LOG_LEVEL: 'warn',
      NODE_ENV: 'test',
    });
  let running = await open();

  async function ask(
    method: string,
    url: string,
    body: object | undefined,
    bearer: string,
    headers: Readonly<Record<string, string>> = {},
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
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, text, body: isJson ? JSON.parse(text) : undefined, headers: response.headers };
  }

  const { token } = (await ask('PUT', path, COMPANY, OPERATOR)).body;
  await ask('PUT', `/api/v1/companies/${other}`, COMPANY, OPERATOR);

  return {
    ...{ tenant, other, path, token, gateway, documents, commands },
    call: (method, url, body, { bearer = token, headers } = {}) => ask(method, url, body, bearer, headers),
    async listen(url) {
      const told: Told[] = [];
      const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
      const { body } = await fetch(`${running.url}${url}`, { headers });
      if (body !== null) void hear(body, told);
      return told;
    },
    say: (...activities) =>
      producer.send(
        activities.map((activity) => ({
          topic: TOPICS.activity.name,
          key: messageKey(activity.tenant ?? '-', 'ref' in activity ? activity.ref : activity.kind),
          value: JSON.stringify(activity),
        })),
      ),
    exchange: (topic, message) =>
      producer.send([{ topic, key: messageKey(tenant, message.ref), value: JSON.stringify(message) }]),
    async restart() {
      await running.close();
      running = await open();
    },
    async close() {
      await running.close();
      await watcher.stop();
      await producer.close();
      gateway.close();
    },
  };
}

/** Reads a stream of events to its end, however that comes. */
async function hear(body: ReadableStream<Uint8Array>, told: Told[]): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const bytes of body) {
      text += decoder.decode(bytes, { stream: true });
      const [rest = '', ...whole] = text.split('\n\n').reverse();
      text = rest;
      for (const event of whole.reverse()) {
        const of = (field: string): string => new RegExp(`^${field}: (.*)$`, 'm').exec(event)?.[1] ?? '';
        if (of('data') !== '')
          told.push({ id: of('id'), event: of('event'), data: JSON.parse(of('data')) as Told['data'] });
      }
    }
  } catch {
    // Its process stopped.
  }
}

/** What other specs left on shared brokers is no work of this console. */
async function beginAtTheEnd(databaseUrl: string, kafka: KafkaClient, group: string): Promise<void> {
  const pool = createPool(databaseUrl, { max: 1, applicationName: 'spec', onIdleError: () => undefined });
  for (const topic of CONSUMED) {
    const ends = await endOffsets(kafka, topic);
    await inTransaction(pool, async (client) => {
      for (const { partition, offset } of ends) {
        const key = { group, topic, partition };
        await lockOffset(client, key);
        await storeOffset(client, key, offset);
      }
    });
  }
  await pool.end();
}

/** A backlog of 40 of which 30 are sent. */
const STANDING = {
  condition: 'ok',
  drain: { etaSeconds: 240, at: at(240), perMinute: 160 },
  catchingUp: { done: 30, total: 40 },
  readsThisMonth: 7,
};

const PAYOUT: PayoutView = {
  ...{ id: 'po_1', arrivesOn: '2026-12-02', amount: '216.49', currency: 'USD', status: 'paid', state: 'equal' },
  ...{ read: 7, whole: true, quickbooks: [{ type: 'Deposit', id: '902' }] },
};

const LACKING: PayoutView = {
  ...{ ...PAYOUT, id: 'po_0', arrivesOn: '2026-12-01', state: 'missing', quickbooks: [] },
  reason: {
    code: 'payout_unequal',
    params: { po: 'po_0', x: '216.49', y: '212.29', charge: 'ch_9', amount: '4.20', reason: 'it is from before' },
  },
};

const CLOSED: PayoutView = { ...PAYOUT, id: 'po_2', state: 'closed', quickbooks: [] };

/** As the payments service does: one payout a page. */
function answerPayouts(url: string, answer: (status: number, body: object) => void): void {
  const id = /\/payouts\/(\w+)/.exec(url)?.[1];
  if (id === undefined) {
    return answer(200, {
      ...(url.includes('cursor=') ? { items: [LACKING], next: null } : { items: [PAYOUT], next: '2026-12-02.po_1' }),
      total: 2,
    });
  }
  const payout = [PAYOUT, LACKING, CLOSED].find((one) => one.id === id);
  if (payout === undefined) return answer(404, { code: 'payout_unknown' });
  const of = { kind: 'charge', amount: '4.20', fee: '0.00', net: '4.20' };
  const parts = [
    { ...of, position: 0, stripeId: 'ch_8', state: 'known', ref: 'payment:pay_8' },
    { ...of, position: 1, stripeId: 'ch_9', state: 'missing' },
  ];
  answer(200, { payout, sums: [], parts: payout === LACKING ? parts : [], next: null });
}

/** QuickBooks' side as the gateway's internal API shows it. */
function fakeGateway(played: Played): Server {
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
      const text = Buffer.concat(chunks).toString();
      const own = played(url, text === '' ? {} : (JSON.parse(text) as Record<string, unknown>));
      if (own !== undefined) return answer(200, own);
      if (url.endsWith('/connection/start')) return answer(200, { authorizeUrl: 'https://intuit.example/authorize' });
      if (url.endsWith('/connection') && method === 'DELETE') return answer(200, {});
      if (url.endsWith('/connection/fresh-start')) {
        const { name } = JSON.parse(Buffer.concat(chunks).toString()) as { name: string };
        return name === 'Acme Plumbing'
          ? answer(200, { books: 'books-1', state: 'connected' })
          : answer(409, { code: 'name_differs' });
      }
      if (url.endsWith('/connection')) {
        return answer(200, {
          books: 'books-1',
          state: 'connected',
          companyName: 'Acme LLC',
          connectedAt: at(0),
          why: 'not_allowed',
        });
      }
      if (url.includes('/payouts')) return answerPayouts(url, answer);
      if (url.endsWith('/status')) return answer(200, STANDING);
      if (url.includes('/matches'))
        return answer(409, { code: 'not_connected', detail: 'The company has no books here.' });
      if (url.endsWith('/internal/companies')) return answer(200, { companies: [{ ...STANDING, tenant: 'acme' }] });
      const { params } = JSON.parse(Buffer.concat(chunks).toString()) as { params: { query: string } };
      const resource = /from (\w+)/.exec(params.query)?.[1] ?? '';
      const list = { Account: accounts, TaxCode: codes, TaxRate: rates }[resource];
      answer(200, { QueryResponse: { [resource]: list } });
    });
  });
}
