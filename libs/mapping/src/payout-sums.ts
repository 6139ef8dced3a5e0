import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import { type Decimal, formatAmount, parseDecimal, ZERO } from '@qbo-sync/money/decimal';
import { hold, type Hold } from './document';
import { type PartKind, type PartReading, readPart } from './payout-part';

/** What the parts of a payout come to, however many there are. */
export interface PayoutTotals {
  /** Transactions read, the payout's own left out. */
  readonly count: number;
  readonly net: Decimal;
  /** Gross by kind. */
  readonly gross: ReadonlyMap<PartKind, Decimal>;
  readonly fees: ReadonlyMap<string, Decimal>;
}

export interface PayoutSums {
  /** Takes one transaction in; answers what it is, for the caller to keep. */
  add(transaction: StripeTransaction): PartReading;
  totals(): PayoutTotals;
  /**
   * What stops the payout once all were read: `payout_part` for the first category and currency we do not post, `payout_unequal` when
   * Stripe's parts do not make its amount.
   */
  held(): Hold | undefined;
}

/** Folds a payout's transactions one at a time: memory does not grow with them. */
export function payoutSums(payout: StripePayout): PayoutSums {
  const gross = new Map<PartKind, Decimal>();
  const fees = new Map<string, Decimal>();
  let unknown: { category: string; currency: string; amount: Decimal } | undefined;
  let count = 0;
  let net = ZERO;
  return {
    add(transaction) {
      const reading = readPart(transaction, payout);
      if (reading.is === 'itself') return reading;
      count += 1;
      if (reading.is === 'unknown') {
        const { category } = reading;
        const { currency } = transaction;
        if (unknown === undefined || (unknown.category === category && unknown.currency === currency)) {
          unknown = { category, currency, amount: (unknown?.amount ?? ZERO).plus(parseDecimal(transaction.amount)) };
        }
        return reading;
      }
      net = net.plus(parseDecimal(transaction.net));
      add(gross, reading.part.kind, transaction.amount);
      for (const { kind, amount } of transaction.fees) add(fees, kind, amount);
      return reading;
    },
    totals: () => ({ count, net, gross, fees }),
    held() {
      if (unknown !== undefined) {
        const x = `${formatAmount(unknown.amount)} ${unknown.currency}`;
        return hold('payout_part', { po: payout.id, category: unknown.category, x });
      }
      const amount = parseDecimal(payout.amount).minus(net);
      return amount.isZero()
        ? undefined
        : unequal(payout, net, { charge: 'parts', amount, reason: 'Stripe does not list them' });
    },
  };
}

/** `payout_unequal`: `made` is what the known parts come to. */
export function unequal(
  payout: StripePayout,
  made: Decimal,
  missing: { readonly charge: string; readonly amount: Decimal; readonly reason: string },
): Hold {
  return hold('payout_unequal', {
    po: payout.id,
    x: formatAmount(parseDecimal(payout.amount)),
    y: formatAmount(made),
    charge: missing.charge,
    amount: formatAmount(missing.amount),
    reason: missing.reason,
  });
}

function add<Key>(sums: Map<Key, Decimal>, key: Key, amount: string): void {
  sums.set(key, (sums.get(key) ?? ZERO).plus(parseDecimal(amount)));
}
