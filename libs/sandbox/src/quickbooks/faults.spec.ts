import { at, codes, Rig } from './spec-rig';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.open();
});
afterEach(() => rig.close());

const disturb = (what: object) => rig.admin('POST', 'disturbances', { times: 1, ...what });
const make = (name: string) => rig.call('POST', 'customer', { DisplayName: name });
const exists = async (name: string) =>
  (await rig.rows(`select * from Customer where DisplayName = '${name}'`)).length === 1;
const step = (advanceMs: number) => rig.admin('POST', 'time', { advanceMs });

test.each([
  ['120', 400, 'AuthorizationFault', '-11014-You do not have access'],
  ['130', 400, 'ValidationFault', 'Accessing Wrong Cluster'],
  ['600', 400, 'ValidationFault', 'Duplicate Request ID'],
  ['6140', 400, 'ValidationFault', 'DocNumber=1001 is assigned to TxnType=Invoice with TxnId=1'],
  ['6190', 400, 'ValidationFault', 'Subscription period has ended or canceled or there was a billing problem'],
  ['6210', 400, 'ValidationFault', 'The account period has closed and the account books cannot be updated'],
  ['6540', 400, 'ValidationFault', 'Deposited Transaction cannot be changed'],
  ['10000', 400, 'SystemFault', 'System Failure Error'],
])('code %s on demand, nothing done (quickbooks.md §10)', async (code, status, type, detail) => {
  await disturb({ kind: 'fault', code });
  const answer = await make('Refused');
  expect([answer.status, codes(answer), at(answer.json, 'Fault', 'type')]).toEqual([status, [code], type]);
  expect(at(answer.json, 'Fault', 'Error', 0, 'Detail')).toContain(detail);
  expect(await exists('Refused')).toBe(false);
});

test('200 with a fault, several errors, an own sentence (quickbooks.md §1.5)', async () => {
  await disturb({ kind: 'fault', code: '2050', detail: 'Too long', status: 200, errors: [{ code: '2020' }] });
  const answer = await make('Refused');
  expect([answer.status, codes(answer)]).toEqual([200, ['2050', '2020']]);
  expect(at(answer.json, 'Fault', 'Error', 0, 'Detail')).toBe('Too long');
});

test('a fault that was done all the same, and one in the envelope of the gateway (quickbooks.md §1.6)', async () => {
  await disturb({ kind: 'fault', code: '10000', status: 500, commit: true });
  expect((await make('Done')).status).toBe(500);
  expect(await exists('Done')).toBe(true);
  await disturb({ kind: 'fault', code: '3100', status: 403, envelope: 'gateway' });
  const answer = await make('Refused');
  expect([answer.status, at(answer.json, 'fault', 'error', 0, 'code')]).toEqual([403, '3100']);
});

test('truncated: done, but the JSON breaks off', async () => {
  await disturb({ kind: 'truncated' });
  const { realm, access } = rig.tokens;
  const answer = await fetch(`${rig.quickbooks.url}/v3/company/${realm}/customer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${access}`, accept: 'application/json', 'content-type': 'application/json' },
    body: '{"DisplayName":"Half"}',
  });
  expect(answer.status).toBe(200);
  await expect(answer.json()).rejects.toThrow();
  expect(await exists('Half')).toBe(true);
});

test('slow drip: the whole answer, in pieces', async () => {
  await disturb({ kind: 'slow-drip', ms: 200 });
  const before = performance.now();
  expect(at((await make('Drip')).json, 'Customer', 'DisplayName')).toBe('Drip');
  expect(performance.now() - before).toBeGreaterThanOrEqual(180);
});

test.each([404, 500, 502, 503, 504])('http-%i without a body', async (status) => {
  await disturb({ kind: `http-${status}`, empty: true });
  const answer = await make('Page');
  expect([answer.status, answer.text]).toEqual([status, '']);
});

