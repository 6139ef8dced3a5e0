import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import { startStripe, type RunningStripe } from '@qbo-sync/sandbox/stripe/start-stripe';
import { StripeReader, type Page, type Reading } from './client';
import { readWebhook, type WebhookReading } from './webhook';

const ACCOUNT = 'acct_1';
const DAY_MS = 86_400_000;
let now = Date.parse('2026-12-01T12:00:00Z');
let stripe: RunningStripe;
let reader: StripeReader;

beforeEach(async () => {
  now = Date.parse('2026-12-01T12:00:00Z');
  stripe = await startStripe({ port: 0, now: () => now, accounts: [ACCOUNT] });
  reader = new StripeReader({ apiUrl: stripe.url, secretKey: 'sk_test_sandbox' });
});
afterEach(() => stripe.close());

interface Made {
  readonly id: string;
}
async function admin(path: string, body: object = {}, method = 'POST'): Promise<Made> {
  const answer = await fetch(`${stripe.adminUrl}/${path}`, {
    method,
    body: JSON.stringify({ account: ACCOUNT, ...body }),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(text);
  return JSON.parse(text) as Made;
}
/** A setting: not of an account. */
const set = (path: string, body: object) =>
  fetch(`${stripe.adminUrl}/${path}`, { method: 'POST', body: JSON.stringify(body) });

async function all<T>(pages: AsyncGenerator<Reading<Page<T>>>): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) {
    if (page.is === 'failed') throw new Error(page.failure.code);
    items.push(...page.value.items);
  }
  return items;
}
const netOf = (transactions: readonly StripeTransaction[]): number =>
  transactions.reduce((sum, { net }) => sum + Math.round(Number(net) * 100), 0);

