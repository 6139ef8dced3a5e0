import { addDays } from '@qbo-sync/money/zone';
import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { Item } from '@qbo-sync/contracts/runacall/item';
import type { Payment, Refund } from '@qbo-sync/contracts/runacall/payment';
import { type Cents, cents, money } from '../books/cents';
import { Bill } from './bill';
import { Calendar } from './calendar';
import type { PlayedCompany, PlayedRate } from './companies';
import { AWKWARD_NAMES, CustomerBook, TWIN_NAME } from './customers';
import { Journal, NOUNS, type Phase } from './journal';
import { LineWriter, tenth, type LineWish } from './lines';
import { pricebook } from './pricebook';
import type { Prng } from './prng';

export interface DayCounts {
  readonly people: number;
  readonly businesses: number;
  readonly items: number;
  readonly awkward: boolean;
}

/** What a person at the console chooses for a record that waits for them. */
export interface PersonalChoice {
  readonly ref: string;
  /** `code tax_pasco` names a rate, by which its code in QuickBooks is found. */
  readonly choice: string;
  /** Made once the books know what was said in it. */
  readonly phase: Phase;
}

interface BillOptions {
  readonly customer?: Customer;
  readonly phase?: Phase;
  readonly number?: string;
  /** It was forgotten: sent late, with a day of the month before. */
  readonly forgotten?: boolean;
  readonly subscription?: boolean;
  readonly tip?: boolean;
  /** The rates of its taxed lines, in turn. */
  readonly rates?: readonly PlayedRate[];
  /** A line for each of its rates, all of one amount. */
  readonly alike?: boolean;
  /** Its tax is a cent off where each part of its rate is rounded by itself. */
  readonly oddCent?: boolean;
  /** Taxed though its customer is exempt. */
  readonly taxedAnyway?: boolean;
  /** No discount of any kind. */
  readonly plain?: boolean;
  /** Amounts so round that a tenth or a quarter of them is taxed to the cent. */
  readonly round?: boolean;
}

interface PayOptions {
  readonly phase?: Phase;
  readonly tip?: Cents;
  readonly method?: 'stripe' | 'ach' | 'cash' | 'check';
}

/**
 * One company at work: its customers, pricebook, invoices and payments, each act said in its journal with the whole
 * aggregate as it is afterwards. Scenarios (scenarios.ts) are written in these acts.
 */
export class CompanyDay {
  readonly journal: Journal;
  readonly customers: Customer[] = [];
  readonly items: Item[];
  readonly book: CustomerBook;
  readonly choices: PersonalChoice[] = [];
  readonly calendar: Calendar;
  private readonly lines: LineWriter;
  private readonly bills: Bill[] = [];
  private invoices = 0;
  private payments = 0;

  constructor(
    readonly company: PlayedCompany,
    counts: DayCounts,
    readonly prng: Prng,
    /** The first day of the play, in the company's zone. */
    firstDay: string,
  ) {
    this.calendar = new Calendar(firstDay);
    this.journal = new Journal(company.id, (n) => `evt_${prng.token(6)}_${n}`);
    this.book = new CustomerBook(company, prng);
    this.items = pricebook(counts.items, prng);
    this.lines = new LineWriter(company, this.items, prng);
    this.open(counts);
  }

  /** A new customer, told to the world. */
  admit(customer: Customer, phase: Phase = 'day'): Customer {
    this.journal.say(NOUNS.customer, 'created', customer, { phase });
    return customer;
  }

