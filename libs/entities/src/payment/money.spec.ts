import fc from 'fast-check';
import type { Payment, Refund } from '@qbo-sync/contracts/runacall/payment';
import { type Decimal, formatAmount, parseDecimal, sum, ZERO } from '@qbo-sync/money/decimal';
import { NOW } from '../sync/spec-kit';
import { Books, type Sums, TOTAL } from './spec-books';

/** What Run a Call says happened, as a bookkeeper would sum it. */
class Model {
  readonly payments: Payment[] = [];
  invoiceVoided = false;

  sums(): Sums {
    const totals = new Map<string, Decimal>();
    const add = (account: string, amount: Decimal): void => {
      totals.set(account, (totals.get(account) ?? ZERO).plus(amount));
    };
    if (!this.invoiceVoided) {
      add('AR', parseDecimal(TOTAL));
      add('sale', parseDecimal(TOTAL).negated());
    }
    for (const payment of this.payments) {
      if (payment.voidReason === 'entered-in-error') continue;
      const sits = payment.processor === 'stripe' ? '91' : '4';
      const amount = parseDecimal(payment.amount);
      const back = payment.voidReason === undefined ? ZERO : amount;
      add(sits, amount.minus(back));
      add('AR', back.minus(amount));
      for (const refund of payment.refunds) {
        if (refund.status === 'failed') continue;
        add(refund.processorRefundId === undefined ? '35' : '91', parseDecimal(refund.amount).negated());
        add(refund.effect === 'reduce-sale' && !this.invoiceVoided ? 'sale' : 'AR', parseDecimal(refund.amount));
      }
    }
    return Object.fromEntries([...totals].map(([account, amount]) => [account, formatAmount(amount)]));
  }

  leftOf(payment: Payment): Decimal {
    const given = payment.refunds.filter(({ status }) => status === 'succeeded');
    return parseDecimal(payment.amount).minus(sum(given.map(({ amount }) => parseDecimal(amount))));
  }

  leftOfSale(): Decimal {
    const reduced = this.payments
      .flatMap(({ refunds }) => refunds)
      .filter(({ effect, status }) => effect === 'reduce-sale' && status === 'succeeded');
    return parseDecimal(TOTAL).minus(sum(reduced.map(({ amount }) => parseDecimal(amount))));
  }
}

const nonZero = (sums: Sums): Sums =>
  Object.fromEntries(
    Object.entries(sums)
      .filter(([, amount]) => amount !== '0.00')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

interface Step {
  readonly what: 'pay' | 'refund' | 'fail' | 'return' | 'error' | 'allocate' | 'void';
  readonly of: number;
  readonly part: number;
  readonly stripe: boolean;
  readonly effect: Refund['effect'];
  readonly drain: boolean;
  readonly late: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('pay', 'pay', 'refund', 'refund', 'refund', 'fail', 'return', 'error', 'allocate', 'void'),
  of: fc.nat(5),
  part: fc.integer({ min: 1, max: 100 }),
  stripe: fc.boolean(),
  effect: fc.constantFrom('reduce-sale', 'reopen-invoice', 'return-credit'),
  drain: fc.boolean(),
  late: fc.boolean(),
});

/** Plays one step into both; nothing where Run a Call would not say it. */
function play({ what, of, part, stripe, effect, late }: Step, model: Model, books: Books): void {
  const share = (amount: Decimal): string => formatAmount(amount.times(part).dividedBy(100).toDecimalPlaces(2));
  const payment = model.payments[of % Math.max(model.payments.length, 1)];
  const standing = payment !== undefined && payment.voidReason === undefined ? payment : undefined;
  switch (what) {
    case 'pay': {
      const allocated = sum(
        model.payments
          .filter(({ voidReason }) => voidReason === undefined)
          .flatMap(({ allocations }) => allocations.map(({ amount }) => parseDecimal(amount))),
      );
      const open = parseDecimal(TOTAL).minus(allocated);
      const amount = share(parseDecimal('250.00'));
      const toInvoice = parseDecimal(amount).lt(open) ? parseDecimal(amount) : open;
      const made: Payment = {
        ...{
          id: `pay_${model.payments.length + 1}`,
          customerId: 'cus_88',
          amount,
          currency: 'USD',
          collectedOn: '2026-11-25',
        },
        ...(stripe
          ? ({ method: 'card', processor: 'stripe', processorChargeId: 'ch_3Q7xBkL2eZvKYlo2C4nM1aN0' } as const)
          : ({ method: 'cash' } as const)),
        allocations: toInvoice.gt(0) ? [{ invoiceId: 'inv_1041', amount: formatAmount(toInvoice) }] : [],
        refunds: [],
        updatedAt: NOW,
      };
      model.payments.push(made);
      return books.says('collected', { ...made }, { late });
    }
    case 'refund': {
      if (standing === undefined) return;
      const isSale = effect === 'reduce-sale';
      const left = model.leftOf(standing);
      const amount = share(isSale && model.leftOfSale().lt(left) ? model.leftOfSale() : left);
      if (parseDecimal(amount).isZero() || (isSale && model.invoiceVoided)) return;
      const id = `re_${standing.id}_${standing.refunds.length + 1}`;
      standing.refunds = [
        ...standing.refunds,
        {
          ...{ id, amount, refundedOn: '2026-12-03', method: standing.method, effect, status: 'succeeded' },
          ...(effect === 'return-credit' ? {} : { invoiceId: 'inv_1041' }),
          ...(standing.processor === 'stripe' ? { processorRefundId: `${id}_at_stripe` } : {}),
        },
      ];
      return books.says('refunded', { ...standing }, { refundId: id, late });
    }
    case 'fail': {
      const last = standing?.refunds.findLast(({ status }) => status === 'succeeded');
      if (standing === undefined || last === undefined) return;
      standing.refunds = standing.refunds.map((refund) => (refund === last ? { ...refund, status: 'failed' } : refund));
      return books.says('updated', { ...standing }, { late });
    }
    case 'return':
    case 'error': {
      if (standing === undefined || (what === 'error' && standing.refunds.length > 0)) return;
      standing.voidedOn = '2026-12-04';
      standing.voidReason = what === 'error' ? 'entered-in-error' : 'returned';
      return books.says('voided', { ...standing }, { late });
    }
    case 'allocate': {
      const [allocation] = standing?.allocations ?? [];
      if (standing === undefined || allocation === undefined) return;
      const amount = share(parseDecimal(allocation.amount));
      standing.allocations = parseDecimal(amount).isZero() ? [] : [{ ...allocation, amount }];
      return books.says('updated', { ...standing }, { late });
    }
    case 'void': {
      model.invoiceVoided = true;
      return books.voidInvoice();
    }
  }
}

it('any sequence of pay, refund, return, void and update of an invoice sums to what happened', () => {
  let posted = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const model = new Model();
      const books = new Books();
      for (const one of steps) {
        play(one, model, books);
        if (one.drain) books.drain();
      }
      books.catchUp();
      books.drain();
      expect(books.rows()).toEqual([]);
      expect(nonZero(books.sums())).toEqual(nonZero(model.sums()));
      if (model.invoiceVoided) expect(books.applied()).toBe('0.00');
      posted += model.payments.length;
    }),
    { numRuns: 300 },
  );
  expect(posted).toBeGreaterThan(150);
});
