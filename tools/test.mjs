// npm test [-- <jest path pattern> …]
import path from 'node:path';
import { handOver, prepare, root } from './bootstrap.mjs';

prepare();
handOver(path.join(root, 'tools/local-stack/dist/test-main.js'), process.argv.slice(2));
