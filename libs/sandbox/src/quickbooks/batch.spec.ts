import type { TextJson, TextObject } from '@qbo-sync/contracts/exact-json';
import { at, codes, Rig, type Answer } from './spec-rig';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.open();
});
afterEach(() => rig.close());

const send = (items: object[], query = '') => rig.call('POST', `batch${query}`, { BatchItemRequest: items });
const customer = (bId: string, DisplayName: string) => ({ bId, operation: 'create', Customer: { DisplayName } });
const many = (count: number) => Array.from({ length: count }, (_, place) => customer(`b${place}`, `Customer ${place}`));
const responses = (answer: Answer) => at(answer.json, 'BatchItemResponse') as TextObject[];
/** The item of a bId: order is nobody's promise (quickbooks.md §5). */
const item = (answer: Answer, bId: string): TextJson | undefined =>
  responses(answer).find((each) => each['bId'] === bId);
const itemCode = (answer: Answer, bId: string) => at(item(answer, bId), 'Fault', 'Error', 0, 'code');
const count = async (entity: string) =>
  Number(at((await rig.query(`select count(*) from ${entity}`)).json, 'QueryResponse', 'totalCount'));
const mode = (requestidMode: string) => rig.admin('POST', 'settings', { requestidMode });

test('creates, updates, deletes and queries side by side, one bad item harms no other (quickbooks.md §5)', async () => {
  const payment = await rig.make('Payment', { TotalAmt: 10, CustomerRef: { value: '1' } });
  const answer = await send([
    customer('new', 'Smith Family'),
    { bId: 'bad', operation: 'create', Customer: { DisplayName: 'A:B' } },
    { bId: 'old', operation: 'update', Customer: { Id: '1', SyncToken: '7', sparse: true, Notes: 'x' } },
    { bId: 'edit', operation: 'update', Customer: { Id: '2', SyncToken: '0', sparse: true, Notes: 'x' } },
    { bId: 'away', operation: 'delete', Payment: { Id: payment['Id'], SyncToken: '0' } },
    { bId: 'find', Query: "select * from Customer where Id = '1'" },
    { bId: 'lost', Query: 'select * from Nothing' },
  ]);
  expect(answer.status).toBe(200);
  expect(typeof at(answer.json, 'time')).toBe('string');
  expect(item(answer, 'new')).toMatchObject({ bId: 'new', Customer: { DisplayName: 'Smith Family', SyncToken: '0' } });
  expect(itemCode(answer, 'bad')).toBe('2040');
  expect(item(answer, 'old')).toEqual({
    bId: 'old',
    Fault: {
      type: 'ValidationFault',
      Error: [
        {
          Message: 'Stale Object Error',
          code: '5010',
          element: '',
          Detail:
            'Stale Object Error : You and root were working on this at the same time. root finished before you did, so your work was not saved.',
        },
      ],
    },
  });
  expect(item(answer, 'edit')).toMatchObject({ Customer: { Id: '2', SyncToken: '1', Notes: 'x' } });
  expect(item(answer, 'away')).toMatchObject({ Payment: { status: 'Deleted', Id: payment['Id'] } });
  expect(item(answer, 'find')).toMatchObject({ QueryResponse: { Customer: [{ Id: '1' }], maxResults: '1' } });
  expect(itemCode(answer, 'lost')).toBe('4001');
  expect(await rig.admin('GET', 'writes')).toMatchObject({ writes: '4' });
});

test('30 items, not 31: 1040 (quickbooks.md §5)', async () => {
  const answer = await send(many(31));
  expect([answer.status, codes(answer)]).toEqual([400, ['1040']]);
  expect(responses(await send(many(30)))).toHaveLength(30);
  expect(await rig.admin('GET', 'writes')).toMatchObject({ writes: '30' });
});

test('items come back in another order than they were sent (quickbooks.md §5)', async () => {
  const answer = await send(many(30));
  const order = responses(answer).map((each) => each['bId']);
  expect(order).not.toEqual(many(30).map(({ bId }) => bId));
  expect(new Set(order).size).toBe(30);
  for (const bId of ['b0', 'b17', 'b29'])
    expect(at(item(answer, bId), 'Customer', 'DisplayName')).toBe(`Customer ${bId.slice(1)}`);
});

