/**
 * npm run lint: every file by one ESLint, over the graph of projects that Nx makes first. Without a graph the import table
 * would hold nobody up: then it fails.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const GRAPH = ['node_modules/nx/dist/bin/nx.js', 'show', 'projects'];
const LINT = ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.'];

function run(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { ok: status === 0, text: `${stdout}${stderr}` };
}

const graph = run(GRAPH);
const lint = graph.ok ? run(LINT) : graph;
process.stdout.write(lint.ok ? '' : lint.text);
const skipped = lint.text.includes('The rule will be skipped');
if (skipped) process.stdout.write('✗ the graph of projects was not there: the import table was not looked at\n');
process.exitCode = lint.ok && !skipped ? 0 : 1;
