import { addDays } from '@qbo-sync/money/zone';
import { cents, sum, type Cents } from '../books/cents';
import { livesOf, type Data, type Wire } from '../books/happened';
import type { PlayedCompany } from '../runacall/companies';

/** Every kind of payout that is played (postings.md §10). */
export type PayoutKind =
  | 'ordinary'
  | 'refunds and fees'
  | 'disputes'
  | 'dispute won back'
  | 'manual'
  | 'instant'
  | 'after manual and instant'
  | 'negative'
  | 'failed later'
  | 'after the failure'
  | 'entered by hand'
  | 'another currency';

/** Something Stripe does (stripe/acts.ts), once by its key. A text `$key` in its body is the id that act answered with. */
export interface StripeAct {
  readonly key: string;
  readonly act: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface PlannedPayout {
  readonly key: string;
  readonly kind: PayoutKind;
  /** What a person says once it is held. */
  readonly choice?: 'clearing' | 'leave';
}

/** One company at Stripe. */
export interface PayoutPlan {
  readonly account: string;
  readonly payouts: readonly PlannedPayout[];
  /** `enter-by-hand` is a person's at QuickBooks: the deposit of the payout in its body. */
  readonly first: readonly StripeAct[];
  /** Once all of that is in the books, and the persons have chosen. */
  readonly then: readonly StripeAct[];
}

/** A Stripe payment that is in the books. */
interface Taken {
  readonly id: string;
  readonly charge: string;
  readonly amount: Cents;
  readonly ach: boolean;
  readonly refunds: readonly { readonly id: string; readonly amount: Cents }[];
  readonly failed: boolean;
}

type Act = (plan: Planner) => void;

/** What each company plays; the second pays out of QuickBooks' own Undeposited Funds. */
const SCRIPTS: Readonly<Record<string, Act>> = {
  'us-auto': (plan) => {
    const { early: refundedEarly, late: refundedLate, spare } = plan;
    const [large, second, third, forManual, forInstant, forFailed, ...rest] = spare;
    const disputed = rest.splice(-2);
    const early = rest.filter((_, place) => place % 2 === 0);
    plan.charge(...refundedEarly, ...disputed, ...early);
    plan.payOut('ordinary');
    plan.charge(...refundedLate, ...rest.filter((each) => !early.includes(each)), large);
    plan.refundAll();
    plan.fee('Radar', 450);
    plan.payOut('refunds and fees');
    const [lost, won] = disputed.map((each) => plan.dispute(each));
    plan.charge(second);
    plan.payOut('disputes');
    plan.close(lost, 'lost');
    plan.close(won, 'won');
    plan.charge(third);
    plan.payOut('dispute won back');
    plan.charge(forManual);
    plan.payOut('manual', { kind: 'manual' }, 'clearing');
    plan.charge(forInstant);
    plan.payOut('instant', { kind: 'instant' }, 'clearing');
    plan.payOut('after manual and instant');
    plan.failAll();
    plan.fee('Connections Verification', 150);
    plan.payOut('negative');
    plan.charge(forFailed);
    const failing = plan.payOut('failed later');
    plan.later();
    plan.act('payout-steps', { payout: `$${failing}`, step: 'failed' });
    plan.payOut('after the failure');
  },
  'uk-vat': (plan) => {
    const { early, late, spare } = plan;
    const [large, forManual, ...rest] = spare;
    plan.charge(...early, ...rest);
    plan.payOut('ordinary');
    plan.charge(...late, large);
    plan.refundAll();
    plan.fee('Radar', 320);
    plan.payOut('refunds and fees');
    plan.failAll();
    plan.payOut('negative');
    plan.charge(forManual);
    plan.payOut('manual', { kind: 'manual' });
  },
  'us-manual': (plan) => {
    const { early, late, spare } = plan;
    plan.charge(...early);
    plan.payOut('entered by hand', { steps: false }, 'leave');
    plan.charge(...late, ...spare);
    plan.refundAll();
    plan.payOut('ordinary');
  },
  'ca-rates': (plan) => {
    const { early, late, spare } = plan;
    plan.charge(...early, ...late, ...spare);
    plan.refundAll();
    plan.payOut('ordinary');
    plan.act('charges', { amount: 12_345, currency: 'usd' });
    plan.payOut('another currency', { currency: 'usd' });
  },
};

/** What happens at Stripe at the end of a company's day. `isPosted`: the payment is in the books. */
export function planPayouts(
  company: PlayedCompany,
  wires: readonly Wire[],
  isPosted: (paymentId: string) => boolean,
): PayoutPlan {
  const taken = takenIn(company.id, wires).filter(({ id }) => isPosted(id));
  const planner = new Planner(company, taken, arrivalAfter(company.id, wires));
  if (taken.length > 0) (SCRIPTS[company.id] ?? PLAIN)(planner);
  const { account, payouts, first, then } = planner;
  return { account, payouts, first, then };
}

const lost = ({ refunds }: Taken): Cents => sum(refunds.map(({ amount }) => amount));
const largestFirst = (a: Cents, b: Cents): number => (a === b ? 0 : a > b ? -1 : 1);

const PLAIN: Act = (plan) => {
  plan.charge(...plan.early, ...plan.late, ...plan.spare);
  plan.payOut('ordinary');
};

/** Writes the acts down. */
class Planner {
  readonly payouts: PlannedPayout[] = [];
  readonly first: StripeAct[] = [];
  readonly then: StripeAct[] = [];
  readonly account: string;
  /** Of which something goes back: those that failed and the one that lost least come first, the others later. */
  readonly early: readonly Taken[];
  readonly late: readonly Taken[];
  /** The others, the largest first. */
  readonly spare: readonly Taken[];
  private acts = this.first;
  private readonly currency: string;

