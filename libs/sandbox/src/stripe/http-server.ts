import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { serveStripeAdmin } from './admin';
import { answer } from './api';
import { faultRefusal, notAllowed } from './faults';
import { stripeId } from './ids';
import { refusalBody, StripeRefusal } from './refusal';
import type { StripeWorld } from './world';

/** The API under `/v1`, and beside it `/admin` and `/health`. */
export function createStripeServer(world: StripeWorld): Server {
  let requests = 0;
  return createServer((request, response) => {
    requests += 1;
    response.setHeader('request-id', stripeId('req', 'sandbox', requests));
    route(world, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else sendRefusal(response, new StripeRefusal(500, undefined, 'An unknown error occurred'));
    });
  });
}

async function route(world: StripeWorld, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://stripe');
  if (url.pathname.startsWith('/admin/')) return serveStripeAdmin(world, request, response);
  if (url.pathname.startsWith('/health/')) return send(response, 200, '{"ready":true,"checks":{}}');
  try {
    const account = accountOf(world, request);
    const fault = world.faults.hit(url.pathname + url.search);
    if (fault?.kind === 'drop') {
      response.destroy();
      return;
    }
    if (fault?.kind === 'not-json')
      return send(response, 502, '<html><body>502 Bad Gateway</body></html>', { 'content-type': 'text/html' });
    if (fault !== undefined) throw faultRefusal(fault, account);
    const known = world.accounts.get(account);
    if (known === undefined) throw notAllowed(account);
    if (request.method !== 'GET')
      throw new StripeRefusal(404, undefined, `Unrecognized request URL (${request.method}: ${url.pathname}).`);
    count(world, url.pathname);
    send(response, 200, JSON.stringify(answer(known, url.pathname, url.searchParams)));
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error;
    sendRefusal(response, error);
  }
}

/** The account a call is for; refuses a key that is not ours. */
function accountOf({ secretKey }: StripeWorld, request: IncomingMessage): string {
  const [, key = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (key !== secretKey) throw new StripeRefusal(401, undefined, 'Invalid API Key provided: sk_test_****');
  const account = request.headers['stripe-account'];
  return typeof account === 'string' ? account : 'acct_platform';
}

function count({ calls }: StripeWorld, path: string): void {
  const kind = path.split('/').slice(0, 3).join('/');
  calls.set(kind, (calls.get(kind) ?? 0) + 1);
}

/** Stripe says itself that a refusal is not worth repeating as it is. */
function sendRefusal(response: ServerResponse, refusal: StripeRefusal): void {
  const shouldRetry = refusal.status >= 500 ? 'true' : 'false';
  send(response, refusal.status, refusalBody(refusal), { ...refusal.headers, 'stripe-should-retry': shouldRetry });
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}