test('no item sees what another one of its batch makes (quickbooks.md §5)', async () => {
  const next = Number((await rig.make('Customer', { DisplayName: 'Before' }))['Id']) + 1;
  const payments = Array.from({ length: 20 }, (_, place) => ({
    bId: `p${place}`,
    operation: 'create',
    Payment: { TotalAmt: 1, CustomerRef: { value: String(next) } },
  }));
  const answer = await send([
    customer('new', 'Mine'),
    ...payments,
    ...[1, 2, 3].map((place) => ({ bId: `q${place}`, Query: `select * from Customer where Id = '${next}'` })),
  ]);
  expect(at(item(answer, 'new'), 'Customer', 'Id')).toBe(String(next));
  expect(new Set(payments.map(({ bId }) => itemCode(answer, bId)))).toEqual(new Set(['2500']));
  for (const bId of ['q1', 'q2', 'q3']) expect(item(answer, bId)).toEqual({ bId, QueryResponse: {} });
  expect(itemCode(await send([payments[0] ?? {}]), 'p0')).toBeUndefined();
});

test('the same Id and SyncToken twice: one is 5010 (quickbooks.md §5)', async () => {
  const edit = (bId: string) => ({
    bId,
    operation: 'update',
    Customer: { Id: '1', SyncToken: '0', sparse: true, Notes: bId },
  });
  const answer = await send([edit('a'), edit('b')]);
  expect([itemCode(answer, 'a'), itemCode(answer, 'b')].filter(Boolean)).toEqual(['5010']);
});

test('voids: an invoice by its operation, a payment by optionsData (quickbooks.md §5)', async () => {
  const { Id, SyncToken } = await rig.make('Payment', { TotalAmt: 10, CustomerRef: { value: '1' } });
  const voided = { Id, SyncToken, sparse: true };
  expect(itemCode(await send([{ bId: 'a', operation: 'void', Payment: { Id, SyncToken } }]), 'a')).toBe('500');
  const answer = await send([{ bId: 'b', operation: 'update', optionsData: 'void', Payment: voided }]);
  expect(item(answer, 'b')).toMatchObject({ Payment: { Id, TotalAmt: '0.00', PrivateNote: 'Voided' } });
});

test.each(['revert', 'send', 'merge'])('%s is not supported here: a fault of the item', async (operation) => {
  expect(itemCode(await send([{ bId: 'a', operation, Customer: { Id: '1' } }]), 'a')).toBe('500');
});

test.each([
  ['no operation', { bId: 'a', Customer: { DisplayName: 'A' } }, '2020'],
  ['an unknown object', { bId: 'a', operation: 'create', Frobnicate: {} }, '2000'],
  ['a create with an Id', { bId: 'a', operation: 'create', Customer: { Id: '1', SyncToken: '0' } }, '2010'],
  ['an update without one', { bId: 'a', operation: 'update', Customer: { sparse: true } }, '2020'],
  ['two objects', { bId: 'a', operation: 'create', Customer: { DisplayName: 'A' }, Item: { Name: 'A' } }, '2010'],
])('%s: a fault of the item (quickbooks.md §5)', async (_what, wanted, code) => {
  const answer = await send([wanted]);
  expect([answer.status, itemCode(answer, 'a')]).toEqual([200, code]);
});

test('a 401 rejects everything (quickbooks.md §5)', async () => {
  await rig.admin('POST', 'expire-access-tokens', {});
  expect((await send(many(3))).status).toBe(401);
  expect(await rig.admin('GET', 'writes')).toMatchObject({ writes: '0' });
});

