import type { Random } from './random';

/** One message of Run a Call, at its moment. */
export interface Published {
  readonly atMs: number;
  readonly topic: string;
  readonly tenant: string;
  readonly subject: string;
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  /** JSON text; what cannot be read is not JSON. */
  readonly data: string;
  readonly occurredAt: string;
}

/** What there is of everything in one seed: small ones find as much as large ones, and many fit into a minute. */
export interface Shape {
  readonly tenants: readonly string[];
  readonly gateways: readonly string[];
  readonly services: ReadonlySet<string>;
  /** Webhooks, and readings of what people change in the books. */
  readonly feed: boolean;
  /** Calls QuickBooks takes of one company in any minute. */
  readonly perMinute: number;
}

export interface Day {
  readonly shape: Shape;
  readonly published: readonly Published[];
}

/** Two companies with the same ids: what is mixed up between them shows. */
const TENANTS = ['acme', 'zeta'];
const GATEWAYS = ['gateway-1', 'gateway-2', 'gateway-3'];
const BURST = 14;
/** So few that a small day meets its limit, and as many as QuickBooks takes (quickbooks.md §3.1). */
const NARROW = 8;
const WIDE = 500;

export function planDay(random: Random, startMs: number, lengthMs: number): Day {
  const invoices = random.chance(0.85);
  const payments = invoices && random.chance(0.3);
  const services = ['customers', ...(invoices ? ['items', 'invoices'] : []), ...(payments ? ['payments'] : [])];
  if (random.chance(0.12)) services.push('tax');
  const narrow = random.chance(0.12);
  const shape: Shape = {
    tenants: TENANTS.slice(0, random.chance(0.4) ? 2 : 1),
    gateways: GATEWAYS.slice(0, narrow ? 1 : random.pick([1, 2, 2, 3])),
    services: new Set(services),
    feed: !narrow && random.chance(0.25),
    perMinute: narrow ? NARROW : WIDE,
  };
  const published = shape.tenants.flatMap((tenant) =>
    new Company(random, startMs, lengthMs, tenant).day(shape.services),
  );
  return { shape, published: published.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1)) };
}

interface Sent {
  readonly id: string;
  readonly customerId: string;
  readonly cents: number;
  readonly atMs: number;
}

/** A company's day: customers and items, invoices that are sent, changed, voided, payments of those that stand. */
class Company {
  private readonly said: Published[] = [];

  constructor(
    private readonly random: Random,
    private readonly startMs: number,
    private readonly lengthMs: number,
    private readonly tenant: string,
  ) {}

  day(services: ReadonlySet<string>): readonly Published[] {
    const { random } = this;
    const customers = this.customers();
    if (services.has('tax')) this.taxRate();
    if (services.has('invoices')) {
      const items = this.items();
      const sent = Array.from({ length: random.between(1, 3) }, (_, n) => this.invoice(n + 1, customers, items));
      if (services.has('payments')) sent.forEach((invoice, n) => invoice !== undefined && this.payment(n + 1, invoice));
    }
    return this.said;
  }

  private customers(): string[] {
    const { random, lengthMs } = this;
    const ids = Array.from({ length: random.between(1, 3) }, (_, n) => `cus_${n + 1}`);
    for (const id of ids) {
      const first = random.between(0, lengthMs);
      this.say(first, 'customer', id, 'created', 1, customer(id, `Customer ${id}`));
      if (!random.chance(0.4)) continue;
      const again = random.between(first, lengthMs);
      this.say(again, 'customer', id, 'updated', 2, customer(id, `Customer ${id} v2`));
    }
    // More than a handful at a time goes as a batch.
    if (random.chance(0.08)) {
      const together = random.between(0, lengthMs);
      for (let n = 1; n <= BURST; n += 1) {
        this.say(together, 'customer', `cus_b${n}`, 'created', 1, customer(`cus_b${n}`, `Burst cus_b${n}`));
      }
    }
    return ids;
  }

