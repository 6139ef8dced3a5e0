// npm start [-- --once | --no-day | --short], npm run reset
import path from 'node:path';
import { handOver, prepare, root } from './bootstrap.mjs';

prepare();
handOver(path.join(root, 'tools/local-stack/dist/main.js'), process.argv.slice(2));
