import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { testDatabase } from '@qbo-sync/testkit/database';
import { GRAPHILE, graphileWorker } from './peers-graphile';
import { OURS, ours } from './peers-ours';
import { PG_BOSS, pgBoss } from './peers-pg-boss';
import { jobsOf, OrderWatch, type Contender, type Job } from './peers-work';
import { times, type Row } from './table';

const NAMES = ['ours', 'graphile', 'pg-boss'] as const;
type Name = (typeof NAMES)[number];

/** One round of one contender. */
interface Measured {
  readonly inPerSecond: number;
  readonly inBytes: number;
  readonly outPerSecond: number;
  readonly outBytes: number;
  /** Jobs that started after a later one of their key. */
  readonly late: number;
}

const KEYS = [1_000, 100] as const;
/** Whose rounds have a CHECKPOINT between in and out: then the first change of each page writes the page whole. */
const CHECKPOINTED = 1_000;

export interface PeersGiven {
  readonly rounds: number;
  readonly jobs: number;
}

/**
 * The same jobs through three stores, in turn, each round in databases of their own; sending is nothing. Rates are told by
 * their medians, ratios by the median of the ratios inside a round.
 */
export async function peers({ rounds, jobs }: PeersGiven): Promise<Row[]> {
  const runs = new Map<string, Measured[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const keys of KEYS) {
      // Whoever comes first finds the machine otherwise than who comes last.
      const order = NAMES.map((_, place) => NAMES[(place + round) % NAMES.length] ?? 'ours');
      for (const name of order) {
        process.stderr.write(`  round ${round + 1} of ${rounds}, ${keys} keys: ${name}\n`);
        const key = `${name}/${keys}`;
        runs.set(key, [...(runs.get(key) ?? []), await measure(name, jobs, keys)]);
      }
    }
  }
  return rowsOf(runs, { rounds, jobs });
}

async function measure(name: Name, count: number, keys: number): Promise<Measured> {
  const migrations = name === 'ours' ? [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS] : [];
  const database = await testDatabase({ name: 'peers', migrations });
  const admin = createPool(database.url, { max: 1, applicationName: 'bench-admin' });
  const jobs = jobsOf(count, keys);
  const contender = await open(name, database.url, [...new Set(jobs.map(({ key }) => key))]);
  const watch = new OrderWatch();
  let closed = false;
  try {
    const [from, inMs] = await stored(contender, jobs, admin);
    const between = await position(admin);
    await admin.query('analyze');
    if (keys === CHECKPOINTED) await admin.query('checkpoint');
    const [outFrom, outStart] = [await position(admin), performance.now()];
    await contender.dispatch(count, watch.start);
    const outMs = performance.now() - outStart;
    await contender.close();
    closed = true;
    const to = await position(admin);
    if (watch.started !== count) throw new Error(`${name} started ${watch.started} of ${count}`);
    return {
      inPerSecond: (count * 1_000) / inMs,
      inBytes: Number(between - from) / count,
      outPerSecond: (count * 1_000) / outMs,
      outBytes: Number(to - outFrom) / count,
      late: watch.late,
    };
  } finally {
    if (!closed) await contender.close();
    await othersGone(admin);
    await admin.end();
    await database.drop();
  }
}

/** From where in the log on, and how long it took; of what was stored nothing is held any more. */
async function stored(contender: Contender, jobs: readonly Job[], admin: Database): Promise<[bigint, number]> {
  const ingest = contender.prepare(jobs);
  await admin.query('checkpoint');
  const from = await position(admin);
  const start = performance.now();
  await ingest();
  return [from, performance.now() - start];
}

function open(name: Name, url: string, keys: readonly string[]): Promise<Contender> {
  switch (name) {
    case 'ours':
      return ours(url, keys);
    case 'graphile':
      return graphileWorker(url);
    case 'pg-boss':
      return pgBoss(url);
  }
}

