import type { Database } from '@qbo-sync/eventstore/pool';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import { copyIn } from '@qbo-sync/gateway/sql/copying';
import type { RowWriter } from '@qbo-sync/gateway/sql/binary-rows';
import type { OpenStore } from './store.features';

const TABLE = `create table copied (
  name text not null primary key, many text[] not null, small smallint not null, large bigint not null,
  yes boolean not null, maybe text, place bigint generated always as identity, at timestamptz not null default now()
)`;
const COPY = `copy copied (name, many, small, large, yes, maybe) from stdin (format binary)`;
const LARGEST = Number.MAX_SAFE_INTEGER;

/** `COPY` in the binary form, over either store. */
export function copyingFeatures(open: () => Promise<OpenStore>): void {
  let store: OpenStore;
  let db: Database;
  beforeAll(async () => {
    store = await open();
    db = store.db;
    await db.query(TABLE);
  });
  afterAll(() => store.close());

  const copied = (write: (to: RowWriter) => void, text = COPY): Promise<void> =>
    inTransaction(db, (sql) => copyIn(sql, { text, write }));
  const written = (to: RowWriter, name: string, many: readonly string[] = []): void => {
    to.row(6);
    to.text(name);
    to.texts(many);
    to.smallint(-7);
    to.bigint(-LARGEST);
    to.boolean(false);
    to.text(null);
  };
  const names = async (): Promise<string[]> =>
    (await db.query<{ name: string }>(`select name from copied order by place`)).rows.map(({ name }) => name);

  it('keeps each value as it was written, what is left out by its default, rows in their order', async () => {
    await copied((to) => {
      to.row(6);
      to.text('ü "1"\n\\');
      to.texts(['a', '', '日本']);
      to.smallint(32_767);
      to.bigint(LARGEST);
      to.boolean(true);
      to.text('');
      written(to, 'a');
    });
    const { rows } = await db.query(
      `select name, many, small, large, yes, maybe, at is not null as dated from copied order by place`,
    );
    expect(rows).toEqual([
      {
        ...{ name: 'ü "1"\n\\', many: ['a', '', '日本'], small: 32_767, large: String(LARGEST), yes: true },
        ...{ maybe: '', dated: true },
      },
      { name: 'a', many: [], small: -7, large: String(-LARGEST), yes: false, maybe: null, dated: true },
    ]);
  });

  it('keeps more than one message carries', async () => {
    const many = Array.from({ length: 300 }, (_, n) => `many:${n}`);
    await copied((to) => many.forEach((name) => written(to, name, ['x'.repeat(1_000)])));
    expect((await names()).filter((name) => name.startsWith('many:'))).toEqual(many);
  });

  it.each<[string, string, (to: RowWriter) => void]>([
    ['a key that is taken', '23505', (to) => ['twice', 'twice'].forEach((name) => written(to, name))],
    [
      'nothing where something must be',
      '23502',
      (to) => {
        to.row(6);
        to.text(null);
        to.texts([]);
        to.smallint(1);
        to.bigint(1);
        to.boolean(true);
        to.text(null);
      },
    ],
    [
      'a value of another type',
      '22P03',
      (to) => {
        to.row(6);
        to.text('typed');
        to.texts([]);
        to.bigint(1);
        to.bigint(1);
        to.boolean(true);
        to.text(null);
      },
    ],
    [
      'a row of other columns',
      '22P04',
      (to) => {
        to.row(1);
        to.text('short');
      },
    ],
  ])('refuses %s, keeps no row of the copy, and the connection goes on', async (_what, code, write) => {
    const before = await names();
    await inTransaction(db, async (sql) => {
      await sql.query('savepoint before');
      const copying = copyIn(sql, {
        text: COPY,
        write: (to) => {
          written(to, 'first');
          write(to);
        },
      });
      await expect(copying).rejects.toMatchObject({ code });
      await sql.query('rollback to savepoint before');
      await copyIn(sql, { text: COPY, write: (to) => written(to, `after ${code}`) });
    });
    expect(await names()).toEqual([...before, `after ${code}`]);
  });

  it('refuses what cannot be written, before anything is sent', async () => {
    const before = await names();
    const copying = copied((to) => {
      written(to, 'first');
      to.bigint(LARGEST + 1);
    });
    await expect(copying).rejects.toThrow('not held exactly');
    expect(await names()).toEqual(before);
  });
}
