import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { at, Rig } from './spec-rig';

interface Received {
  headers: IncomingHttpHeaders;
  body: Buffer;
}
interface CloudEvent {
  id: string;
  type: string;
  time: string;
  intuitentityid: string;
  intuitaccountid: string;
}
interface Legacy {
  eventNotifications: {
    realmId: string;
    dataChangeEvent: { entities: { name: string; id: string; operation: string; lastUpdated: string }[] };
  }[];
}

let rig: Rig;
let endpoint: Server;
let received: Received[];
let answerWith: number | 'nothing';

beforeEach(async () => {
  received = [];
  answerWith = 200;
  endpoint = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks) });
      if (answerWith !== 'nothing') response.writeHead(answerWith).end();
    });
  });
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  rig = await Rig.open();
  const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/webhooks`;
  await webhooks({ url, verifierToken: 'secret', delayMs: 60_000 });
});
afterEach(async () => {
  endpoint.closeAllConnections();
  await Promise.all([rig.close(), new Promise((resolve) => endpoint.close(resolve))]);
});

const webhooks = (wanted: object) => rig.admin('POST', 'webhooks', wanted);
const status = () => rig.admin('GET', 'webhooks');
const step = (advanceMs: number) => rig.admin('POST', 'time', { advanceMs });
const events = (place = -1) => JSON.parse(String(received.at(place)?.body)) as CloudEvent[];
const told = () => events().map(({ type, intuitentityid }) => `${type} ${intuitentityid}`);
const customer = (DisplayName: string) => rig.make('Customer', { DisplayName });
const person = (body: object) => rig.admin('POST', 'write', { company: 'us-auto', ...body });

test('CloudEvents: an array, ids as text, nanoseconds, no data (quickbooks.md §8.2)', async () => {
  const { Id } = await customer('New');
  await step(60_000);
  expect(events()).toEqual([
    {
      specversion: '1.0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      source: expect.stringMatching(/^intuit\./) as string,
      type: 'qbo.customer.created.v1',
      datacontenttype: 'application/json',
      time: expect.stringMatching(/^2026-11-20T18:00:00\.\d{9}Z$/) as string,
      intuitentityid: Id,
      intuitaccountid: rig.tokens.realm,
      data: {},
    },
  ]);
});

test('signed over the raw bytes with the verifier token; Intuit’s other headers (quickbooks.md §8.3)', async () => {
  await customer('Señor Núñez');
  await step(60_000);
  const { headers, body } = received[0] ?? { headers: {}, body: Buffer.alloc(0) };
  expect(headers['intuit-signature']).toBe(createHmac('sha256', 'secret').update(body).digest('base64'));
  expect(headers).toMatchObject({ 'user-agent': 'intuit_notification_server/0.1', 'content-type': 'application/json' });
  for (const name of ['intuit-created-time', 'intuit-t-id', 'intuit-notification-schema-version'])
    expect(headers[name]).toBeTruthy();
});

test('the older shape: by realm, a delete and an update, both spellings of a time (quickbooks.md §8.1)', async () => {
  const payment = await rig.make('Payment', { TotalAmt: 1, CustomerRef: { value: '1' } });
  await webhooks({ shape: 'legacy' });
  await rig.call('POST', 'payment?operation=delete', { Id: payment['Id'], SyncToken: '0' });
  await step(60_000);
  const { eventNotifications } = JSON.parse(String(received[0]?.body)) as Legacy;
  expect(eventNotifications).toEqual([
    {
      realmId: rig.tokens.realm,
      dataChangeEvent: {
        entities: [
          { name: 'Payment', id: payment['Id'], operation: 'Create', lastUpdated: '2026-11-20T10:00:00-0800' },
          { name: 'Payment', id: payment['Id'], operation: 'Delete', lastUpdated: '2026-11-20T18:00:00.000Z' },
        ],
      },
    },
  ]);
});

test('several companies in one delivery (quickbooks.md §8.2)', async () => {
  const first = rig.tokens;
  await customer('One');
  await rig.admin('POST', 'next-company', { company: 'uk-vat' });
  rig.tokens = await rig.connect();
  await customer('Two');
  await step(60_000);
  expect(received).toHaveLength(1);
  expect(events().map(({ intuitaccountid }) => intuitaccountid)).toEqual([first.realm, rig.tokens.realm]);
});

test('what a write touches is told too: a payment changes its invoice (quickbooks.md §9.1)', async () => {
  const item = await rig.idOf('Item', 'Type', 'Service');
  const line = { Amount: 10, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: { ItemRef: { value: item } } };
  const invoice = await rig.make('Invoice', { CustomerRef: { value: '1' }, Line: [line] });
  await step(60_000);
  const link = { Amount: 5, LinkedTxn: [{ TxnId: invoice['Id'], TxnType: 'Invoice' }] };
  const payment = await rig.make('Payment', { TotalAmt: 5, CustomerRef: { value: '1' }, Line: [link] });
  await step(60_000);
  expect(told()).toEqual([
    `qbo.payment.created.v1 ${String(payment['Id'])}`,
    `qbo.invoice.updated.v1 ${String(invoice['Id'])}`,
  ]);
});

test('documents of money are told by their own names, and what they touch with them (quickbooks.md §8.4)', async () => {
  await webhooks({ echo: false });
  const payment = await rig.make('Payment', { TotalAmt: 10, CustomerRef: { value: '1' } });
  const bank = await rig.idOf('Account', 'Name', 'Checking');
  await rig.admin('POST', 'human', { company: 'us-auto', do: 'deposit', bank, payments: [payment['Id']] });
  const [deposit] = await rig.rows('select * from Deposit');
  await step(60_000);
  expect(told().sort()).toEqual([
    `qbo.deposit.created.v1 ${String(deposit?.['Id'])}`,
    `qbo.payment.updated.v1 ${String(payment['Id'])}`,
  ]);
});

test.each(['void', 'voided'])('a void as %s: both words are seen (quickbooks.md §8.2)', async (voidWord) => {
  await webhooks({ voidWord });
  const { Id } = await rig.make('Payment', { TotalAmt: 1, CustomerRef: { value: '1' } });
  await person({ entity: 'Payment', operation: 'void', body: { Id, sparse: true } });
  await step(60_000);
  expect(told().at(-1)).toBe(`qbo.payment.${voidWord}.v1 ${String(Id)}`);
});

test('an inactivated name counts as deleted; CompanyInfo and tax have no events (quickbooks.md §8.4)', async () => {
  await person({ entity: 'Customer', body: { Id: '1', sparse: true, Active: false } });
  await rig.call('POST', 'taxservice/taxcode', {
    TaxCode: 'Local',
    TaxRateDetails: [{ TaxRateName: 'Local', RateValue: 8, TaxAgencyId: '1', TaxApplicableOn: 'Sales' }],
  });
  await step(60_000);
  expect(told()).toEqual(['qbo.customer.deleted.v1 1']);
});

test('echoes of the app’s own writes, unless switched off (quickbooks.md §8.3)', async () => {
  await webhooks({ echo: false });
  await customer('Own');
  await person({ entity: 'Customer', body: { Id: '1', sparse: true, Notes: 'x' } });
  await step(60_000);
  expect(told()).toEqual(['qbo.customer.updated.v1 1']);
});

test('nothing for a company that is not connected', async () => {
  await rig.admin('POST', 'disconnect', { company: 'us-auto' });
  await person({ entity: 'Customer', body: { Id: '1', sparse: true, Notes: 'x' } });
  await step(60_000);
  expect(received).toEqual([]);
});

test('the ladder: at once, 10, 20, 30 s, 5, 20 min, 2, 4, 6 h, then every 6 h; the same bytes (quickbooks.md §8.3)', async () => {
  answerWith = 500;
  await customer('Late');
  await step(60_000);
  expect(received).toHaveLength(1);
  const waits = [10, 20, 30, 300, 1_200, 7_200, 14_400, 21_600, 21_600];
  for (const [place, seconds] of waits.entries()) {
    await step(seconds * 1_000 - 2_000);
    expect(received).toHaveLength(place + 1);
    await step(2_000);
    expect(received).toHaveLength(place + 2);
  }
  expect(new Set(received.map(({ body }) => body.toString())).size).toBe(1);
  answerWith = 200;
  await step(21_600_000);
  await step(86_400_000);
  expect(received).toHaveLength(waits.length + 2);
  expect(await status()).toMatchObject({ acknowledged: '1', refused: '10', waiting: [] });
});

test('head of line: later deliveries wait for the first one (quickbooks.md §8.3)', async () => {
  answerWith = 503;
  await customer('First');
  await step(60_000);
  await customer('Second');
  await step(60_000);
  const before = received.length;
  expect(new Set(received.map(({ body }) => body.toString())).size).toBe(1);
  answerWith = 200;
  await step(300_000);
  expect(received.length).toBe(before + 2);
  expect(at(await status(), 'waiting')).toEqual([]);
});

test('without it each goes its own way', async () => {
  await webhooks({ headOfLine: false });
  answerWith = 503;
  await customer('First');
  await step(60_000);
  answerWith = 200;
  await customer('Second');
  await step(60_000);
  expect(new Set(received.map(({ body }) => body.toString())).size).toBe(2);
});

test('no answer within 3 s is none (quickbooks.md §8.3)', async () => {
  answerWith = 'nothing';
  await customer('Slow');
  await step(60_000);
  expect(at(await status(), 'waiting', 0)).toMatchObject({ attempts: '1', lastAnswer: 'none in time' });
}, 10_000);

test('any answer but 200 is tried again (quickbooks.md §8.3)', async () => {
  answerWith = 202;
  await customer('Accepted');
  await step(60_000);
  expect(await status()).toMatchObject({ acknowledged: '0', refused: '1' });
});

test('duplicates, and events out of their order (quickbooks.md §8.3)', async () => {
  await webhooks({ duplicateEvery: 1, reversed: true });
  const ids = [(await customer('A'))['Id'], (await customer('B'))['Id']];
  await step(60_000);
  expect(received).toHaveLength(2);
  expect(received[0]?.body).toEqual(received[1]?.body);
  expect(events().map(({ intuitentityid }) => intuitentityid)).toEqual(ids.reverse());
});

test('an event of its own; the token is never shown', async () => {
  await rig.admin('POST', 'webhook-events', {
    company: 'us-auto',
    entity: 'Vendor',
    id: '1',
    operation: 'Merge',
    deletedId: '7',
  });
  await step(60_000);
  expect(told()).toEqual(['qbo.vendor.merged.v1 1']);
  expect(JSON.stringify(await status())).not.toContain('secret');
  await expect(rig.admin('POST', 'webhooks', { shape: 'round' })).rejects.toThrow(': 400 ');
});