/** Some connections end after their owner has said that it ended; cut by the drop they would end the run. At most 5 s. */
async function othersGone(db: Database): Promise<void> {
  for (const endsAt = performance.now() + 5_000; performance.now() < endsAt;) {
    const { rowCount } = await db.query(
      `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    if (rowCount === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Of the whole server's log, in bytes: nothing else may be written meanwhile. */
async function position(db: Database): Promise<bigint> {
  const { rows } = await db.query<{ at: string }>(`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as at`);
  return BigInt(rows[0]?.at ?? 0);
}

function rowsOf(runs: ReadonlyMap<string, readonly Measured[]>, { rounds, jobs }: PeersGiven): Row[] {
  const of = (name: Name, keys: number, what: keyof Measured): number[] =>
    (runs.get(`${name}/${keys}`) ?? []).map((each) => each[what]);
  const rate = (values: readonly number[]): string => `${Math.round(median(values)).toLocaleString('en')}/s`;
  const bytes = (values: readonly number[]): string => `${Math.round(median(values)).toLocaleString('en')} B`;
  /** Round by round. */
  const against = (name: Name, keys: number, what: 'inPerSecond' | 'outPerSecond'): number[] =>
    of('ours', keys, what).map((own, round) => own / (of(name, keys, what)[round] ?? 0));
  const compared = (what: string, keys: number, key: 'inPerSecond' | 'outPerSecond', aim: number): Row[] => {
    const ratios = against('graphile', keys, key);
    return [
      {
        what,
        aim: `≥ ${aim} × graphile-worker`,
        measured: `${rate(of('ours', keys, key))} (${spread(ratios)})`,
        ratio: times(median(ratios)),
        ok: median(ratios) >= aim,
      },
      ...(['graphile', 'pg-boss'] as const).map((name) => ({
        what: `  ${name}`,
        aim: '',
        measured: rate(of(name, keys, key)),
        ratio: times(median(against(name, keys, key))),
      })),
    ];
  };
  const order = (keys: number): Row[] =>
    NAMES.map((name) => {
      const late = of(name, keys, 'late');
      const measured = `${Math.max(...late)} of ${jobs} late`;
      return name === 'ours'
        ? { what: `order at ${keys} keys: ours, every round`, aim: '0 late', measured, ok: Math.max(...late) === 0 }
        : { what: `  ${name}, its worst round`, aim: '', measured };
    });
  const wal = (what: string, keys: number, key: 'inBytes' | 'outBytes', aim: number): Row[] => [
    {
      what,
      aim: `≤ ${aim.toLocaleString('en')} B`,
      measured: bytes(of('ours', keys, key)),
      ok: median(of('ours', keys, key)) <= aim,
    },
    ...(['graphile', 'pg-boss'] as const).map((name) => ({
      what: `  ${name}`,
      aim: '',
      measured: bytes(of(name, keys, key)),
    })),
  ];
  const [many, few] = KEYS;
  return [
    { what: `${rounds} rounds in turn, ${jobs} jobs of 1 KB, medians; nothing is sent`, aim: '', measured: '' },
    ...[OURS, GRAPHILE, PG_BOSS].map((what) => ({ what: `  ${what}`, aim: '', measured: '' })),
    ...compared('bulk ingest', many, 'inPerSecond', 2),
    ...compared(`ordered dispatch, ${many} keys`, many, 'outPerSecond', 2),
    ...compared(`ordered dispatch, ${few} keys`, few, 'outPerSecond', 10),
    ...order(many),
    ...order(few),
    ...wal('WAL of a request in, begun after a CHECKPOINT', many, 'inBytes', 2_048),
    ...wal('WAL of a request out, begun after a CHECKPOINT: full pages in it', many, 'outBytes', 600),
    ...wal('WAL of a request out, no CHECKPOINT since it came in', few, 'outBytes', 600),
  ];
}

function spread(values: readonly number[]): string {
  return `${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)} ×`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = [sorted[middle - 1 + (sorted.length % 2)], sorted[middle]];
  return (low + high) / 2;
}
