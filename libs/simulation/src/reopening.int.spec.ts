import { EVENT_STORE_MIGRATIONS, migrate } from '@qbo-sync/eventstore/migrations';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { reopen } from '@qbo-sync/gateway/company/reopening';
import { selectCompany, upsertConnected } from '@qbo-sync/gateway/sql/companies';
import { updateRefusal } from '@qbo-sync/gateway/sql/refusals';
import { selectLeft, selectQueues } from '@qbo-sync/gateway/sql/standing';
import type { Database } from '@qbo-sync/eventstore/pool';
import { testDatabase } from '@qbo-sync/testkit/database';
import { MemoryPostgres } from './postgres/database';

const ALL = [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS];
const AT = new Date('2026-11-20T16:00:00Z');

const inMemory = async (): Promise<{ db: Database; close: () => Promise<void> }> => {
  const db = new MemoryPostgres().pool() as unknown as Database;
  await migrate(db, 'store', ALL);
  return { db, close: () => Promise.resolve() };
};
const inPostgres = async (): Promise<{ db: Database; close: () => Promise<void> }> => {
  const { pool, drop } = await testDatabase({ name: 'reopening', migrations: ALL });
  return { db: pool, close: drop };
};

describe.each([
  ['Postgres', inPostgres],
  ['memory', inMemory],
])('what waited when a company is let through again, in %s', (_where, open) => {
  it('is its backlog, counted, and what is left of it is told', async () => {
    const { db, close } = await open();
    await upsertConnected(db, {
      ...{ tenant: 'acme', books: 'b1', realmHmacs: ['h'], realmSealed: 'r', accessSealed: 'a', refreshSealed: 'f' },
      ...{ issuedAt: AT, accessUntil: AT, companyName: null },
    });
    const insert = (ref: string, lane: string, since: Date): Promise<unknown> =>
      db.query(
        `insert into pending (tenant, ref, shard, revision, books, kind, last, lane, refs, since)
         values ('acme', $1, 1, 1, 'b1', 'put', false, $2, '{}', $3)`,
        [ref, lane, since],
      );
    await insert('customer:c1', 'live', AT);
    await insert('customer:c2', 'backlog', AT);
    await reopen(db, 'acme', new Date(AT.getTime() + 1));
    await insert('customer:c3', 'live', new Date(AT.getTime() + 2));
    await updateRefusal(db, 'acme', '120', AT);
    const queues = (await selectQueues(db, 'acme')).map(({ lane, held, rows }) => `${lane} ${String(held)} ${rows}`);
    expect(queues.sort()).toEqual(['backlog false 2', 'live false 1']);
    expect(await selectCompany(db, 'acme')).toMatchObject({ reopenedWith: 2, refusal: '120' });
    expect([...(await selectLeft(db, 'acme'))]).toEqual([['acme', 2]]);
    await close();
  });
});
