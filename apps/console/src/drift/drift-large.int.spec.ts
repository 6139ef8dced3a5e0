import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { DriftPage, DriftStream } from '@qbo-sync/contracts/internal/drift';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { Health } from '@qbo-sync/service/health';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { DataSource } from 'typeorm';
import { GatewayClient } from '../connection/gateway-client';
import { ServiceClient } from '../connection/service-client';
import type { ConsoleConfig } from '../console-config';
import { consoleService } from '../console-service';
import { ChartReader } from '../quickbooks/chart-reader';
import { SettingsOutbox } from '../settings/settings-outbox';
import type { SettingsState } from '../settings/settings-state';
import { SettingsStore } from '../settings/settings-store';
import { RecordRows } from '../verify/record-rows';
import { type DriftResult, DriftStore } from './drift-store';
import { DriftRun } from './drift-run';
import { StreamsReader } from './streams-reader';

/** `DRIFT_INVOICES=36000` looks at three years of a company, each invoice with its payment, and says what it took. */
const WHOLE = Number(process.env['DRIFT_INVOICES'] ?? 0);
const INVOICES = WHOLE > 0 ? WHOLE : 3_000;
const CUSTOMERS = INVOICES / 30;
/** Left out by go-live: each differs. More than are written down at once. */
const OLDER = 620;
const TENANT = 'acme';
/** As many streams, and as many records, as a page has of each. */
const STREAMS = 500;
const RECORDS = 1_000;
/** Collecting garbage takes its time. */
const LOOK_EVERY = 3;
/** A voided, a changed, and one that was entered by a person. */
const ODD = { voided: 7, changed: 11 };
/** Which of the older ones takes something in while the books are read. */
const MOVED = 610;

jest.setTimeout(60_000 + INVOICES * 20);
const silent = { info() {}, warn() {}, error() {}, debug() {} } as unknown as ConstructorParameters<
  typeof SettingsOutbox
>[2];
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/**
 * One company's books of three years beside Run a Call's side of them, both played page by page over HTTP, so that what is held
 * here is the report's own.
 */
