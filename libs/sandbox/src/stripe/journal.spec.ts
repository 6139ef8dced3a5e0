import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startStripe, type RunningStripe } from './start-stripe';

const folder = mkdtempSync(path.join(tmpdir(), 'stripe-journal-'));
const told: { id: string; type: string }[] = [];
let answers = 200;
let app: Server;
let stripe: RunningStripe;

beforeAll(async () => {
  app = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      told.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as { id: string; type: string });
      response.writeHead(answers).end();
    });
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => start('2026-12-01T12:00:00Z'));
afterEach(() => stripe.close());
afterAll(() => {
  app.close();
  rmSync(folder, { recursive: true });
});

async function start(at: string): Promise<void> {
  const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/webhooks/stripe`;
  stripe = await startStripe({
    port: 0,
    now: () => Date.parse(at),
    journalFile: path.join(folder, 'stripe.journal'),
    webhooks: { url },
  });
}

async function again(at: string): Promise<void> {
  await stripe.close();
  await start(at);
}

async function act(name: string, body: object): Promise<{ id: string; status: number }> {
  const request = { method: 'POST', body: JSON.stringify({ account: 'acct_1', ...body }) };
  const answer = await fetch(`${stripe.adminUrl}/${name}`, request);
  return { ...((await answer.json()) as { id: string }), status: answer.status };
}

async function transactions(): Promise<string> {
  const headers = { authorization: 'Bearer sk_test_sandbox', 'stripe-account': 'acct_1' };
  return (await fetch(`${stripe.url}/v1/balance_transactions?limit=100`, { headers })).text();
}

async function webhooks(): Promise<{ acknowledged: number; waiting: readonly { lastAnswer: string }[] }> {
  return (await (await fetch(`${stripe.adminUrl}/webhooks`)).json()) as never;
}

/** All that is to be told was told, or was tried once. */
async function quiet(): Promise<void> {
  while ((await webhooks()).waiting.some(({ lastAnswer }) => lastAnswer === ''))
    await new Promise((resolve) => setTimeout(resolve, 5));
}

test('after a restart all is as it was, a keyed act is not done again, and what was not acknowledged is told', async () => {
  const charge = await act('charges', { amount: 5_000, id: 'ch_3Q1', key: 'charge' });
  expect(charge.id).toBe('ch_3Q1');
  expect((await act('refunds', { charge: 'ch_3Q1', amount: 1_000, id: 're_3Q1' })).id).toBe('re_3Q1');
  const payout = await act('payouts', { key: 'payout' });
  await quiet();
  answers = 500;
  const second = [await act('charges', { amount: 700 }), await act('payouts', { key: 'second' })];
  await quiet();
  const before = await transactions();
  const known = told.map(({ id }) => id);

  answers = 200;
  await again('2026-12-02T12:00:00Z');
  await quiet();
  expect(await transactions()).toBe(before);
  expect(told.slice(known.length).map(({ id }) => id)).toEqual(known.slice(-3));
  expect((await act('payouts', { key: 'payout' })).id).toBe(payout.id);
  expect((await act('charges', { amount: 5_000, id: 'ch_3Q1', key: 'charge' })).status).toBe(200);
  expect((await act('charges', { amount: 5_000, id: 'ch_3Q1' })).status).toBe(400);
  expect(second.map(({ status }) => status)).toEqual([200, 200]);
  expect(await transactions()).toBe(before);

  await again('2026-12-03T12:00:00Z');
  await quiet();
  expect((await webhooks()).acknowledged).toBe(0);
  await fetch(`${stripe.adminUrl}/webhooks-again`, { method: 'POST' });
  await quiet();
  expect((await webhooks()).acknowledged).toBe(6);
});
