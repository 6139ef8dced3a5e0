// npm run bench:match [-- 10000]: so many customers matched with as many of QuickBooks', on a whole stack
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { env, handOver, prepare, root } from './bootstrap.mjs';

prepare();
mkdirSync(path.join(root, '.local'), { recursive: true });
env.MATCH_CUSTOMERS = process.argv[2] ?? '10000';
handOver(path.join(root, 'node_modules/jest/bin/jest.js'), [
  '--runInBand',
  'apps/sandbox/src/whole-path/one-company',
  ...['--testNamePattern', '^Match of many'],
]);
