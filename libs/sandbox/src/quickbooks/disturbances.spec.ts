import { at, codes, Rig } from './spec-rig';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.open();
});
afterEach(() => rig.close());

const disturb = (what: object) => rig.admin('POST', 'disturbances', what);
const make = (name: string) => rig.call('POST', 'customer', { DisplayName: name });
const exists = async (name: string) =>
  (await rig.rows(`select * from Customer where DisplayName = '${name}'`)).length === 1;

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('commit-then-drop: done, but nobody is told', async () => {
  await disturb({ kind: 'commit-then-drop', entity: 'Customer', times: 1 });
  await expect(make('Dropped')).rejects.toThrow();
  expect(await exists('Dropped')).toBe(true);
});

test('drop: not done', async () => {
  await disturb({ kind: 'drop', times: 1, method: 'POST' });
  await expect(make('Lost')).rejects.toThrow();
  expect(await exists('Lost')).toBe(false);
});

test('late-commit: not done when the connection breaks, done a little later', async () => {
  await disturb({ kind: 'late-commit', times: 1, ms: 200, method: 'POST' });
  await expect(make('Late')).rejects.toThrow();
  await until(() => exists('Late'));
});

test.each([
  ['http-500', 500],
  ['http-502', 502],
])('%s: an HTML page, done only when told to', async (kind, status) => {
  await disturb({ kind, times: 1, method: 'POST' });
  const answer = await make('Page');
  expect([answer.status, answer.headers.get('content-type'), answer.text.startsWith('<html>')]).toEqual([
    status,
    'text/html',
    true,
  ]);
  expect(await exists('Page')).toBe(false);
  await disturb({ kind, times: 1, method: 'POST', commit: true });
  expect((await make('Page')).status).toBe(status);
  expect(await exists('Page')).toBe(true);
});

test.each([
  ['throttle', 429, '3001'],
  ['unauthorized', 401, '3200'],
  ['system-fault', 500, '10000'],
])('%s once', async (kind, status, code) => {
  await disturb({ kind, times: 1 });
  const answer = await make('Once');
  expect([answer.status, codes(answer)]).toEqual([status, [code]]);
  expect((await make('Once')).status).toBe(200);
});

test('slow: the answer comes later', async () => {
  await disturb({ kind: 'slow', times: 1, ms: 60 });
  const before = performance.now();
  await make('Slow');
  expect(performance.now() - before).toBeGreaterThanOrEqual(55);
});

test('matchers and counters', async () => {
  await disturb({ kind: 'throttle', entity: 'Item', company: 'uk-vat' });
  await disturb({ kind: 'throttle', entity: 'Customer', after: 1, every: 2, times: 1 });
  const statuses: number[] = [];
  for (const name of ['A', 'B', 'C', 'D', 'E']) statuses.push((await make(name)).status);
  expect(statuses).toEqual([200, 200, 429, 200, 200]);
  expect(at(await rig.admin('GET', 'disturbances'), 'disturbances', 1)).toMatchObject({
    id: 'd2',
    seen: '5',
    hits: '1',
  });
  await rig.admin('DELETE', 'disturbances/d2');
  expect(at(await rig.admin('GET', 'disturbances'), 'disturbances')).toHaveLength(1);
  await rig.admin('DELETE', 'disturbances');
  expect(at(await rig.admin('GET', 'disturbances'), 'disturbances')).toEqual([]);
});

test('limits, when kept: more than so many at once or a minute is 429 (quickbooks.md §3.1)', async () => {
  await rig.admin('POST', 'settings', { limits: { concurrent: 10, perMinute: 3 } });
  const statuses: number[] = [];
  for (const name of ['A', 'B', 'C', 'D']) statuses.push((await make(name)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  rig.now += 60_001;
  expect((await make('D')).status).toBe(200);
});

test('the journal tells every write, who overlapped and which marker is there twice', async () => {
  await rig.admin('POST', 'settings', { latencyMs: 40 });
  const payment = (requestid: string) =>
    rig.call('POST', `payment?requestid=${requestid}`, {
      TotalAmt: 1,
      CustomerRef: { value: '1' },
      PrivateNote: 'Run a Call pay_1 ch_1',
    });
  await Promise.all([payment('r1'), payment('r2')]);
  const writes = at(await rig.admin('GET', 'journal?entity=Payment'), 'writes');
  expect(writes).toMatchObject([
    {
      company: 'us-auto',
      operation: 'create',
      entity: 'Payment',
      requestid: 'r1',
      marker: 'pay_1',
      actor: 'api',
      overlapping: '1',
      inFlight: '1',
    },
    { requestid: 'r2', marker: 'pay_1' },
  ]);
  expect(at(await rig.admin('GET', 'duplicates'), 'duplicates')).toEqual([
    { company: 'us-auto', what: 'Payment marker pay_1', ids: ['1', '2'] },
  ]);
  expect(await rig.admin('GET', 'writes')).toEqual({ writes: '2', byCompany: { 'us-auto': '2' } });
});

test('a person edits: the token moves, the count of API writes does not', async () => {
  const id = await rig.idOf('Customer', 'DisplayName', 'Maria Gonzalez');
  await rig.admin('POST', 'write', {
    company: 'us-auto',
    entity: 'Customer',
    body: { Id: id, sparse: true, DisplayName: 'Maria G. Lopez' },
  });
  expect(await rig.get('Customer', id)).toMatchObject({ DisplayName: 'Maria G. Lopez', SyncToken: '1' });
  expect(await rig.admin('GET', 'writes')).toMatchObject({ writes: '0' });
  await expect(
    rig.admin('POST', 'write', { company: 'us-auto', entity: 'Customer', body: { DisplayName: 'A:B' } }),
  ).rejects.toThrow('2040');
});

test('parts of a split payment share a marker and are no duplicates', async () => {
  for (const customer of ['1', '2']) {
    await rig.make('Payment', { TotalAmt: 1, CustomerRef: { value: customer }, PrivateNote: 'Run a Call pay_2' });
  }
  expect(at(await rig.admin('GET', 'duplicates'), 'duplicates')).toEqual([]);
});

test.each([
  ['POST', 'settings', { requestIdMode: 'ignore' }],
  ['POST', 'settings', { requestidMode: 'sometimes' }],
  ['POST', 'switches', { company: 'us-auto', warnDuplicates: true }],
  ['POST', 'switches', { company: 'nobody' }],
  ['POST', 'disturbances', { kind: 'rain' }],
  ['GET', 'ledger?company=nobody', undefined],
] as const)('%s /admin/%s says what it does not know', async (method, path, body) => {
  await expect(rig.admin(method, path, body)).rejects.toThrow(': 400 ');
});
