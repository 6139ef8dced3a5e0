import { startStripe, type RunningStripe } from './start-stripe';

let stripe: RunningStripe;
beforeEach(async () => {
  stripe = await startStripe({ port: 0, now: () => Date.parse('2026-12-01T12:00:00Z'), accounts: ['acct_1'] });
});
afterEach(() => stripe.close());

interface Answer {
  readonly status: number;
  readonly json: {
    readonly id?: string;
    readonly data?: readonly { readonly id: string; readonly source: unknown; readonly type: string }[];
    readonly has_more?: boolean;
    readonly source?: { readonly object?: string };
    readonly error?: { readonly code?: string; readonly param?: string; readonly type: string };
  };
}
async function get(path: string): Promise<Answer> {
  const headers = { authorization: 'Bearer sk_test_sandbox', 'stripe-account': 'acct_1' };
  const answer = await fetch(`${stripe.url}/v1/${path}`, { headers });
  return { status: answer.status, json: (await answer.json()) as Answer['json'] };
}
async function admin(path: string, body: object): Promise<{ status: number; id: string }> {
  const answer = await fetch(`${stripe.adminUrl}/${path}`, {
    method: 'POST',
    body: JSON.stringify({ account: 'acct_1', ...body }),
  });
  return { ...((await answer.json()) as { id: string }), status: answer.status };
}

test('a list: newest first, ten unless told, on from an id, filtered', async () => {
  await admin('charges', { amount: 1_000, count: 12 });
  await admin('fees', { amount: 100, description: 'Radar' });
  const first = await get('balance_transactions');
  expect(first.json.data).toHaveLength(10);
  expect(first.json.has_more).toBe(true);
  expect(first.json.data?.[0]?.type).toBe('stripe_fee');
  const rest = await get(`balance_transactions?starting_after=${first.json.data?.at(-1)?.id}`);
  expect(rest.json.data).toHaveLength(3);
  expect(rest.json.has_more).toBe(false);
  const ids = new Set([...(first.json.data ?? []), ...(rest.json.data ?? [])].map(({ id }) => id));
  expect(ids.size).toBe(13);
  const charges = await get('balance_transactions?type=charge&limit=12');
  expect(charges.json.data).toHaveLength(12);
  expect(charges.json.has_more).toBe(false);
  expect((await get('balance_transactions?created[lt]=0')).json.data).toEqual([]);
});

test('a source is shown by id, or whole where that was asked for', async () => {
  const { id } = await admin('charges', { amount: 1_000 });
  const plain = await get('balance_transactions');
  expect(plain.json.data?.[0]?.source).toBe(id);
  const whole = await get('balance_transactions?expand[0]=data.source');
  expect(whole.json.data?.[0]?.source).toMatchObject({ id, object: 'charge', status: 'succeeded' });
  const one = await get(`balance_transactions/${plain.json.data?.[0]?.id}?expand[]=source`);
  expect(one.json.source?.object).toBe('charge');
});

test.each([
  ['balance_transactions?limit=101', 400, 'parameter_invalid_integer', 'limit'],
  ['balance_transactions?limit=0', 400, 'parameter_invalid_integer', 'limit'],
  ['balance_transactions?since=1', 400, 'parameter_unknown', 'since'],
  ['balance_transactions?starting_after=txn_1', 404, 'resource_missing', 'starting_after'],
  ['balance_transactions?payout=po_1', 404, 'resource_missing', 'payout'],
  ['payouts/po_1', 404, 'resource_missing', 'payout'],
  ['charges/ch_1', 404, 'resource_missing', 'id'],
  ['customers', 404, undefined, undefined],
])('%s is refused with %i', async (path, status, code, param) => {
  const answer = await get(path);
  expect(answer.status).toBe(status);
  expect(answer.json.error?.type).toBe('invalid_request_error');
  expect([answer.json.error?.code, answer.json.error?.param]).toEqual([code, param]);
});

test('what cannot happen at Stripe does not happen here', async () => {
  const charge = await admin('charges', { amount: 1_000 });
  expect((await admin('refunds', { charge: charge.id, amount: 1_001 })).status).toBe(400);
  expect((await admin('refunds', { charge: 'ch_none' })).status).toBe(400);
  expect((await admin('payouts', { kind: 'instant', amount: 942 })).status).toBe(400);
  expect((await admin('payouts', { kind: 'instant', amount: 941 })).status).toBe(200);
  expect((await admin('payouts', {})).status).toBe(400);
  expect((await admin('refunds', { charge: charge.id })).status).toBe(200);
  expect((await admin('refunds', { charge: charge.id })).status).toBe(400);
});

test('each automatic payout takes what is open since the last, and nothing twice', async () => {
  const seen: string[] = [];
  for (const amount of [1_000, 2_000]) {
    await admin('charges', { amount });
    const { id } = await admin('payouts', { arrivalDate: '2026-12-03' });
    const parts = await get(`balance_transactions?payout=${id}`);
    expect(parts.json.data).toHaveLength(2);
    seen.push(...(parts.json.data ?? []).map((each) => each.id));
  }
  expect(new Set(seen).size).toBe(4);
});