describe('requestid of a batch (quickbooks.md §4)', () => {
  test('36 characters, and bIds of 10', async () => {
    for (const [items, requestid] of [
      [[customer('a', 'A')], 'r'.repeat(37)],
      [[customer('b'.repeat(11), 'A')], 'r'],
    ] as const) {
      const answer = await send([...items], `?requestid=${requestid}`);
      expect([answer.status, codes(answer)]).toEqual([400, ['2130']]);
    }
    expect((await send([customer('b'.repeat(11), 'A')])).status).toBe(200);
    expect((await send([customer('b'.repeat(10), 'B')], `?requestid=${'r'.repeat(36)}`)).status).toBe(200);
  });

  const pay = (bId: string, amount = 10) => ({
    bId,
    operation: 'create',
    Payment: { TotalAmt: amount, CustomerRef: { value: '1' } },
  });
  const bad = (bId: string) => pay(bId, -1);
  const id = (answer: Answer, bId: string) => at(item(answer, bId), 'Payment', 'Id');

  test('honour: the pair (requestid, bId) is answered as before, other bIds are new work, refusals are tried again', async () => {
    const first = await send([pay('a'), pay('b'), bad('c')], '?requestid=r1');
    rig.now += 5_000;
    const again = await send([pay('a', 99), pay('b'), pay('c'), pay('d')], '?requestid=r1');
    expect([item(again, 'a'), item(again, 'b')]).toEqual([item(first, 'a'), item(first, 'b')]);
    expect([itemCode(first, 'c'), itemCode(again, 'c')]).toEqual(['2140', undefined]);
    expect(new Set(['a', 'b', 'c', 'd'].map((bId) => id(again, bId))).size).toBe(4);
    expect(await count('Payment')).toBe(4);
  });

  test('the same requestid by itself is no pair', async () => {
    await rig.call('POST', 'payment?requestid=r1', { TotalAmt: 1, CustomerRef: { value: '1' } });
    await send([pay('a')], '?requestid=r1');
    expect(await count('Payment')).toBe(2);
  });

  test('ignore: everything is done again', async () => {
    await mode('ignore');
    await send([pay('a')], '?requestid=r1');
    await send([pay('a')], '?requestid=r1');
    expect(await count('Payment')).toBe(2);
  });

  test('forget-after-1h', async () => {
    await mode('forget-after-1h');
    await rig.admin('POST', 'settings', { accessTokenLifeS: 100_000 });
    await rig.refresh();
    await send([pay('a')], '?requestid=r1');
    rig.now += 3_599_999;
    await send([pay('a')], '?requestid=r1');
    expect(await count('Payment')).toBe(1);
    rig.now += 1;
    await send([pay('a')], '?requestid=r1');
    expect(await count('Payment')).toBe(2);
  });

  test('replay-first-error: the refusal of a pair stays, that of another one is its own', async () => {
    await mode('replay-first-error');
    await send([bad('a')], '?requestid=r1');
    const again = await send([pay('a'), pay('b')], '?requestid=r1');
    expect([itemCode(again, 'a'), itemCode(again, 'b')]).toEqual(['2140', undefined]);
  });

  test('kept over a restart', async () => {
    const first = await send([pay('a')], '?requestid=r1');
    await rig.restart();
    expect(item(await send([pay('a')], '?requestid=r1'), 'a')).toEqual(item(first, 'a'));
    expect(await count('Payment')).toBe(1);
  });
});

describe('disturbed', () => {
  const disturb = (what: object) => rig.admin('POST', 'disturbances', what);

  test('a fault hits one item, not the batch', async () => {
    await disturb({ kind: 'fault', code: '6140', entity: 'Customer', contains: 'Second', times: 1 });
    const answer = await send([customer('a', 'First'), customer('b', 'Second')]);
    expect([answer.status, itemCode(answer, 'a'), itemCode(answer, 'b')]).toEqual([200, undefined, '6140']);
  });

  test('commit-then-drop after some of its items', async () => {
    await disturb({ kind: 'commit-then-drop', entity: 'batch', items: 2, times: 1 });
    await expect(send(many(5))).rejects.toThrow();
    expect(await rig.admin('GET', 'writes')).toMatchObject({ writes: '2' });
  });

  test('a transport fault for a resource hits a batch that holds one', async () => {
    await disturb({ kind: 'http-502', entity: 'Customer', times: 1 });
    expect((await send(many(2))).status).toBe(502);
  });
});

test('the journal tells which items of two batches overlapped', async () => {
  await rig.admin('POST', 'settings', { latencyMs: 40 });
  const edit = { bId: 'a', operation: 'update', Customer: { Id: '1', SyncToken: '0', sparse: true, Notes: 'x' } };
  await Promise.all([send([edit, customer('b', 'B')]), send([edit, customer('b', 'C')])]);
  const writes = at(await rig.admin('GET', 'journal?entity=Customer'), 'writes') as TextObject[];
  expect(writes.find((write) => write['operation'] === 'update')).toMatchObject({ overlapping: '1', inFlight: '3' });
});
