// npm run stack:memory: resident memory of each process of the running stack.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './bootstrap.mjs';

const AIM_MB = 150;
const file = path.join(root, process.env.QBO_SYNC_LOCAL_DIR ?? '.local', 'stack.json');
if (!existsSync(file)) {
  process.stderr.write('No stack has been started from here: npm start -- --no-day, then this again.\n');
  process.exit(1);
}
const { services } = JSON.parse(readFileSync(file, 'utf8'));
for (const [name, { pid }] of Object.entries(services)) {
  let kb;
  try {
    kb = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim());
  } catch {
    kb = undefined;
  }
  const text =
    kb === undefined ? 'not running' : `${(kb / 1024).toFixed(0)} MB${kb / 1024 > AIM_MB ? ` (aim: ${AIM_MB})` : ''}`;
  process.stdout.write(`${name.padEnd(12)}${text.padStart(12)}\n`);
}
