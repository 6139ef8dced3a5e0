import { CALLBACK, Rig } from './spec-rig';

const DAY_MS = 86_400_000;
let rig: Rig;
beforeEach(async () => {
  rig = await Rig.open();
});
afterEach(() => rig.close());

const refresh = (token: string) => rig.token({ grant_type: 'refresh_token', refresh_token: token });

describe('authorize (quickbooks.md §2.2)', () => {
  test.each([
    ['another client id', { client_id: 'other' }],
    ['no state', { state: '' }],
    ['a response type that is not code', { response_type: 'token' }],
    ['an address that is not registered', { redirect_uri: 'http://elsewhere.example/cb' }],
  ])('%s is refused without a redirect', async (_what, changes) => {
    expect((await rig.authorize(changes)).status).toBe(400);
  });

  test('a wrong scope goes back to the app as invalid_scope', async () => {
    const answer = await rig.authorize({ scope: 'openid' });
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_scope');
  });

  test('the n-th authorize connects the n-th company, state and all', async () => {
    const realms: (string | null)[] = [];
    for (const state of ['one', 'two']) {
      const target = new URL((await rig.authorize({ state })).headers.get('location') ?? '');
      expect(target.href.startsWith(CALLBACK)).toBe(true);
      expect(target.searchParams.get('state')).toBe(state);
      realms.push(target.searchParams.get('realmId'));
    }
    const { companies } = await rig.admin('GET', 'status');
    const known = (companies as { realmId: string }[]).map((company) => company.realmId);
    expect(realms).toEqual(known.slice(0, 2));
    expect(new Set(realms).size).toBe(2);
  });
});

describe('tokens (quickbooks.md §2.3–§2.6)', () => {
  test('a code works once', async () => {
    const callback = new URL((await rig.authorize()).headers.get('location') ?? '');
    const form = {
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: CALLBACK,
    };
    const first = await rig.token(form);
    expect(first.json).toMatchObject({
      token_type: 'bearer',
      expires_in: '3600',
      x_refresh_token_expires_in: '8726400',
    });
    const second = await rig.token(form);
    expect([second.status, second.json['error']]).toEqual([400, 'invalid_grant']);
  });

  test('a wrong secret is invalid_client and consumes nothing', async () => {
    const wrong = await rig.token({ grant_type: 'refresh_token', refresh_token: rig.tokens.refresh }, 'Basic eDp5');
    expect([wrong.status, wrong.json['error']]).toEqual([401, 'invalid_client']);
    expect((await refresh(rig.tokens.refresh)).status).toBe(200);
  });

  test('the value changes at the first refresh after 24 h, and the old one dies 24 h later', async () => {
    rig.now += DAY_MS - 1000;
    expect((await refresh(rig.tokens.refresh)).json['refresh_token']).toBe(rig.tokens.refresh);
    rig.now += 1000;
    const renewed = String((await refresh(rig.tokens.refresh)).json['refresh_token']);
    expect(renewed).not.toBe(rig.tokens.refresh);
    rig.now += DAY_MS - 1000;
    expect((await refresh(rig.tokens.refresh)).json['refresh_token']).toBe(renewed);
    rig.now += 1000;
    expect((await refresh(rig.tokens.refresh)).json).toEqual({ error: 'invalid_grant' });
    expect((await refresh(renewed)).status).toBe(200);
  });

  test('rotateAlways changes it every time', async () => {
    await rig.admin('POST', 'settings', { rotateAlways: true, previousTokenLifeMs: 0 });
    const renewed = String((await refresh(rig.tokens.refresh)).json['refresh_token']);
    expect(renewed).not.toBe(rig.tokens.refresh);
    expect((await refresh(rig.tokens.refresh)).status).toBe(400);
  });

  test('of two refreshes at the same time one loses', async () => {
    await rig.admin('POST', 'settings', { latencyMs: { from: 40, to: 40 } });
    const answers = await Promise.all([refresh(rig.tokens.refresh), refresh(rig.tokens.refresh)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400]);
  });

  test('an access token ends after its time, and the gateway says 401/3200', async () => {
    rig.now += 3_600_000;
    const answer = await rig.call('GET', 'preferences');
    expect([answer.status, JSON.parse(answer.text).fault.error[0].code, JSON.parse(answer.text).fault.type]).toEqual([
      401,
      '3200',
      'AUTHENTICATION',
    ]);
  });

  test('revoking ends the whole grant; a second time is 400', async () => {
    const revoke = () =>
      fetch(rig.quickbooks.revokeUrl, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from('sandbox-client:sandbox-secret').toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ token: rig.tokens.refresh }),
      });
    expect((await revoke()).status).toBe(200);
    expect((await rig.call('GET', 'preferences')).status).toBe(401);
    expect((await refresh(rig.tokens.refresh)).json).toEqual({ error: 'invalid_grant' });
    expect((await revoke()).status).toBe(400);
  });
});
