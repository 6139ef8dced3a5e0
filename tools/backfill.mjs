// npm run bench:backfill [-- 36000]: the preview of so many invoices, and bringing them in at the emulated QuickBooks' limits in stepped time
import path from 'node:path';
import { env, handOver, prepare, root } from './bootstrap.mjs';

prepare();
env.BACKFILL_INVOICES = process.argv[2] ?? '36000';
handOver(path.join(root, 'node_modules/jest/bin/jest.js'), [
  '--runInBand',
  'apps/invoices/src/backfill-preview',
  'apps/console/src/runs/backfill/three-years',
]);
