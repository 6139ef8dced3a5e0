import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { at, codes, Rig, type Answer } from './spec-rig';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.open();
});
afterEach(() => rig.close());

const settings = (wanted: object) => rig.admin('POST', 'settings', wanted);
const read = () => rig.call('GET', 'preferences');
const batch = () => rig.call('POST', 'batch', { BatchItemRequest: [] });
const statuses = async (count: number, ask: () => Promise<Answer>): Promise<number[]> => {
  const seen: number[] = [];
  for (let place = 0; place < count; place += 1) seen.push((await ask()).status);
  return seen;
};
const counters = async (): Promise<TextObject> =>
  at(await rig.admin('GET', 'traffic'), 'realms', rig.tokens.realm) as TextObject;

test('500 a minute, exactly, in a window that slides (quickbooks.md §3.1)', async () => {
  await settings({ limits: {} });
  expect(await statuses(250, read)).toEqual(Array(250).fill(200));
  rig.now += 30_000;
  expect(await statuses(251, read)).toEqual([...Array(250).fill(200), 429]);
  rig.now += 29_999;
  expect((await read()).status).toBe(429);
  rig.now += 1;
  expect(await statuses(251, read)).toEqual([...Array(250).fill(200), 429]);
  expect(await counters()).toMatchObject({
    requests: '750',
    throttled: { perMinute: '3', batchesPerMinute: '0', concurrent: '0' },
    most: { perMinute: '500', concurrent: '1' },
  });
});

test('40 batches a minute, which count as requests too (quickbooks.md §3.1)', async () => {
  await settings({ limits: { perMinute: 50 } });
  expect(await statuses(41, batch)).toEqual([...Array(40).fill(200), 429]);
  expect(await statuses(11, read)).toEqual([...Array(10).fill(200), 429]);
  expect(await counters()).toMatchObject({ batches: '40', throttled: { perMinute: '1', batchesPerMinute: '1' } });
});

test('10 at once (quickbooks.md §3.1)', async () => {
  await settings({ limits: {}, latencyMs: 60 });
  const answers = await Promise.all(Array.from({ length: 12 }, read));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
  expect(await counters()).toMatchObject({ throttled: { concurrent: '2' }, most: { concurrent: '10' } });
});

test('10 a second, when that wording is switched on (quickbooks.md §3.1)', async () => {
  await settings({ limits: { perSecond: 10 } });
  expect(await statuses(11, read)).toEqual([...Array(10).fill(200), 429]);
  rig.now += 1_000;
  expect((await read()).status).toBe(200);
});

test('one company does not use up what another may do (quickbooks.md §3.1)', async () => {
  await settings({ limits: { perMinute: 2 } });
  expect(await statuses(3, read)).toEqual([200, 200, 429]);
  await rig.admin('POST', 'next-company', { company: 'uk-vat' });
  rig.tokens = await rig.connect();
  expect((await read()).status).toBe(200);
});

test('both forms of a 429, no Retry-After unless told (quickbooks.md §1.6, §3.1)', async () => {
  await settings({ limits: { perMinute: 0 }, throttleForm: 'alternate' });
  const [small, capital] = [await read(), await read()];
  expect(at(small.json, 'fault', 'error', 0)).toMatchObject({
    code: '3001',
    message: 'message=ThrottleExceeded; errorCode=003001; statusCode=429',
    detail: 'The request limit was reached.  Try again later',
  });
  expect(at(capital.json, 'Fault')).toMatchObject({ Error: [{ code: '003001' }], type: 'SERVICE' });
  expect([small.headers.get('retry-after'), capital.headers.get('retry-after')]).toEqual([null, null]);
  await settings({ retryAfterS: 7, throttleForm: 'capitalised' });
  expect((await read()).headers.get('retry-after')).toBe('7');
});

test('a month of reads used up: 429 for reads until the next month, writes go on (quickbooks.md §3.2)', async () => {
  await settings({ readsPerMonth: 3, retryAfterS: 60, accessTokenLifeS: 100_000_000 });
  await rig.refresh();
  const write = (name: string) => rig.call('POST', 'customer', { DisplayName: name });
  const query = () => rig.call('POST', 'batch', { BatchItemRequest: [{ bId: 'q', Query: 'select * from Term' }] });
  expect(await statuses(2, read)).toEqual([200, 200]);
  expect(await statuses(2, query)).toEqual([200, 429]);
  const refused = await read();
  expect([refused.status, codes(refused), refused.headers.get('retry-after')]).toEqual([429, ['3001'], null]);
  expect((await write('A')).status).toBe(200);
  rig.now = Date.parse('2026-11-30T23:59:59Z');
  expect((await read()).status).toBe(429);
  rig.now += 1_000;
  expect((await read()).status).toBe(200);
  expect(await rig.admin('GET', 'traffic')).toMatchObject({ readsThisMonth: '1' });
  expect(await counters()).toMatchObject({ reads: '4', throttled: { quota: '3' } });
});

test('a refused read is not metered, nor is a write (quickbooks.md §3.2)', async () => {
  await rig.call('GET', 'invoice/4711');
  await rig.call('POST', 'customer', { DisplayName: 'A' });
  expect(await counters()).toMatchObject({ requests: '2', reads: '0' });
  await rig.admin('DELETE', 'traffic');
  expect(await counters()).toMatchObject({ requests: '0' });
});

test('on its way a request takes its jitter, and is counted when it arrives', async () => {
  await settings({ jitterMs: { from: 50, to: 60 }, limits: { concurrent: 1 } });
  const before = performance.now();
  expect((await read()).status).toBe(200);
  expect(performance.now() - before).toBeGreaterThanOrEqual(48);
});
