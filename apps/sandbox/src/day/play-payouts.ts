import type { BooksChoices } from '@qbo-sync/sandbox/books/choices';
import type { ExpectedBooks } from '@qbo-sync/sandbox/books/model';
import { expectDisputes, type ExpectedDispute } from '@qbo-sync/sandbox/payouts/disputes';
import { expectPayouts, type ExpectedPayout } from '@qbo-sync/sandbox/payouts/expect';
import { planPayouts, splitCharges, stripePayments } from '@qbo-sync/sandbox/payouts/plan';
import type { PayoutChoice, PayoutPlan, PlannedPayout, StripeAct } from '@qbo-sync/sandbox/payouts/planner';
import type { Data } from '@qbo-sync/sandbox/books/happened';
import type { DaySize } from '@qbo-sync/sandbox/runacall/day';
import type { PublishedMessage } from '@qbo-sync/sandbox/runacall/published-day';
import type { Statement } from '@qbo-sync/sandbox/stripe/statement';
import type { LogRow } from './console-api';
import { enterByHand } from './enter-payout';
import { makeChoices } from './personal-choices';
import type { RunACall } from './publish-day';
import { until } from './stopped';
import { StripeAdmin } from './stripe-admin';
import type { ConnectedCompany, World } from './world';

const WITHIN_MS = 120_000;
const POLL_MS = 500;
/** Where a payout's row stays unless somebody does something. */
const AT_REST: readonly string[] = ['synced', 'synced with warnings', 'needs attention', 'dismissed'];

/** A company's payouts once they have been played. */
export interface PlayedPayouts {
  readonly tenant: string;
  readonly plan: PayoutPlan;
  readonly statement: Statement;
  readonly payouts: readonly ExpectedPayout[];
  readonly disputes: readonly ExpectedDispute[];
  /** Run a Call's payments through Stripe. */
  readonly payments: readonly Data[];
  /** Charges of those for several customers. */
  readonly split: ReadonlySet<string>;
}

export interface PayoutDay {
  readonly companies: readonly (ConnectedCompany & { readonly choices: BooksChoices })[];
  readonly size: DaySize;
  readonly messages: readonly PublishedMessage[];
  readonly books: readonly ExpectedBooks[];
}

/** Every webhook of Stripe once more, as a replay does; null without an emulated Stripe. */
export async function tellAgain({ config }: World): Promise<number | null> {
  return config.STRIPE_ADMIN_URL === undefined ? null : new StripeAdmin(config.STRIPE_ADMIN_URL).tellAgain();
}

/**
 * The end of the day at Stripe, whose payments are in the books by now:
 *
 *   charges, refunds, payouts ─▶ persons choose for what is held ─▶ a payout comes back ─▶ what the books must say
 *
 * Said again nothing of it happens twice. Nothing where another Stripe is plugged in.
 */
export async function playPayouts(
  world: World,
  runACall: Pick<RunACall, 'send'>,
  { companies, size, messages, books }: PayoutDay,
): Promise<PlayedPayouts[]> {
  const { STRIPE_ADMIN_URL } = world.config;
  if (STRIPE_ADMIN_URL === undefined) return [];
  const stripe = new StripeAdmin(STRIPE_ADMIN_URL);
  const played = companies.map((one, place) => {
    const payers: ExpectedBooks['payers'] = books[place]?.payers ?? new Map();
    const isPosted = (payment: string): boolean => payers.has(payment);
    return new AtStripe(
      world,
      stripe,
      one,
      planPayouts(one.company, size, messages, isPosted, one.choices.closed?.through),
      payers,
    );
  });
  for (const each of played) await each.first();
  for (const each of played) await each.then(runACall);
  return Promise.all(played.map((each) => each.end(messages)));
}

/** One company's account. */
class AtStripe {
  private readonly ids = new Map<string, string>();
  /** Deposits that a person entered, by their payout. */
  private readonly byHand = new Map<string, string>();
  private readonly chosen: Record<string, PayoutChoice> = {};

  constructor(
    private readonly world: World,
    private readonly stripe: StripeAdmin,
    private readonly one: PayoutDay['companies'][number],
    private readonly plan: PayoutPlan,
    private readonly payers: ExpectedBooks['payers'],
  ) {}

  async first(): Promise<void> {
    for (const act of this.plan.first) await this.act(act);
    const { payouts, account } = this.plan;
    this.world.progress.step(`${this.one.company.id}: ${payouts.length} payouts of ${account} at Stripe`);
  }

  /** Persons choose for what is held, and what comes once all is in the books happens. */
  async then(runACall: Pick<RunACall, 'send'>): Promise<void> {
    for (const payout of this.plan.payouts)
      if (payout.choice !== undefined) await this.choose(runACall, payout, payout.choice);
    for (const act of this.plan.then) {
      if (act.act === 'payout-steps') await this.atRest(String(this.named(act.body['payout'])));
      await this.act(act);
    }
  }

  async end(messages: readonly PublishedMessage[]): Promise<PlayedPayouts> {
    const { company, choices } = this.one;
    const { plan, chosen } = this;
    const byHand = [...this.byHand.keys()];
    const statement = await this.stripe.statement(plan.account);
    const accounts = choices.payouts;
    if (accounts === undefined) throw new Error('a company without the accounts of its payouts');
    const payouts = expectPayouts(statement, { accounts, currency: company.currency, chosen, byHand }, choices);
    const payments = stripePayments(company.id, messages);
    return {
      ...{ tenant: company.id, plan, statement, payouts, payments },
      disputes: expectDisputes(statement, accounts.disputesWait === true),
      split: splitCharges(payments, this.payers),
    };
  }

  private async act({ key, act, body }: StripeAct): Promise<void> {
    const said = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, this.named(value)]));
    if (act !== 'enter-by-hand') {
      this.ids.set(key, await this.stripe.act(act, { ...said, key }));
      return;
    }
    const payoutId = String(said['payout']);
    const statement = await this.stripe.statement(this.plan.account);
    const depositId = await enterByHand(this.world, { one: this.one, statement, payoutId });
    if (depositId !== undefined) this.byHand.set(payoutId, depositId);
  }

  private async choose(runACall: Pick<RunACall, 'send'>, { key }: PlannedPayout, choice: PayoutChoice): Promise<void> {
    const id = this.ids.get(key) ?? '';
    const { state } = await this.atRest(id);
    this.chosen[id] = choice;
    if (state !== 'needs attention') return;
    const said = choice === 'link' ? `link ${this.byHand.get(id) ?? ''}` : choice;
    await makeChoices(this.world, runACall, this.one, [{ ref: `payout:${id}`, choice: said }]);
  }

  private async atRest(id: string): Promise<LogRow> {
    const { company, api } = this.one;
    const row = async (): Promise<LogRow | undefined> =>
      (await api.log(company.id)).find(({ eventId, state }) => eventId === `${id}.paid` && AT_REST.includes(state));
    return until(row, {
      withinMs: WITHIN_MS,
      everyMs: POLL_MS,
      sentence: `Payout ${id} of ${company.id} did not come to rest within two minutes.`,
    });
  }

  private named(value: unknown): unknown {
    return typeof value === 'string' && value.startsWith('$') ? this.ids.get(value.slice(1)) : value;
  }
}
