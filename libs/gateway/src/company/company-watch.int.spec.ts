import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import type { Outcome } from '@qbo-sync/qbo/classify';
import type { QboClient } from '@qbo-sync/qbo/client';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { Permits } from '../calling/permits';
import { Quickbooks } from '../calling/quickbooks';
import { GATEWAY_MIGRATIONS } from '../migrations';
import { selectCompany } from '../sql/companies';
import type { Tokens } from '../tokens/tokens';
import { CompanyWatch } from './company-watch';

jest.setTimeout(60_000);

const TENANT = 'acme';
const START = Date.parse('2026-11-20T16:00:00Z');
const SECOND = 1_000;
const FINE: Outcome = { is: 'ok', body: {} };
const DOWN: Outcome = { is: 'unsent', why: 'ECONNREFUSED' };
const THROTTLED: Outcome = { is: 'fault', fault: { class: 'throttle', code: '3001', status: 429, detail: '' } };

describe('two gateways that watch one company', () => {
  let database: TestDatabase;
  let nowMs = START;
  const clock = (): Date => new Date(nowMs);
  const gateway = (): CompanyWatch => new CompanyWatch(database.pool, clock, () => undefined);
  const noted = async () => {
    const company = await selectCompany(database.pool, TENANT);
    return { trouble: company?.trouble, retryAt: company?.retryAt?.getTime() };
  };

  beforeEach(async () => {
    nowMs = START;
    database = await testDatabase({ name: 'watch', migrations: [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS] });
    await database.pool.query(
      `insert into company (tenant, books, realm_hmacs, realm_sealed, state, first_connected_at)
       values ($1, 'bk', '{}', '', 'connected', $2)`,
      [TENANT, clock()],
    );
  });
  afterEach(() => database.drop());

  it('one that is answered does not end the pause the other was asked for', async () => {
    const [one, other] = [gateway(), gateway()];
    await other.observe(TENANT, 'read', DOWN, nowMs);
    nowMs += SECOND;
    await one.observe(TENANT, 'write', THROTTLED, nowMs);
    const pause = { trouble: 'rate_limit', retryAt: nowMs + 60 * SECOND };
    expect(await noted()).toEqual(pause);
    nowMs += SECOND;
    await other.observe(TENANT, 'read', FINE, nowMs);
    expect(await noted()).toEqual(pause);
    nowMs = pause.retryAt;
    await other.observe(TENANT, 'read', FINE, nowMs);
    expect(await noted()).toMatchObject({ trouble: null });
  });

  it('one that is not answered does not shorten it', async () => {
    const [one, other] = [gateway(), gateway()];
    await other.observe(TENANT, 'read', FINE, nowMs);
    await one.observe(TENANT, 'write', THROTTLED, nowMs);
    const pause = await noted();
    nowMs += SECOND;
    await other.observe(TENANT, 'read', DOWN, nowMs);
    expect(await noted()).toEqual(pause);
  });

  it('a success begun before the other noted a trouble proves no recovery', async () => {
    const [one, other] = [gateway(), gateway()];
    await other.observe(TENANT, 'read', DOWN, nowMs);
    await one.observe(TENANT, 'read', FINE, nowMs);
    nowMs += SECOND;
    const begun = nowMs;
    nowMs += SECOND;
    await one.observe(TENANT, 'read', DOWN, nowMs);
    await other.observe(TENANT, 'read', FINE, begun);
    expect(await noted()).toMatchObject({ trouble: 'qbo_down' });
  });

  it('a read of the other waits for the end of the pause too', async () => {
    await gateway().observe(TENANT, 'write', THROTTLED, nowMs);
    let sent = 0;
    const client = {
      send: () => {
        sent += 1;
        return Promise.resolve({ reply: 'answered', status: 200, body: '{}' });
      },
    } as unknown as QboClient;
    const tokens = {
      access: () => Promise.resolve({ is: 'token', books: 'bk', realmId: '1', token: 't', version: 1 }),
    };
    const permits = new Permits(undefined, () => nowMs);
    const quickbooks = new Quickbooks(client, tokens as unknown as Tokens, permits, gateway());
    const read = quickbooks.call({ tenant: TENANT, books: 'bk' }, { method: 'GET', path: 'query' });
    await until(() => permits.isClosed('bk'), { what: 'the pause to be known' });
    expect(sent).toBe(0);
    nowMs += 60 * SECOND;
    permits.open('bk');
    expect((await read).is).toBe('ok');
    permits.stop();
  });
});
