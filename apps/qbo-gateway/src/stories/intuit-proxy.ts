import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 *   pass           as the emulator answers
 *   invalid_grant  refused without asking it: Intuit in an outage
 *   lose           the emulator does it, the answer is lost
 *   drop           nothing is done, the connection closed
 */
type TokenMode = 'pass' | 'invalid_grant' | 'lose' | 'drop';

/** Stands before the emulator's token or revocation endpoint and counts the refreshes asked of it. */
export async function intuitProxy(tokenUrl: string, delayMs = 0) {
  const refreshes: string[] = [];
  const proxy = { mode: 'pass' as TokenMode, refreshes, url: '', close: async () => {} };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const { mode } = proxy;
      if (new URLSearchParams(body).get('grant_type') === 'refresh_token') refreshes.push(mode);
      if (mode === 'invalid_grant') {
        response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
        return;
      }
      if (mode === 'drop') {
        request.socket.destroy();
        return;
      }
      const forward = async (): Promise<void> => {
        const answer = await fetch(tokenUrl, {
          method: 'POST',
          headers: {
            authorization: request.headers.authorization ?? '',
            'content-type': request.headers['content-type'] ?? '',
            accept: 'application/json',
          },
          body,
        });
        const text = await answer.text();
        if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
        if (mode === 'lose') request.socket.destroy();
        else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
      };
      forward().catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  proxy.close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return proxy;
}

export type IntuitProxy = Awaited<ReturnType<typeof intuitProxy>>;
