import { randomUUID } from 'node:crypto';
import type { ReplayActivity } from '@qbo-sync/contracts/sync/activity';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { entityProcess } from '@qbo-sync/service/entity-service/entity-process';
import { openRig, type Rig } from '@qbo-sync/service/entity-service/spec-rig';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { ITEMS, ItemsModule } from './items.module';

jest.setTimeout(90_000);

describe('replaying what a restore left out', () => {
  let database: TestDatabase;
  let rig: Rig;
  let from: string;
  beforeAll(async () => {
    database = await testDatabase({ name: 'items-replay', migrations: [] });
    rig = await openRig({
      service: entityProcess(ITEMS, ItemsModule),
      databaseUrl: database.url,
      brokers: testBrokers(),
    });
    await rig.ready();
    from = new Date().toISOString();
    await rig.send(rig.settings(1), ...ids.map((id) => created(id)));
    await requested(ids);
    await lose(lost);
  });
  afterAll(async () => {
    await rig?.close();
    await database?.drop();
  });

  const ids = Array.from({ length: 40 }, (_, index) => `itm_${index}`);
  const lost = ids.slice(10);
  const created = (id: string) =>
    rig.event(TOPICS.runacallItems, {
      id: `evt-${id}`,
      noun: 'item',
      change: 'created',
      subject: id,
      sequence: 1,
      data: {
        id,
        name: `Canary ${id}`,
        kind: 'service',
        unitPrice: '7313.37',
        taxable: true,
        active: true,
        updatedAt: '2026-11-20T16:00:00Z',
      },
    });
  const requestsOf = (id: string) => rig.requests().filter(({ ref }) => ref === `item:${id}`);
  const requested = (some: readonly string[]) =>
    until(() => some.every((id) => requestsOf(id).length > 0), { what: 'requests', timeoutMs: 30_000 });

  /** As a database restored to an hour ago, whose consumer group is ahead of it: nobody reads these again by itself. */
  async function lose(some: readonly string[]): Promise<void> {
    const refs = some.map((id) => `item:${id}`);
    for (const table of ['unpublished', 'payload', 'event', 'stream', 'inbox_key', 'inbox']) {
      await database.pool.query(`delete from ${table} where tenant = $1 and ref = any($2::text[])`, [rig.tenant, refs]);
    }
  }

  const operations = (commandId: string) =>
    rig
      .activities()
      .filter((one): one is ReplayActivity => one.kind === 'operation')
      .filter((one) => one.commandId === commandId);
  async function replay(change: object = {}): Promise<{ end: ReplayActivity; all: readonly ReplayActivity[] }> {
    const commandId = randomUUID();
    const at = new Date().toISOString();
    const to = new Date(Date.now() + 60_000).toISOString();
    const topic = TOPICS.runacallItems.name;
    const command = { commandId, kind: 'replay', tenant: rig.tenant, by: 'pat', at, topic, from, to, dryRun: false };
    const value = JSON.stringify({ ...command, ...change });
    const message = { topic: TOPICS.commands.name, key: `${rig.tenant}:operation:${commandId}`, value };
    // Commands come at least once, too.
    await rig.send(message, message);
    const end = await until(() => operations(commandId).find(({ state }) => state !== 'running'), {
      what: 'the end of the replay',
      timeoutMs: 30_000,
    });
    return { end, all: operations(commandId) };
  }
  const stored = async (): Promise<number> => {
    const { rows } = await database.pool.query<{ n: number }>(
      `select count(*)::int as n from event where tenant = $1 and ref = any($2::text[])`,
      [rig.tenant, lost.map((id) => `item:${id}`)],
    );
    return rows[0]?.n ?? -1;
  };

  it('story 5: a dry run says what would change, and changes nothing', async () => {
    const asked = rig.requests().length;
    const { end, all } = await replay({ dryRun: true });
    expect(end).toMatchObject({ state: 'done', dryRun: true, service: 'items', by: 'pat', tenant: rig.tenant });
    expect(end.progress).toMatchObject({ matched: 40, new: 30, known: 10, parked: 0, changed: 30 });
    expect(end.progress.read).toBe(end.progress.of);
    const named = all.flatMap(({ wouldChange }) => wouldChange ?? []);
    expect(named.map(({ ref }) => ref).toSorted()).toEqual(lost.map((id) => `item:${id}`).toSorted());
    expect(named[0]).toMatchObject({ tenant: rig.tenant, events: expect.arrayContaining(['PushRequested']) });
    expect(all[0]).toMatchObject({ state: 'running' });
    expect(await stored()).toBe(0);
    expect(rig.requests()).toHaveLength(asked);
  });

  it('story 5: takes in what was left out while live traffic goes on; a second run finds nothing new', async () => {
    const live = Array.from({ length: 20 }, (_, index) => `itm_live_${index}`);
    const untilNow = new Date().toISOString();
    const first = replay({ to: untilNow });
    await rig.send(...live.map((id) => created(id)));
    expect((await first).end.progress).toMatchObject({ matched: 40, new: 30, known: 10, parked: 0, changed: 30 });
    await requested(live);
    for (const id of lost) await until(() => requestsOf(id).length === 2, { what: `${id} asked for again` });
    expect(ids.slice(0, 10).every((id) => requestsOf(id).length === 1)).toBe(true);

    const events = await stored();
    const asked = rig.requests().length;
    const second = await replay({ to: untilNow });
    expect(second.end.progress).toMatchObject({ matched: 40, new: 0, known: 40, parked: 0, changed: 0 });
    expect(await stored()).toBe(events);
    expect(rig.requests()).toHaveLength(asked);
  });

  it('story 5: of some ids alone; of another service’s topic nothing is said', async () => {
    await lose(['itm_30', 'itm_31']);
    const { end } = await replay({ ids: ['itm_30'] });
    expect(end.progress).toMatchObject({ matched: 1, new: 1, known: 0 });
    const { rows } = await database.pool.query(`select from stream where tenant = $1 and ref = 'item:itm_31'`, [
      rig.tenant,
    ]);
    expect(rows).toHaveLength(0);
    const commandId = randomUUID();
    const at = new Date().toISOString();
    const other = { commandId, kind: 'replay', tenant: rig.tenant, by: 'pat', at, from, to: at };
    const value = JSON.stringify({ ...other, topic: TOPICS.runacallInvoices.name });
    await rig.send({ topic: TOPICS.commands.name, key: `${rig.tenant}:operation:${commandId}`, value });
    await replay();
    expect(operations(commandId)).toEqual([]);
  });

  it('story 5: decides nothing again; that is a command of its own', async () => {
    await rig.send(rig.settings(2, { values: { 'items.push': false } }));
    await rig.send(created('itm_off'));
    const rowOf = (state: string) =>
      until(() => rig.rows().find((row) => row.ref === 'item:itm_off' && row.state === state), { what: state });
    expect(await rowOf('skipped')).toMatchObject({ reason: { code: 'setting_off' } });
    await rig.send(rig.settings(3));
    const isRead = (one: object) => 'settingsVersion' in one && one.settingsVersion === 3;
    await until(() => rig.activities().some((one) => one.kind === 'read' && isRead(one)), { what: 'version 3' });
    const { end } = await replay({ ids: ['itm_off'] });
    expect(end.progress).toMatchObject({ matched: 1, new: 0, known: 1, changed: 0 });
    expect(requestsOf('itm_off')).toEqual([]);

    const at = new Date().toISOString();
    const about = { commandId: randomUUID(), tenant: rig.tenant, by: 'pat', at, refs: ['item:itm_off'] };
    const value = JSON.stringify({ ...about, kind: 'redecide' });
    await rig.send({ topic: TOPICS.commands.name, key: `${rig.tenant}:item:itm_off`, value });
    await requested(['itm_off']);
    expect((await until(() => requestsOf('itm_off')[0], { what: 'a request' })).kind).toBe('put');
  });

  it('names nobody in its log, nor in what it tells the operator', () => {
    const told = JSON.stringify(rig.activities().filter(({ kind }) => kind === 'operation'));
    expect(told).toContain('item:itm_39');
    expect(told + rig.lines.join('')).not.toMatch(/Canary|7313/);
  });
});