  private items(): string[] {
    const { random, lengthMs } = this;
    const ids = Array.from({ length: random.between(1, 2) }, (_, n) => `itm_${n + 1}`);
    for (const id of ids) {
      this.say(random.between(0, lengthMs), 'item', id, 'created', 1, {
        id,
        name: `Item ${id}`,
        sku: id,
        kind: 'service',
        unitPrice: '10.00',
        taxable: true,
        active: true,
      });
    }
    return ids;
  }

  private taxRate(): void {
    const data = { id: 'tax_tx', name: 'Texas', percentage: '8.25', components: [], active: true };
    this.say(this.random.between(0, this.lengthMs), 'tax-rate', 'tax_tx', 'created', 1, data);
  }

  /** What it came to, unless it was changed or voided afterwards. */
  private invoice(n: number, customers: readonly string[], items: readonly string[]): Sent | undefined {
    const { random, lengthMs, tenant } = this;
    const id = `inv_${n}`;
    const customerId = random.pick(customers);
    const itemId = random.pick(items);
    let at = random.between(0, Math.floor(lengthMs / 2));
    const first = at;
    const versions = random.between(1, 3);
    let data: object = {};
    let cents = 0;
    for (let sequence = 1; sequence <= versions; sequence += 1) {
      const amounts = Array.from({ length: random.between(1, 3) }, () => random.between(1, 50_000));
      const subtotal = amounts.reduce((sum, each) => sum + each, 0);
      const tax = random.chance(0.5) ? Math.round(subtotal * 0.0825) : 0;
      cents = subtotal + tax;
      data = {
        id,
        number: `RAC-${tenant}-${n}`,
        customerId,
        currency: 'USD',
        issuedOn: '2026-11-20',
        lines: amounts.map((amount, line) => ({
          id: `l${line + 1}`,
          kind: 'service',
          itemId,
          name: `Item ${itemId}`,
          quantity: '1',
          unitPrice: inCents(amount),
          amount: inCents(amount),
          taxable: tax > 0,
          ...(tax > 0 ? { taxRateId: 'tax_tx' } : {}),
        })),
        taxes: tax > 0 ? [{ taxRateId: 'tax_tx', taxableAmount: inCents(subtotal), amount: inCents(tax) }] : [],
        subtotal: inCents(subtotal),
        taxTotal: inCents(tax),
        total: inCents(cents),
        balance: inCents(cents),
      };
      this.say(at, 'invoice', id, sequence === 1 ? 'sent' : 'updated', sequence, data);
      at += random.between(0, Math.floor(lengthMs / 4));
    }
    const voided = random.chance(0.2);
    if (voided) this.say(at, 'invoice', id, 'voided', versions + 1, { ...data, voidedOn: '2026-11-21' });
    return voided || versions > 1 ? undefined : { id, customerId, cents, atMs: first };
  }

  private payment(n: number, { id: invoiceId, customerId, cents, atMs }: Sent): void {
    const { random, lengthMs } = this;
    const amount = inCents(random.between(1, cents));
    const id = `pay_${n}`;
    this.say(random.between(Math.max(0, atMs - 10_000), lengthMs), 'payment', id, 'collected', 1, {
      id,
      customerId,
      amount,
      currency: 'USD',
      collectedOn: '2026-11-21',
      method: random.pick(['cash', 'check']),
      allocations: [{ invoiceId, amount }],
      refunds: [],
    });
  }

  private say(atMs: number, noun: string, subject: string, change: string, sequence: number, data: object): void {
    const occurredAt = new Date(this.startMs + atMs).toISOString();
    this.said.push({
      atMs,
      topic: noun === 'tax-rate' ? 'runacall.tax.v1' : `runacall.${noun}s.v1`,
      tenant: this.tenant,
      subject,
      id: `evt_${this.tenant}_${subject}_${sequence}`,
      type: `com.runacall.${noun}.${change}.v1`,
      sequence,
      data: JSON.stringify({ ...data, updatedAt: occurredAt }),
      occurredAt,
    });
  }
}

function customer(id: string, displayName: string): object {
  return { id, kind: 'residential', displayName, email: `${id}@example.com`, taxExempt: false, active: true };
}

function inCents(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}
