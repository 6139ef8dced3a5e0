import { money } from '../books/cents';
import { type Data, livesOf, newestOf, type Wire } from '../books/happened';
import { planDay } from '../runacall/day';
import { stamp } from '../runacall/published-day';
import { perform } from '../stripe/acts';
import { StripeAccount } from '../stripe/account';
import { statement } from '../stripe/statement';
import type { StripeWorld } from '../stripe/world';
import { expectPayouts, type ExpectedPayout, type PayoutChoices } from './expect';
import { type ExpectedDispute, expectDisputes } from './disputes';
import { payoutRowsPlayed } from './payout-rows';
import { planPayouts, splitCharges, stripePayments } from './plan';
import type { PayoutPlan, StripeAct } from './planner';

const ANCHOR = '2026-11-21T02:30:00Z';
const account = (id: string) => ({ id, name: id });
const ACCOUNTS = { bank: account('bank'), fees: account('fees'), disputes: account('disputes') };
const CLEARING = { clearing: account('clearing'), undeposited: account('undeposited') };
const LINKED = { clearing: account('undeposited'), undeposited: account('undeposited') };

/** An account at Stripe without a server: what it answers to acts. */
class AtStripe {
  private readonly answers = new Map<string, string>();
  private readonly open = new Map<string, StripeAccount>();
  private readonly world = {
    clock: { now: () => Date.parse(ANCHOR) },
    done: new Map(),
    write: () => undefined,
    openAccount: (id: string) => {
      const own =
        this.open.get(id) ??
        new StripeAccount(
          id,
          () => Date.parse(ANCHOR),
          () => undefined,
        );
      this.open.set(id, own);
      return own;
    },
  } as unknown as StripeWorld;

  act({ key, act, body }: StripeAct): string {
    const said = Object.entries(body).map(([name, value]) => [name, this.named(value)]);
    const { id } = perform(this.world, act, Object.fromEntries(said)) as { id: string };
    this.answers.set(key, id);
    return id;
  }

  named(value: unknown): unknown {
    return typeof value === 'string' && value.startsWith('$') ? this.answers.get(value.slice(1)) : value;
  }

  statement(id: string) {
    return statement(this.world.openAccount(id));
  }
}

/** The customers of each payment's invoices. */
function payersOf(tenant: string, wires: readonly Wire[], payments: readonly Data[]): Map<string, string[]> {
  const lives = livesOf(tenant, wires);
  const customerOf = (invoiceId: string): string => newestOf(lives.get(`invoice:${invoiceId}`)!)?.data.customerId ?? '';
  return new Map(
    payments.map(({ id, allocations }) => [
      id,
      [...new Set(allocations.map(({ invoiceId }) => customerOf(invoiceId)))],
    ]),
  );
}

interface Played {
  readonly disputes: readonly ExpectedDispute[];
  readonly split: ReadonlySet<string>;
  readonly plan: PayoutPlan;
  readonly payouts: readonly ExpectedPayout[];
  readonly statement: ReturnType<typeof statement>;
}

function play(seed: string): Map<string, Played> {
  const day = planDay(seed, ANCHOR, 'full');
  const wires = day.events.map((event) => stamp(event, ANCHOR));
  return new Map(
    day.companies.map((company) => {
      const plan = planPayouts(company, 'full', wires, () => true);
      const stripe = new AtStripe();
      const byHand: string[] = [];
      for (const act of [...plan.first, ...plan.then]) {
        if (act.act === 'enter-by-hand') byHand.push(String(stripe.named(act.body['payout'])));
        else stripe.act(act);
      }
      const chosen = Object.fromEntries(
        plan.payouts.flatMap(({ key, choice }) =>
          choice === undefined ? [] : [[String(stripe.named(`$${key}`)), choice]],
        ),
      );
      const choices: PayoutChoices = { accounts: ACCOUNTS, currency: company.currency, chosen, byHand };
      const said = stripe.statement(company.stripeAccount);
      const payments = stripePayments(company.id, wires);
      const played = {
        ...{ plan, statement: said },
        payouts: expectPayouts(said, choices, company.id === 'uk-vat' ? LINKED : CLEARING),
        disputes: expectDisputes(said, company.id === 'us-manual'),
        split: splitCharges(payments, payersOf(company.id, wires, payments)),
      };
      return [company.id, played];
    }),
  );
}

