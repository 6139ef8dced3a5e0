import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveAdmin } from './admin';
import { serveCompany } from './company-server';
import type { Emulator } from './emulator';
import { readBody, send, sendJson } from './http-messages';
import type { World } from './world';

const COMPANY_PATH = /^\/v3\/company\/([^/]+)\/(.+)$/;

/** OAuth, the accounting API, and beside them `/admin` and `/health`. */
export function createQuickBooksServer(world: World): Server {
  return createServer((request, response) => {
    const tid = randomUUID().replaceAll('-', '');
    response.setHeader('intuit_tid', `1-${tid.slice(0, 8)}-${tid.slice(8)}`);
    route(world, request, response).catch(() => {
      if (!response.headersSent) send(response, 500, 'text/html', '<html><body>Internal Server Error</body></html>');
      else response.destroy();
    });
  });
}

async function route(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { emulator } = world;
  const url = new URL(request.url ?? '/', 'http://emulator');
  const company = COMPANY_PATH.exec(url.pathname);
  if (company !== null) return serveCompany(world, request, response, url, company[1] ?? '', company[2] ?? '');
  if (request.method === 'GET' && url.pathname === '/connect/oauth2') return authorize(emulator, response, url);
  if (request.method === 'POST' && url.pathname === '/oauth2/v1/tokens/bearer')
    return token(emulator, request, response);
  if (request.method === 'POST' && url.pathname === '/v2/oauth2/tokens/revoke')
    return revoke(emulator, request, response);
  if (url.pathname.startsWith('/admin/')) return serveAdmin(world, request, response);
  if (url.pathname === '/health/live' || url.pathname === '/health/ready')
    return sendJson(response, 200, '{"ready":true,"checks":{}}');
  send(response, 404, 'text/html', '<html><body>404 Not Found</body></html>');
}

function authorize(emulator: Emulator, response: ServerResponse, url: URL): void {
  const outcome = emulator.oauth.authorize(url.searchParams);
  if ('problem' in outcome) return send(response, 400, 'text/html', `<html><body>${outcome.problem}</body></html>`);
  response.writeHead(302, { location: outcome.redirect }).end();
}

async function token(emulator: Emulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams((await readBody(request)).toString('utf8'));
  if (!emulator.oauth.isClient(request.headers.authorization))
    return sendJson(response, 401, JSON.stringify({ error: 'invalid_client' }));
  const outcome = await emulator.oauth.token(form, () => sleep(emulator.settings.latencyMs.to));
  sendJson(response, outcome.status, JSON.stringify(outcome.body));
}

async function revoke(emulator: Emulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = (await readBody(request)).toString('utf8');
  if (!emulator.oauth.isClient(request.headers.authorization))
    return sendJson(response, 401, JSON.stringify({ error: 'invalid_client' }));
  send(response, emulator.oauth.revoke(tokenIn(body)) ? 200 : 400, 'text/plain', '');
}

function tokenIn(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && 'token' in parsed ? String(parsed.token) : '';
  } catch {
    return '';
  }
}

/** Listens and answers the port it got. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
