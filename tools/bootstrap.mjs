/**
 * What `npm start` and `npm test` need before anything is installed: Node 20 and nothing else. Installs the packages
 * when the lock file changed, builds, and hands over to the Node of node_modules/.bin.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const bin = path.join(root, 'node_modules', '.bin');

const step = (text) => process.stderr.write(`• ${text}\n`);

/** Environment in which `node` is the pinned one. */
export const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` };

function run(title, command, args) {
  const started = Date.now();
  const result = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.status !== 0) {
    process.stderr.write(`✗ ${title} failed\n`);
    process.exit(result.status ?? 1);
  }
  return ((Date.now() - started) / 1000).toFixed(1);
}

function install() {
  const lock = path.join(root, 'package-lock.json');
  const stamp = path.join(root, 'node_modules', '.qbo-sync-installed');
  const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const npmsOwn = path.join(root, 'node_modules', '.package-lock.json');
  const fresh =
    existsSync(npmsOwn) && statSync(npmsOwn).mtimeMs >= statSync(lock).mtimeMs && existsSync(path.join(bin, 'tsc'));
  if (!fresh) {
    step('Installing packages (npm ci, about a minute)');
    step(`Installed in ${run('npm ci', 'npm', ['ci', '--loglevel=error'])} s`);
  }
  writeFileSync(stamp, wanted);
}

/** Packages and build, or exit with what failed. */
export function prepare() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    process.stderr.write(`✗ Node 20 or newer is needed to begin with; this is ${process.version}.\n`);
    process.exit(1);
  }
  install();
  step(`Built in ${run('Build', 'node', [path.join(root, 'node_modules/typescript/bin/tsc'), '-b'])} s`);
}

/** Runs a built script in the foreground; signals go to it, its exit code is ours. */
export function handOver(script, args) {
  const child = spawn(
    path.join(bin, 'node'),
    ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', script, ...args],
    {
      cwd: root,
      env,
      stdio: 'inherit',
    },
  );
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => undefined);
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
