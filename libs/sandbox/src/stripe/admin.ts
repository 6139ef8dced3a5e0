import type { IncomingMessage, ServerResponse } from 'node:http';
import { AdminProblem } from '../quickbooks/admin-call';
import { readBody, sendJson } from '../quickbooks/http-messages';
import { StripeProblem, type PayoutKind, type StripeAccount } from './account';
import { STRIPE_FAULT_KINDS, type StripeFault } from './faults';
import { DEFAULT_STRIPE_WEBHOOKS, type StripeWebhookSettings } from './webhooks';
import type { StripeWorld } from './world';

type Body = Readonly<Record<string, unknown>>;
type Handler = (world: StripeWorld, body: Body) => unknown;

/**
 * What a spec or the field-service day makes happen at Stripe. Amounts are minor units; every answer is the record.
 *
 *   POST charges {account, amount, currency?, method?, count?}      POST refunds {account, charge, amount?}
 *   POST payment-failures {account, charge}                         POST disputes {account, charge}
 *   POST dispute-closings {account, dispute, outcome}               POST fees {account, amount, description}
 *   POST others {account, amount, type, category}                   POST payouts {account, kind?, currency?, amount?, arrivalDate?, steps?}
 *   POST payout-steps {account, payout, step}                       GET accounts · calls · webhooks
 *   POST webhooks {url, secrets, …} · faults {kind, …} · time {advanceMs}            DELETE faults
 */
const HANDLERS: Readonly<Record<string, Handler>> = {
  'POST accounts': (world, body) => ({ id: world.openAccount(text(body, 'id')).id }),
  'GET accounts': ({ accounts }) =>
    [...accounts.values()].map((each) => ({
      id: each.id,
      balance: each.balance(),
      transactions: each.transactions.length,
      payouts: [...each.payouts].map(({ id, amount, status }) => ({ id, amount, status })),
    })),
  'POST charges': (world, body) => {
    const method = body['method'] === 'ach' ? 'us_bank_account' : 'card';
    const money = { amount: whole(body, 'amount'), currency: currencyOf(body) };
    const charges = Array.from({ length: body['count'] === undefined ? 1 : whole(body, 'count') }, () =>
      accountIn(world, body).charge(money, method, exchangeOf(body)),
    );
    return body['count'] === undefined ? charges[0] : { made: charges.length };
  },
  'POST refunds': (world, body) =>
    accountIn(world, body).refund(
      text(body, 'charge'),
      body['amount'] === undefined ? undefined : whole(body, 'amount'),
    ),
  'POST payment-failures': (world, body) => accountIn(world, body).failPayment(text(body, 'charge')),
  'POST disputes': (world, body) => accountIn(world, body).dispute(text(body, 'charge')),
  'POST dispute-closings': (world, body) =>
    accountIn(world, body).closeDispute(text(body, 'dispute'), oneOf(body, 'outcome', ['won', 'lost'] as const)),
  'POST fees': (world, body) =>
    accountIn(world, body).other({
      amount: -whole(body, 'amount'),
      currency: currencyOf(body),
      type: 'stripe_fee',
      category: 'fee',
      source: null,
      description: text(body, 'description'),
    }),
  'POST others': (world, body) =>
    accountIn(world, body).other({
      amount: whole(body, 'amount'),
      currency: currencyOf(body),
      type: text(body, 'type'),
      category: text(body, 'category'),
      source: null,
    }),
  'POST payouts': (world, body) => {
    const account = accountIn(world, body);
    const kind: PayoutKind =
      body['kind'] === undefined ? 'automatic' : oneOf(body, 'kind', ['automatic', 'manual', 'instant'] as const);
    const day = body['arrivalDate'] === undefined ? today(world) : text(body, 'arrivalDate');
    const arrival = Date.parse(`${day}T00:00:00Z`) / 1000;
    if (!Number.isSafeInteger(arrival)) throw new AdminProblem(400, 'arrivalDate: a day');
    const amount = body['amount'] === undefined ? undefined : whole(body, 'amount');
    const payout = account.payOut(kind, currencyOf(body), arrival, amount);
    const steps = kind === 'automatic' ? (['paid', 'reconciled'] as const) : (['paid'] as const);
    if (body['steps'] !== false) for (const step of steps) account.step(payout.id, step);
    return payout;
  },
  'POST payout-steps': (world, body) =>
    accountIn(world, body).step(text(body, 'payout'), oneOf(body, 'step', ['paid', 'reconciled', 'failed'] as const)),
  'GET calls': ({ calls }) => Object.fromEntries(calls),
  'GET webhooks': ({ webhooks }) => webhooks.status(),
  'POST webhooks': ({ webhooks }, body) => {
    const unknown = Object.keys(body).filter((key) => !(key in DEFAULT_STRIPE_WEBHOOKS));
    if (unknown.length > 0) throw new AdminProblem(400, `no such setting: ${unknown.join(', ')}`);
    Object.assign(webhooks.settings, body as Partial<StripeWebhookSettings>);
    return webhooks.status();
  },
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
    const handler = HANDLERS[`${request.method ?? 'GET'} ${name}`];
    if (handler === undefined) throw new AdminProblem(404, 'no such admin call');
    const outcome = await handler(world, read((await readBody(request)).toString('utf8')));
    sendJson(response, 200, JSON.stringify(outcome));
  } catch (error) {
    if (error instanceof StripeProblem) return sendJson(response, 400, JSON.stringify({ error: error.message }));
    if (!(error instanceof AdminProblem)) throw error;
    sendJson(response, error.status, JSON.stringify({ error: error.message }));
  }
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

const accountIn = (world: StripeWorld, body: Body): StripeAccount => world.openAccount(text(body, 'account'));

const currencyOf = (body: Body): string =>
  body['currency'] === undefined ? 'usd' : text(body, 'currency').toLowerCase();

/** A charge made in another currency, which Stripe converted. */
const exchangeOf = (body: Body): { exchangeRate: number } | Record<string, never> =>
  typeof body['exchangeRate'] === 'number' ? { exchangeRate: body['exchangeRate'] } : {};

const today = ({ clock }: StripeWorld): string => new Date(clock.now()).toISOString().slice(0, 10);

function text(body: Body, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '') throw new AdminProblem(400, `${name}: a text`);
  return value;
}

function whole(body: Body, name: string): number {
  const value = body[name];
  if (!Number.isSafeInteger(value)) throw new AdminProblem(400, `${name}: a whole number`);
  return value as number;
}

function oneOf<Value extends string>(body: Body, name: string, values: readonly Value[]): Value {
  const found = values.find((each) => each === body[name]);
  if (found === undefined) throw new AdminProblem(400, `${name}: one of ${values.join(', ')}`);
  return found;
}
