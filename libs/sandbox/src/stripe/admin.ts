import type { IncomingMessage, ServerResponse } from 'node:http';
import { AdminProblem } from '../quickbooks/admin-call';
import { readBody, sendJson } from '../quickbooks/http-messages';
import { StripeProblem } from './account';
import { type Body, oneOf, text, whole } from './act-body';
import { isAct, perform } from './acts';
import { STRIPE_FAULT_KINDS, type StripeFault } from './faults';
import { DEFAULT_STRIPE_WEBHOOKS, type StripeWebhookSettings } from './webhooks';
import { statement } from './statement';
import type { StripeWorld } from './world';

type Handler = (world: StripeWorld, body: Body) => unknown;

/**
 * What a spec or the field-service day makes happen at Stripe, and what it asks.
 *
 *   POST <act> {account, key?, …}: acts.ts       POST statement {account}: statement.ts     GET accounts · calls · webhooks
 *   POST webhooks {url, secrets, …} · webhooks-again · faults {kind, …} · time {advanceMs}            DELETE faults
 */
const HANDLERS: Readonly<Record<string, Handler>> = {
  'GET accounts': ({ accounts }) =>
    [...accounts.values()].map((each) => ({
      id: each.id,
      balance: each.balance(),
      transactions: each.transactions.length,
      payouts: [...each.payouts].map(({ id, amount, status }) => ({ id, amount, status })),
    })),
  'POST statement': (world, body) => statement(world.openAccount(text(body, 'account'))),
  'GET calls': ({ calls }) => Object.fromEntries(calls),
  'GET webhooks': ({ webhooks }) => webhooks.status(),
  'POST webhooks': ({ webhooks }, body) => {
    const unknown = Object.keys(body).filter((key) => !(key in DEFAULT_STRIPE_WEBHOOKS));
    if (unknown.length > 0) throw new AdminProblem(400, `no such setting: ${unknown.join(', ')}`);
    Object.assign(webhooks.settings, body as Partial<StripeWebhookSettings>);
    return webhooks.status();
  },
  'POST webhooks-again': ({ webhooks }) => webhooks.again(),
  'POST faults': ({ faults }, body) => {
    faults.add({ ...body, kind: oneOf(body, 'kind', STRIPE_FAULT_KINDS) } as StripeFault);
    return {};
  },
  'DELETE faults': ({ faults }) => {
    faults.clear();
    return {};
  },
  'POST time': async (world, body) => {
    await world.clock.advance(whole(body, 'advanceMs'));
    return { now: new Date(world.clock.now()).toISOString() };
  },
};

/** Answers a call under `/admin`, to callers of this machine alone: it asks for no token. */
export async function serveStripeAdmin(
  world: StripeWorld,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!/^(127\.|::1$|::ffff:127\.)/.test(request.socket.remoteAddress ?? ''))
      throw new AdminProblem(403, 'only from this machine');
    const name = new URL(request.url ?? '/', 'http://admin').pathname.replace('/admin/', '');
    const body = read((await readBody(request)).toString('utf8'));
    const outcome = await outcomeOf(world, request.method ?? 'GET', name, body);
    sendJson(response, 200, JSON.stringify(outcome));
  } catch (error) {
    if (error instanceof StripeProblem) return sendJson(response, 400, JSON.stringify({ error: error.message }));
    if (!(error instanceof AdminProblem)) throw error;
    sendJson(response, error.status, JSON.stringify({ error: error.message }));
  }
}

function outcomeOf(world: StripeWorld, method: string, name: string, body: Body): unknown {
  if (method === 'POST' && isAct(name)) return perform(world, name, body);
  const handler = HANDLERS[`${method} ${name}`];
  if (handler === undefined) throw new AdminProblem(404, 'no such admin call');
  return handler(world, body);
}

function read(source: string): Body {
  if (source === '') return {};
  try {
    const parsed: unknown = JSON.parse(source);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AdminProblem(400, 'the body is not a JSON object');
}
