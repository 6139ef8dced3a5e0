import { TOPICS } from '@qbo-sync/contracts/topics';
import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { Item } from '@qbo-sync/contracts/runacall/item';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import type { TaxRate } from '@qbo-sync/contracts/runacall/tax-rate';

/**
 * When an event may be published: `rates` before settings can be complete, `day` while the company works, `late` once
 * the books have caught up with the day (a refund of a posted payment, a customer who is deactivated and owes).
 */
export type Phase = 'rates' | 'day' | 'late';
export const PHASE_ORDER: readonly Phase[] = ['rates', 'day', 'late'];

/** A kind of aggregate and the type of its data. */
interface Noun<Data> {
  readonly topic: string;
  readonly noun: string;
  /** Never there: it ties the noun to its data in the types alone. */
  readonly data?: Data;
}
export const NOUNS = {
  customer: { topic: TOPICS.runacallCustomers.name, noun: 'customer' } as Noun<Customer>,
  item: { topic: TOPICS.runacallItems.name, noun: 'item' } as Noun<Item>,
  invoice: { topic: TOPICS.runacallInvoices.name, noun: 'invoice' } as Noun<Invoice>,
  payment: { topic: TOPICS.runacallPayments.name, noun: 'payment' } as Noun<Payment>,
  taxRate: { topic: TOPICS.runacallTax.name, noun: 'tax-rate' } as Noun<TaxRate>,
};

/** An event of the day that has not been published yet: its instants are stamped when it is. */
export interface DayEvent {
  readonly id: string;
  readonly tenant: string;
  readonly topic: string;
  readonly noun: string;
  readonly change: string;
  readonly subject: string;
  readonly sequence: number;
  readonly phase: Phase;
  /** It is published before the event of its aggregate that came before it. */
  readonly overtakes?: true;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What one company says, in the order it happened. Every event carries the whole aggregate as it is after it. */
export class Journal {
  readonly events: DayEvent[] = [];
  private readonly last = new Map<string, { sequence: number; phase: Phase }>();

  constructor(
    readonly tenant: string,
    private readonly idOf: (n: number) => string,
  ) {}

  /** Appends an event; an aggregate never goes back to an earlier phase. */
  say<Data extends { id: string }>(
    noun: Noun<Data>,
    change: string,
    data: Data,
    options: { phase?: Phase; overtakes?: true; extra?: Readonly<Record<string, unknown>> } = {},
  ): void {
    const before = this.last.get(data.id);
    const phase = later(options.phase ?? 'day', before?.phase ?? 'rates');
    const sequence = (before?.sequence ?? 0) + 1;
    this.last.set(data.id, { sequence, phase });
    this.events.push({
      id: this.idOf(this.events.length + 1),
      tenant: this.tenant,
      topic: noun.topic,
      noun: noun.noun,
      change,
      subject: data.id,
      sequence,
      phase,
      ...(options.overtakes === undefined ? {} : { overtakes: true }),
      data: { ...(structuredClone(data) as Record<string, unknown>), ...options.extra },
    });
  }
}

function later(a: Phase, b: Phase): Phase {
  return PHASE_ORDER.indexOf(a) >= PHASE_ORDER.indexOf(b) ? a : b;
}
