import { at, codes, Rig } from './spec-rig';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

test('every answer carries intuit_tid (quickbooks.md §1.3)', async () => {
  for (const path of ['preferences', 'customer/99999'])
    expect((await rig.call('GET', path)).headers.get('intuit_tid')).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
});

test.each([
  ['no token', { authorization: '' }, 401, '3200'],
  ['a malformed token', { authorization: 'Bearer abc' }, 401, '3200'],
  ['an unknown token', { authorization: `Bearer ${'x'.repeat(600)}` }, 401, '3200'],
])('%s: gateway envelope (quickbooks.md §1.6)', async (_what, headers, status, code) => {
  const answer = await rig.call('GET', 'preferences', undefined, headers);
  expect([answer.status, codes(answer)]).toEqual([status, [code]]);
  expect(answer.json).toMatchObject({ warnings: null, batchItemResponse: [], cdcresponse: [] });
});

test("another company's realm is 403/3100 (quickbooks.md §1.6)", async () => {
  const answer = await fetch(`${rig.quickbooks.url}/v3/company/9130355771204418/preferences`, {
    headers: { authorization: `Bearer ${rig.tokens.access}`, accept: 'application/json' },
  });
  const body = (await answer.json()) as { fault: { error: { code: string }[] } };
  expect([answer.status, body.fault.error[0]?.code]).toEqual([403, '3100']);
});

type Refused = [
  what: string,
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
  headers: Record<string, string>,
  code: string,
  section: string,
];
test.each<Refused>([
  ['no Accept: the default is XML', 'GET', 'preferences', undefined, { accept: '*/*' }, '1050', '§1.3'],
  ['a wrong content type', 'POST', 'customer', '{"DisplayName":"A"}', { 'content-type': 'text/plain' }, '1050', '§10'],
  ['a body that is not JSON', 'POST', 'customer', '{', {}, '2010', '§10'],
  ['bytes that are not UTF-8', 'POST', 'customer', new Uint8Array([0x7b, 0xff, 0x7d]), {}, '500', '§1.3'],
  ['an unknown object', 'POST', 'frobnicate', '{}', {}, '2000', '§10'],
  ['an unknown property', 'POST', 'customer', '{"DisplayName":"A","Colour":"red"}', {}, '2010', '§10'],
  [
    'an unknown property deeper down',
    'POST',
    'customer',
    '{"DisplayName":"A","BillAddr":{"Street":"x"}}',
    {},
    '2010',
    '§10',
  ],
  ['a number where text belongs', 'POST', 'customer', '{"DisplayName":7}', {}, '2010', '§10'],
  ['a number as text', 'POST', 'payment', '{"TotalAmt":"12.00"}', {}, '2080', '§10'],
  ['a reference with a number', 'POST', 'invoice', '{"CustomerRef":{"value":1}}', {}, '2010', '§1.4'],
  ['a requestid of 51', 'POST', `customer?requestid=${'r'.repeat(51)}`, '{"DisplayName":"A"}', {}, '2130', '§4'],
  ['an Id that is no number', 'POST', 'customer', '{"Id":"abc","SyncToken":"0","sparse":true}', {}, '2030', '§10'],
  [
    'an update of what is not there',
    'POST',
    'customer',
    '{"Id":"99999","SyncToken":"0","sparse":true}',
    {},
    '610',
    '§10',
  ],
  ['an update without SyncToken', 'POST', 'customer', '{"Id":"1","sparse":true}', {}, '2020', '§9.1'],
  ['an old SyncToken', 'POST', 'customer', '{"Id":"1","SyncToken":"7","sparse":true}', {}, '5010', '§9.1'],
  ['a read of what is not there', 'GET', 'invoice/4711', undefined, {}, '610', '§10'],
  ['deleting a name-list record', 'POST', 'customer?operation=delete', '{"Id":"1","SyncToken":"0"}', {}, '500', '§9.1'],
  ['deleting an account', 'POST', 'account?operation=delete', '{"Id":"1","SyncToken":"0"}', {}, '500', '§9.10'],
  [
    'voiding a payment by operation=void',
    'POST',
    'payment?operation=void',
    '{"Id":"1","SyncToken":"0"}',
    {},
    '500',
    '§9.2',
  ],
])('%s', async (_what, method, path, body, headers, code, _section) => {
  const answer = await rig.call(method, path, body, headers);
  expect([answer.status, codes(answer)]).toEqual([400, [code]]);
  expect(at(answer.json, 'Fault', 'type')).toBe('ValidationFault');
});

test('several errors come in one fault (quickbooks.md §1.5)', async () => {
  const answer = await rig.call('POST', 'customer', {
    DisplayName: 'x'.repeat(501),
    GivenName: 'y'.repeat(101),
    Colour: 'red',
  });
  expect(codes(answer)).toEqual(['2050', '2050', '2010']);
  expect(at(answer.json, 'Fault', 'Error', 0, 'Detail')).toContain('Min:0 Max:500 supported. Supplied length:501');
});

test('the stale object text is the documented one (quickbooks.md §5)', async () => {
  const answer = await rig.call('POST', 'customer', { Id: '1', SyncToken: '9', sparse: true });
  expect(at(answer.json, 'Fault', 'Error', 0)).toMatchObject({
    Message: 'Stale Object Error',
    Detail:
      'Stale Object Error : You and root were working on this at the same time. root finished before you did, so your work was not saved.',
  });
});

test('a wrong address is 404 (quickbooks.md §10)', async () => {
  expect((await fetch(`${rig.quickbooks.url}/v4/nothing`)).status).toBe(404);
});

test('an ended subscription reads but does not write (quickbooks.md §11.31)', async () => {
  await rig.admin('POST', 'switches', { company: 'us-auto', subscriptionEnded: true });
  expect(codes(await rig.call('POST', 'customer', { DisplayName: 'Late' }))).toEqual(['6190']);
  expect((await rig.call('GET', 'preferences')).status).toBe(200);
  await rig.admin('POST', 'switches', { company: 'us-auto', subscriptionEnded: false });
});
