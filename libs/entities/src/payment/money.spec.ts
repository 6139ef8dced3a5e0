import fc from 'fast-check';
import type { Payment, Refund } from '@qbo-sync/contracts/runacall/payment';
import { formatAmount, parseDecimal, sum, ZERO, type Decimal } from '@qbo-sync/money/decimal';
import type { PostedInvoice } from '@qbo-sync/mapping/posted-invoice';
import { refundRules, type RefundRelated } from '../refund/refund';
import { readRecord } from '../sync/record-text';
import type { Answered, Rules, Trigger } from '../sync/rules';
import { BOOKS, context, eventInfo, given, NOW, settings, type Story } from '../sync/spec-kit';
import { standing } from '../sync/stream-state';
import { concernsOf } from './concerns';
import type { FollowedInvoice } from './followed-invoice';
import { isAppliedTo, paymentRules, type PaymentRelated } from './payment';

const TOTAL = '179.70';
const POSTED: PostedInvoice = {
  number: 'RAC-1041',
  total: TOTAL,
  tax: '13.70',
  lines: [
    { kind: 'sale', amount: '129.00', item: '11' },
    { kind: 'sale', amount: '37.00', item: '12' },
  ],
};
const LIVE = settings({ values: { 'payments.refundAccount': { id: '35', name: 'Checking' } } });

type Sums = Record<string, string>;
type AnyStory = Story<PaymentRelated | RefundRelated>;
interface Posting {
  readonly account: string;
  readonly amount: Decimal;
}

/** Payments and refunds of one invoice over a QuickBooks that does what it is asked; requests wait until it is drained. */
class Books {
  private readonly streams = new Map<string, AnyStory>();
  private readonly records = new Map<string, ReturnType<typeof readRecord>>();
  private readonly pending = new Map<
    string,
    { kind: string; resource: string; body: string; revision: number; stream: string }
  >();
  private readonly heard: { id: string; amount: string; counts: boolean; sequence: number }[] = [];
  private readonly late: (() => void)[] = [];
  private voided = false;
  private sequence = 0;

  /** `late`: it comes after everything that is said from now on. */
  says(change: string, payment: Payment, { refundId, late = false }: { refundId?: string; late?: boolean } = {}): void {
    this.sequence += 1;
    const { sequence } = this;
    const data = { ...payment, ...(refundId === undefined ? {} : { refundId }) };
    if (late) this.late.push(() => this.take(change, data, sequence));
    else this.take(change, data, sequence);
  }

  catchUp(): void {
    for (const take of this.late.splice(0)) take();
  }

  private take(change: string, payment: Payment, sequence: number): void {
    for (const { id, amount, effect, status } of payment.refunds) {
      const known = this.heard.find((one) => one.id === id);
      const counts = status === 'succeeded';
      if (known === undefined && effect === 'reduce-sale') this.heard.push({ id, amount, counts, sequence });
      else if (known !== undefined && known.sequence < sequence) Object.assign(known, { counts, sequence });
    }
    const event = { ...eventInfo(`evt_${sequence}`) };
    concernsOf(`payment:${payment.id}`, change, payment).forEach((concern, index) =>
      this.decide(concern.stream, {
        ...{ kind: 'changed', event, change, sequence, data: concern.data },
        ...(index === 0 ? {} : { beside: true }),
      } as Trigger),
    );
    this.wake(`payment:${payment.id}`);
  }

  voidInvoice(): void {
    this.voided = true;
    for (const ref of this.streams.keys()) this.decide(ref, { kind: 'redecide', why: 'related' });
  }

  /** Answers what can be answered, as long as anything can. */
  drain(): void {
    for (let moved = true; moved;) {
      moved = false;
      for (const [ref, asked] of [...this.pending]) {
        if (this.pending.get(ref) !== asked || !this.canGo(ref, asked.kind, asked.body)) continue;
        this.pending.delete(ref);
        this.answer(ref, asked);
        moved = true;
      }
    }
    expect([...this.pending.keys()]).toEqual([]);
  }

  rows(): string[] {
    return [...this.streams].flatMap(([ref, { state }]) =>
      state.stop === undefined ? [] : [`${ref} ${state.stop.reason.code}`],
    );
  }

  sums(): Sums {
    const postings: Posting[] = this.voided
      ? []
      : [
          { account: 'AR', amount: parseDecimal(TOTAL) },
          { account: 'sale', amount: parseDecimal(TOTAL).negated() },
        ];
    for (const record of this.records.values()) postings.push(...postingsOf(record));
    const accounts = new Set(postings.map(({ account }) => account));
    return Object.fromEntries(
      [...accounts].map((account) => [
        account,
        formatAmount(sum(postings.filter((one) => one.account === account).map(({ amount }) => amount))),
      ]),
    );
  }

  /** What the payments leave open on the invoice, by their lines. */
  applied(): string {
    const lines = [...this.records.values()].flatMap((record) =>
      record['TotalAmt'] === undefined ? [] : linesOf(record),
    );
    return formatAmount(
      sum(lines.filter((line) => JSON.stringify(line['LinkedTxn'] ?? []).includes('"invoice:inv_1041"')).map(amountOf)),
    );
  }

  private canGo(ref: string, kind: string, body: string): boolean {
    if (kind === 'put')
      return [...body.matchAll(/"\$ref":"(refund:[^"]+|payment:[^"]+)"/g)].every(([, on]) =>
        this.records.has(on ?? ''),
      );
    return [...this.pending].every(([other, one]) => other === ref || !one.body.includes(`"${ref}"`));
  }

