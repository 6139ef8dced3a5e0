// npm run test:crash [-- "K11 first" SIGTERM …]: the whole crash matrix, or the cases whose name holds one of the texts
import path from 'node:path';
import { handOver, prepare, root } from './bootstrap.mjs';

prepare();
handOver(path.join(root, 'tools/crash/dist/main.js'), process.argv.slice(2));
