// nx test <project>: the specs of one project folder, with the servers of DATABASE_URL and KAFKA_BROKERS or npm test's.
import path from 'node:path';
import { handOver, prepare, root } from './bootstrap.mjs';

prepare();
handOver(path.join(root, 'tools/local-stack/dist/test-main.js'), ['--specs-only', ...process.argv.slice(2)]);
