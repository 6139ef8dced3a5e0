import { testDatabase } from '@qbo-sync/testkit/database';
import type { TestDatabase } from '@qbo-sync/testkit/database';
import { seeded } from '@qbo-sync/testkit/seeds';
import { until } from '@qbo-sync/testkit/until';
import { EVENT_STORE_MIGRATIONS } from './migrations';
import type { Outbox } from './outbox';
import { createPool } from './pool';
import type { Database } from './pool';
import { startRelay } from './relay';
import { append, lockStreams, streamId } from './streams';
import { inTransaction } from './transaction';
import { markUnpublished } from './unpublished';

interface Message {
  readonly stream: string;
  readonly version: number;
}

jest.setTimeout(60_000);

const CLOSED = { open: false, waitsOn: null, revisitAt: null };
const stores: { database: TestDatabase; pool: Database }[] = [];
const relays: Outbox[] = [];

async function store(): Promise<{ database: TestDatabase; pool: Database }> {
  const database = await testDatabase({ name: 'relay', migrations: EVENT_STORE_MIGRATIONS });
  const pool = createPool(database.url, { max: 16, applicationName: 'relay-spec' });
  stores.push({ database, pool });
  return { database, pool };
}

function relay(
  pool: Database,
  name: string,
  publish: (messages: readonly Message[]) => Promise<void>,
  onError: (error: unknown) => void = () => undefined,
  pollMs = 20,
): Outbox {
  const started = startRelay<Message>({
    pool,
    name,
    publish,
    onError,
    pollMs,
    toMessages: (event) => [{ stream: streamId(event), version: event.version }],
  });
  relays.push(started);
  return started;
}

/** Appends one event to a stream, waiting inside the transaction when told to. */
async function write(pool: Database, ref: string, dawdle?: () => Promise<void>): Promise<void> {
  await inTransaction(pool, async (client) => {
    const stream = { tenant: 'acme', ref };
    const head = (await lockStreams(client, [stream])).get(streamId(stream));
    await append(client, stream, head?.version ?? -1, [{ type: 'Changed', data: {} }], CLOSED);
    await dawdle?.();
  });
}

/** Streams whose versions did not come one after the other; the first time each was seen counts. */
function outOfOrder(messages: readonly Message[]): string[] {
  const seen = new Map<string, number>();
  const wrong: string[] = [];
  for (const { stream, version } of messages) {
    const last = seen.get(stream) ?? 0;
    if (version > last + 1) wrong.push(`${stream} ${last} then ${version}`);
    if (version > last) seen.set(stream, version);
  }
  return wrong;
}

const distinct = (messages: readonly Message[]): number =>
  new Set(messages.map(({ stream, version }) => `${stream}@${version}`)).size;

afterEach(async () => {
  await Promise.all(relays.splice(0).map((one) => one.stop()));
  for (const { database, pool } of stores.splice(0)) {
    await pool.end();
    await database.drop();
  }
});

