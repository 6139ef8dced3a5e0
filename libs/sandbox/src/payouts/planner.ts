import { sum, type Cents } from '../books/cents';
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
  | 'failed before it was paid'
  | 'failed later'
  | 'after the failure'
  | 'entered by hand'
  | 'entered by hand, linked'
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
  readonly choice?: PayoutChoice;
}

/** `link`: to the deposit that a person entered by hand. */
export type PayoutChoice = 'clearing' | 'leave' | 'link';

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
export interface Taken {
  readonly id: string;
  readonly charge: string;
  readonly amount: Cents;
  readonly ach: boolean;
  readonly refunds: readonly { readonly id: string; readonly amount: Cents; readonly failed: boolean }[];
  readonly failed: boolean;
}

/** Writes the acts down. */
export class Planner {
  readonly payouts: PlannedPayout[] = [];
  readonly first: StripeAct[] = [];
  readonly then: StripeAct[] = [];
  readonly account: string;
  /** Of which something goes back: those that failed, those whose refund fails and the one that lost least come first, the others later. */
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
      .filter((each) => each.refunds.length > 0 && !each.failed && !isBounced(each))
      .sort((a, b) => largestFirst(lost(b), lost(a)));
    this.early = [...taken.filter((each) => each.failed || isBounced(each)), ...refunded.slice(0, 1)];
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

  refund(...all: readonly Taken[]): void {
    for (const { charge, refunds } of all)
      for (const { id, amount } of refunds) this.act('refunds', { charge, id, amount: Number(amount) }, id);
  }

  failAll(): void {
    for (const { charge, failed } of this.early)
      if (failed) this.act('payment-failures', { charge }, `${charge} failed`);
  }

  /** The money of refunds that failed comes back. */
  failRefunds(): void {
    for (const { refunds } of this.early)
      for (const { id, failed } of refunds) if (failed) this.act('refund-failures', { refund: id }, `${id} failed`);
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
    const key = `payout ${this.payouts.length + 1}`;
    this.payouts.push({ key, kind, ...(choice === undefined ? {} : { choice }) });
    this.act('payouts', { arrivalDate: this.arrivalDate, ...body }, key);
    if (kind.startsWith('entered by hand')) {
      this.act('enter-by-hand', { payout: `$${key}` });
      this.steps(key, 'paid', 'reconciled');
    }
    if (kind === 'failed before it was paid') this.steps(key, 'failed', 'reconciled');
    return key;
  }

  private steps(payout: string, ...steps: readonly ('paid' | 'reconciled' | 'failed')[]): void {
    for (const step of steps) this.act('payout-steps', { payout: `$${payout}`, step });
  }
}

const isBounced = ({ refunds }: Taken): boolean => refunds.some(({ failed }) => failed);
const lost = ({ refunds }: Taken): Cents => sum(refunds.map(({ amount }) => amount));
const largestFirst = (a: Cents, b: Cents): number => (a === b ? 0 : a > b ? -1 : 1);
