import { createPool } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { Permits } from '@qbo-sync/gateway/calling/permits';
import { Quickbooks } from '@qbo-sync/gateway/calling/quickbooks';
import { CompanyWatch } from '@qbo-sync/gateway/company/company-watch';
import { takeRequests } from '@qbo-sync/gateway/intake';
import { Dispatcher } from '@qbo-sync/gateway/scheduling/dispatcher';
import { Neighbours } from '@qbo-sync/gateway/scheduling/neighbours';
import { notify } from '@qbo-sync/gateway/sql/notices';
import { QboClient } from '@qbo-sync/qbo/client';
import { startQuickBooks } from '@qbo-sync/sandbox/quickbooks/start-quickbooks';
import { testDatabase } from '@qbo-sync/testkit/database';
import { until } from '@qbo-sync/testkit/until';
import { customerPut, journalFile } from '../spec-rig';
import { MIGRATIONS, storyRig } from './story-rig';

jest.setTimeout(60_000);

/** Nobody looks by himself while the spec runs. */
const POLL_MS = 3_600_000;

describe('two gateways over one database', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  beforeEach(async () => {
    database = await testDatabase({ name: 'neighbours', migrations: MIGRATIONS });
  });

  it('what one takes in for the other is sent at once, not when the other looks by itself', async () => {
    const emulator = await startQuickBooks({ port: 0, journalFile: journalFile() });
    const rig = storyRig({ database, emulator, until });
    const client = new QboClient(emulator.url);
    const gateway = async (owner: string) => {
      const clock = (): Date => new Date();
      const permits = new Permits();
      const watch = new CompanyWatch(rig.db, clock, () => dispatcher.wake());
      const quickbooks = new Quickbooks(client, rig.tokens, permits, watch);
      const leaseDb = createPool(database.url, {
        ...{ max: 1, applicationName: owner },
        onConnect: (connected) => neighbours.hear(connected),
      });
      const dispatcher: Dispatcher = new Dispatcher({
        ...{ db: rig.db, leaseDb, quickbooks, owner, unsureWaitMs: 1_500, pollMs: POLL_MS, leaseTickMs: 50 },
      });
      const neighbours: Neighbours = new Neighbours({
        db: rig.db,
        holds: (tenant) => dispatcher.holds(tenant),
        onTold: (tenants) => dispatcher.wake(tenants),
        onError: (error) => rig.errors.push(error),
      });
      await dispatcher.start();
      const close = async (): Promise<void> => {
        await neighbours.stop();
        await dispatcher.stop();
        permits.stop();
        await leaseDb.end();
      };
      return { dispatcher, neighbours, close };
    };
    const ended = await rig.connect();
    if (ended.is !== 'connected') throw new Error(ended.is);
    await rig.settings(1, { books: ended.books });
    const gateways = [await gateway('one'), await gateway('two')];
    const take = async (by: (typeof gateways)[number] | undefined, id: string): Promise<void> => {
      const request = customerPut(rig.tenant, ended.books, id, 1, { DisplayName: `Customer ${id}` });
      await inTransaction(rig.db, (sql) => takeRequests(sql, [{ request, text: JSON.stringify(request) }]));
      by?.dispatcher.wake([rig.tenant]);
      by?.neighbours.tell([rig.tenant]);
    };
    try {
      await until(async () => gateways.every(({ dispatcher }) => dispatcher.shardsHeld() === 32), {
        timeoutMs: 15_000,
        what: 'the shards to be shared',
      });
      const holder = gateways.find(({ dispatcher }) => dispatcher.holds(rig.tenant));
      const other = gateways.find(({ dispatcher }) => !dispatcher.holds(rig.tenant));
      // Nothing of the sharing is still to be looked at once this one is answered.
      await take(holder, 'c1');
      await rig.answered('customer:c1', 1);
      for (const id of ['c2', 'c3', 'c4']) {
        await take(other, id);
        expect(await rig.answered(`customer:${id}`, 1)).toMatchObject({ outcome: 'synced' });
      }
      expect(rig.errors).toEqual([]);
    } finally {
      for (const each of gateways) await each.close();
      await client.close();
      await rig.close();
    }
  });

  it('tells what is not held here in one notice, and everything where that holds too little', async () => {
    const heard: (readonly string[] | undefined)[] = [];
    const options = { db: database.pool, onError: (error: unknown) => expect(error).toBeUndefined() };
    const listens = new Neighbours({ ...options, holds: (t) => t !== 'a-1', onTold: (tenants) => heard.push(tenants) });
    const tells = new Neighbours({ ...options, holds: (t) => t === 'b-1', onTold: () => undefined });
    const client = await database.pool.connect();
    const next = (count: number) => until(async () => heard.length === count, { what: `notice ${count}` });
    try {
      await listens.hear(client);
      tells.tell(['b-1']);
      tells.tell(['a-1', 'b-1', 'c-1', 'c-2']);
      await next(1);
      tells.tell(['b-1']);
      tells.tell(['a-1']);
      tells.tell(['d-1']);
      tells.tell(['d-2']);
      await next(2);
      tells.tell(Array.from({ length: 1_000 }, (_, n) => `company-${n}`));
      await next(3);
      tells.tell(undefined);
      await next(4);
      expect(heard).toEqual([['c-1', 'c-2'], ['d-1', 'd-2'], undefined, undefined]);
      await tells.stop();
      tells.tell(['e-1']);
      await notify(database.pool, 'f-1');
      await next(5);
      expect(heard.at(-1)).toEqual(['f-1']);
    } finally {
      client.release(true);
      await database.drop();
    }
  });
});