  /** Writes an invoice and sends it. */
  send(options: BillOptions = {}): Bill {
    this.invoices += 1;
    const n = this.invoices;
    const { prng } = this;
    const customer = options.customer ?? prng.pick(this.customers);
    const phase = options.phase ?? 'day';
    const issuedOn = this.calendar.day(options.forgotten ? 'day' : phase, prng.below(3));
    const lineDiscount = !options.plain && n % 5 === 1;
    const discounted = !options.plain && n % 5 === 3;
    const wish: LineWish = {
      count:
        options.alike === true
          ? (options.rates?.length ?? 1)
          : Math.max(options.rates?.length ?? 1, prng.between(1, 4)),
      exempt: customer.taxExempt && options.taxedAnyway !== true,
      lineDiscount,
      round: lineDiscount || discounted || options.round === true,
      subscription: options.subscription ?? false,
      withoutItem: !options.subscription && options.alike !== true && n % 4 === 2,
      note: n % 6 === 0,
      rates: options.rates ?? [],
      alike: options.alike ?? false,
      oddCent: options.oddCent ?? false,
    };
    const lines = this.lines.write(wish, issuedOn);
    const tip = options.tip ? money(BigInt(prng.between(3, 40)) * 100n) : undefined;
    const data: Invoice = {
      id: `inv_${1000 + n}`,
      number: options.number ?? `RAC-${1000 + n}`,
      customerId: customer.id,
      ...(options.subscription ? { membershipId: `mem_${n}` } : { jobId: `job_${n}` }),
      ...(!options.subscription && n % 7 === 0 ? { membershipId: `mem_${n}` } : {}),
      currency: this.company.currency,
      issuedOn,
      dueOn: addDays(issuedOn, customer.paymentTermsDays ?? 14),
      lines,
      ...(discounted ? { discount: { amount: money(tenth(lines)), description: 'Neighbour discount' } } : {}),
      ...(tip === undefined ? {} : { tip }),
      taxes: [],
      subtotal: '0.00',
      taxTotal: '0.00',
      total: '0.00',
      balance: '0.00',
      ...(n % 3 === 0 ? { customerMemo: 'Thank you — we ♥ your boiler' } : {}),
      ...(n % 8 === 0 ? { internalNote: 'Slow payer, be nice' } : {}),
      ...(n % 9 === 0 ? { poNumber: `PO-${4000 + n}` } : {}),
      ...(customer.billingAddress === undefined ? {} : { billingAddress: customer.billingAddress }),
      serviceAddress: customer.serviceAddresses?.[0]?.address ?? this.book.address(),
      updatedAt: '',
    };
    const beforeTax = this.company.tax === 'per line' || n % 2 === 1;
    const bill = new Bill(data, this.company.rates, beforeTax);
    this.journal.say(NOUNS.invoice, 'sent', bill.data, { phase });
    this.bills.push(bill);
    return bill;
  }

  /** Invoices say the number that QuickBooks gave them, once Run a Call has heard it. */
  sayNumbers(): void {
    if (this.company.numbers === 'run_a_call') return;
    for (const bill of this.bills) if (bill.data.voidedOn === undefined) this.say(bill, 'updated', 'late');
  }

  /** Changes the first priced line of an invoice that nobody has paid anything on. */
  requantify(bill: Bill, factor: 2 | 3): void {
    bill.setLines(this.lines.requantified(bill.data.lines, factor));
  }

  say(bill: Bill, change: 'updated' | 'paid' | 'voided', phase: Phase = 'day', overtakes?: true): void {
    this.journal.say(NOUNS.invoice, change, bill.data, { phase, ...(overtakes === undefined ? {} : { overtakes }) });
  }

  /** A person decides about the invoice once the books know the late acts, or those of an earlier phase. */
  choose(bill: Bill, choice: string, phase: Phase = 'late'): void {
    this.choices.push({ ref: `invoice:${bill.data.id}`, choice, phase });
  }

  void(bill: Bill, phase?: Phase): void {
    bill.data.voidedOn = this.calendar.day(phase ?? 'day', 2);
    bill.data.voidReason = 'Booked twice';
    this.say(bill, 'voided', phase);
  }

  /** Takes money for invoices of the payer (and others, if a scenario says so); the rest is a prepayment. */
  collect(
    payer: string,
    allocations: readonly (readonly [Bill, Cents])[],
    rest: Cents,
    options: PayOptions = {},
  ): Payment {
    this.payments += 1;
    const n = this.payments;
    const amount = allocations.reduce((total, [, part]) => total + part, rest);
    const phase = options.phase ?? 'day';
    const collectedOn = this.calendar.day(phase, this.prng.between(2, 3));
    const payment: Payment = {
      id: `pay_${500 + n}`,
      customerId: payer,
      amount: money(amount),
      currency: this.company.currency,
      collectedOn,
      ...this.means(n, options.method),
      ...(options.tip === undefined ? {} : { tip: money(options.tip) }),
      allocations: allocations.map(([bill, part]) => ({ invoiceId: bill.data.id, amount: money(part) })),
      refunds: [],
      ...(n % 6 === 0 ? { memo: 'Paid at the door' } : {}),
      updatedAt: '',
    };
    this.journal.say(NOUNS.payment, 'collected', payment, { phase });
    for (const [bill, part] of allocations) this.settle(bill, part, collectedOn, phase);
    return payment;
  }