describe('the relay', () => {
  it('publishes what was appended, deletes it, and wakes without waiting for its poll', async () => {
    const { pool } = await store();
    const published: Message[] = [];
    const started = relay(
      pool,
      's',
      (messages) => Promise.resolve(void published.push(...messages)),
      undefined,
      60_000,
    );
    await until(() => started.status().leading, { what: 'the lock' });
    await write(pool, 'invoice:1');
    started.wake();
    await until(() => published.length === 1, { what: 'the message' });
    await until(async () => (await pool.query('select from unpublished')).rowCount === 0, { what: 'the row to go' });
  });

  it('tells a failure, keeps the rows, and goes on when it is over', async () => {
    const { pool } = await store();
    const errors: unknown[] = [];
    const published: Message[] = [];
    let broken = true;
    const publish = async (messages: readonly Message[]): Promise<void> => {
      if (broken) throw new Error('no broker');
      published.push(...messages);
    };
    await write(pool, 'invoice:1');
    const started = relay(pool, 's', publish, (error) => errors.push(error));
    await until(() => errors.length >= 2, { what: 'two failures' });
    expect(started.status().failures).toBeGreaterThanOrEqual(2);
    expect((await pool.query('select from unpublished')).rowCount).toBe(1);
    broken = false;
    await until(() => published.length === 1, { what: 'the message' });
    await until(() => started.status().failures === 0, { what: 'a clean status' });
  });

  it('is taken over from a process that stands still with its connection open', async () => {
    const { database, pool } = await store();
    const frozen = createPool(database.url, { max: 4, applicationName: 'frozen', idleSessionMs: 500 });
    let goOn = (): void => undefined;
    const stands = new Promise<void>((resolve) => (goOn = resolve));
    await write(pool, 'invoice:1');
    const leader = relay(frozen, 's', () => stands);
    await until(() => leader.status().leading, { what: 'the lock' });
    const published: Message[] = [];
    relay(pool, 's', (messages) => Promise.resolve(void published.push(...messages)));
    await until(() => published.length === 1, { what: 'the message by another', timeoutMs: 20_000 });
    goOn();
    await leader.stop();
    await frozen.end();
  });

  it('is led by one process at a time; another takes over when its connection is lost', async () => {
    const { database, pool } = await store();
    const by: string[] = [];
    const first = relay(pool, 's', () => Promise.resolve(void by.push('first')));
    await until(() => first.status().leading, { what: 'the first to lead' });
    const second = relay(pool, 's', () => Promise.resolve(void by.push('second')));
    await write(pool, 'invoice:1');
    await until(() => by.length === 1, { what: 'the message' });
    expect(by).toEqual(['first']);
    expect(second.status().leading).toBe(false);
    await first.stop();
    await until(() => second.status().leading, { what: 'the second to lead' });
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
    );
    await write(pool, 'invoice:2');
    await until(() => by.length === 2, { what: 'the second message' });
    expect(by).toEqual(['first', 'second']);
  });

  it('story 16: a dead or dawdling writer makes it lose no event, and streams stay in order', async () => {
    const { database, pool } = await store();
    const random = seeded(16);
    const published: Message[] = [];
    relay(pool, 's', (messages) => Promise.resolve(void published.push(...messages)));
    let dead = 0;
    const writer = async (id: number): Promise<void> => {
      for (let turn = 0; turn < 60; turn += 1) {
        const ref = `invoice:${random.integer(0, 12)}`;
        // It has its place in the table's order already, and commits long after others who came later.
        const dawdles = random.chance(0.15);
        const dies = id === 0 && turn % 20 === 10;
        try {
          await write(pool, ref, async () => {
            if (dawdles) await new Promise((resolve) => setTimeout(resolve, random.integer(5, 40)));
            if (dies) throw new Error('the writer died');
          });
        } catch {
          dead += 1;
        }
      }
    };
    await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(writer));
    const events = Number((await database.pool.query('select count(*) as n from event')).rows[0].n);
    expect(dead).toBe(3);
    expect(events).toBe(8 * 60 - dead);
    await until(() => distinct(published) === events, { what: `all ${events} events` });
    expect(published).toHaveLength(events);
    expect(outOfOrder(published)).toEqual([]);
  });

  it('story 16: two relays at once only duplicate, in order per stream', async () => {
    const { pool } = await store();
    const random = seeded(2);
    const published: Message[] = [];
    const publish = async (messages: readonly Message[]): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, random.integer(0, 15)));
      published.push(...messages);
    };
    // Two names take two locks: what a lock lost without notice would look like.
    relay(pool, 'one', publish);
    relay(pool, 'other', publish);
    const writer = async (): Promise<void> => {
      for (let turn = 0; turn < 50; turn += 1) await write(pool, `invoice:${random.integer(0, 5)}`);
    };
    await Promise.all([writer(), writer(), writer(), writer()]);
    await until(() => distinct(published) === 200, { what: 'all events' });
    await until(async () => (await pool.query('select from unpublished')).rowCount === 0, { what: 'the rows to go' });
    expect(published.length).toBeGreaterThan(200);
    expect(outOfOrder(published)).toEqual([]);
  });

  it('publishes again what is marked unpublished, of one company since an instant', async () => {
    const { pool } = await store();
    const published: Message[] = [];
    for (const ref of ['invoice:1', 'invoice:1', 'invoice:2']) await write(pool, ref);
    relay(pool, 's', (messages) => Promise.resolve(void published.push(...messages)));
    await until(() => published.length === 3, { what: 'the first time' });
    expect(await markUnpublished(pool, { tenant: 'globex', since: '2020-01-01T00:00:00Z' })).toBe(0);
    expect(await markUnpublished(pool, { tenant: 'acme', since: '2999-01-01T00:00:00Z' })).toBe(0);
    expect(await markUnpublished(pool, { tenant: 'acme', since: '2020-01-01T00:00:00Z' })).toBe(3);
    await until(() => published.length === 6, { what: 'the second time' });
    expect(published.slice(3).map(({ stream, version }) => `${stream}@${version}`)).toEqual([
      'acme:invoice:1@1',
      'acme:invoice:1@2',
      'acme:invoice:2@1',
    ]);
  });
});
