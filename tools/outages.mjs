// npm run test:outages [-- kafka-SIGSTOP,postgres-SIGKILL]: Kafka, Postgres and QuickBooks away in a running day, as a table
import path from 'node:path';
import { env, handOver, prepare, root } from './bootstrap.mjs';

prepare();
env.OUTAGES = process.argv[2] ?? 'all';
handOver(path.join(root, 'node_modules/jest/bin/jest.js'), ['--runInBand', 'whole-path/outages']);
