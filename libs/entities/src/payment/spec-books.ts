import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { type Decimal, formatAmount, parseDecimal, sum } from '@qbo-sync/money/decimal';
import type { PostedInvoice } from '@qbo-sync/mapping/posted-invoice';
import type { Answered, Trigger } from '@qbo-sync/contracts/sync/trigger';
import { refundRules, type RefundRelated } from '../refund/refund';
import { readRecord } from '../sync/record-text';
import type { Rules } from '../sync/rules';
import { BOOKS, context, eventInfo, given, NOW, settings, type Story } from '../sync/spec-kit';
import { standing } from '../sync/stream-state';
import { concernsOf } from './concerns';
import type { FollowedInvoice } from './followed-invoice';
import { isAppliedTo, paymentRules, type PaymentRelated } from './payment';

export const TOTAL = '179.70';
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

export type Sums = Record<string, string>;
type AnyStory = Story<PaymentRelated | RefundRelated>;
interface Posting {
  readonly account: string;
  readonly amount: Decimal;
}

/** Payments and refunds of one invoice over a QuickBooks that does what it is asked; requests wait until it is drained. */
export class Books {
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
    must(this.pending.size === 0, `never answered: ${[...this.pending.keys()].join(', ')}`);
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
      must(
        !others.some((record) => record.includes(`"${ref}"`)),
        `${ref} was removed while a payment was applied to it`,
      );
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
      paymentPosted: true,
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
    must(sum(linesOf(record).map(amountOf)).lte(total), 'a payment is applied to more than it is');
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

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