  private answer(
    ref: string,
    {
      kind,
      resource,
      body,
      revision,
      stream,
    }: { kind: string; resource: string; body: string; revision: number; stream: string },
  ): void {
    const existed = this.records.has(ref);
    if (kind === 'put') this.records.set(ref, readRecord(body));
    else {
      // QuickBooks would take the line off by itself, or refuse: the payment lets go first.
      const others = [...this.records].filter(([other]) => other !== ref).map(([, record]) => JSON.stringify(record));
      expect(others.filter((record) => record.includes(`"${ref}"`))).toEqual([]);
      this.records.delete(ref);
    }
    const outcome = kind === 'cancel' || (kind === 'remove' && !existed) ? 'cancelled' : 'synced';
    const answer: Answered = {
      ...{ ref, revision, attempt: 1, books: BOOKS, outcome, at: NOW },
      ...(outcome === 'synced' ? { quickbooksId: ref } : {}),
      ...(outcome === 'cancelled'
        ? {}
        : { record: kind === 'put' ? shownAs(resource, readRecord(body)) : { Id: ref, TotalAmt: '0' } }),
    };
    this.decide(stream, { kind: 'answered', answer });
    this.wake(ref);
    this.wake(stream);
  }

  private wake(ref: string): void {
    for (const [waiting, { state }] of this.streams)
      if (standing(state).waitsOn === ref) this.decide(waiting, { kind: 'redecide', why: 'related' });
  }

  private decide(ref: string, trigger: Trigger): void {
    const rules = (ref.startsWith('refund:') ? refundRules : paymentRules) as unknown as Rules<
      unknown,
      PaymentRelated | RefundRelated
    >;
    const before =
      this.streams.get(ref) ??
      given(rules, ref, context<PaymentRelated | RefundRelated>(this.related(ref, trigger), { settings: LIVE }));
    const after = before.under({ related: this.related(ref, trigger) }).when(trigger);
    this.streams.set(ref, after);
    after.events.forEach((event, index) => {
      if (event.type !== 'PushRequested') return;
      const revision = after.state.version - after.events.length + index + 1;
      const { kind, resource } = event.data;
      this.pending.delete(event.data.ref);
      this.pending.set(event.data.ref, { kind, resource, body: event.personal.body, revision, stream: ref });
    });
  }

  private related(ref: string, trigger: Trigger): PaymentRelated & RefundRelated {
    const followed: FollowedInvoice = {
      ...{ customerId: 'cus_88', number: 'RAC-1041', issuedOn: '2026-11-20', firstOccurredAt: '2026-11-20T16:04:05Z' },
      ...{ linked: true, quickbooksId: '238', posted: POSTED },
      ...(this.voided ? { voided: true as const } : {}),
    };
    const data = trigger.kind === 'changed' ? trigger.data : this.streams.get(ref)?.state.latest?.data;
    const payment = this.streams.get(
      `payment:${(data as { payment?: { id: string } } | undefined)?.payment?.id ?? ''}`,
    );
    return {
      invoices: { inv_1041: followed },
      refunds: { inv_1041: this.heard },
      heldByPayment: payment !== undefined && isAppliedTo(payment.state, ref),
    };
  }
}

type Shown = ReturnType<typeof readRecord>;
const linesOf = (record: Shown): readonly Shown[] => (record['Line'] ?? []) as readonly Shown[];
const amountOf = (line: Shown): Decimal => parseDecimal(String(line['Amount']));
const valueOf = (json: unknown): string => (json as { value?: string } | undefined)?.value ?? '';

/** What QuickBooks answers: the body with its own sums. */
function shownAs(resource: string, body: Shown): Shown {
  if (resource === 'JournalEntry') return { Id: '1', ...body };
  const lines = sum(linesOf(body).map(amountOf));
  if (resource === 'Payment')
    return { Id: '1', ...body, UnappliedAmt: formatAmount(parseDecimal(String(body['TotalAmt'])).minus(lines)) };
  return { Id: '1', ...body, TotalAmt: formatAmount(lines.plus(taxOf(body))) };
}

const taxOf = (body: Shown): Decimal =>
  parseDecimal(String((body['TxnTaxDetail'] as Shown | undefined)?.['TotalTax'] ?? '0'));

function postingsOf(record: Shown): Posting[] {
  const account = valueOf(record['DepositToAccountRef']);
  if (record['TotalAmt'] !== undefined) {
    const total = parseDecimal(String(record['TotalAmt']));
    expect(sum(linesOf(record).map(amountOf)).lte(total)).toBe(true);
    return [
      { account, amount: total },
      { account: 'AR', amount: total.negated() },
    ];
  }
  if (account !== '') {
    const total = sum(linesOf(record).map(amountOf)).plus(taxOf(record));
    return [
      { account, amount: total.negated() },
      { account: 'sale', amount: total },
    ];
  }
  return linesOf(record).map((line) => {
    const detail = line['JournalEntryLineDetail'] as Shown;
    const amount = amountOf(line);
    const on = valueOf(detail['AccountRef']);
    return { account: on === '84' ? 'AR' : on, amount: detail['PostingType'] === 'Debit' ? amount : amount.negated() };
  });
}

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
        add(refund.effect === 'reduce-sale' ? 'sale' : 'AR', parseDecimal(refund.amount));
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
      // A sale of which something was paid back is not one that never was.
      if (model.leftOfSale().lt(parseDecimal(TOTAL))) return;
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
