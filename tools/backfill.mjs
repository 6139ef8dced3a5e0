// npm run bench:backfill [-- 36000 | --stack 3600]: the preview of so many invoices, and bringing them in at the emulated QuickBooks'
// limits in stepped time; or all of it on a whole stack as it is, a minute a minute
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { env, handOver, prepare, root } from './bootstrap.mjs';

/** Fewer are over before they can be paused and cancelled. */
const FEWEST = 1_200;

const [first, second] = process.argv.slice(2);
const onStack = first === '--stack';
const count = Number((onStack ? second : first) ?? (onStack ? 6_000 : 36_000));
if (!Number.isInteger(count) || count < (onStack ? 1 : FEWEST)) {
  process.stderr.write(`npm run bench:backfill -- [--stack] N: N is a number, without --stack at least ${FEWEST}.\n`);
  process.exit(1);
}
prepare();
if (onStack) {
  mkdirSync(path.join(root, '.local'), { recursive: true });
  env.BACKFILL_STACK = String(count);
  handOver(path.join(root, 'node_modules/jest/bin/jest.js'), [
    '--runInBand',
    'apps/sandbox/src/whole-path/one-company',
    ...['--testNamePattern', '^Backfill of many'],
  ]);
} else {
  env.BACKFILL_INVOICES = String(count);
  handOver(path.join(root, 'tools/local-stack/dist/test-main.js'), [
    '--aloud',
    ...['apps/invoices/src/backfill-preview', 'apps/console/src/runs/backfill/three-years'],
  ]);
}
