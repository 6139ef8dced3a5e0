import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A write on its way to QuickBooks. */
interface Passed {
  readonly at: number;
  readonly requestid: string;
}

/** Stands between one gateway and the emulator and notes what that gateway sends, when it comes. */
export async function quickbooksProxy(url: string) {
  const { hostname, port } = new URL(url);
  const passed: Passed[] = [];
  const server = createServer((request, response) => {
    const requestid = new URL(request.url ?? '/', url).searchParams.get('requestid');
    if (request.method === 'POST' && requestid !== null) passed.push({ at: Date.now(), requestid });
    const { method, headers, url: path } = request;
    const onward = forward({ hostname, port, path, method, headers }, (answer) => {
      // A fresh connection each time: one that died while its gateway was stopped would hide what is sent over it.
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: 'close' });
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.on('error', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
