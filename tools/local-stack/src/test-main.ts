import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { infrastructure } from './infrastructure';
import { throwAway } from './local-state';
import { Supervisor } from './supervisor';

/**
 * npm test [-- pattern …]: lint, types, then every spec against real servers; ends with `N passed, N failed`.
 * A check (lint, types, 2,000 seeds of the simulation) counts as one test. A run that executed no spec fails.
 */
const root = path.resolve(__dirname, '../../..');
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const args = process.argv.slice(2);
const patterns = args.filter((arg) => !arg.startsWith('--'));
const specsOnly = args.includes('--specs-only') || patterns.length > 0;

/** 2,000 seeds take about half of it on two cores; a slower machine runs as many as fit. */
const SIMULATION_S = 240;

interface Tally {
  passed: number;
  failed: number;
}

function check(title: string, command: string[]): Tally {
  const started = Date.now();
  const result = spawnSync(process.execPath, command, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: process.env,
  });
  const ok = result.status === 0;
  say(`${ok ? '✓' : '✗'} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function specs(title: string, dir: string, env: NodeJS.ProcessEnv, jestArgs: string[]): Tally {
  const started = Date.now();
  const output = path.join(dir, `${title.replaceAll(' ', '-')}.json`);
  spawnSync(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', '--max-old-space-size=2048'],
      ...['node_modules/jest/bin/jest.js', '--json', `--outputFile=${output}`, '--silent', ...jestArgs],
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env },
  );
  const tally = readTally(output);
  say(
    `${tally.failed === 0 ? '✓' : '✗'} ${title}: ${tally.passed} passed, ${tally.failed} failed (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
  return tally;
}

function readTally(output: string): Tally {
  try {
    const report = JSON.parse(readFileSync(output, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
      numRuntimeErrorTestSuites: number;
    };
    const tally = { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites };
    return tally.passed + tally.failed === 0 ? { passed: 0, failed: 1 } : tally;
  } catch {
    return { passed: 0, failed: 1 };
  }
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
    process.on(name, () => void supervisor.stop().then(() => process.exit(130)));
  try {
    if (!specsOnly) {
      tallies.push(check('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.']));
      tallies.push(check('types', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.specs.json']));
      tallies.push(
        check('lint', [
          'node_modules/nx/dist/bin/nx.js',
          'run-many',
          '-t',
          'lint',
          '--outputStyle=stream',
          '--parallel=2',
        ]),
      );
    }
    if (!specsOnly) {
      const simulation = ['libs/simulation/dist/main.js', '--seconds', String(SIMULATION_S)];
      tallies.push(check('simulation', simulation));
    }
    const infra = await infrastructure({ env: process.env, localDir: dir, logs: dir, durable: false, progress: say });
    await supervisor.start(infra.parts);
    const env = { ...process.env, DATABASE_URL: infra.databaseUrl, KAFKA_BROKERS: infra.kafkaBrokers };
    if (patterns.length > 0) {
      tallies.push(specs('specs', dir, env, ['--maxWorkers=2', ...patterns]));
    } else {
      tallies.push(
        specs('specs', dir, env, [
          '--maxWorkers=2',
          '--testPathIgnorePatterns',
          '/node_modules/',
          '/dist/',
          'e2e.spec',
        ]),
      );
      // One at a time: services of one name are one consumer group, and whole stacks want the machine for themselves.
      tallies.push(specs('end to end', dir, env, ['--runInBand', 'e2e.spec']));
    }
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