  constructor(
    company: PlayedCompany,
    taken: readonly Taken[],
    private readonly arrivalDate: string,
  ) {
    this.account = company.stripeAccount;
    this.currency = company.currency.toLowerCase();
    const wentBack = ({ refunds, failed }: Taken): boolean => failed || refunds.length > 0;
    const refunded = taken
      .filter(({ refunds, failed }) => refunds.length > 0 && !failed)
      .sort((a, b) => largestFirst(lost(b), lost(a)));
    this.early = [...taken.filter(({ failed }) => failed), ...refunded.slice(0, 1)];
    this.late = refunded.slice(1);
    this.spare = taken.filter((each) => !wentBack(each)).sort((a, b) => largestFirst(a.amount, b.amount));
  }

  /** From here on once all before is in the books. */
  later(): void {
    this.acts = this.then;
  }

  act(
    act: string,
    body: Readonly<Record<string, unknown>>,
    key = `${act} ${this.first.length + this.then.length}`,
  ): string {
    this.acts.push({ key, act, body: { account: this.account, currency: this.currency, ...body } });
    return key;
  }

  charge(...all: readonly (Taken | undefined)[]): void {
    for (const each of all) {
      if (each === undefined) continue;
      const { charge: id, amount, ach } = each;
      this.act('charges', { id, amount: Number(amount), method: ach ? 'ach' : 'card' }, id);
    }
  }

  refundAll(): void {
    for (const { charge, refunds } of [...this.early, ...this.late])
      for (const { id, amount } of refunds) this.act('refunds', { charge, id, amount: Number(amount) }, id);
  }

  failAll(): void {
    for (const { charge, failed } of this.early)
      if (failed) this.act('payment-failures', { charge }, `${charge} failed`);
  }

  fee(description: string, amount: number): void {
    this.act('fees', { description, amount });
  }

  /** The dispute's key. */
  dispute({ charge }: Taken): string {
    return this.act('disputes', { charge }, `${charge} disputed`);
  }

  close(dispute: string | undefined, outcome: 'won' | 'lost'): void {
    if (dispute !== undefined) this.act('dispute-closings', { dispute: `$${dispute}`, outcome });
  }

  /** The payout's key. */
  payOut(kind: PayoutKind, body: Readonly<Record<string, unknown>> = {}, choice?: PlannedPayout['choice']): string {
    const key = `payout ${kind}`;
    this.payouts.push({ key, kind, ...(choice === undefined ? {} : { choice }) });
    this.act('payouts', { arrivalDate: this.arrivalDate, ...body }, key);
    if (kind === 'entered by hand') {
      this.act('enter-by-hand', { payout: `$${key}` });
      for (const step of ['paid', 'reconciled']) this.act('payout-steps', { payout: `$${key}`, step });
    }
    return key;
  }
}

/** A company's Stripe payments as they ended, in the order in which they were published. */
function takenIn(tenant: string, wires: readonly Wire[]): Taken[] {
  return [...livesOf(tenant, wires).values()].flatMap(({ noun, happenings }) => {
    const last = noun === 'payment' ? [...happenings].sort((a, b) => a.sequence - b.sequence).at(-1)?.data : undefined;
    const charge = last?.processorChargeId;
    if (last === undefined || charge === undefined || last.voidReason === 'entered-in-error') return [];
    return [{ ...{ id: last.id, charge, amount: cents(last.amount), ach: last.method === 'ach' }, ...wentBack(last) }];
  });
}

const wentBack = ({ refunds, voidReason }: Data): Pick<Taken, 'refunds' | 'failed'> => ({
  refunds: refunds.flatMap(({ processorRefundId: id, amount, status }) =>
    id === undefined || status !== 'succeeded' ? [] : [{ id, amount: cents(amount) }],
  ),
  failed: voidReason === 'failed' || voidReason === 'returned',
});

/** The day after the last money of the day moved. */
function arrivalAfter(tenant: string, wires: readonly Wire[]): string {
  const days = [...livesOf(tenant, wires).values()].flatMap(({ noun, happenings }) =>
    noun === 'payment'
      ? happenings.flatMap(({ data }) => [data.collectedOn, ...(data.voidedOn === undefined ? [] : [data.voidedOn])])
      : [],
  );
  return addDays(days.sort().at(-1) ?? '2026-01-01', 1);
}
