import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chosenByCommit } from '@qbo-sync/testkit/chosen';
import { LocalStack, type StackFile } from '@qbo-sync/testkit/local-stack';
import { busiestSecond, linesSince, type LogLine } from '@qbo-sync/testkit/log-lines';
import { beginOutage, canBeAway, type OutageWay, type StoppablePart } from '@qbo-sync/testkit/outage';
import { isReady, ReadinessWatch } from '@qbo-sync/testkit/readiness-watch';
import { until } from '@qbo-sync/testkit/until';
import type { DayResult } from '../day/report';

/**
 * Kafka, Postgres and QuickBooks, each killed and each stopped in a running day while QuickBooks ignores `requestid`: nothing
 * is lost, nothing is there twice, no process of ours ends, and readiness, conditions and logs say what is going on.
 * `OUTAGES=all` runs all six, `OUTAGES=kafka-SIGSTOP,postgres-SIGKILL` those two; without it one has its turn by the commit.
 */
interface Case {
  readonly part: StoppablePart;
  readonly way: OutageWay;
  readonly seconds: number;
  readonly env?: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  { part: 'sandbox', way: 'SIGKILL', seconds: 30 },
  // What stands in its sockets is done once it goes on: 30 s after the send, and the books ignore `requestid`.
  {
    part: 'sandbox',
    way: 'SIGSTOP',
    seconds: 30,
    env: { QBO_ANSWER_WITHIN_MS: '8000', QBO_UNSURE_WAIT_MS: '35000' },
  },
  { part: 'kafka', way: 'SIGKILL', seconds: 20 },
  { part: 'kafka', way: 'SIGSTOP', seconds: 20 },
  { part: 'postgres', way: 'SIGKILL', seconds: 10 },
  { part: 'postgres', way: 'SIGSTOP', seconds: 10 },
];

/** What says that a part is away: the check of everybody's `/health/ready`; of QuickBooks the company's condition alone. */
const CHECKS: Readonly<Partial<Record<StoppablePart, string>>> = { kafka: 'consumer', postgres: 'database' };

const OURS = ['customers', 'items', 'invoices', 'payments', 'tax', 'gateway', 'console'];
const UNSETTLED = 50;
/** It begins with a few more, so that fifty are left when the signal has arrived. */
const UNSETTLED_AT_LEAST = 60;
/** Of one service; each of its texts comes at most twenty times. */
const MOST_LINES_A_SECOND = 100;
const LOOK_EVERY_MS = 250;

const asked = process.env['OUTAGES'];
const possible = CASES.filter(({ part }) => canBeAway(part));
const chosen =
  asked === undefined
    ? [chosenByCommit(possible)]
    : possible.filter((one) => asked === 'all' || asked.split(',').includes(nameOf(one)));
const table: string[][] = [
  ['part', 'way', 'away', 'unsettled', 'failed calls', 'ready after', 'lines/s', 'differences', 'twice', 'whole'],
];
afterAll(() => {
  if (asked !== undefined) process.stderr.write(`\n${aligned(table)}\n`);
});

describe.each(chosen)('$part away for $seconds s by $way', (outage) => {
  const { part, seconds, env = {} } = outage;
  const stack = new LocalStack({ ...env });
  afterAll(() => stack.stop(), 60_000);

  it('ends its day with every difference 0.00', async () => {
    const startedAt = Date.now();
    const file = await stack.start('--no-day');
    await ignoreRequestIds(file);
    const pids = OURS.map((name) => stack.pidOf(name));
    const day = stack.playDay({ DAY_SIZE: 'full', SEED: nameOf(outage) });
    const unsettled = await untilUnsettled(stack);
    const seen = await sitThrough(stack, file, outage);
    const { code, output } = await day;
    const wholeMs = Date.now() - startedAt;

    const differences = code === 0 ? differencesOf(stack) : undefined;
    const twice = await duplicates(file);
    const busiest = busiestSecond(linesSince(stack, OURS, seen.beganAt));
    table.push([
      ...[part, outage.way, `${seconds} s`, String(unsettled), String(seen.failedCalls), inSeconds(seen.backAfterMs)],
      ...[`${busiest.lines} (${busiest.service})`, differences?.length === 0 ? '0.00' : `exit ${code}`],
      ...[String(twice.length), inSeconds(wholeMs)],
    ]);
    expect({ code, tail: code === 0 ? '' : output.slice(-4000) }).toEqual({ code: 0, tail: '' });
    expect(differences).toEqual([]);
    expect(twice).toEqual([]);
    expect(unsettled).toBeGreaterThanOrEqual(UNSETTLED);
    expect(seen.failedCalls).toBeGreaterThanOrEqual(1);
    expect(OURS.map((name) => stack.pidOf(name))).toEqual(pids);
    expect([...seen.watch.dead]).toEqual([]);
    const check = CHECKS[part];
    if (check === undefined) expect(seen.headline).toBe('qbo_down');
    else expect(seen.watch.unready(check).sort()).toEqual([...OURS].sort());
    expect({ ...busiest, few: busiest.lines <= MOST_LINES_A_SECOND }).toEqual({ ...busiest, few: true });
  }, 600_000);
});

