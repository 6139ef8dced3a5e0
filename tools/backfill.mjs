// npm run bench:backfill [-- 36000 | --stack 3600]: the preview of so many invoices, and bringing them in at the emulated QuickBooks'
// limits in stepped time; or all of it on a whole stack as it is, a minute a minute
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { env, handOver, prepare, root } from './bootstrap.mjs';

const [first, second] = process.argv.slice(2);
const onStack = first === '--stack';
prepare();
if (onStack) {
  mkdirSync(path.join(root, '.local'), { recursive: true });
  env.BACKFILL_STACK = second ?? '6000';
} else env.BACKFILL_INVOICES = first ?? '36000';
handOver(path.join(root, 'node_modules/jest/bin/jest.js'), [
  '--runInBand',
  ...(onStack
    ? ['apps/sandbox/src/whole-path/one-company', '--testNamePattern', '^Backfill of many']
    : ['apps/invoices/src/backfill-preview', 'apps/console/src/runs/backfill/three-years']),
]);
