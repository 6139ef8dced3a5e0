import type Stripe from 'stripe';
import { stripeId } from './ids';
import {
  chargeRecord,
  disputeRecord,
  payoutRecord,
  refundRecord,
  transactionRecord,
  type ChargeMethod,
  type Money,
  type Movement,
} from './records';
import { RecordList } from './record-list';

/** Something that cannot be done with an account as it stands. */
export class StripeProblem extends Error {}

/** What a webhook tells of. */
export interface Happening {
  readonly type: string;
  readonly object: Stripe.Payout | Stripe.Dispute | Stripe.Charge;
}

export type PayoutKind = 'automatic' | 'manual' | 'instant';

const DISPUTE_FEE = 1_500;

/**
 * One company's Stripe account: what was charged, given back, disputed and paid out, and the balance transactions of it
 * all. A transaction is open until an automatic payout takes it; the payout is the sum of the open nets of its currency.
 *
 *   charge ─▶ +gross, fee     refund, failure ─▶ −, refund failed ─▶ +     dispute ─▶ −, fee 15.00, won ─▶ +
 *   automatic payout ─▶ every open transaction, and its own −sum;  manual, instant ─▶ its own −amount stays open
 *   payout failed ─▶ +amount, open again under another transaction
 */
export class StripeAccount {
  readonly records: Map<string, Stripe.Charge | Stripe.Refund | Stripe.Dispute> = new Map();
  readonly disputes: RecordList<Stripe.Dispute> = new RecordList();
  readonly payouts: RecordList<Stripe.Payout> = new RecordList();
  readonly transactions: RecordList<Stripe.BalanceTransaction> = new RecordList();
  /** What each automatic payout holds, its own transaction last. */
  readonly itemised: Map<string, RecordList<Stripe.BalanceTransaction>> = new Map();
  private open: Stripe.BalanceTransaction[] = [];
  private count = 0;

  constructor(
    readonly id: string,
    private readonly now: () => number,
    private readonly tell: (happening: Happening) => void,
  ) {}

  payout(id: string): Stripe.Payout {
    const payout = this.payouts.find(id);
    if (payout === undefined) throw new StripeProblem(`no payout ${id}`);
    return payout;
  }