async function untilUnsettled(stack: LocalStack): Promise<number> {
  let pending = 0;
  const enough = async (): Promise<boolean> => {
    pending = await stack.count('gateway', 'select count(*) from pending');
    return pending >= UNSETTLED_AT_LEAST;
  };
  await until(enough, { timeoutMs: 180_000, what: `${UNSETTLED_AT_LEAST} records not yet settled` });
  return pending;
}

interface Seen {
  readonly beganAt: number;
  readonly failedCalls: number;
  /** From the end of the outage until everything said that it was ready. */
  readonly backAfterMs: number;
  /** The last one a bookkeeper was shown, where QuickBooks was away. */
  readonly headline: string | undefined;
  readonly watch: ReadinessWatch;
}

async function sitThrough(stack: LocalStack, file: StackFile, { part, way, seconds }: Case): Promise<Seen> {
  const allReady = async (): Promise<boolean> =>
    (await Promise.all(OURS.map((name) => isReady(file.services[name]!.url)))).every(Boolean);
  const beganAt = Date.now();
  const watch = new ReadinessWatch(OURS.map((name) => [name, file.services[name]!.url]));
  const outage = beginOutage(stack, part, way);
  let refused = 0;
  let headline: string | undefined;
  try {
    while (Date.now() < beganAt + seconds * 1000) {
      if (part === 'sandbox') {
        refused = Math.max(refused, await failedInARow(stack));
        headline = await headlineOf(stack, file);
      }
      await sleep(LOOK_EVERY_MS);
    }
    // QuickBooks' absence is a condition of its companies, and no reason to take work or webhooks away from us.
    if (part === 'sandbox')
      await until(allReady, { timeoutMs: 10_000, what: 'everything to be ready without QuickBooks' });
  } finally {
    await outage.end();
    await watch.end();
  }
  const endedAt = Date.now();
  if (part === 'sandbox') await until(() => ignoreRequestIds(file), { timeoutMs: 60_000, what: 'QuickBooks' });
  await until(allReady, { timeoutMs: 120_000, what: 'everything to be ready again' });
  const failed = linesSince(stack, OURS, beganAt).filter((line) => tellsOfFailure(part, line));
  const failedCalls = refused + failed.length + (part === 'postgres' ? watch.times('database') : 0);
  return { beganAt, failedCalls, backAfterMs: Date.now() - endedAt, headline, watch };
}

/** A line that says that a call to the part failed. */
function tellsOfFailure(part: StoppablePart, { level, msg, code }: LogLine): boolean {
  if (part === 'kafka') return level === 'error' && msg === 'kafka client';
  return part === 'postgres' && (level === 'warn' || level === 'error') && code !== undefined;
}

/** Calls to QuickBooks that failed in a row, of the company with most of them. */
const failedInARow = (stack: LocalStack): Promise<number> =>
  stack.count('gateway', `select coalesce(max(failures), 0) as count from company where trouble = 'qbo_down'`);

/** What a bookkeeper reads on top of the page. */
async function headlineOf(stack: LocalStack, { services }: StackFile): Promise<string> {
  const [company] = stack.file().companies;
  const response = await fetch(`${services['console']!.url}/api/v1/companies/${company?.id}/summary`, {
    headers: { authorization: `Bearer ${company?.token}` },
  });
  return ((await response.json()) as { headline: { code: string } }).headline.code;
}

/** A killed emulator honours them again until it is told. */
async function ignoreRequestIds({ sandbox }: StackFile): Promise<true> {
  const body = JSON.stringify({ requestidMode: 'ignore' });
  const response = await fetch(`${sandbox.adminUrl}/settings`, { method: 'POST', body });
  expect(response.status).toBe(200);
  return true;
}

async function duplicates({ sandbox }: StackFile): Promise<readonly unknown[]> {
  const response = await fetch(`${sandbox.adminUrl}/duplicates`);
  return ((await response.json()) as { duplicates: unknown[] }).duplicates;
}

function differencesOf(stack: LocalStack): readonly unknown[] {
  const text = readFileSync(path.join(stack.sandboxDir, 'day-result.json'), 'utf8');
  const { comparisons } = JSON.parse(text) as DayResult;
  expect(comparisons.length).toBeGreaterThanOrEqual(2);
  return comparisons.flatMap(({ differences }) => differences);
}

function nameOf({ part, way }: Case): string {
  return `${part}-${way}`;
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}