describe('a drift report of many documents', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let pool: Database;
  let played: Server;
  let result: DriftResult;
  let heap = { before: 0, most: 0 };
  const asked: Record<string, number> = {};

  beforeAll(async () => {
    database = await testDatabase({ name: 'drift large', migrations: consoleService().migrations ?? [] });
    dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    pool = createPool(database.url, { max: 2, applicationName: 'spec' });
    let answered = 0;
    played = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        response.end(answerTo(new URL(request.url ?? '', 'http://played'), body));
        answered += 1;
        if (answered % LOOK_EVERY > 0) return;
        gc();
        heap.most = Math.max(heap.most, process.memoryUsage().heapUsed);
      });
    });
    await new Promise<void>((resolve) => played.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(played.address() as AddressInfo).port}`;
    const config = {
      ...{ OPERATOR_TOKEN: 'a-token-of-this-spec', GATEWAY_URL: `${url}/gateway`, CUSTOMERS_URL: `${url}/customers` },
      ...{ ITEMS_URL: `${url}/items`, INVOICES_URL: `${url}/invoices`, PAYMENTS_URL: `${url}/payments` },
    } as unknown as ConsoleConfig;
    const gateway = new GatewayClient(config);
    const store = new DriftStore(dataSource);
    const streams = new StreamsReader(new ServiceClient(config));
    const producer = { send: () => Promise.resolve(), close: () => Promise.resolve() };
    const settings = new SettingsStore(pool, new SettingsOutbox(pool, producer, silent, new Health()));
    const charts = new ChartReader(gateway);
    const run = new DriftRun(store, streams, gateway, charts, new RecordRows(dataSource), settings);
    await store.begin({ id: 'report', tenant: TENANT, books: 'books', askedBy: 'operator' });
    gc();
    heap = { before: process.memoryUsage().heapUsed, most: 0 };
    const [startedAt, usedBefore] = [performance.now(), process.cpuUsage()];
    await run.run('report', TENANT, SETTINGS);
    const used = process.cpuUsage(usedBefore);
    const report = await store.byId(TENANT, 'report');
    expect({ state: report?.state, code: report?.code }).toEqual({ state: 'done', code: null });
    result = report!.result;
    if (WHOLE > 0)
      console.log(
        `${result.documents} documents in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s, ` +
          `${((used.user + used.system) / 1e6).toFixed(1)} s at work (with what is played); at most ${mb(heap.most - heap.before)} MB held, ` +
          `${((heap.most - heap.before) / result.documents).toFixed(0)} bytes each; ${result.reads} reads of QuickBooks`,
      );
  });
  afterAll(async () => {
    await new Promise((resolve) => (played === undefined ? resolve(undefined) : played.close(resolve)));
    await dataSource?.destroy();
    await pool?.end();
    await database?.drop();
  });

  /** A page of a service's streams, or of a query's records. */
  function answerTo({ pathname, searchParams }: URL, body: string): string {
    const [, who = ''] = pathname.split('/');
    if (who === 'gateway') return records(JSON.parse(body) as { params: { query: string } });
    asked[who] = (asked[who] ?? 0) + 1;
    const ids = searchParams.get('ids')?.split(',');
    const make = MAKE[who as keyof typeof MAKE];
    if (ids !== undefined) return JSON.stringify({ items: ids.map((one) => later(make(numberOf(one)))), next: null });
    const after = searchParams.get('after');
    const first = after === null ? 0 : numberOf(after) + 1;
    const last = Math.min(first + STREAMS, MANY[who as keyof typeof MANY]);
    const items = numbers(first, last).map(make);
    const next = last - first < STREAMS ? null : (items.at(-1)?.ref ?? null);
    return JSON.stringify({ items, next } satisfies DriftPage);
  }

  function records({ params: { query } }: { params: { query: string } }): string {
    const [, resource = ''] = /from (\w+)/.exec(query) ?? [];
    asked[resource] = (asked[resource] ?? 0) + 1;
    const first = Number(/startposition (\d+)/.exec(query)?.[1] ?? 1) - 1;
    const make = { Item: itemRecord, Invoice: invoiceRecord, Payment: paymentRecord }[resource];
    const many = resource === 'Item' ? 2 : INVOICES;
    const page = make === undefined ? [] : numbers(first, Math.min(first + RECORDS, many)).map(make);
    return `{"QueryResponse":{"${resource}":[${page.join(',')}]}}`;
  }

  it('compares every one of them, and finds the two that were changed', () => {
    expect({ documents: result.documents, byCause: result.byCause }).toEqual({
      documents: 2 * INVOICES,
      byCause: { before_cutover: OLDER - 1, waiting: 1, voided_in_quickbooks: 1, changed_in_quickbooks: 1 },
    });
  });

  it('writes each difference down once, with what its stream says by then', async () => {
    const { rows } = await new DriftStore(dataSource).rows('report', null, 10_000);
    const documents = rows
      .filter(({ kind }) => kind === 'document')
      .map(({ ref: one, cause }) => [one, cause] as const);
    const causes = new Map(documents);
    expect([documents.length, causes.size]).toEqual([OLDER + 2, OLDER + 2]);
    expect(causes.get(ref('invoice', ODD.changed))).toBe('changed_in_quickbooks');
    expect(causes.get(ref('invoice', INVOICES + MOVED))).toBe('waiting');
  });

  it('reads each page of the books once', () => {
    const pages = Math.floor(INVOICES / RECORDS) + 1;
    expect(asked).toMatchObject({ Item: 1, Invoice: pages, Payment: pages });
  });

  it('holds a page, and well under a kilobyte of each', () => {
    expect(heap.most - heap.before).toBeLessThan(4 * 2 ** 20 + 700 * result.documents);
  });
});

const MANY = { customers: CUSTOMERS, items: 2, invoices: INVOICES + OLDER, payments: INVOICES };
const later = (stream: DriftStream): DriftStream =>
  stream.ref === ref('invoice', INVOICES + MOVED) ? { ...stream, version: stream.version + 1 } : stream;
const MAKE: Readonly<Record<keyof typeof MANY, (n: number) => DriftStream>> = {
  customers: (n) => master('customer', n),
  items: (n) => master('item', n),
  invoices: (n) => ({
    ...{ ref: ref('invoice', n), nature: 'document', version: 3, standing: 'settled', number: `RAC-${n}` },
    ...{ amount: '163.10', date: dayOf(n), customerId: ref('', n % CUSTOMERS), balance: '0.00' },
    ...(n < INVOICES ? {} : { standing: 'skipped', reason: { code: 'before_cutover' } }),
    records:
      n >= INVOICES
        ? []
        : [
            {
              ...{ ref: ref('invoice', n), resource: 'Invoice', quickbooksId: String(n + 1), removed: false },
              body: `{"DocNumber":"RAC-${n}","TxnDate":"${dayOf(n)}","PrivateNote":"Run a Call ${n}","CustomerRef":{"value":{"$ref":"${ref('customer', n % CUSTOMERS)}"}},${NOTE},"Line":[${lines('{"$ref":"item:0000000"}', '{"$ref":"item:0000001"}')}]}`,
              expect: { TotalAmt: '163.10', TxnDate: dayOf(n), 'TxnTaxDetail.TotalTax': '13.70' },
            },
          ],
  }),
  payments: (n) => ({
    ...{ ref: ref('payment', n), nature: 'document', version: 2, standing: 'settled', amount: '163.10' },
    ...{ date: dayOf(n), customerId: ref('', n % CUSTOMERS), pays: [ref('', n)] },
    records: [
      {
        ...{ ref: ref('payment', n), resource: 'Payment', quickbooksId: String(n + 1), removed: false },
        body: `{"TotalAmt":163.10,"TxnDate":"${dayOf(n)}","PrivateNote":"Run a Call ${n}","CustomerRef":{"value":{"$ref":"${ref('invoice', n)}","at":"CustomerRef.value"}},"DepositToAccountRef":{"value":"91"},"Line":[{"Amount":163.10,"LinkedTxn":[{"TxnId":{"$ref":"${ref('invoice', n)}"},"TxnType":"Invoice"}]}]}`,
        expect: { TotalAmt: '163.10', TxnDate: dayOf(n), 'DepositToAccountRef.value': '91' },
      },
    ],
  }),
};
const NOTE = `"CustomerMemo":{"value":"${'Annual tune-up, as agreed. '.repeat(8)}"}`;
const SETTINGS = {
  profile: { receivableAccount: { id: '84' }, undepositedAccount: { id: '4' } },
} as unknown as SettingsState;

const master = (entity: 'customer' | 'item', n: number): DriftStream => ({
  ...{ ref: ref(entity, n), nature: 'master', version: 1, standing: 'settled' },
  records: [
    {
      ...{ ref: ref(entity, n), resource: entity === 'item' ? 'Item' : 'Customer', quickbooksId: String(n + 1) },
      ...{ removed: false, body: '{}', expect: {} },
    },
  ],
});
const itemRecord = (n: number): string => `{"Id":"${n + 1}","IncomeAccountRef":{"value":"79"}}`;
const invoiceRecord = (n: number): string => {
  const voided = n === ODD.voided;
  const total = voided ? '0' : n === ODD.changed ? '173.10' : '163.10';
  const note = voided ? `Voided - Run a Call ${n}` : `Run a Call ${n}`;
  return `{"Id":"${n + 1}","DocNumber":"RAC-${n}","TxnDate":"${dayOf(n)}","CustomerRef":{"value":"${(n % CUSTOMERS) + 1}"},"TotalAmt":${total},"Balance":0,"PrivateNote":"${note}",${NOTE},"TxnTaxDetail":{"TotalTax":${voided ? 0 : 13.7}},"Line":[${voided ? '' : lines('"1"', '"2"')}]}`;
};
const paymentRecord = (n: number): string =>
  `{"Id":"${n + 1}","TxnDate":"${dayOf(n)}","CustomerRef":{"value":"${(n % CUSTOMERS) + 1}"},"TotalAmt":163.10,"PrivateNote":"Run a Call ${n}","DepositToAccountRef":{"value":"91"}}`;
const lines = (first: string, second: string): string =>
  [
    `{"Amount":129.00,"Description":"Tune-up of the furnace in the basement","DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":${first}},"Qty":1}}`,
    `{"Amount":37.00,"Description":"Filter, 20 by 25","DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":${second}},"Qty":2}}`,
    '{"Amount":16.60,"DetailType":"DiscountLineDetail","DiscountLineDetail":{"DiscountAccountRef":{"value":"86"}}}',
  ].join(',');

const ref = (entity: string, n: number): string => `${entity}${entity === '' ? '' : ':'}${String(n).padStart(7, '0')}`;
const numberOf = (text: string): number => Number(text.slice(text.indexOf(':') + 1));
const numbers = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first) }, (_, n) => first + n);
const dayOf = (n: number): string =>
  new Date(Date.UTC(2023, 10, 1 + Math.floor((n * 1_095) / INVOICES))).toISOString().slice(0, 10);
const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
