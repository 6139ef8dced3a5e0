import path from 'node:path';
import { startDay } from './day';
import { openLocalState, throwAway } from './local-state';
import { readRecords, recordOf, isRunning, signal, writeRecords } from './process-record';
import { startStack, type Stack } from './stack';
import { endLeftovers } from './supervisor';

/**
 * npm start                the stack, then the field-service day, then it stays up
 * npm start -- --once      … and exits after the comparison: 0 only when the books agree to the cent
 * npm start -- --no-day    the stack alone
 * npm start -- --short     a day of 60 events
 * npm run reset            ends what is left and throws the state away
 */
const root = path.resolve(__dirname, '../../..');
const args = new Set(process.argv.slice(2));
const localDir = path.resolve(root, process.env['QBO_SYNC_LOCAL_DIR'] ?? '.local');
const startedAt = Date.now();
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const step = (text: string): void => say(`• ${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${text}`);

async function main(): Promise<number> {
  const known = ['--once', '--no-day', '--short', '--reset'];
  const unknown = [...args].filter((arg) => !known.includes(arg));
  if (unknown.length > 0) {
    say(`✗ Unknown option ${unknown.join(' ')}. Known: ${known.join(' ')}`);
    return 2;
  }
  const state = openLocalState(localDir);
  const other = readRecords(state.starterFile).find(isRunning);
  if (other !== undefined && other.pid !== process.pid) {
    say(`✗ A stack is already running from here (pid ${other.pid}). Stop it first (Ctrl-C there).`);
    return 1;
  }
  const left = await endLeftovers(state.pidFile);
  if (left > 0) step(`Ended ${left} processes a killed start had left behind`);
  if (args.has('--reset')) {
    throwAway(localDir);
    if (process.env['DATABASE_URL'] || process.env['KAFKA_BROKERS'])
      say('Databases and topics on servers of your own stay as they are.');
    step('The local state is thrown away');
    return 0;
  }
  writeRecords(state.starterFile, [recordOf('starter', process.pid)]);
  return await run(state);
}

async function run(state: ReturnType<typeof openLocalState>): Promise<number> {
  let stack: Stack | undefined;
  let day: ReturnType<typeof startDay> | undefined;
  let finish: (code: number) => void = () => undefined;
  const finished = new Promise<number>((resolve) => (finish = resolve));
  let asked = false;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (asked) return;
      asked = true;
      step('Stopping everything in order');
      finish(name === 'SIGINT' ? 130 : 143);
    });
  }
  const starting = startStack({
    root,
    state,
    env: process.env,
    step,
    say,
    giveUp: (why) => {
      say(`✗ ${why}: stopping everything`);
      finish(1);
    },
  });
  const up = await Promise.race([starting.then((made) => ({ made })), finished.then(() => undefined)]);
  if (up === undefined) {
    stack = await starting.catch(() => undefined);
  } else {
    stack = up.made;
    step(
      `Console API ${stack.services.console.url}, all addresses and tokens in ${path.relative(process.cwd(), state.stackFile)}`,
    );
    setInterval(stack.writeFile, 1000).unref();
    if (args.has('--no-day')) {
      say('Ctrl-C stops everything.');
    } else {
      day = startDay({ root, state, stack, env: process.env, size: args.has('--short') ? 'short' : 'full' });
      void day.done.then((code) => {
        stack?.writeFile();
        step(code === 0 ? 'The books agree to the cent' : `The day ended with exit code ${code}`);
        if (args.has('--once')) finish(code);
        else say('The stack stays up; Ctrl-C stops everything.');
      });
    }
  }
  const code = await finished;
  if (day?.child.pid !== undefined && day.child.exitCode === null) signal(day.child.pid, 'SIGTERM');
  await stack?.stop();
  return code;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    say(`✗ ${error.message}`);
    process.exit(1);
  },
);