describe('a payout and its parts', () => {
  test('of every kind, with their sources, and the payout itself', async () => {
    const charge = await admin('charges', { amount: 17_970 });
    const bank = await admin('charges', { amount: 100_000, method: 'ach' });
    const refund = await admin('refunds', { charge: charge.id, amount: 5_000 });
    await admin('refund-failures', { refund: refund.id });
    const failure = await admin('payment-failures', { charge: bank.id });
    const disputed = await admin('charges', { amount: 9_900 });
    const dispute = await admin('disputes', { charge: disputed.id });
    await admin('dispute-closings', { dispute: dispute.id, outcome: 'won' });
    await admin('fees', { amount: 450, description: 'Radar, Nov 2026' });
    const { id } = await admin('payouts', { arrivalDate: '2026-12-02' });

    const payout = await reader.payout(ACCOUNT, id);
    expect(payout).toEqual({
      is: 'ok',
      value: {
        id,
        amount: '245.52',
        currency: 'USD',
        arrivalDate: '2026-12-02',
        createdAt: '2026-12-01T12:00:00.000Z',
        status: 'paid',
        automatic: true,
        method: 'standard',
        reconciliationStatus: 'completed',
      },
    });
    const parts = await all(reader.transactions(ACCOUNT, id));
    const told = parts.map(({ category, source, charge: behind, amount, fee }) => [
      category,
      source,
      behind,
      amount,
      fee,
    ]);
    expect(told.reverse()).toEqual([
      ['charge', charge.id, null, '179.70', '5.51'],
      ['charge', bank.id, null, '1000.00', '5.00'],
      ['refund', refund.id, charge.id, '-50.00', '0.00'],
      ['refund_failure', refund.id, charge.id, '50.00', '0.00'],
      ['charge_failure', failure.id, bank.id, '-1000.00', '0.00'],
      ['charge', disputed.id, null, '99.00', '3.17'],
      ['dispute', dispute.id, disputed.id, '-99.00', '15.00'],
      ['dispute_reversal', dispute.id, disputed.id, '99.00', '0.00'],
      ['fee', null, null, '-4.50', '0.00'],
      ['payout', id, null, '-245.52', '0.00'],
    ]);
    expect(netOf(parts)).toBe(0);
    expect([charge.id, bank.id, refund.id, failure.id, dispute.id].map((each) => each.split('_')[0])).toEqual([
      'ch',
      'py',
      're',
      'pyr',
      'dp',
    ]);
  });

  test('a failed one is back in the next, a negative one takes from the bank, a manual one cannot be itemised', async () => {
    const charge = await admin('charges', { amount: 10_000 });
    const first = await admin('payouts');
    await admin('payout-steps', { payout: first.id, step: 'failed' });
    await admin('refunds', { charge: charge.id });
    const second = await admin('payouts');
    const categories = (await all(reader.transactions(ACCOUNT, second.id))).map(({ category, source }) => [
      category,
      source,
    ]);
    expect(categories).toEqual([
      ['payout', second.id],
      ['refund', expect.stringMatching(/^re_/)],
      ['payout_reversal', first.id],
    ]);
    expect(await reader.payout(ACCOUNT, second.id)).toMatchObject({ value: { amount: '-3.20' } });
    expect(await reader.payout(ACCOUNT, first.id)).toMatchObject({ value: { status: 'failed' } });

    await admin('charges', { amount: 50_000 });
    const manual = await admin('payouts', { kind: 'manual', amount: 10_000 });
    expect(await reader.payout(ACCOUNT, manual.id)).toMatchObject({
      value: { automatic: false, reconciliationStatus: 'not_applicable' },
    });
    const [refused] = [await reader.transactions(ACCOUNT, manual.id).next()];
    expect(refused.value).toMatchObject({ is: 'failed', failure: { class: 'bug', status: 400 } });
  });

  test('in another currency, and a charge that was converted', async () => {
    await admin('charges', { amount: 500, currency: 'jpy' });
    await admin('charges', { amount: 10_000, exchangeRate: 1.1 });
    const yen = await admin('payouts', { currency: 'jpy' });
    expect(await reader.payout(ACCOUNT, yen.id)).toMatchObject({ value: { amount: '455', currency: 'JPY' } });
    const dollars = await admin('payouts');
    expect((await all(reader.transactions(ACCOUNT, dollars.id))).map(({ converted }) => converted)).toEqual([
      false,
      true,
    ]);
  });

  test('50,000 parts: pages of 100, one held at a time, with progress; read on from where it stopped', async () => {
    await admin('charges', { amount: 10_000, count: 50_000 });
    const { id } = await admin('payouts');
    const pages: WeakRef<object>[] = [];
    let read = 0;
    let cents = 0;
    let after: string | undefined;
    for await (const page of reader.transactions(ACCOUNT, id)) {
      if (page.is === 'failed') throw new Error(page.failure.code);
      expect(page.value.items.length).toBeLessThanOrEqual(100);
      read += page.value.items.length;
      expect(page.value.read).toBe(read);
      cents += netOf(page.value.items);
      after = page.value.after;
      if (read >= 300) break;
    }
    for await (const page of reader.transactions(ACCOUNT, id, after)) {
      if (page.is === 'failed') throw new Error(page.failure.code);
      read += page.value.items.length;
      cents += netOf(page.value.items);
      pages.push(new WeakRef(page.value));
      if (read % 10_000 !== 0) continue;
      await collectGarbage();
      expect(pages.filter((each) => each.deref() !== undefined).length).toBeLessThanOrEqual(2);
    }
    expect(read).toBe(50_001);
    expect(cents).toBe(0);
    const { calls } = { calls: (await (await fetch(`${stripe.adminUrl}/calls`)).json()) as Record<string, number> };
    expect(calls['/v1/balance_transactions']).toBe(501);
  }, 60_000);
});

test('payouts since a moment, newest first, of this account alone', async () => {
  const made: string[] = [];
  for (let day = 0; day < 4; day += 1) {
    await admin('charges', { amount: 10_000 });
    made.push((await admin('payouts')).id);
    now += DAY_MS;
  }
  await set('charges', { account: 'acct_2', amount: 10_000 });
  await set('payouts', { account: 'acct_2' });
  const since = (ms: number) => all(reader.payoutsSince(ACCOUNT, ms)).then((found) => found.map(({ id }) => id));
  expect(await since(0)).toEqual([...made].reverse());
  expect(await since(now - 2 * DAY_MS)).toEqual([made[3], made[2]]);
  expect(await since(now)).toEqual([]);
  expect((await all(reader.payoutsSince('acct_2', 0))).length).toBe(1);
});