  /** Open nets by currency: what the next automatic payouts come to. */
  balance(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { currency, net } of this.open) sums[currency] = (sums[currency] ?? 0) + net;
    return sums;
  }

  charge(
    money: Money,
    method: ChargeMethod,
    more: Partial<Pick<Movement, 'fees' | 'exchangeRate'>> & { readonly id?: string } = {},
  ): Stripe.Charge {
    const isCard = method === 'card';
    const { id = this.nextId(isCard ? 'ch' : 'py'), ...moved } = more;
    if (this.records.has(id)) throw new StripeProblem(`${id} is there already`);
    const charge = chargeRecord(id, money, method, this.seconds());
    this.records.set(charge.id, charge);
    charge.balance_transaction = this.move({
      ...money,
      type: isCard ? 'charge' : 'payment',
      category: 'charge',
      source: charge.id,
      fees: [{ kind: 'stripe_fee', amount: isCard ? cardFee(money.amount) : bankFee(money.amount) }],
      ...moved,
    }).id;
    return charge;
  }

  /** `id`: the one it shall have. */
  refund(chargeId: string, amount?: number, id?: string): Stripe.Refund {
    return this.giveBack(
      chargeId,
      amount,
      (charge) =>
        charge.id.startsWith('py_')
          ? { prefix: 'pyr', type: 'payment_refund', category: 'refund' }
          : { prefix: 're', type: 'refund', category: 'refund' },
      id,
    );
  }

  /** The customer's bank did not take a refund: its money is back in the balance. */
  failRefund(id: string): Stripe.Refund {
    const refund = this.records.get(id);
    if (refund?.object !== 'refund' || refund.status !== 'succeeded')
      throw new StripeProblem(`no refund ${id} to fail`);
    const { amount, currency } = refund;
    const charge = this.chargeOf(String(refund.charge));
    charge.amount_refunded -= amount;
    charge.refunded = false;
    refund.status = 'failed';
    refund.failure_reason = 'expired_or_canceled_card';
    const back = { amount, currency, type: 'refund_failure', category: 'refund_failure', source: id };
    refund.failure_balance_transaction = this.move(back).id;
    return refund;
  }

  /** A bank payment that came and went back. */
  failPayment(chargeId: string): Stripe.Refund {
    return this.giveBack(chargeId, undefined, () => ({
      prefix: 'pyr',
      type: 'payment_failure_refund',
      category: 'charge_failure',
    }));
  }

  dispute(chargeId: string): Stripe.Dispute {
    const charge = this.chargeOf(chargeId);
    const { amount, currency } = charge;
    const dispute = disputeRecord(this.nextId('dp'), charge.id, { amount, currency }, this.seconds());
    this.records.set(dispute.id, dispute);
    this.disputes.push(dispute);
    charge.disputed = true;
    const fees = [{ kind: 'stripe_fee', amount: DISPUTE_FEE }];
    const moved = { currency, type: 'adjustment', category: 'dispute', source: dispute.id };
    dispute.balance_transactions.push(this.move({ ...moved, amount: -amount, fees }));
    this.tell({ type: 'charge.dispute.created', object: dispute });
    return dispute;
  }

  closeDispute(id: string, outcome: 'won' | 'lost'): Stripe.Dispute {
    const dispute = this.records.get(id);
    if (dispute?.object !== 'dispute' || dispute.status !== 'needs_response')
      throw new StripeProblem(`no open dispute ${id}`);
    dispute.status = outcome;
    if (outcome === 'won') {
      const { amount, currency } = dispute;
      const moved = { amount, currency, type: 'adjustment', category: 'dispute_reversal', source: id };
      dispute.balance_transactions.push(this.move(moved));
    }
    this.tell({ type: 'charge.dispute.closed', object: dispute });
    return dispute;
  }

  /** A fee of the account (positive is charged), a top-up, a reserve: anything without a record of its own. */
  other(movement: Movement): Stripe.BalanceTransaction {
    return this.move(movement);
  }

  /** Makes a payout; `amount` of a manual or instant one. It is on its way until {@link step}. */
  payOut(kind: PayoutKind, currency: string, arrivalDate: number, amount?: number): Stripe.Payout {
    const isAutomatic = kind === 'automatic';
    const parts = isAutomatic ? this.open.filter((each) => each.currency === currency) : [];
    const sum = isAutomatic ? parts.reduce((all, { net }) => all + net, 0) : (amount ?? 0);
    if (sum === 0) throw new StripeProblem('nothing to pay out');
    if (!isAutomatic && sum > (this.balance()[currency] ?? 0)) throw new StripeProblem('more than the balance');
    const payout = payoutRecord(this.nextId('po'), { amount: sum, currency }, arrivalDate, this.seconds());
    payout.automatic = isAutomatic;
    if (kind === 'instant') payout.method = 'instant';
    if (!isAutomatic) payout.reconciliation_status = 'not_applicable';
    const own = this.move({ amount: -sum, currency, type: 'payout', category: 'payout', source: payout.id });
    payout.balance_transaction = own.id;
    if (isAutomatic) {
      const taken = new Set([...parts, own]);
      this.open = this.open.filter((each) => !taken.has(each));
      this.itemised.set(payout.id, new RecordList([...parts, own]));
    }
    this.payouts.push(payout);
    this.tell({ type: 'payout.created', object: payout });
    return payout;
  }

  /** What becomes of a payout: it arrives, Stripe has itemised it, or the bank sends it back (also after it was paid). */
  step(id: string, step: 'paid' | 'reconciled' | 'failed'): Stripe.Payout {
    const payout = this.payout(id);
    if (step === 'paid') {
      payout.status = 'paid';
      payout.trace_id = { status: 'supported', value: stripeId('trace', this.id, this.payouts.placeOf(id) ?? 0) };
      this.tell({ type: 'payout.paid', object: payout });
    } else if (step === 'reconciled') {
      if (!payout.automatic) throw new StripeProblem('only automatic payouts are itemised');
      payout.reconciliation_status = 'completed';
      this.tell({ type: 'payout.reconciliation_completed', object: payout });
    } else {
      if (payout.status === 'failed') throw new StripeProblem('it has failed before');
      payout.status = 'failed';
      payout.failure_code = 'account_closed';
      payout.failure_message = 'The bank account has been closed.';
      const { amount, currency } = payout;
      const back = { amount, currency, type: 'payout_failure', category: 'payout_reversal', source: payout.id };
      payout.failure_balance_transaction = this.move(back).id;
      this.tell({ type: 'payout.failed', object: payout });
    }
    return payout;
  }

  private giveBack(
    chargeId: string,
    part: number | undefined,
    as: (charge: Stripe.Charge) => { prefix: string; type: string; category: string },
    given?: string,
  ): Stripe.Refund {
    const charge = this.chargeOf(chargeId);
    const amount = part ?? charge.amount - charge.amount_refunded;
    const isTooMuch = amount <= 0 || charge.amount_refunded + amount > charge.amount;
    if (isTooMuch) throw new StripeProblem('more than is left of the charge');
    const { prefix, type, category } = as(charge);
    const { currency } = charge;
    const id = given ?? this.nextId(prefix);
    if (this.records.has(id)) throw new StripeProblem(`${id} is there already`);
    const refund = refundRecord(id, charge.id, { amount, currency }, this.seconds());
    this.records.set(refund.id, refund);
    charge.amount_refunded += amount;
    charge.refunded = charge.amount_refunded === charge.amount;
    refund.balance_transaction = this.move({ amount: -amount, currency, type, category, source: refund.id }).id;
    return refund;
  }

  private move(movement: Movement): Stripe.BalanceTransaction {
    const moved = transactionRecord(this.nextId('txn'), movement, this.seconds());
    this.transactions.push(moved);
    this.open.push(moved);
    return moved;
  }

  private chargeOf(id: string): Stripe.Charge {
    const record = this.records.get(id);
    if (record?.object !== 'charge') throw new StripeProblem(`no charge ${id}`);
    return record;
  }

  private nextId(prefix: string): string {
    this.count += 1;
    return stripeId(prefix, this.id, this.count);
  }

  private seconds(): number {
    return Math.floor(this.now() / 1000);
  }
}

/** 2.9 % and 30 cents, in whole cents. */
const cardFee = (amount: number): number => Math.floor((amount * 29 + 500) / 1000) + 30;

/** 0.8 %, at most 5.00. */
const bankFee = (amount: number): number => Math.min(Math.floor((amount * 8 + 500) / 1000), 500);
