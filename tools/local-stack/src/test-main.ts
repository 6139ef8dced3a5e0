import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { infrastructure } from './infrastructure';
import { throwAway } from './local-state';
import { postingRows, untested } from './posting-rows';
import { Supervisor } from './supervisor';

/**
 * npm test [-- pattern …]: lint, types, then every spec against real servers; ends with `N passed, N failed`.
 * A check (lint, types, 2,000 seeds of the simulation, a test for every row of postings.md) counts as one test. A run that
 * executed no spec fails.
 *
 * Two cores are enough for it, and kept busy: what needs one goes beside another, and the whole stacks, which wait for kills,
 * outages and days to end, beside the other end-to-end specs.
 */
const root = path.resolve(__dirname, '../../..');
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const args = process.argv.slice(2);
const patterns = args.filter((arg) => !arg.startsWith('--'));
/** A measurement: one spec at a time, with what it prints. */
const aloud = args.includes('--aloud');
const specsOnly = args.includes('--specs-only') || patterns.length > 0;

/** 2,000 seeds take about half of it on two cores; a slower machine runs as many as fit. */
const SIMULATION_S = 240;

/**
 * The specs that start a stack each, but for one: beside the others of end to end the two streams take about the same time.
 */
const WHOLE_STACKS = 'apps/sandbox/src/whole-path/(?!one-company)';

/** How the file ends in which Jest tells what ran. */
const REPORT = '.report.json';

interface Tally {
  passed: number;
  failed: number;
}

async function check(title: string, command: string[]): Promise<Tally> {
  const started = Date.now();
  const ok = (await runNode(command, process.env, 'inherit')) === 0;
  say(`${ok ? '✓' : '✗'} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function specs(title: string, dir: string, env: NodeJS.ProcessEnv, jestArgs: string[]): Promise<Tally> {
  const started = Date.now();
  const output = path.join(dir, `${title.replaceAll(' ', '-')}${REPORT}`);
  const command = [
    ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', '--max-old-space-size=2048'],
    ...[
      'node_modules/jest/bin/jest.js',
      '--json',
      `--outputFile=${output}`,
      ...(aloud ? [] : ['--silent']),
      ...jestArgs,
    ],
  ];
  await runNode(command, env, aloud ? 'inherit' : 'ignore');
  const tally = readTally(output);
  say(
    `${tally.failed === 0 ? '✓' : '✗'} ${title}: ${tally.passed} passed, ${tally.failed} failed (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
  return tally;
}

const running = new Set<ChildProcess>();

/** Its exit code; 1 when a signal ended it. */
function runNode(command: string[], env: NodeJS.ProcessEnv, stdout: 'inherit' | 'ignore'): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', stdout, 'inherit'], env });
    running.add(child);
    child.once('error', reject);
    child.once('exit', (code) => {
      running.delete(child);
      resolve(code ?? 1);
    });
  });
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

function readTally(output: string): Tally {
  try {
    const report = JSON.parse(readFileSync(output, 'utf8')) as Report;
    const tally = { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites };
    return tally.passed + tally.failed === 0 ? { passed: 0, failed: 1 } : tally;
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** Whether every row of postings.md was shown by a test that passed, of all reports in the folder. */
function checkRows(dir: string): Tally {
  const reports = readdirSync(dir).filter((file) => file.endsWith(REPORT));
  const passed = reports
    .flatMap((file) => (JSON.parse(readFileSync(path.join(dir, file), 'utf8')) as Report).testResults)
    .flatMap(({ assertionResults }) => assertionResults)
    .flatMap(({ fullName, status }) => (status === 'passed' ? [fullName] : []));
  const rows = postingRows(root);
  const missing = untested(rows, passed);
  for (const sentence of missing) say(sentence);
  say(`${missing.length === 0 ? '✓' : '✗'} ${rows.length} rows of postings.md have their tests`);
  return missing.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function checks(): Promise<Tally[]> {
  const format = ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'];
  const types = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.specs.json'];
  const read = await Promise.all([
    check('format', format),
    check('types', types).then(async (tally) => [tally, await check('lint', ['tools/lint/run.mjs'])]),
  ]);
  const simulation = ['libs/simulation/dist/main.js', '--seconds', String(SIMULATION_S)];
  return [...read.flat(), await check('simulation', simulation)];
}

async function allSpecs(dir: string, env: NodeJS.ProcessEnv): Promise<Tally[]> {
  const except = (...paths: string[]): string[] => ['--testPathIgnorePatterns', '/node_modules/', '/dist/', ...paths];
  // One more than the cores: the longest of them wait for brokers and leases most of their time.
  const small = await specs('specs', dir, env, ['--maxWorkers=3', ...except('e2e.spec')]);
  // Those of one broker one at a time: services of one name are one consumer group. A whole stack has a broker of its own.
  const large = await Promise.all([
    specs('end to end', dir, env, ['--runInBand', 'e2e.spec', ...except(WHOLE_STACKS)]),
    specs('whole stacks', dir, env, ['--runInBand', WHOLE_STACKS]),
  ]);
  return [small, ...large, checkRows(dir)];
}

async function main(): Promise<number> {
  mkdirSync(path.join(root, '.local'), { recursive: true });
  const dir = mkdtempSync(path.join(root, '.local', 'test-'));
  const tallies: Tally[] = [];
  const supervisor = new Supervisor({
    pidFile: path.join(dir, 'pids.json'),
    say,
    giveUp: say,
    changed: () => undefined,
  });
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      for (const child of running) child.kill(name);
      void supervisor.stop().then(() => process.exit(130));
    });
  try {
    if (!specsOnly) tallies.push(...(await checks()));
    const infra = await infrastructure({ env: process.env, localDir: dir, logs: dir, durable: false, progress: say });
    await supervisor.start(infra.parts);
    const env = {
      ...process.env,
      ...{ DATABASE_URL: infra.databaseUrl, KAFKA_BROKERS: infra.kafkaBrokers, SPECS_FOLDER: dir },
    };
    if (patterns.length > 0)
      tallies.push(await specs('specs', dir, env, [aloud ? '--runInBand' : '--maxWorkers=2', ...patterns]));
    else tallies.push(...(await allSpecs(dir, env)));
  } finally {
    await supervisor.stop();
    throwAway(dir);
  }
  const total = tallies.reduce((sum, one) => ({ passed: sum.passed + one.passed, failed: sum.failed + one.failed }));
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    say(`✗ ${error.message}`);
    say('0 passed, 1 failed');
    process.exit(1);
  },
);
