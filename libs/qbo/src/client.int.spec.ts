import { createServer, type Server } from 'node:http';
import { QboClient } from './client';

describe('client', () => {
  const servers: Server[] = [];
  const listen = async (handle: Parameters<typeof createServer>[1]): Promise<string> => {
    const server = createServer(handle as never);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  };
  const send = async (url: string, limits = {}) => {
    const client = new QboClient(url, limits);
    try {
      return await client.send({
        realmId: '4620',
        accessToken: 'tok',
        method: 'POST',
        path: 'invoice',
        query: { requestid: 'r1' },
        body: '{"TotalAmt":1.10}',
      });
    } finally {
      await client.close();
    }
  };
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('sends the very bytes with minorversion, requestid and bearer, asks for JSON, reads the tid', async () => {
    const seen: unknown[] = [];
    const url = await listen((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push(request.url, request.headers.authorization, request.headers.accept, body);
        response.setHeader('intuit_tid', 'gw-7');
        response.setHeader('retry-after', '30');
        response.end('{"ok":true}');
      });
    });
    expect(await send(url)).toEqual({
      reply: 'answered',
      status: 200,
      body: '{"ok":true}',
      intuitTid: 'gw-7',
      retryAfterMs: 30_000,
    });
    expect(seen).toEqual([
      '/v3/company/4620/invoice?requestid=r1&minorversion=75',
      'Bearer tok',
      'application/json',
      '{"TotalAmt":1.10}',
    ]);
  });

  it('a refused connection was not sent', async () => {
    const url = await listen(() => undefined);
    const server = servers.pop();
    await new Promise((resolve) => server?.close(resolve));
    expect(await send(url)).toEqual({ reply: 'notSent', why: 'ECONNREFUSED' });
  });

  it('a connection broken after the request may have been executed', async () => {
    const url = await listen((request) => request.socket.destroy());
    expect(await send(url)).toMatchObject({ reply: 'noAnswer' });
  });

  it('an answer that takes too long, or is too large, is none', async () => {
    const silent = await listen(() => undefined);
    expect(await send(silent, { totalMs: 100 })).toEqual({ reply: 'noAnswer', why: 'TimeoutError' });
    const large = await listen((_request, response) => response.end('x'.repeat(5000)));
    expect(await send(large, { bodyBytes: 1000 })).toEqual({ reply: 'noAnswer', why: 'body_too_large' });
  });
});