test('disputes: one as it stands, and those opened since a moment', async () => {
  const opened: string[] = [];
  for (const amount of [17_970, 5_000]) {
    const charge = await admin('charges', { amount });
    opened.push((await admin('disputes', { charge: charge.id })).id);
    now += DAY_MS;
  }
  const [first = '', second = ''] = opened;
  await admin('dispute-closings', { dispute: first, outcome: 'lost' });
  expect(await reader.dispute(ACCOUNT, first)).toEqual({
    is: 'ok',
    value: {
      ...{ id: first, charge: expect.stringMatching(/^ch_/), amount: '179.70', currency: 'USD', status: 'lost' },
      createdAt: '2026-12-01T12:00:00.000Z',
    },
  });
  const since = async (ms: number) =>
    (await all(reader.disputesSince(ACCOUNT, ms))).map(({ id, status }) => [id, status]);
  expect(await since(0)).toEqual([
    [second, 'needs_response'],
    [first, 'lost'],
  ]);
  expect(await since(now - DAY_MS)).toEqual([[second, 'needs_response']]);
  expect(await reader.dispute(ACCOUNT, 'dp_none')).toMatchObject({ failure: { class: 'gone' } });
});

describe('refusals are data', () => {
  const read = () => reader.payout(ACCOUNT, 'po_none');

  test('no such payout; an account that lets us in no longer; a key that is not good', async () => {
    expect(await read()).toMatchObject({ failure: { class: 'gone', code: 'resource_missing', status: 404 } });
    expect(await reader.payout('acct_gone', 'po_1')).toMatchObject({
      failure: { class: 'permission', code: 'account_invalid' },
    });
    const other = new StripeReader({ apiUrl: stripe.url, secretKey: 'sk_test_other' });
    expect(await other.payout(ACCOUNT, 'po_1')).toMatchObject({ failure: { class: 'auth', status: 401 } });
  });

  test.each([
    [
      'rate-limit',
      { class: 'rate_limit', status: 429, retryAfterMs: 7_000, requestId: expect.stringMatching(/^req_/) },
    ],
    ['server-error', { class: 'retry', status: 500 }],
    ['not-json', { class: 'retry' }],
    ['drop', { class: 'retry', code: 'StripeConnectionError' }],
    ['forbidden', { class: 'permission' }],
  ])('%s', async (kind, failure) => {
    await set('faults', { kind, retryAfterS: 7 });
    expect(await read()).toMatchObject({ is: 'failed', failure });
  });

  test('in the middle of a payout: what was read stays read, the rest is read later', async () => {
    await admin('charges', { amount: 10_000, count: 250 });
    const { id } = await admin('payouts');
    await set('faults', { kind: 'server-error', after: 1, times: 1, contains: 'balance_transactions' });
    const readings: Reading<Page<StripeTransaction>>[] = [];
    for await (const reading of reader.transactions(ACCOUNT, id)) readings.push(reading);
    expect(readings.map(({ is }) => is)).toEqual(['ok', 'failed']);
    const [first] = readings;
    if (first?.is !== 'ok') throw new Error('not read');
    const rest = await all(reader.transactions(ACCOUNT, id, first.value.after));
    expect(rest).toHaveLength(151);
    expect(netOf([...first.value.items, ...rest])).toBe(0);
  });

  test('of what is behind a refund: its page is read again later', async () => {
    const charge = await admin('charges', { amount: 10_000 });
    const refund = await admin('refunds', { charge: charge.id });
    await admin('charges', { amount: 10_000, count: 150 });
    const { id } = await admin('payouts');
    await set('faults', { kind: 'rate-limit', times: 1, contains: 'refunds' });
    const readings: Reading<Page<StripeTransaction>>[] = [];
    for await (const reading of reader.transactions(ACCOUNT, id)) readings.push(reading);
    expect(readings.map(({ is }) => is)).toEqual(['ok', 'failed']);
    const [first] = readings;
    if (first?.is !== 'ok') throw new Error('not read');
    const rest = await all(reader.transactions(ACCOUNT, id, first.value.after));
    expect(rest.find(({ source }) => source === refund.id)?.charge).toBe(charge.id);
    expect(netOf([...first.value.items, ...rest])).toBe(0);
  });

  test('of a page that would not have been the last one: the reading ends with it', async () => {
    await admin('charges', { amount: 10_000, count: 150 });
    const charge = await admin('charges', { amount: 10_000 });
    await admin('refunds', { charge: charge.id });
    const { id } = await admin('payouts');
    await set('faults', { kind: 'server-error', contains: 'refunds' });
    const readings: Reading<Page<StripeTransaction>>[] = [];
    for await (const reading of reader.transactions(ACCOUNT, id)) readings.push(reading);
    expect(readings.map(({ is }) => is)).toEqual(['failed']);
  });

  test('nobody listens', async () => {
    const nobody = new StripeReader({ apiUrl: 'http://127.0.0.1:1', secretKey: 'sk' });
    expect(await nobody.payout(ACCOUNT, 'po_1')).toMatchObject({ failure: { class: 'retry' } });
  });

  test('an answer without end is given up; a redirect is not followed', async () => {
    const chunk = '{"a":'.repeat(20_000);
    let asked = 0;
    let sent = 0;
    const endless = await stub((_request, response) => {
      asked += 1;
      response.setHeader('content-type', 'application/json');
      const more = (): void => {
        do sent += chunk.length;
        while (response.writable && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    const there = await stub((_request, response) => {
      response.writeHead(302, { location: `${endless.url}/v1/payouts/po_1` }).end('{}');
    });
    const odd = new StripeReader({ apiUrl: endless.url, secretKey: 'sk' });
    expect(await odd.payout(ACCOUNT, 'po_1')).toMatchObject({ is: 'failed', failure: { class: 'retry' } });
    expect(asked).toBe(1);
    expect(sent).toBeLessThan(40_000_000);
    const moved = new StripeReader({ apiUrl: there.url, secretKey: 'sk' });
    expect(await moved.payout(ACCOUNT, 'po_1')).toMatchObject({ is: 'failed', failure: { class: 'unreadable' } });
    expect(asked).toBe(1);
    await Promise.all([endless.close(), there.close()]);
  });

  test.each([
    ['a payout without an amount', '{"id":"po_1","object":"payout","currency":"usd"}', 'payout'],
    [
      'half a cent',
      '{"id":"po_1","amount":1.5,"currency":"usd","arrival_date":1,"created":1,"status":"paid","automatic":true,"method":"standard","reconciliation_status":"completed"}',
      'payout',
    ],
    ['a page that is no list', '{"object":"list","data":{}}', 'page'],
    ['a page that promises more of nothing', '{"object":"list","data":[],"has_more":true}', 'page'],
    [
      'a transaction whose net is not its amount without the fee',
      '{"object":"list","has_more":false,"data":[{"id":"txn_1","type":"charge","reporting_category":"charge","currency":"usd","amount":100,"fee":3,"net":98,"fee_details":[]}]}',
      'page',
    ],
  ])('an answer Stripe does not document: %s', async (_what, body, what) => {
    const server = await stub(
      (_request, response) => void response.setHeader('content-type', 'application/json').end(body),
    );
    const odd = new StripeReader({ apiUrl: server.url, secretKey: 'sk' });
    const reading =
      what === 'payout' ? await odd.payout(ACCOUNT, 'po_1') : (await odd.transactions(ACCOUNT, 'po_1').next()).value;
    expect(reading).toEqual({ is: 'failed', failure: { class: 'unreadable', code: 'shape' } });
    await server.close();
  });
});

describe('webhooks of the emulator are read by the kit', () => {
  test('signed, again until they are acknowledged, twice now and then, with two secrets in rotation', async () => {
    const seen: WebhookReading[] = [];
    let status = 500;
    const server = await stub((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const header = request.headers['stripe-signature'];
        seen.push(readWebhook(Buffer.concat(chunks), String(header), ['whsec_b'], now));
        response.writeHead(status).end();
      });
    });
    await set('webhooks', { url: server.url, secrets: ['whsec_a', 'whsec_b'], duplicateEvery: 3 });
    await admin('charges', { amount: 10_000 });
    const { id } = await admin('payouts');
    await set('time', { advanceMs: 0 });
    await until(() => seen.length === 4);
    expect(seen.every(({ is }) => is === 'event')).toBe(true);
    const types = seen.map((each) =>
      each.is === 'event' ? `${each.event.type} ${each.event.account} ${each.event.objectId}` : '',
    );
    expect(new Set(types)).toEqual(
      new Set(
        ['payout.created', 'payout.paid', 'payout.reconciliation_completed'].map((type) => `${type} ${ACCOUNT} ${id}`),
      ),
    );
    expect(new Set(seen.map((each) => (each.is === 'event' ? each.event.id : ''))).size).toBe(3);
    status = 200;
    now += 300_000;
    await set('time', { advanceMs: 300_000 });
    await until(() => seen.length === 8);
    expect((await (await fetch(`${stripe.adminUrl}/webhooks`)).json()) as object).toMatchObject({
      acknowledged: 4,
      waiting: [],
    });
    await server.close();
  });
});

async function stub(answer: Parameters<typeof createServer>[1]): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer(answer as never);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

/** V8 forgets what a WeakRef was asked for in one and the same task: another task comes first. */
async function collectGarbage(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
