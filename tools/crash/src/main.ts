import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { infrastructure } from '@qbo-sync/local-stack/infrastructure';
import { Supervisor } from '@qbo-sync/local-stack/supervisor';
import { casesOf, nameOf } from './case';
import { passed, playAll, POINTS, type Played } from './play';
import { line, table } from './table';

/**
 * npm run test:crash [-- text …]: every case whose name holds one of the texts (all without), with the servers of
 * DATABASE_URL and KAFKA_BROKERS or its own; prints the table; 1 when a case failed or never fired.
 */
const AT_ONCE = 4;
const root = path.resolve(__dirname, '../../..');
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const texts = process.argv.slice(2);
  const cases = casesOf(POINTS).filter((one) => texts.length === 0 || texts.some((text) => nameOf(one).includes(text)));
  mkdirSync(path.join(root, '.local'), { recursive: true });
  const dir = mkdtempSync(path.join(root, '.local', 'crash-'));
  const supervisor = new Supervisor({
    pidFile: path.join(dir, 'pids.json'),
    say,
    giveUp: say,
    changed: () => undefined,
  });
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => void supervisor.stop().then(() => process.exit(130)));
  let played: Played[] = [];
  let logs = '';
  let ended = 0;
  try {
    const infra = await infrastructure({ env: process.env, localDir: dir, logs: dir, durable: true, progress: say });
    await supervisor.start(infra.parts);
    Object.assign(process.env, { DATABASE_URL: infra.databaseUrl, KAFKA_BROKERS: infra.kafkaBrokers });
    const startedAt = performance.now();
    played = await playAll(
      cases,
      AT_ONCE,
      (one) => process.stderr.write(`${(ended += 1)}/${cases.length} ${line(one)}\n`),
      (text) => (logs += text),
    );
    say(table(played, (performance.now() - startedAt) / 1000));
  } finally {
    await supervisor.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  if (logs !== '') {
    const file = path.join(root, '.local', 'crash-failed.log');
    writeFileSync(file, logs, { mode: 0o600 });
    say(`What the processes of failed cases logged: ${file}`);
  }
  return played.length > 0 && played.every(passed) ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    say(`✗ ${error.stack ?? error.message}`);
    process.exit(1);
  },
);
