import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { Item } from '@qbo-sync/contracts/runacall/item';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';

/** What was published, read anew from the bytes: the model trusts the wire only, not the generator. */
export interface Wire {
  /** When in the play it was said. */
  readonly phase?: string;
  readonly topic: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

export type Noun = 'customer' | 'item' | 'invoice' | 'payment' | 'tax-rate';
/** Any aggregate: fields are looked at only where its noun has them. */
export type Data = Omit<Customer, 'kind'> & Omit<Item, 'kind'> & Invoice & Payment & { readonly kind: string };

export interface Happening {
  readonly id: string;
  readonly phase: string;
  readonly noun: Noun;
  readonly change: string;
  readonly sequence: number;
  readonly data: Data;
}

/** One aggregate's events in the order they were published, each once. */
export interface Life {
  readonly noun: Noun;
  readonly id: string;
  readonly happenings: readonly Happening[];
}

const TYPE = /^com\.runacall\.([a-z-]+)\.([a-z-]+)\.v1$/;

/** The lives of one company's aggregates, by `noun:id`. */
export function livesOf(tenant: string, wires: readonly Wire[]): Map<string, Life> {
  const lives = new Map<string, { noun: Noun; id: string; happenings: Happening[] }>();
  const seen = new Set<string>();
  for (const { phase = 'day', headers, value } of wires) {
    const id = headers['ce_id'] ?? '';
    const type = TYPE.exec(headers['ce_type'] ?? '');
    if (headers['ce_tenant'] !== tenant || seen.has(id) || type === null) continue;
    seen.add(id);
    const [, noun, change] = type as unknown as [string, Noun, string];
    const subject = headers['ce_subject'] ?? '';
    const key = `${noun}:${subject}`;
    const life = lives.get(key) ?? { noun, id: subject, happenings: [] };
    lives.set(key, life);
    life.happenings.push({
      id,
      phase,
      noun,
      change,
      sequence: Number(headers['ce_sequence']),
      data: JSON.parse(value) as Data,
    });
  }
  return lives;
}

/** What of an aggregate the books show: two events with the same form write the same. */
const SHOWN: Readonly<Record<Noun, readonly string[]>> = {
  customer: [
    'kind',
    'displayName',
    'companyName',
    'givenName',
    'familyName',
    'email',
    'phone',
    'mobile',
    'billingAddress',
    'notes',
    'taxExempt',
    'taxExemptReason',
    'parentId',
    'active',
  ],
  item: ['name', 'description', 'sku', 'unitPrice', 'taxable', 'active'],
  invoice: [
    'number',
    'customerId',
    'issuedOn',
    'dueOn',
    'lines',
    'discount',
    'tip',
    'taxes',
    'total',
    'voidedOn',
    'customerMemo',
    'poNumber',
    'billingAddress',
    'serviceAddress',
  ],
  payment: ['customerId', 'amount', 'collectedOn', 'method', 'allocations', 'voidedOn', 'voidReason'],
  'tax-rate': ['name', 'percentage', 'active'],
};

export function formOf({ noun, data }: Happening, unshown: readonly string[] = []): string {
  const shown = data as unknown as Readonly<Record<string, unknown>>;
  return JSON.stringify(SHOWN[noun].map((field) => (unshown.includes(field) ? null : (shown[field] ?? null))));
}

/** Why an event stops, in this product's own reasons; undefined when it is written. */
export type Stop = { readonly state: 'needs attention' | 'waiting' | 'skipped' | 'dismissed'; readonly reason: string };

/** What Run a Call said last of an aggregate, whatever the order it was published in. */
export const newestOf = ({ happenings }: Life): Happening | undefined =>
  happenings.reduce<Happening | undefined>(
    (newest, one) => (newest === undefined || one.sequence > newest.sequence ? one : newest),
    undefined,
  );
