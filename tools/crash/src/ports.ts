import { createServer } from 'node:net';

/** Below those the system gives to outgoing connections: nobody takes one while its process is started again. */
const FIRST = 15_000;
const COUNT = 17_000;

let next = (process.pid * 97) % COUNT;

/** A TCP port on 127.0.0.1 that nobody listens on, another at each call. */
export async function ownPort(): Promise<number> {
  for (;;) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
