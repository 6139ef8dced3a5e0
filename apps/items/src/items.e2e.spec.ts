import { TOPICS } from '@qbo-sync/contracts/topics';
import { entityProcess } from '@qbo-sync/service/entity-service/entity-process';
import { openRig, type Rig } from '@qbo-sync/service/entity-service/spec-rig';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { ITEMS, ItemsModule } from './items.module';

jest.setTimeout(60_000);

describe('the items service', () => {
  let database: TestDatabase;
  let rig: Rig;
  beforeAll(async () => {
    database = await testDatabase({ name: 'items-e2e', migrations: [] });
    rig = await openRig({
      service: entityProcess(ITEMS, ItemsModule),
      databaseUrl: database.url,
      brokers: testBrokers(),
    });
    await rig.ready();
    await rig.send(rig.settings(1));
    await until(() => rig.activities().some(({ kind }) => kind === 'read'), { what: 'settings read' });
  });
  afterAll(async () => {
    await rig?.close();
    await database?.drop();
  });

  const requestFor = (ref: string) => until(() => rig.requests().find((one) => one.ref === ref), { what: ref });
  const untilRow = (ref: string, state: string) =>
    until(() => rig.rows().find((row) => row.ref === ref && row.state === state), { what: `${ref} ${state}` });

  it('posts a pricebook item on its income account, offers its category, and says synced', async () => {
    await rig.send(
      rig.event(TOPICS.runacallItems, {
        noun: 'item',
        change: 'created',
        subject: 'itm_1',
        sequence: 1,
        data: {
          id: 'itm_1',
          name: 'AC tune-up Canary',
          sku: 'ACT',
          kind: 'service',
          categoryId: 'cat_1',
          categoryName: 'Cooling',
          unitPrice: '7313.37',
          taxable: true,
          active: true,
          updatedAt: '2026-11-20T16:00:00Z',
        },
      }),
    );
    const request = await requestFor('item:itm_1');
    expect(request).toMatchObject({ kind: 'put', resource: 'Item' });
    const body = JSON.parse(request.body) as object;
    expect(body).toMatchObject({ IncomeAccountRef: { value: '79' } });
    await until(() => rig.activities().find((one) => one.kind === 'proposal' && 'categories' in one), {
      what: 'a proposal',
    });
    await rig.send(rig.answer(request, { Id: '11', SyncToken: '0', ...body }));
    expect(await untilRow('item:itm_1', 'synced')).toMatchObject({ quickbooks: { type: 'Item', id: '11' } });
  });

  it('story 9: the account of its category changes; it moves when a person says also existing, and no sooner', async () => {
    const mapTo = (version: number, id: string, existing: string[]) =>
      rig.settings(version, {
        values: {
          'items.categoryAccounts': [{ categoryId: 'cat_1', name: 'Cooling', account: { id, name: 'Cooling' } }],
          'items.existing': existing,
        },
      });
    const read = (version: number) =>
      until(
        () =>
          rig
            .activities()
            .some((one) => 'settingsVersion' in one && one.kind === 'read' && one.settingsVersion === version),
        {
          what: `version ${version} read`,
        },
      );
    const again = (commandId: string) => {
      const command = {
        ...{ commandId, kind: 'redecide', tenant: rig.tenant, by: 'console' },
        entity: 'item',
        closed: true,
      };
      const value = JSON.stringify({ ...command, at: '2026-11-20T16:00:00Z' });
      return rig.send({ topic: TOPICS.commands.name, key: `${rig.tenant}:item`, value });
    };
    await rig.send(mapTo(2, '82', []));
    await read(2);
    await again('not-yet');
    await rig.send(mapTo(3, '83', ['cat_1']));
    await read(3);
    await again('existing-items-3');
    const moved = await until(() => rig.requests().filter(({ ref }) => ref === 'item:itm_1')[1], { what: 'the move' });
    expect(JSON.parse(moved.body)).toMatchObject({ IncomeAccountRef: { value: '83' } });
    expect(moved).toMatchObject({ lane: 'backlog' });
  });

  it('makes a helper item when a document wants it, and shows it without an event', async () => {
    const ref = 'item:helper.discount.86';
    const push = {
      commandId: `c-${rig.tenant}`,
      kind: 'push',
      tenant: rig.tenant,
      by: 'gateway',
      at: '2026-11-20T16:00:00Z',
      ref,
    };
    const message = { topic: TOPICS.commands.name, key: `${rig.tenant}:${ref}`, value: JSON.stringify(push) };
    await rig.send(message, message);
    const request = await requestFor(ref);
    await rig.send(rig.answer(request, { Id: '12', SyncToken: '0', ...(JSON.parse(request.body) as object) }));
    expect(await untilRow(ref, 'synced')).toMatchObject({ events: [], entity: 'item' });
    expect(rig.requests().filter((one) => one.ref === ref)).toHaveLength(1);
  });

  it('drops commands and answers of other services', async () => {
    const { rows } = await database.pool.query(
      `select distinct split_part(ref, ':', 1) as entity from event where tenant = $1`,
      [rig.tenant],
    );
    expect(rows.map(({ entity }: { entity: string }) => entity).toSorted()).toEqual(['item', 'operation', 'settings']);
  });

  it('logs neither names nor amounts at debug', () => {
    expect(rig.lines.some((line) => line.includes('"msg":"took"'))).toBe(true);
    expect(rig.lines.join('')).not.toMatch(/Canary|7313/);
  });
});
