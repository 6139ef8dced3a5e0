import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { standingOf } from '@qbo-sync/gateway/company/standing';
import { REALM_LIMITS } from '@qbo-sync/qbo/limiter';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { customerPut, journalFile } from '../spec-rig';
import { MIGRATIONS, storyRig, type StoryRig } from './story-rig';

jest.setTimeout(60_000);

describe('what is said of a company and its queue', () => {
  let rig: StoryRig;
  let books: string;

  beforeEach(async () => {
    const database = await testDatabase({ name: 'standing', migrations: MIGRATIONS });
    const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
    rig = storyRig({ database, emulator, until });
    const ended = await connect();
    if (ended.is !== 'connected') throw new Error(ended.is);
    ({ books } = ended);
    await rig.settings(1, { books });
  });
  afterEach(() => rig.close());

  const connect = async () => {
    await rig.admin('POST', 'next-company', { company: 'us-auto' });
    return rig.connect();
  };
  const customer = (id: string) => customerPut(rig.tenant, books, id, 1, { DisplayName: `Customer ${id}` });
  const fault = (code: string) =>
    rig.admin('POST', 'disturbances', { kind: 'fault', code, status: 400, method: 'POST', detail: `said of ${code}` });
  const lanes = async (): Promise<Record<string, QboRequest['lane']>> => {
    const { rows } = await rig.db.query<{ ref: string; lane: QboRequest['lane'] }>(`select ref, lane from pending`);
    return Object.fromEntries(rows.map(({ ref, lane }) => [ref, lane]));
  };
  const conditions = async () =>
    (await rig.said())
      .filter(({ value }) => value['kind'] === 'company')
      .map(({ value }) => value as { condition: string; connection: { state: string; why?: string } });

  it.each([
    ['120', 'reconnect', 'permission', 'reconnect'],
    ['3100', 'reconnect', 'access_removed', 'reconnect'],
    ['5020', 'connected', 'not_allowed', 'ok'],
  ])('%s: the connection says what it means, until somebody connects again', async (code, state, why, condition) => {
    await rig.dispatch();
    await fault(code);
    await rig.take(customer('c1'));
    await until(async () => (await rig.connections.connection(rig.tenant)).why !== undefined, { what: code });
    expect(await rig.connections.connection(rig.tenant)).toMatchObject({ state, why });
    expect((await conditions()).at(-1)).toMatchObject({ condition, connection: { state, why } });
    await connect();
    expect(await rig.connections.connection(rig.tenant)).not.toHaveProperty('why');
  });

  it('what waited through a pause is a backlog in its order; what comes after it is live', async () => {
    await rig.settings(2, { books, active: false });
    await rig.take(customer('c1'), customer('c2'));
    await rig.settings(3, { books });
    await rig.take(customer('c3'));
    expect(await lanes()).toEqual({ 'customer:c1': 'backlog', 'customer:c2': 'backlog', 'customer:c3': 'live' });
    // An update of a record in the backlog is live traffic.
    await rig.take({ ...customer('c2'), revision: 2 });
    expect(await lanes()).toMatchObject({ 'customer:c1': 'backlog', 'customer:c2': 'live' });
  });

  it('how long the queue takes is not judged by what has waited for another record for days', async () => {
    // Two writes in the last 40 s: little was there to send.
    await rig.db.query(
      `insert into attempt (tenant, books, ref, revision, number, epoch, kind, path, query, requestid, bytes, fields,
                            sent_at, last_sent_at, sends, closed_at, outcome)
       select $1, $2, 'customer:old' || ago, 1, 1, 1, 'create', 'customer', '{}', 'r' || ago, '{}', '{}',
              now() - ago * interval '1 second', now() - ago * interval '1 second', 1,
              now() - ago * interval '1 second', 'synced'
         from unnest(array[40, 1]) as ago`,
      [rig.tenant, books],
    );
    const insert = (prefix: string, rows: number, since: string, waitsOn: string | null, said: string | null) =>
      rig.db.query(
        `insert into pending (tenant, ref, shard, revision, books, kind, last, lane, refs, waits_on, said, since)
         select $1, $2 || n, 1, 1, $3, 'put', false, 'live', '{}', $4, $5, now() - $6::interval
           from generate_series(1, $7) as n`,
        [rig.tenant, prefix, books, waitsOn, said, since, rows],
      );
    const drained = async () => (await standingOf(rig.db, rig.tenant, REALM_LIMITS, new Date()))?.drain ?? null;
    await insert('payment:lost', 1, '3 days', 'invoice:lost', 'orphan/invoice:lost');
    expect(await drained()).toBeNull();
    await insert('payment:held', 1, '2 days', 'invoice:held', 'parent/invoice:held/');
    await insert('customer:new', 200, '1 second', null, null);
    expect((await drained())?.etaSeconds).toBeLessThan(30);
  });

  it('so is what waited for a connection', async () => {
    await rig.connections.disconnect(rig.tenant);
    await rig.take(customer('c1'));
    await connect();
    expect(await lanes()).toEqual({ 'customer:c1': 'backlog' });
  });

  it.each([
    ['so is what waited through an outage', '4 hours', expect.any(Number)],
    ['not what waited through a hiccup', '2 seconds', null],
  ])('%s', async (_what, lasted, reopenedWith) => {
    await rig.dispatch();
    await rig.db.query(
      `update company set trouble = 'qbo_down', trouble_since = now() - $1::interval, failures = 9,
                          retry_at = now() + interval '1 hour'`,
      [lasted],
    );
    await rig.take(customer('c1'), customer('c2'));
    const { rows } = await rig.db.query<{ n: string }>(`select count(*) as n from pending`);
    expect(rows[0]?.n).toBe('2');
    await rig.db.query(`update company set retry_at = now()`);
    rig.wake();
    await until(async () => (await rig.answers()).length === 2, { timeoutMs: 15_000, what: 'both sent' });
    const company = await rig.db.query(`select reopened_with, trouble from company`);
    expect(company.rows).toEqual([{ reopened_with: reopenedWith, trouble: null }]);
  });
});
