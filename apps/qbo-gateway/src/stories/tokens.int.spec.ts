import { createHmac, randomBytes } from 'node:crypto';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { Connections } from '@qbo-sync/gateway/company/connections';
import { Webhooks } from '@qbo-sync/gateway/feed/webhooks';
import { insertRevocation } from '@qbo-sync/gateway/sql/revocations';
import { resealAll } from '@qbo-sync/gateway/tokens/resealing';
import { Revoking } from '@qbo-sync/gateway/tokens/revoking';
import { Tokens } from '@qbo-sync/gateway/tokens/tokens';
import { Vault, type KeyRing } from '@qbo-sync/gateway/tokens/vault';
import { QboClient } from '@qbo-sync/qbo/client';
import { IntuitOAuth } from '@qbo-sync/qbo/oauth';
import { journalFile, newTenant } from '../spec-rig';
import { intuitProxy, type IntuitProxy } from './intuit-proxy';
import { MIGRATIONS } from './story-rig';

jest.setTimeout(60_000);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const INTUIT_TAKES_MS = 200;

type Running<F extends (...args: never[]) => unknown> = Awaited<ReturnType<F>>;

describe('tokens', () => {
  let database: Running<typeof testDatabase>;
  let emulator: Running<typeof startQuickBooks>;
  let proxy: IntuitProxy;
  let revokes: IntuitProxy;
  let oauth: IntuitOAuth;
  let client: QboClient;
  let connections: Connections;
  let tokens: Tokens;
  let alarms: string[];
  let now: number;
  const key = () => randomBytes(32);
  const k1 = key();
  const vault = new Vault({ current: 'k1', keys: new Map([['k1', k1]]) });
  const tenant = newTenant();

  beforeEach(async () => {
    database = await testDatabase({ name: 'tokens', migrations: MIGRATIONS });
    now = Date.now();
    emulator = await startQuickBooks({ port: 0, journalFile: journalFile(), now: () => now });
    proxy = await intuitProxy(emulator.tokenUrl, INTUIT_TAKES_MS);
    revokes = await intuitProxy(emulator.revokeUrl);
    oauth = new IntuitOAuth({
      clientId: 'sandbox-client',
      clientSecret: 'sandbox-secret',
      redirectUri: 'http://127.0.0.1:1/oauth/callback',
      authorizeUrl: emulator.authorizeUrl,
      tokenUrl: proxy.url,
      revokeUrl: revokes.url,
    });
    client = new QboClient(emulator.url);
    const clock = () => new Date(now);
    alarms = [];
    const db = database.pool;
    connections = new Connections({ db, vault, oauth, client, clock });
    tokens = new Tokens(db, vault, oauth, clock, { onAlarm: (_tenant, alarm) => alarms.push(alarm) });
    await connect();
  });
  afterEach(async () => {
    await revokes.close();
    await proxy.close();
    await emulator.close();
    await client.close();
    await database.drop();
  });

  const connect = async (): Promise<void> => {
    const redirected = await fetch(await connections.begin(tenant), { redirect: 'manual' });
    const query = new URL(redirected.headers.get('location') ?? '').searchParams;
    expect((await connections.finish(Object.fromEntries(query))).is).toBe('connected');
  };
  const state = async () => (await connections.connection(tenant)).state;
  const admin = (path: string, body: object) =>
    fetch(`${emulator.adminUrl}/${path}`, { method: 'POST', body: JSON.stringify(body) });
  const works = async (): Promise<boolean> => {
    const access = await tokens.access(tenant);
    if (access.is !== 'token') return false;
    const { realmId, token: accessToken } = access;
    const reply = await client.send({ realmId, accessToken, method: 'GET', path: `companyinfo/${realmId}` });
    return reply.reply === 'answered' && reply.status === 200;
  };

  it('outlives the loss of the connection that holds its lock while Intuit is asked', async () => {
    now += 50 * MINUTE;
    const access = tokens.access(tenant);
    await until(() => proxy.refreshes.length === 1, { what: 'Intuit to be asked' });
    const { rowCount } = await database.pool.query(
      `select pg_terminate_backend(pid) from pg_locks l join pg_database d on d.oid = l.database
        where l.locktype = 'advisory' and d.datname = current_database()`,
    );
    expect(rowCount).toBe(1);
    expect((await access).is).toBe('token');
    expect(await works()).toBe(true);
  });

  it('ten minutes of false invalid_grant in stepped time: suspect, spaced tries, no reconnect, and it goes on', async () => {
    now += 50 * MINUTE;
    proxy.mode = 'invalid_grant';
    const seen: string[] = [];
    for (let minute = 0; minute < 10; minute += 1) {
      seen.push((await tokens.access(tenant)).is);
      expect(await state()).toBe('suspect');
      now += MINUTE;
    }
    // The old token was good to the end of its hour, so nothing waited at all.
    expect(seen).toEqual(Array(10).fill('token'));
    expect(proxy.refreshes).toHaveLength(2);
    proxy.mode = 'pass';
    now += MINUTE;
    expect(await works()).toBe(true);
    expect(await state()).toBe('connected');
    expect(proxy.refreshes).toHaveLength(3);
    expect(alarms).toEqual([]);
  });

  it('with the token over too: no token meanwhile, one try per five minutes, over only after thirty', async () => {
    now += 2 * HOUR;
    proxy.mode = 'invalid_grant';
    for (let minute = 0; minute < 30; minute += 1) {
      expect(await tokens.access(tenant)).toMatchObject({ is: 'unavailable' });
      expect(await state()).toBe('suspect');
      now += MINUTE;
    }
    expect(proxy.refreshes).toHaveLength(6);
    expect(await tokens.access(tenant)).toEqual({ is: 'reconnect' });
    expect(await state()).toBe('reconnect');
    proxy.mode = 'pass';
    await tokens.access(tenant);
    expect(proxy.refreshes).toHaveLength(7);
  });

  it('a grant that QuickBooks itself calls revoked is over at once', async () => {
    const access = await tokens.access(tenant);
    if (access.is !== 'token') throw new Error(access.is);
    await admin('disconnect', { company: access.realmId });
    expect(await tokens.access(tenant, { version: access.version, revoked: true })).toEqual({ is: 'reconnect' });
    expect(await state()).toBe('reconnect');
  });

  it('a refresh that was made and whose answer was lost: the value of before is asked again, without an alarm', async () => {
    await admin('settings', { rotateAlways: true });
    now += 50 * MINUTE;
    proxy.mode = 'lose';
    expect((await tokens.access(tenant)).is).toBe('token');
    proxy.mode = 'pass';
    now += MINUTE;
    expect(await works()).toBe(true);
    expect(alarms).toEqual([]);
    expect(proxy.refreshes).toEqual(['lose', 'pass']);
  });

  it('where the newest value is refused the one before it is tried within its 24 h', async () => {
    now += 25 * HOUR;
    expect(await works()).toBe(true);
    // As if another value than the one stored had been lost on the way.
    const sealed = vault.seal('RT1-never-made-by-anybody', { tenant, column: 'refresh' });
    await database.pool.query(`update company set refresh_sealed = $1`, [sealed]);
    now += HOUR;
    expect(await works()).toBe(true);
    expect(proxy.refreshes).toEqual(['pass', 'pass', 'pass']);
    expect(await state()).toBe('connected');
  });

  it('a value that changes before its day is over raises an alarm; one that changes after it does not', async () => {
    now += 25 * HOUR;
    expect(await works()).toBe(true);
    expect(alarms).toEqual([]);
    await admin('settings', { rotateAlways: true });
    now += HOUR;
    expect(await works()).toBe(true);
    expect(alarms).toEqual(['unexpected_rotation']);
  });

  it('the pair is committed before its use: a new keeper over the same rows goes on with it', async () => {
    now += HOUR;
    const first = await tokens.access(tenant);
    expect(first).toMatchObject({ is: 'token', version: 2 });
    const { rows } = await database.pool.query<{ access_sealed: string }>(`select access_sealed from company`);
    expect(vault.open(rows[0]?.access_sealed ?? '', { tenant, column: 'access' })).toBe(
      first.is === 'token' ? first.token : '',
    );
  });

  it('disconnecting revokes the grant at Intuit', async () => {
    const access = await tokens.access(tenant);
    await connections.disconnect(tenant);
    expect(await tokens.access(tenant)).toEqual({ is: 'reconnect' });
    if (access.is !== 'token') throw new Error(access.is);
    const { realmId, token: accessToken } = access;
    const reply = await client.send({ realmId, accessToken, method: 'GET', path: `companyinfo/${realmId}` });
    expect(reply).toMatchObject({ reply: 'answered', status: 401 });
  });

  it('where Intuit does not answer the disconnect is kept and asked for again, and the next connection outlives it', async () => {
    const access = await tokens.access(tenant);
    if (access.is !== 'token') throw new Error(access.is);
    const { realmId, token: accessToken } = access;
    const status = async () => {
      const reply = await client.send({ realmId, accessToken, method: 'GET', path: `companyinfo/${realmId}` });
      return reply.reply === 'answered' ? reply.status : reply.reply;
    };
    const left = async () => (await database.pool.query(`select from revocation`)).rowCount;
    const revoking = () => new Revoking({ db: database.pool, vault, oauth, clock: () => new Date(now) });
    revokes.mode = 'drop';
    expect(await connections.disconnect(tenant)).toMatchObject({ state: 'none' });
    expect([await status(), await left()]).toEqual([200, 1]);
    // Not before its pause is over; what was stored is enough for whoever comes next.
    revokes.mode = 'pass';
    await revoking().round();
    expect([await status(), await left()]).toEqual([200, 1]);
    now += 2 * MINUTE;
    await revoking().round();
    expect([await status(), await left()]).toEqual([401, 0]);

    await admin('next-company', { company: realmId });
    await connect();
    revokes.mode = 'drop';
    await connections.disconnect(tenant);
    revokes.mode = 'pass';
    await admin('next-company', { company: realmId });
    await connect();
    expect(await left()).toBe(0);
    now += 2 * MINUTE;
    await revoking().round();
    expect(await works()).toBe(true);
  });

  const both = (current: string, k2: Buffer): KeyRing => ({
    current,
    keys: new Map([
      ['k1', k1],
      ['k2', k2],
    ]),
  });

  it('keys rotate without a pause: a second key, then the current one, then the old one goes', async () => {
    const k2 = key();
    vault.use(both('k2', k2));
    expect(await works()).toBe(true);
    expect(await resealAll(database.pool, vault)).toBe(1);
    expect(await resealAll(database.pool, vault)).toBe(0);
    vault.use({ current: 'k2', keys: new Map([['k2', k2]]) });
    expect(await works()).toBe(true);
    now += HOUR;
    expect(await works()).toBe(true);
    // The same company is still found by the new key's hash.
    const other = newTenant();
    await admin('next-company', { company: ((await tokens.access(tenant)) as { realmId: string }).realmId });
    const redirected = await fetch(await connections.begin(other), { redirect: 'manual' });
    const query = new URL(redirected.headers.get('location') ?? '').searchParams;
    expect(await connections.finish(Object.fromEntries(query))).toEqual({ is: 'taken', tenant: other });
    vault.use({ current: 'k1', keys: new Map([['k1', k1]]) });
  });

  it('whatever is sealed outlives the old key: an offered company, a grant to be ended, a webhook body', async () => {
    await admin('next-company', { company: 'uk-vat' });
    const redirected = await fetch(await connections.begin(tenant), { redirect: 'manual' });
    const query = new URL(redirected.headers.get('location') ?? '').searchParams;
    expect(await connections.finish(Object.fromEntries(query))).toEqual({ is: 'other_company', tenant });
    const body = Buffer.from('[]');
    const webhooks = new Webhooks(
      database.pool,
      vault,
      ['verifier'],
      () => new Date(now),
      () => undefined,
    );
    await webhooks.receive(body, createHmac('sha256', 'verifier').update(body).digest('base64'));
    await inTransaction(database.pool, (client) => insertRevocation(client, tenant, new Date(now + HOUR)));

    const k2 = key();
    vault.use(both('k2', k2));
    expect(await resealAll(database.pool, vault)).toBe(4);
    expect(await resealAll(database.pool, vault)).toBe(0);
    vault.use({ current: 'k2', keys: new Map([['k2', k2]]) });
    const sealed = async (sql: string, column: string): Promise<string> => {
      const { rows } = await database.pool.query<{ place: string; sealed: string }>(sql);
      return vault.open(rows[0]?.sealed ?? '', { tenant: rows[0]?.place ?? '', column });
    };
    const kept = await sealed(`select body_hash as place, sealed from webhook_delivery`, 'webhook');
    expect(Buffer.from(kept, 'base64')).toEqual(body);
    const toEnd = `select tenant as place, refresh_sealed as sealed from revocation`;
    expect(await sealed(toEnd, 'refresh')).not.toBe('');
    const { otherCompanyName = '' } = await connections.connection(tenant);
    expect(await connections.freshStart(tenant, otherCompanyName)).toMatchObject({ is: 'started' });
    expect(await works()).toBe(true);
    vault.use({ current: 'k1', keys: new Map([['k1', k1]]) });
  });
});
