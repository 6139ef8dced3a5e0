import type { PayoutKind, StripeAccount } from './account';
import { type Body, oneOf, text, whole } from './act-body';
import { AdminProblem } from '../quickbooks/admin-call';
import type { StripeWorld } from './world';

/**
 * What happens on an account because a spec or the field-service day says so. Amounts are minor units; every answer is
 * the record.
 *
 *   charges {amount, currency?, method?, id?, count?}       refunds {charge, amount?, id?}      payment-failures {charge}
 *   refund-failures {refund}
 *   disputes {charge}      dispute-closings {dispute, outcome}      fees {amount, description}  others {amount, type, category}
 *   payouts {kind?, currency?, amount?, arrivalDate?, steps?}       payout-steps {payout, step}
 *
 * A manual or instant payout without an amount takes half of the balance.
 */
const ACTS: Readonly<Record<string, (account: StripeAccount, body: Body, world: StripeWorld) => unknown>> = {
  accounts: ({ id }) => ({ id }),
  charges: (account, body) => {
    const method = body['method'] === 'ach' ? 'us_bank_account' : 'card';
    const money = { amount: whole(body, 'amount'), currency: currencyOf(body) };
    const more = { ...exchangeOf(body), ...(body['id'] === undefined ? {} : { id: text(body, 'id') }) };
    if (body['count'] === undefined) return account.charge(money, method, more);
    const made = whole(body, 'count');
    for (let n = 0; n < made; n += 1) account.charge(money, method, more);
    return { made };
  },
  refunds: (account, body) =>
    account.refund(
      text(body, 'charge'),
      body['amount'] === undefined ? undefined : whole(body, 'amount'),
      body['id'] === undefined ? undefined : text(body, 'id'),
    ),
  'refund-failures': (account, body) => account.failRefund(text(body, 'refund')),
  'payment-failures': (account, body) => account.failPayment(text(body, 'charge')),
  disputes: (account, body) => account.dispute(text(body, 'charge')),
  'dispute-closings': (account, body) =>
    account.closeDispute(text(body, 'dispute'), oneOf(body, 'outcome', ['won', 'lost'] as const)),
  fees: (account, body) =>
    account.other({
      amount: -whole(body, 'amount'),
      currency: currencyOf(body),
      type: 'stripe_fee',
      category: 'fee',
      source: null,
      description: text(body, 'description'),
    }),
  others: (account, body) =>
    account.other({
      amount: whole(body, 'amount'),
      currency: currencyOf(body),
      type: text(body, 'type'),
      category: text(body, 'category'),
      source: null,
    }),
  payouts: (account, body, world) => {
    const kind: PayoutKind =
      body['kind'] === undefined ? 'automatic' : oneOf(body, 'kind', ['automatic', 'manual', 'instant'] as const);
    const day = body['arrivalDate'] === undefined ? today(world) : text(body, 'arrivalDate');
    const arrival = Date.parse(`${day}T00:00:00Z`) / 1000;
    if (!Number.isSafeInteger(arrival)) throw new AdminProblem(400, 'arrivalDate: a day');
    const currency = currencyOf(body);
    const half = Math.floor((account.balance()[currency] ?? 0) / 2);
    const payout = account.payOut(kind, currency, arrival, body['amount'] === undefined ? half : whole(body, 'amount'));
    const steps = kind === 'automatic' ? (['paid', 'reconciled'] as const) : (['paid'] as const);
    if (body['steps'] !== false) for (const step of steps) account.step(payout.id, step);
    return payout;
  },
  'payout-steps': (account, body) =>
    account.step(text(body, 'payout'), oneOf(body, 'step', ['paid', 'reconciled', 'failed'] as const)),
};

export const isAct = (name: string): boolean => Object.hasOwn(ACTS, name);

/**
 * Does an act and writes it down. With a `key` it is done once: said again, the answer is the record as it is now.
 * Throws what stops it; then nothing happened.
 */
export function perform(world: StripeWorld, name: string, body: Body): unknown {
  const account = world.openAccount(text(body, name === 'accounts' ? 'id' : 'account'));
  const key = body['key'] === undefined ? undefined : `${account.id} ${text(body, 'key')}`;
  if (key !== undefined && world.done.has(key)) return world.done.get(key);
  const at = world.clock.now();
  const answer = ACTS[name]?.(account, body, world);
  if (key !== undefined) world.done.set(key, answer);
  world.write({ kind: 'act', at, name, body });
  return answer;
}

const currencyOf = (body: Body): string =>
  body['currency'] === undefined ? 'usd' : text(body, 'currency').toLowerCase();

/** A charge made in another currency, which Stripe converted. */
const exchangeOf = (body: Body): { exchangeRate: number } | Record<string, never> =>
  typeof body['exchangeRate'] === 'number' ? { exchangeRate: body['exchangeRate'] } : {};

const today = ({ clock }: StripeWorld): string => new Date(clock.now()).toISOString().slice(0, 10);
