import { codes, Rig } from './spec-rig';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.open();
});
afterEach(() => rig.close());

const mode = (requestidMode: string) => rig.admin('POST', 'settings', { requestidMode });
const pay = (requestid: string, total = 10) =>
  rig.call('POST', `payment?requestid=${requestid}`, { TotalAmt: total, CustomerRef: { value: '1' } });
const count = async () => (await rig.rows('select * from Payment')).length;

test('honour: the same id gets the first answer, byte for byte, and nothing is done again (quickbooks.md §4)', async () => {
  const first = await pay('r1');
  rig.now += 5000;
  expect((await pay('r1')).text).toBe(first.text);
  expect((await pay('r1', 99)).text).toBe(first.text);
  expect(await count()).toBe(1);
  await pay('r2');
  expect(await count()).toBe(2);
});

test('honour: a refusal is not remembered', async () => {
  const attempt = () => rig.call('POST', 'customer?requestid=r1', { DisplayName: 'Taken' });
  await rig.make('Customer', { DisplayName: 'Taken' });
  expect(codes(await attempt())).toEqual(['6240']);
  await rig.make('Customer', {
    Id: await rig.idOf('Customer', 'DisplayName', 'Taken'),
    SyncToken: '0',
    sparse: true,
    DisplayName: 'Free',
  });
  expect((await attempt()).status).toBe(200);
});

test('honour: an answer is replayed though its record is gone (quickbooks.md §4, live trap)', async () => {
  const first = await pay('r1');
  const { Id, SyncToken } = JSON.parse(first.text).Payment as { Id: string; SyncToken: string };
  await rig.call('POST', 'payment?operation=delete', { Id, SyncToken });
  expect((await pay('r1')).text).toBe(first.text);
  expect((await rig.call('GET', `payment/${Id}`)).status).toBe(400);
});

test('ids belong to one company (quickbooks.md §4)', async () => {
  await pay('r1');
  await rig.admin('POST', 'next-company', { company: 'uk-vat' });
  rig.tokens = await rig.connect();
  expect((await pay('r1')).status).toBe(200);
  expect(await count()).toBe(1);
});

test('ignore: everything is done again', async () => {
  await mode('ignore');
  await pay('r1');
  await pay('r1');
  expect(await count()).toBe(2);
});

test('forget-after-1h', async () => {
  await mode('forget-after-1h');
  await rig.admin('POST', 'settings', { accessTokenLifeS: 100_000 });
  await rig.refresh();
  await pay('r1');
  rig.now += 3_599_000;
  await pay('r1');
  expect(await count()).toBe(1);
  rig.now += 1000;
  await pay('r1');
  expect(await count()).toBe(2);
});

test('replay-first-error: a refusal stays', async () => {
  await mode('replay-first-error');
  const attempt = (name: string) => rig.call('POST', 'customer?requestid=r1', { DisplayName: name });
  expect(codes(await attempt('A:B'))).toEqual(['2040']);
  expect(codes(await attempt('Fine'))).toEqual(['2040']);
});

test('replay-first-error: a fault on demand stays with its id, and with no other', async () => {
  await mode('replay-first-error');
  await rig.admin('POST', 'disturbances', { kind: 'fault', code: '140', entity: 'payment', times: 1 });
  expect(codes(await pay('r1'))).toEqual(['140']);
  expect(codes(await pay('r1'))).toEqual(['140']);
  expect(await count()).toBe(0);
  expect((await pay('r2')).status).toBe(200);
});
