import type {
  CompanyActivity,
  RecordActivity,
  RedecideActivity,
  ReplayActivity,
} from '@qbo-sync/contracts/sync/activity';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { OPERATOR, at, openRig, type Rig } from '../console-rig';

jest.setTimeout(90_000);

describe('operations, and a backlog that goes down', () => {
  let database: TestDatabase;
  let rig: Rig;

  beforeAll(async () => {
    database = await testDatabase({ name: 'console operations', migrations: [] });
    rig = await openRig({ databaseUrl: database.url, brokers: testBrokers() });
  });
  afterAll(async () => {
    await rig?.close();
    await database?.drop();
  });

  const operator = { bearer: OPERATOR };
  const told = (second: number, part: Partial<ReplayActivity>): ReplayActivity => ({
    ...{ kind: 'operation', tenant: rig.tenant, at: at(second), operation: 'replay', by: 'dana', dryRun: true },
    ...{ commandId: `replay-${rig.tenant}`, service: 'invoices', state: 'running' },
    ...{ topic: 'runacall.invoices.v1', from: at(0), to: at(50) },
    progress: { read: 0, of: 40, matched: 0, new: 0, known: 0, parked: 0, changed: 0 },
    ...part,
  });

  it('a replay shows its progress in each service, and what a dry run would change', async () => {
    const would = (ref: string) => ({ tenant: rig.tenant, ref, events: ['Changed', 'PushRequested'] });
    const done = { read: 40, of: 40, matched: 40, new: 2, known: 38, parked: 0, changed: 2 };
    await rig.say(
      told(1, { wouldChange: [would('invoice:inv_1')] }),
      told(2, { state: 'done', progress: done, wouldChange: [would('invoice:inv_2')] }),
      told(1, { service: 'payments', state: 'failed', why: 'the log begins later' }),
    );
    const url = `/api/v1/operations/replays/replay-${rig.tenant}`;
    const items = await until(
      async () => {
        const { status, body } = await rig.call('GET', url, undefined, operator);
        const all = status === 200 ? (body.items as unknown as Record<string, unknown>[]) : [];
        return all.length === 2 && all[0]?.['state'] === 'done' ? all : undefined;
      },
      { timeoutMs: 40_000, what: 'the replay done in one service and failed in another' },
    );
    expect(items).toMatchObject([
      { service: 'invoices', state: 'done', dryRun: true, progress: done, wouldChangeCount: 2 },
      { service: 'payments', state: 'failed', why: 'the log begins later', wouldChangeCount: 0 },
    ]);
    expect(items[0]?.['wouldChange']).toEqual([would('invoice:inv_1'), would('invoice:inv_2')]);
    const { body } = await rig.call('GET', '/api/v1/operations/replays', undefined, operator);
    const shown = body.items as unknown as Record<string, unknown>[];
    const list = shown.filter(({ commandId }) => commandId === `replay-${rig.tenant}`);
    expect(list).toHaveLength(2);
    expect(list[0]).not.toHaveProperty('wouldChange');
    expect((await rig.call('GET', '/api/v1/operations/replays/none', undefined, operator)).status).toBe(404);
  });

  it('a redecision shows how far it is; what is not of its shape is not shown', async () => {
    const redecision: RedecideActivity = {
      ...{ kind: 'operation', tenant: rig.tenant, at: at(3), operation: 'redecide', by: 'dana', entity: 'item' },
      ...{ commandId: `redecide-${rig.tenant}`, service: 'items', state: 'running' },
      progress: { read: 500, of: 1_200, changed: 7 },
    };
    const { progress: _none, ...broken } = redecision;
    const { commandId } = redecision;
    const brokenId = `broken-${rig.tenant}`;
    await rig.say({ ...broken, commandId: brokenId } as RedecideActivity, redecision);
    const items = await until(
      async () => {
        const { body } = await rig.call('GET', '/api/v1/operations/redecisions', undefined, operator);
        const all = body.items as unknown as Record<string, unknown>[];
        // Other companies' are on the topic too.
        const ours = all.filter((one) => [commandId, brokenId].includes(String(one['commandId'])));
        return ours.length > 0 ? ours : undefined;
      },
      { timeoutMs: 40_000, what: 'the redecision' },
    );
    expect(items).toMatchObject([
      { operation: 'redecide', service: 'items', entity: 'item', progress: { read: 500, of: 1_200, changed: 7 } },
    ]);
    const one = await rig.call('GET', `/api/v1/operations/redecisions/${commandId}`, undefined, operator);
    expect(one.body.items).toMatchObject(items);
    expect((await rig.call('GET', `/api/v1/operations/replays/${brokenId}`, undefined, operator)).status).toBe(404);
  });

  it('how things stand for all companies; for operators alone', async () => {
    const { body } = await rig.call('GET', '/api/v1/operations/companies', undefined, operator);
    expect(body.items).toMatchObject([{ tenant: 'acme', catchingUp: { done: 30, total: 40 }, readsThisMonth: 7 }]);
    for (const path of ['companies', 'replays', 'replays/x', 'redecisions']) {
      expect((await rig.call('GET', `/api/v1/operations/${path}`)).status).toBe(404);
    }
  });

  it('a backlog that goes down: how far, how fast, how long', async () => {
    const waiting: RecordActivity = {
      ...{ kind: 'record', tenant: rig.tenant, ref: 'invoice:inv_1', revision: 1, attempt: 0, stage: 1, at: at(6) },
      ...{ state: 'waiting', events: [], entity: 'invoice', change: 'sent' },
    };
    const company: CompanyActivity = {
      ...{ kind: 'company', tenant: rig.tenant, at: at(5), condition: 'ok', since: at(5), books: 'books-1' },
      connection: { state: 'connected' },
    };
    await rig.say(waiting, company);
    const summary = await until(
      async () => {
        const body = (await rig.call('GET', `${rig.path}/summary`)).body as unknown as {
          headline: { code: string };
          waiting: number;
        };
        // The two are told on partitions of their own: either may come first.
        return body.headline.code === 'not_active' && body.waiting > 0 ? body : undefined;
      },
      { timeoutMs: 40_000, what: 'a company that is not active, with one waiting' },
    );
    expect(summary).toMatchObject({ drain: { done: 30, total: 40, perMinute: 160, etaSeconds: 240 } });
  });

  it('the connection says what QuickBooks said of the person', async () => {
    expect((await rig.call('GET', `${rig.path}/connection`)).body).toMatchObject({
      why: { code: 'not_allowed', text: expect.stringContaining('QuickBooks refused a change') },
    });
  });
});
