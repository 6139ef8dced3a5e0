import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { printExact } from '@qbo-sync/contracts/exact-json';
import type { Company } from './company';
import { answer, subjectOf, type ApiAnswer, type CompanyRequest } from './company-api';
import type { Disturbances, StandingDisturbance } from './disturbances';
import type { Emulator } from './emulator';
import { gatewayFaultBody, THROTTLED, UNAUTHENTICATED, WRONG_COMPANY, type GatewayFault } from './gateway-fault';
import { answerTime } from './pacific-time';
import { faultBody, Refusal } from './refusal';
import { Traffic } from './traffic';
import { serveAdmin } from './admin';
import { readBody, send, sendJson } from './http-messages';

const COMPANY_PATH = /^\/v3\/company\/([^/]+)\/(.+)$/;

/** OAuth, the accounting API, and beside them `/admin` and `/health`. */
export function createQuickBooksServer(emulator: Emulator, disturbances: Disturbances): Server {
  const traffic = new Traffic(emulator.now);
  return createServer((request, response) => {
    response.setHeader('intuit_tid', `1-${randomBytes(4).toString('hex')}-${randomBytes(12).toString('hex')}`);
    route(emulator, disturbances, traffic, request, response).catch(() => {
      if (!response.headersSent) send(response, 500, 'text/html', '<html><body>Internal Server Error</body></html>');
      else response.destroy();
    });
  });
}

async function route(
  emulator: Emulator,
  disturbances: Disturbances,
  traffic: Traffic,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://emulator');
  const company = COMPANY_PATH.exec(url.pathname);
  if (company !== null)
    return serveCompany(emulator, disturbances, traffic, request, response, url, company[1] ?? '', company[2] ?? '');
  if (request.method === 'GET' && url.pathname === '/connect/oauth2') return authorize(emulator, response, url);
  if (request.method === 'POST' && url.pathname === '/oauth2/v1/tokens/bearer')
    return token(emulator, request, response);
  if (request.method === 'POST' && url.pathname === '/v2/oauth2/tokens/revoke')
    return revoke(emulator, request, response);
  if (url.pathname.startsWith('/admin/')) return serveAdmin(emulator, disturbances, request, response);
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
  const outcome = await emulator.oauth.token(form, () => sleep(latency(emulator)));
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

/**
 * A request to a company's books:
 *
 *   bearer ─ realm ─ limits ─ disturbance ─ Accept ─ latency ─ the accounting service
 */
async function serveCompany(
  emulator: Emulator,
  disturbances: Disturbances,
  traffic: Traffic,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  realm: string,
  path: string,
): Promise<void> {
  const startedAt = emulator.now();
  const body = await readBody(request);
  const allowed = admit(emulator, request, realm);
  if ('fault' in allowed) return sendGatewayFault(response, allowed.fault, emulator.now());
  const { company } = allowed;
  const isWrite = request.method === 'POST' && path !== 'query';
  const leave = traffic.enter(realm, isWrite ? subjectOf(path, body) : undefined, emulator.settings.limits);
  if (leave === 'throttled') return sendGatewayFault(response, THROTTLED, emulator.now());
  try {
    const entity = path.split('/')[0] ?? '';
    const disturbance = disturbances.hit({
      realm,
      companyKey: company.profile.key,
      entity,
      method: request.method ?? 'GET',
    });
    const perform = (): ApiAnswer =>
      answer(emulator, company, {
        method: request.method ?? 'GET',
        path,
        query: url.searchParams,
        contentType: request.headers['content-type'] ?? '',
        body,
        actor: 'api',
        startedAt,
        ...traffic.others(realm, isWrite ? subjectOf(path, body) : undefined),
      } satisfies CompanyRequest);
    await sleep(latency(emulator) / 2);
    if (disturbance !== undefined && (await disturb(disturbance, emulator, request, response, perform))) return;
    if (!(request.headers.accept ?? '').includes('application/json'))
      return sendJson(response, 400, xmlOnly(emulator.now()));
    const outcome = perform();
    await sleep(latency(emulator) / 2);
    sendJson(response, outcome.status, outcome.body);
  } finally {
    leave();
  }
}

function admit(
  emulator: Emulator,
  request: IncomingMessage,
  realm: string,
): { company: Company } | { fault: GatewayFault } {
  const bearer = /^Bearer (.*)$/i.exec(request.headers.authorization ?? '')?.[1];
  const checked = emulator.oauth.check(bearer);
  if ('problem' in checked) return { fault: UNAUTHENTICATED(checked.problem) };
  const company = emulator.companies.get(realm);
  return company === undefined || checked.realm !== realm ? { fault: WRONG_COMPANY } : { company };
}

/** Does what the disturbance says; false when the request goes on as usual. */
async function disturb(
  disturbance: StandingDisturbance,
  emulator: Emulator,
  request: IncomingMessage,
  response: ServerResponse,
  perform: () => ApiAnswer,
): Promise<boolean> {
  switch (disturbance.kind) {
    case 'commit-then-drop':
      perform();
      request.socket.destroy();
      return true;
    case 'drop':
      request.socket.destroy();
      return true;
    case 'late-commit':
      request.socket.destroy();
      await sleep(Math.random() * (disturbance.ms ?? 2000));
      perform();
      return true;
    case 'http-500':
    case 'http-502': {
      if (disturbance.commit === true) perform();
      const status = disturbance.kind === 'http-500' ? 500 : 502;
      send(
        response,
        status,
        'text/html',
        `<html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>`,
      );
      return true;
    }
    case 'throttle':
      sendGatewayFault(response, THROTTLED, emulator.now());
      return true;
    case 'unauthorized':
      sendGatewayFault(response, UNAUTHENTICATED('Token expired'), emulator.now());
      return true;
    case 'system-fault': {
      const refusal = new Refusal(
        [{ code: '10000', detail: 'System Failure Error: please try again', element: '' }],
        500,
        'SystemFault',
      );
      sendJson(response, 500, printExact(faultBody(refusal, answerTime(emulator.now()))));
      return true;
    }
    case 'slow':
      await sleep(disturbance.ms ?? 1000);
      return false;
  }
}

/** Without `Accept: application/json` QuickBooks answers XML, which this emulator does not speak (quickbooks.md §1.3). */
function xmlOnly(nowMs: number): string {
  const detail = 'Ask for application/json in Accept: the default is XML, which this emulator does not write.';
  return printExact(faultBody(new Refusal([{ code: '1050', detail, element: 'Accept' }]), answerTime(nowMs)));
}

function latency(emulator: Emulator): number {
  const { from, to } = emulator.settings.latencyMs;
  return from + Math.random() * (to - from);
}

function sendGatewayFault(response: ServerResponse, fault: GatewayFault, nowMs: number): void {
  sendJson(response, fault.status, gatewayFaultBody(fault, nowMs));
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
