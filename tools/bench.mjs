// npm run bench:gateway [-- --minutes 6] with DATABASE_URL of a Postgres
import path from 'node:path';
import { handOver, prepare, root } from './bootstrap.mjs';

prepare();
handOver(path.join(root, 'tools/bench/dist/main.js'), process.argv.slice(2));
