import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { keepHouse } from '@qbo-sync/gateway/housekeeping';
import {
  deleteUnpublished,
  insertAnswers,
  oldestUnpublished,
  selectRecord,
  type NewAnswer,
} from '@qbo-sync/gateway/sql/answers';
import { selectRequests } from '@qbo-sync/gateway/sql/requests';
import { insertRequests, type NewRequest } from '@qbo-sync/gateway/sql/taking';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';

const ALL = [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS];
const KEPT_DAYS = 90;
const DAY_MS = 86_400_000;
const NOW = new Date();

const inDays = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);

function answer(ref: string, revision: number, at: Date): NewAnswer {
  return {
    ...{ tenant: 'acme', ref, revision, attempt: 1, books: 'bk_1', outcome: 'synced' },
    ...{ code: null, record: `{"Id":"${revision}"}`, at: at.toISOString() },
  };
}

function request(ref: string, revision: number): NewRequest {
  return {
    ...{ tenant: 'acme', ref, revision, books: 'bk_1', kind: 'put', last: false, lane: 'live', run: null },
    ...{ refs: [], message: `{"revision":${revision}}`, shard: 1, newest: true },
  };
}

describe('answers by day', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase({ name: 'housekeeping', migrations: ALL });
  });
  afterEach(() => database.drop());

  const take = (requests: readonly NewRequest[]): Promise<void> =>
    inTransaction(database.pool, (sql) => insertRequests(sql, requests));
  const tablesOf = async (): Promise<string[]> => {
    const { rows } = await database.pool.query<{ of: string }>(
      `select distinct tableoid::regclass::text as of from answer order by 1`,
    );
    return rows.map(({ of }) => of);
  };

  it('go into their day’s table, made ahead; a day that has none yet keeps its answers until it has', async () => {
    const soon = inDays(4);
    await insertAnswers(database.pool, [answer('invoice:inv_1', 1, NOW), answer('invoice:inv_2', 1, soon)]);
    expect(await tablesOf()).toEqual(['answer_before', 'answer_other']);
    const { made } = await keepHouse(database.pool, NOW, KEPT_DAYS);
    const day = `answer_${soon.toISOString().slice(0, 10).replaceAll('-', '_')}`;
    expect(made).toContain(day);
    expect(await tablesOf()).toEqual([day, 'answer_before']);
    await insertAnswers(database.pool, [answer('invoice:inv_3', 1, soon)]);
    expect(await tablesOf()).toEqual([day, 'answer_before']);
    expect(await keepHouse(database.pool, NOW, KEPT_DAYS)).toEqual({ made: [], dropped: [] });
  });

  it('go after so many days with the bodies they answered; who asked for what stays, and what waits stays whole', async () => {
    const { pool } = database;
    await keepHouse(pool, NOW, KEPT_DAYS);
    await take([request('invoice:inv_1', 1)]);
    await take([request('invoice:inv_1', 2)]);
    await take([request('invoice:inv_1', 3)]);
    const [id = ''] = await insertAnswers(pool, [answer('invoice:inv_1', 2, NOW)]);
    await pool.query(
      `insert into attempt (tenant, books, ref, revision, number, epoch, kind, path, query, requestid, bytes, fields,
                            sent_at, last_sent_at, sends, closed_at, outcome)
       values ('acme', 'bk_1', 'invoice:inv_1', 2, 1, 1, 'create', 'invoice', '{}', 'rid', 'bytes', '{}', $1, $1, 1, $2, $3),
              ('acme', 'bk_1', 'invoice:inv_2', 1, 1, 1, 'create', 'invoice', '{}', 'open', 'bytes', '{}', $1, $1, 1, null, null)`,
      [NOW, NOW, 'synced'],
    );
    const later = inDays(KEPT_DAYS + 3);
    expect((await keepHouse(pool, later, KEPT_DAYS)).dropped).toEqual([]);
    await deleteUnpublished(pool, [(await oldestUnpublished(pool, 1))[0]?.id ?? '']);
    expect((await keepHouse(pool, inDays(1), KEPT_DAYS)).dropped).toEqual([]);
    expect((await keepHouse(pool, later, KEPT_DAYS)).dropped).toContain('answer_before');
    expect(await selectRecord(pool, id)).toBeNull();
    const key = { tenant: 'acme', ref: 'invoice:inv_1' };
    const bodies = await selectRequests(
      pool,
      [1, 2, 3].map((revision) => ({ ...key, revision })),
    );
    expect(bodies).toEqual([null, null, '{"revision":3}']);
    const { rows } = await pool.query(`select requestid, bytes from attempt order by id`);
    expect(rows).toEqual([
      { requestid: 'rid', bytes: '' },
      { requestid: 'open', bytes: 'bytes' },
    ]);
    await take([request('invoice:inv_1', 1)]);
    expect((await selectRequests(pool, [{ ...key, revision: 1 }]))[0]).toBeNull();
  });

  it('are written and read by a gateway of the version before, and those it left are there', async () => {
    const before = GATEWAY_MIGRATIONS.findIndex(({ name }) => name === 'gateway/0010-answers-by-day');
    const old = await testDatabase({
      name: 'housekeeping-old',
      migrations: [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS.slice(0, before)],
    });
    const insert = async (record: string): Promise<string> => {
      const { rows } = await old.pool.query<{ id: string }>(
        `insert into answer (tenant, ref, revision, attempt, books, outcome, code, record, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
        ['acme', 'invoice:inv_1', 1, 1, 'bk_1', 'synced', null, record, NOW.toISOString()],
      );
      return rows[0]?.id ?? '';
    };
    const first = await insert('first');
    for (const { sql } of GATEWAY_MIGRATIONS.slice(before)) await old.pool.query(sql);
    const second = await insert('second');
    await keepHouse(old.pool, NOW, KEPT_DAYS);
    const third = await insert('third');
    const read = await Promise.all([first, second, third].map((id) => selectRecord(old.pool, id)));
    expect(read).toEqual(['first', 'second', 'third']);
    expect(BigInt(second)).toBeGreaterThan(BigInt(first));
    await old.drop();
  });
});