  /** A payment in full. */
  pay(bill: Bill, options: PayOptions = {}): Payment {
    const tip = cents(bill.data.tip ?? '0');
    return this.collect(bill.data.customerId, [[bill, bill.balance]], 0n, {
      ...options,
      ...(tip > 0n && bill.paidSoFar === 0n ? { tip } : {}),
    });
  }

  /** What a payment, or its undoing, does to an invoice in Run a Call. */
  settle(bill: Bill, amount: Cents, on: string, phase: Phase): void {
    bill.receive(amount, on);
    this.say(bill, bill.balance === 0n ? 'paid' : 'updated', phase);
  }

  /** The money never came, or came and went back: the invoice is open again. */
  undone(payment: Payment, bill: Bill, voidReason: NonNullable<Payment['voidReason']>, phase: Phase): void {
    const voidedOn = voidReason === 'entered-in-error' ? payment.collectedOn : this.calendar.day(phase, 4);
    this.journal.say(NOUNS.payment, 'voided', { ...payment, voidedOn, voidReason }, { phase });
    this.settle(bill, -cents(payment.amount), voidedOn, phase);
  }

  /** Gives money back once the books know the payment; whatever the payment says from now on carries the refund. */
  refund(payment: Payment, amount: Cents, effect: Refund['effect'], bill?: Bill, phase: Phase = 'late'): void {
    const refund: Refund = {
      id: `re_${this.prng.token(8)}`,
      amount: money(amount),
      refundedOn: phase === 'late' ? this.calendar.day('late', 1) : this.calendar.day(phase, 3),
      method: payment.method,
      effect,
      ...(bill === undefined ? {} : { invoiceId: bill.data.id }),
      ...(payment.processor === undefined ? {} : { processorRefundId: `re_3Q${this.prng.token(22)}` }),
      status: 'succeeded',
    };
    payment.refunds = [...payment.refunds, refund];
    this.journal.say(NOUNS.payment, 'refunded', payment, { phase, extra: { refundId: refund.id } });
    if (effect === 'reopen-invoice' && bill !== undefined) this.settle(bill, -amount, refund.refundedOn, phase);
  }

  /** The money of the payment's refunds never arrived, and is with the company again. */
  refundFailed(payment: Payment, bill: Bill): void {
    payment.refunds = payment.refunds.map((refund) => ({ ...refund, status: 'failed' as const }));
    this.journal.say(NOUNS.payment, 'updated', payment, { phase: 'late' });
    for (const { effect, amount } of payment.refunds)
      if (effect === 'reopen-invoice') this.settle(bill, cents(amount), payment.collectedOn, 'late');
  }

  private means(
    n: number,
    wanted: PayOptions['method'],
  ): Pick<Payment, 'method' | 'processor' | 'processorChargeId' | 'reference'> {
    const kind =
      wanted ?? this.prng.pick(['stripe', 'stripe', 'ach', 'cash', 'check', 'card', 'financing', 'other'] as const);
    const charge = (prefix: string): Pick<Payment, 'processor' | 'processorChargeId'> => ({
      processor: 'stripe',
      processorChargeId: `${prefix}_3Q${this.prng.token(22)}`,
    });
    if (kind === 'stripe') return { method: 'card', ...charge('ch') };
    if (kind === 'ach') return { method: 'ach', ...charge('py') };
    if (kind === 'check') return { method: 'check', reference: String(2000 + n) };
    return { method: kind };
  }

  private open(counts: DayCounts): void {
    for (const rate of this.company.rates) {
      const components = rate.components.map((component) => ({ ...component }));
      this.journal.say(
        NOUNS.taxRate,
        'created',
        { ...rate, components, active: true, updatedAt: '' },
        { phase: 'rates' },
      );
    }
    for (const item of this.items) this.journal.say(NOUNS.item, 'created', item);
    const { book } = this;
    for (let n = 0; n < counts.people; n += 1) this.customers.push(this.admit(book.person()));
    for (let n = 0; n < counts.businesses; n += 1) {
      const business = this.admit(book.business());
      this.customers.push(business);
      if (counts.awkward && n < 2) this.customers.push(this.admit(book.site(business)));
    }
    if (!counts.awkward) return;
    for (const name of AWKWARD_NAMES) this.customers.push(this.admit(book.named(name, 'residential')));
    this.customers.push(this.admit(book.named(TWIN_NAME, 'residential')));
    if (this.company.country === 'US') {
      for (let n = 0; n < 2; n += 1)
        this.customers.push(this.admit({ ...book.business(), taxExempt: true, taxExemptReason: 'Resale' }));
    }
  }
}