test('quota: a 429 in the words of the settings (quickbooks.md §3.2)', async () => {
  await rig.admin('POST', 'settings', { quotaDetail: 'Monthly limit reached', throttleForm: 'capitalised' });
  await disturb({ kind: 'quota' });
  const answer = await make('Later');
  expect([answer.status, at(answer.json, 'Fault', 'Error', 0, 'Detail')]).toEqual([429, 'Monthly limit reached']);
});

test('a late commit comes up to 119 s later, when time is stepped that far (quickbooks.md §1.3)', async () => {
  await disturb({ kind: 'late-commit', fromMs: 119_000, ms: 500_000 });
  await expect(make('Late')).rejects.toThrow();
  await step(110_000);
  expect(await exists('Late')).toBe(false);
  await step(9_001);
  expect(await exists('Late')).toBe(true);
});

test('stepped time ends tokens and survives a restart (quickbooks.md §2.4)', async () => {
  await step(3_599_000);
  expect((await rig.call('GET', 'preferences')).status).toBe(200);
  await step(1_000);
  expect((await rig.call('GET', 'preferences')).status).toBe(401);
  await rig.refresh();
  await rig.restart();
  expect(await rig.admin('GET', 'time')).toEqual({ now: '2026-11-20T19:00:00.000Z', steppedMs: '3600000' });
  expect((await rig.call('GET', 'preferences')).status).toBe(200);
});

test('queries two seconds behind: not yet there, still the old name, still not gone; a read is at once', async () => {
  await rig.admin('POST', 'settings', { queryLagMs: 2_000 });
  const names = async () => (await rig.rows('select * from Customer')).map((row) => row['DisplayName']);
  const { Id } = await rig.make('Customer', { DisplayName: 'New' });
  expect(await names()).not.toContain('New');
  expect((await rig.get('Customer', String(Id)))['DisplayName']).toBe('New');
  await step(2_001);
  expect(await names()).toContain('New');
  await rig.make('Customer', { Id, SyncToken: '0', sparse: true, DisplayName: 'Newer' });
  expect(await names()).toContain('New');
  const payment = await rig.make('Payment', { TotalAmt: 1, CustomerRef: { value: '1' } });
  await step(2_001);
  await rig.call('POST', 'payment?operation=delete', { Id: payment['Id'], SyncToken: '0' });
  expect([await names(), (await rig.rows('select * from Payment')).length]).toEqual([
    expect.arrayContaining(['Newer']),
    1,
  ]);
  await step(2_001);
  expect(await rig.rows('select * from Payment')).toEqual([]);
});

describe('tokens', () => {
  const refresh = () => rig.token({ grant_type: 'refresh_token', refresh_token: rig.tokens.refresh });
  const counters = async () => at(await rig.admin('GET', 'tokens'), rig.tokens.realm);

  test('refreshes are counted, so are those at the same time (quickbooks.md §2.4)', async () => {
    await rig.admin('POST', 'settings', { latencyMs: 40 });
    const answers = await Promise.all([refresh(), refresh(), refresh()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    expect(await counters()).toEqual({ refreshed: '1', refused: '0', atOnce: '2', previous: '0' });
    expect((await refresh()).status).toBe(200);
  });

  test('reuse at once may end the grant, the winner too (quickbooks.md §2.4)', async () => {
    await rig.admin('POST', 'settings', { latencyMs: 40, reuseRevokes: true });
    await Promise.all([refresh(), refresh()]);
    expect((await refresh()).json).toEqual({ error: 'invalid_grant' });
    expect((await rig.call('GET', 'preferences')).status).toBe(401);
  });

  test('ten minutes of false invalid_grant: the same token is good again afterwards', async () => {
    await rig.admin('POST', 'false-invalid-grant', { company: 'us-auto', forMs: 600_000 });
    expect((await refresh()).json).toEqual({ error: 'invalid_grant' });
    await step(599_999);
    expect((await refresh()).status).toBe(400);
    await step(1);
    expect((await refresh()).status).toBe(200);
    expect(await counters()).toMatchObject({ refreshed: '1', refused: '2' });
  });
});
