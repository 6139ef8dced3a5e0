import { createHash } from 'node:crypto';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { customerPut, journalFile, newTenant } from '../spec-rig';
import { MIGRATIONS, storyRig, type StoryRig } from './story-rig';

jest.setTimeout(60_000);

describe('connecting a company', () => {
  let rig: StoryRig;
  let tenant: string;

  beforeEach(async () => {
    const database = await testDatabase({ name: 'connections', migrations: MIGRATIONS });
    const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
    rig = storyRig({ database, emulator, until });
    ({ tenant } = rig);
  });
  afterEach(() => rig.close());

  const stateOf = async (as = tenant): Promise<string> => {
    const url = new URL(await rig.connections.begin(as));
    return url.searchParams.get('state') ?? '';
  };

  it('a state is good once, for ten minutes, and only its hash is kept', async () => {
    const state = await stateOf();
    const { rows } = await rig.db.query<{ state_hash: string; s: number }>(
      `select state_hash, extract(epoch from until - now())::float8 as s from oauth_state`,
    );
    expect(rows[0]?.state_hash).toBe(createHash('sha256').update(state).digest('base64url'));
    expect(rows[0]?.s).toBeLessThanOrEqual(600);
    expect((await rig.connections.connection(tenant)).state).toBe('connecting');
    expect(await rig.connections.finish({ state, error: 'access_denied' })).toEqual({ is: 'declined', tenant });
    expect((await rig.connections.connection(tenant)).state).toBe('declined');
    expect(await rig.connections.finish({ state, code: 'x', realmId: '1' })).toEqual({ is: 'expired' });
    const late = await stateOf();
    await rig.db.query(`update oauth_state set until = now() - interval '1 second'`);
    expect(await rig.connections.finish({ state: late, code: 'x', realmId: '1' })).toEqual({ is: 'expired' });
  });

  it('tokens and the realm id are sealed, and the company is said to be connected', async () => {
    expect((await rig.connect()).is).toBe('connected');
    const { rows } = await rig.db.query<Record<string, unknown>>(`select * from company`);
    const access = await rig.tokens.access(tenant);
    if (access.is !== 'token') throw new Error(access.is);
    for (const secret of [access.token, access.realmId]) expect(JSON.stringify(rows)).not.toContain(secret);
    expect(rows[0]?.['access_sealed']).toMatch(/^v1\.k1\./);
    const said = await rig.said();
    expect(said.at(-1)?.value).toMatchObject({ kind: 'company', condition: 'ok', connection: { state: 'connected' } });
    expect(JSON.stringify(said)).not.toContain(access.realmId);
  });

  it('a code that Intuit refuses stores nothing', async () => {
    expect(await rig.connections.finish({ state: await stateOf(), code: 'made-up', realmId: '4711' })).toEqual({
      is: 'failed',
      tenant,
    });
    expect(await rig.connections.connection(tenant)).toEqual({ books: null, state: 'none' });
  });

  it('a realm of which the new token is not is refused before anything is stored', async () => {
    const answer = await fetch(await rig.connections.begin(tenant), { redirect: 'manual' });
    const query = Object.fromEntries(new URL(answer.headers.get('location') ?? '').searchParams);
    expect((await rig.connections.finish({ ...query, realmId: '9999999999' })).is).toBe('not_admin');
    expect(await rig.connections.connection(tenant)).toEqual({ books: null, state: 'not_admin' });
  });

  it('a QuickBooks company belongs to one tenant; a tenant to one QuickBooks company', async () => {
    await rig.admin('POST', 'next-company', { company: 'us-auto' });
    expect((await rig.connect()).is).toBe('connected');
    const other = newTenant();
    await rig.admin('POST', 'next-company', { company: 'us-auto' });
    expect(await rig.connect(other)).toEqual({ is: 'taken', tenant: other });
    expect(await rig.connections.connection(other)).toEqual({ books: null, state: 'taken' });
    await rig.admin('POST', 'next-company', { company: 'uk-vat' });
    expect(await rig.connect()).toEqual({ is: 'other_company', tenant });
  });

  it('disconnecting revokes and keeps the books; the same company comes back to them', async () => {
    await rig.admin('POST', 'next-company', { company: 'us-auto' });
    const first = await rig.connect();
    const before = await rig.tokens.access(tenant);
    expect(await rig.connections.disconnect(tenant)).toMatchObject({ state: 'none' });
    if (before.is !== 'token') throw new Error(before.is);
    const refused = await fetch(`${rig.emulator.url}/v3/company/${before.realmId}/companyinfo/${before.realmId}`, {
      headers: { authorization: `Bearer ${before.token}` },
    });
    expect(refused.status).toBe(401);
    expect(await rig.tokens.access(tenant)).toEqual({ is: 'reconnect' });
    await rig.admin('POST', 'next-company', { company: 'us-auto' });
    expect(await rig.connect()).toEqual(first);
  });

  describe('tokens', () => {
    const connected = async (): Promise<string> => {
      const ended = await rig.connect();
      if (ended.is !== 'connected') throw new Error(ended.is);
      await rig.settings(1, { books: ended.books });
      await rig.dispatch();
      return ended.books;
    };
    const version = async () =>
      (await rig.db.query<{ v: string }>(`select token_version as v from company`)).rows[0]?.v;

    it('are refreshed once for all callers when three quarters of their life are over', async () => {
      await connected();
      await rig.db.query(
        `update company set issued_at = now() - interval '46 minutes', access_until = now() + interval '14 minutes'`,
      );
      const all = await Promise.all(Array.from({ length: 8 }, () => rig.tokens.access(tenant)));
      expect(new Set(all.map((access) => (access.is === 'token' ? access.token : access.is))).size).toBe(1);
      expect(await version()).toBe('2');
      await rig.tokens.access(tenant);
      expect(await version()).toBe('2');
    });

    it('an access token that QuickBooks refuses is refreshed and the same call made again', async () => {
      const books = await connected();
      await rig.admin('POST', 'expire-access-tokens', {});
      await rig.take(customerPut(tenant, books, 'c1', 1, { DisplayName: 'After Expiry' }));
      expect(await rig.answered('customer:c1', 1)).toMatchObject({ outcome: 'synced', attempt: 1 });
      expect(await version()).toBe('2');
    });

    it('a grant that is over shuts the gate until a person connects again; what waits is posted then', async () => {
      const books = await connected();
      const realm = await rig.tokens.access(tenant);
      await rig.admin('POST', 'disconnect', { company: realm.is === 'token' ? realm.realmId : '' });
      await rig.take(customerPut(tenant, books, 'c1', 1, { DisplayName: 'Waits For Connection' }));
      await until(async () => (await rig.connections.connection(tenant)).state === 'reconnect');
      const said = async (): Promise<unknown[]> => (await rig.said()).map(({ value }) => value);
      expect(await said()).toContainEqual(expect.objectContaining({ kind: 'company', condition: 'reconnect' }));
      // The row that was being sent says so too.
      await until(async () =>
        (await said()).some((value) => {
          const { state, stage, reason } = value as { state?: string; stage?: number; reason?: { code: string } };
          return state === 'waiting' && stage === 4 && reason?.code === 'reconnect';
        }),
      );
      await rig.admin('POST', 'next-company', { company: realm.is === 'token' ? realm.realmId : '' });
      expect((await rig.connect()).is).toBe('connected');
      expect(await rig.answered('customer:c1', 1)).toMatchObject({ outcome: 'synced' });
    });
  });
});
