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

export interface Cast {
  readonly tenants: readonly string[];
  readonly published: readonly Published[];
}

const CENTS = (cents: number): string => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;

/** The day of a seed: two companies, their customers and items, invoices that are sent, changed, voided. */
export function planDay(random: Random, startMs: number, lengthMs: number): Cast {
  const tenants = ['acme', 'zeta'];
  const published: Published[] = [];
  const say = (
    atMs: number,
    noun: string,
    tenant: string,
    subject: string,
    change: string,
    sequence: number,
    data: object,
  ): void => {
    const occurredAt = new Date(startMs + atMs).toISOString();
    published.push({
      atMs,
      topic: `runacall.${noun}s.v1`,
      tenant,
      subject,
      id: `evt_${tenant}_${subject}_${sequence}`,
      type: `com.runacall.${noun}.${change}.v1`,
      sequence,
      data: JSON.stringify({ ...data, updatedAt: occurredAt }),
      occurredAt,
    });
  };
  for (const tenant of tenants) {
    const customers = Array.from({ length: random.between(1, 3) }, (_, n) => `cus_${n + 1}`);
    if (random.chance(0.1)) {
      const together = random.between(0, lengthMs);
      for (let n = 1; n <= 14; n += 1) {
        const id = `cus_b${n}`;
        say(together, 'customer', tenant, id, 'created', 1, {
          id,
          kind: 'residential',
          displayName: `Burst ${id}`,
          email: `${id}@example.com`,
          taxExempt: false,
          active: true,
        });
      }
    }
    const items = Array.from({ length: random.between(1, 2) }, (_, n) => `itm_${n + 1}`);
    for (const id of customers) {
      const customer = (version: number) => ({
        id,
        kind: 'residential',
        displayName: `Customer ${id}${version > 1 ? ` v${version}` : ''}`,
        email: `${id}@example.com`,
        taxExempt: false,
        active: true,
      });
      const first = random.between(0, lengthMs);
      say(first, 'customer', tenant, id, 'created', 1, customer(1));
      if (random.chance(0.4)) say(random.between(first, lengthMs), 'customer', tenant, id, 'updated', 2, customer(2));
    }
    for (const id of items) {
      say(random.between(0, lengthMs), 'item', tenant, id, 'created', 1, {
        id,
        name: `Item ${id}`,
        sku: id,
        kind: 'service',
        unitPrice: '10.00',
        taxable: true,
        active: true,
      });
    }
    for (let n = 1; n <= random.between(2, 4); n += 1) {
      const id = `inv_${n}`;
      const customerId = random.pick(customers);
      const itemId = random.pick(items);
      let at = random.between(0, Math.floor(lengthMs / 2));
      const versions = random.between(1, 3);
      let data: object = {};
      for (let sequence = 1; sequence <= versions; sequence += 1) {
        const amounts = Array.from({ length: random.between(1, 3) }, () => random.between(1, 50_000));
        const subtotal = amounts.reduce((sum, each) => sum + each, 0);
        const tax = random.chance(0.5) ? Math.round(subtotal * 0.0825) : 0;
        data = {
          id,
          number: `RAC-${tenant}-${n}`,
          customerId,
          currency: 'USD',
          issuedOn: '2026-11-20',
          lines: amounts.map((cents, line) => ({
            id: `l${line + 1}`,
            kind: 'service',
            itemId,
            name: `Item ${itemId}`,
            quantity: '1',
            unitPrice: CENTS(cents),
            amount: CENTS(cents),
            taxable: tax > 0,
            ...(tax > 0 ? { taxRateId: 'tax_tx' } : {}),
          })),
          taxes: tax > 0 ? [{ taxRateId: 'tax_tx', taxableAmount: CENTS(subtotal), amount: CENTS(tax) }] : [],
          subtotal: CENTS(subtotal),
          taxTotal: CENTS(tax),
          total: CENTS(subtotal + tax),
          balance: CENTS(subtotal + tax),
        };
        say(at, 'invoice', tenant, id, sequence === 1 ? 'sent' : 'updated', sequence, data);
        at += random.between(0, Math.floor(lengthMs / 4));
      }
      if (random.chance(0.2)) {
        say(at, 'invoice', tenant, id, 'voided', versions + 1, { ...data, voidedOn: '2026-11-21' });
      }
    }
  }
  return { tenants, published: published.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1)) };
}