describe('payouts of a day, over 40 seeds', () => {
  const days = Array.from({ length: 40 }, (_, n) => play(`seed-${n}`));

  test('come to rest as their kind does', () => {
    const rests = new Map<string, Set<string>>();
    for (const day of days) {
      for (const [tenant, { plan, payouts }] of day) {
        plan.payouts.forEach(({ kind }, place) => {
          const { state, reason, record, failed, withEmptyDeposit } = payouts[place]!;
          const how = [state, reason, record, failed ? 'failed' : '', withEmptyDeposit ? 'and an empty deposit' : ''];
          const name = `${tenant} ${kind}`;
          rests.set(name, new Set([...(rests.get(name) ?? []), how.filter(Boolean).join(', ')]));
        });
      }
    }
    expect(Object.fromEntries([...rests].map(([kind, how]) => [kind, [...how].join(' / ')]))).toEqual({
      'us-auto ordinary': 'synced, Deposit',
      'us-auto refunds and fees': 'synced, Deposit',
      'us-auto disputes': 'synced, Deposit',
      'us-auto dispute won back': 'synced, Deposit',
      'us-auto manual': 'synced, JournalEntry',
      'us-auto instant': 'synced, JournalEntry',
      'us-auto after manual and instant': 'synced, Deposit',
      'us-auto negative': 'synced, JournalEntry',
      'us-auto failed before it was paid': 'synced, Deposit, failed',
      'us-auto failed later': 'synced, Deposit, failed',
      'us-auto after the failure': 'synced, Deposit',
      'uk-vat ordinary': 'synced, Deposit',
      'uk-vat refunds and fees': 'synced, Deposit',
      'uk-vat negative': 'synced, JournalEntry, and an empty deposit',
      'uk-vat manual': 'needs attention, payout_funds, none',
      'us-manual entered by hand': 'dismissed, by hand',
      'us-manual entered by hand, linked': 'synced, by hand',
      'us-manual ordinary': 'synced, Deposit',
      'ca-rates ordinary': 'synced, Deposit',
      'ca-rates another currency': 'needs attention, currency, none',
    });
  });

  test('leave nothing over: what each moves sums to zero, and no transaction is in two', () => {
    const wrong: string[] = [];
    for (const day of days) {
      for (const { payouts } of day.values()) {
        for (const { id, movements } of payouts) {
          const total = movements.reduce((all, { amount }) => all + amount, 0n);
          if (total !== 0n) wrong.push(`${id} ${money(total)}`);
        }
        const moves = payouts.flatMap((each) => each.moves.map(({ id }) => id));
        if (new Set(moves).size < moves.length) wrong.push('a transaction twice');
      }
    }
    expect(wrong).toEqual([]);
  });

  test('play every row of the table that is Stripe’s', () => {
    const rows = days.map((day) => payoutRowsPlayed([...day.values()]).filter(({ times }) => times === 0));
    expect(rows.flat()).toEqual([]);
  });

  test('every charge of the day is at Stripe, in a payout or still to come', () => {
    const missing = days.flatMap((day) => [...day.values()].filter(({ statement: { moves } }) => moves.length === 0));
    expect(missing).toEqual([]);
  });
});

test('a small statement, reckoned by hand', () => {
  const stripe = new AtStripe();
  const act = (key: string, name: string, body: object): string =>
    stripe.act({ key, act: name, body: { account: 'acct_1', currency: 'usd', ...body } });
  act('a', 'charges', { id: 'ch_a', amount: 10_000 });
  act('r', 'refunds', { charge: 'ch_a', amount: 2_500, id: 're_a' });
  act('d', 'disputes', { charge: '$a' });
  act('b', 'charges', { id: 'py_b', amount: 20_000, method: 'ach' });
  act('f', 'fees', { amount: 450, description: 'Radar' });
  const po = act('po', 'payouts', { arrivalDate: '2026-12-02' });
  const [payout] = expectPayouts(
    stripe.statement('acct_1'),
    { accounts: ACCOUNTS, currency: 'USD', chosen: {}, byHand: [] },
    CLEARING,
  );
  const on = new Map<string, bigint>();
  for (const {
    account: { id },
    amount,
  } of payout!.movements)
    on.set(id, (on.get(id) ?? 0n) + amount);
  expect(payout).toMatchObject({ id: po, record: 'Deposit', state: 'synced', failed: false });
  // 100.00 − 25.00 − 100.00 + 200.00, fees 3.20 + 15.00 + 1.60 + 4.50.
  expect(money(payout!.amount)).toBe('150.70');
  expect([...on].map(([id, amount]) => `${id} ${money(amount)}`)).toEqual([
    'bank 150.70',
    'clearing -275.00',
    'disputes 100.00',
    'fees 24.30',
  ]);
});
